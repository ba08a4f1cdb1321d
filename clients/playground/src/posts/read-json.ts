import { PdsError, UnreachableError } from '@atpkeyserver/client';

/** Sends a request to the PDS and returns the JSON of the response, or throws an error of the client. */
export async function readJson<T>(send: () => Promise<Response>): Promise<T> {
  const { ok, status, json } = await respond(send);
  if (ok) return json as T;
  const { error = `HTTP ${status}`, message = '' } = json as { error?: string; message?: string };
  throw new PdsError(error, message, { status });
}

async function respond(send: () => Promise<Response>) {
  try {
    const response = await send();
    return { ok: response.ok, status: response.status, json: await response.json() };
  } catch (cause) {
    // What fetch throws if there is no response, and what json throws if it is cut off.
    if (!(cause instanceof TypeError || cause instanceof SyntaxError)) throw cause;
    throw new UnreachableError('Unreachable', 'No response from the PDS.', { cause });
  }
}
