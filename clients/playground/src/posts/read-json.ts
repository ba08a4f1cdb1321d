import { LimitedError, PdsError, UnreachableError, UpstreamError } from '@atpkeyserver/client';

/**
 * Sends a request to the PDS and returns the JSON of the response, or throws an error of the client.
 *
 * @param options `change`: the request is a change, which may have been made although it failed.
 */
export async function readJson<T>(
  send: () => Promise<Response>,
  { change = false }: { change?: boolean } = {},
): Promise<T> {
  const { response, json } = await respond(send, change);
  const { status } = response;
  if (response.ok && json !== undefined) return json as T;
  const { error = `HTTP ${status}`, message = 'The PDS returned an error.' } = (json ?? {}) as {
    error?: string;
    message?: string;
  };
  if (status === 429) {
    const retryAfter = Number(response.headers.get('Retry-After') ?? 1) * 1_000;
    throw new LimitedError(error, message, { status, retryAfter });
  }
  if (response.ok || status >= 500)
    throw new UpstreamError(error, message, { status, outcomeUnknown: change });
  throw new PdsError(error, message, { status });
}

/** The response, and its JSON unless it is not JSON. */
async function respond(
  send: () => Promise<Response>,
  change: boolean,
): Promise<{ response: Response; json: unknown }> {
  try {
    const response = await send();
    const text = await response.text();
    return { response, json: parse(text) };
  } catch (cause) {
    // What fetch throws if there is no response, or if it is cut off.
    if (!(cause instanceof TypeError)) throw cause;
    const details = { cause, outcomeUnknown: change };
    throw new UnreachableError('Unreachable', 'No response from the PDS.', details);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
