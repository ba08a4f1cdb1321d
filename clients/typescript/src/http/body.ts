import { unexpectedAnswer } from '../errors/create.js';

/** In bytes. Larger than any page of a list; limits what a faulty server can send. */
export const maxBodyLength = 4 << 20;

/**
 * Reads a body, which may contain a key. The bytes are zeroed; the text cannot be.
 *
 * @throws UnexpectedAnswerError if the body is longer than {@link maxBodyLength}.
 */
export async function readText(response: Response, host: string): Promise<string> {
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  let text = '';
  let length = 0;
  for (;;) {
    const chunk = await reader?.read();
    if (!chunk?.value) return text + decoder.decode();
    length += chunk.value.length;
    if (length > maxBodyLength) {
      void reader?.cancel();
      throw unexpectedAnswer(`The response of ${host} is longer than ${maxBodyLength} bytes.`, {
        status: response.status,
      });
    }
    text += decoder.decode(chunk.value, { stream: true });
    chunk.value.fill(0);
  }
}
