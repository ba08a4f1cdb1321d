import { UnreachableError } from '../errors/kinds.js';
import type { OpenedReply } from '../http/exchange.js';

/** The body of a response. The stream fails with an {@link UnreachableError} if the response breaks off. */
export function uninterrupted({ attempt, response }: OpenedReply): ReadableStream<Uint8Array> {
  const reader = response.body?.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const chunk = await reader?.read();
        if (chunk?.value) controller.enqueue(chunk.value);
        else controller.close();
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        const message = `The response of ${attempt.host} was interrupted. The output is incomplete.`;
        throw new UnreachableError('Unreachable', message, { cause: error });
      }
    },
    cancel: (reason) => reader?.cancel(reason),
  });
}
