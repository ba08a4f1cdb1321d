import { LimitedError, PdsError, UpstreamError } from '../errors/kinds.js';
import type { JsonObject } from '../http/json-object.js';
import type { Reply } from '../http/reply.js';

/** @throws PdsError if the PDS refused. */
export function pdsAnswer<T>(reply: Reply, read: (json: JsonObject) => T): T {
  if (reply.succeeded) return reply.read(read);
  const failure = reply.failure();
  if (failure instanceof UpstreamError || failure instanceof LimitedError) throw failure;
  throw new PdsError(failure.error, failure.message, { status: failure.status });
}
