import {
  ConflictError,
  DecryptionFailedError,
  GoneError,
  InvalidCallError,
  KeyserverError,
  LimitedError,
  LostAccessError,
  PdsError,
  RefusedTokenError,
  UnreachableError,
  UpstreamError,
} from '@atpkeyserver/client';
import { InputError } from './input-error.ts';

/** What the page says about an error. */
export interface Failure {
  /** The error name of the protocol, or the kind of an error without one. */
  readonly name: string;

  readonly message: string;

  /** What the user can do. */
  readonly advice: string;

  /** What the page offers; by default nothing. */
  readonly remedy?: 'log in' | 'try again';

  /** When to try again, in milliseconds since 1970. */
  readonly retryAt?: number;

  /** Whether the page itself is at fault. */
  readonly isBug?: boolean;
}

export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return { name: nameOf(error), message, ...reactionTo(error) };
}

function nameOf(error: unknown): string {
  if (error instanceof KeyserverError) return error.error;
  return error instanceof Error ? error.name : 'Error';
}

function reactionTo(error: unknown): Omit<Failure, 'name' | 'message'> {
  if (error instanceof LimitedError) {
    const retryAt = Date.now() + (error.retryAfter ?? 1_000);
    return { advice: 'The server limits how often it is called.', remedy: 'try again', retryAt };
  }
  if (error instanceof RefusedTokenError || (error instanceof PdsError && isUnauthorized(error)))
    return { advice: 'Usually the session has ended.', remedy: 'log in' };
  if (error instanceof UpstreamError)
    return { advice: adviceForOutage(error), remedy: 'try again' };
  const advice = adviceFor(error);
  return advice === undefined
    ? { advice: 'This is a bug of the playground. The console has the details.', isBug: true }
    : { advice };
}

/** What PDSs return when a session has ended. */
function isUnauthorized({ error, status }: PdsError): boolean {
  return status === 401 || error === 'ExpiredToken' || error === 'InvalidToken';
}

function adviceForOutage(error: UpstreamError): string {
  const advice =
    error instanceof UnreachableError
      ? 'Check the connection, and that ./run.sh --playground is running.'
      : 'A part of the server is unavailable. Try again in a moment.';
  return error.outcomeUnknown ? `${advice} The change may have been made.` : advice;
}

function adviceFor(error: unknown): string | undefined {
  if (error instanceof LostAccessError)
    return 'Ask the owner for access. The server does not say whether the group exists.';
  if (error instanceof GoneError) return adviceForGone(error);
  if (error instanceof ConflictError) return adviceForConflict(error);
  if (error instanceof InvalidCallError || error instanceof InputError) return 'Correct the input.';
  if (error instanceof PdsError) return 'The PDS refused the call.';
  if (error instanceof DecryptionFailedError)
    return 'The content was changed, or copied from another post. Do not trust it.';
  return undefined;
}

function adviceForGone({ error }: GoneError): string {
  return error === 'AccountDeleted'
    ? 'A deleted account can return after two hours. Start over with new people.'
    : 'It was deleted, or never existed.';
}

function adviceForConflict({ error }: ConflictError): string {
  switch (error) {
    case 'MemberAlreadyExists':
      return 'There is nothing to do.';
    case 'MemberUnavailable':
      return 'Deleted accounts can be added after two hours, and people who left after 30 days.';
    default:
      return 'Refresh, then decide again.';
  }
}
