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

/** What the page says about an error. */
export interface Failure {
  /** The error name of the protocol, or the kind of an error without one. */
  readonly name: string;

  readonly message: string;

  /** What the user can do. */
  readonly advice: string;

  /** When to try again, in milliseconds since 1970. */
  readonly retryAt?: number | undefined;

  readonly needsLogIn?: boolean;

  /** Whether the error concerns the session or the server, and so all items of a list. */
  readonly concernsAll?: boolean;

  /** Whether the page itself is at fault. */
  readonly isBug?: boolean;
}

export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return { name: nameOf(error), message, ...reactionTo(error) };
}

function nameOf(error: unknown): string {
  if (error instanceof KeyserverError) return error.error;
  if (isInvalidInput(error)) return 'Invalid input';
  return error instanceof Error ? error.name : 'Error';
}

function reactionTo(error: unknown): Omit<Failure, 'name' | 'message'> {
  if (error instanceof LimitedError) {
    const retryAt = Date.now() + (error.retryAfter ?? 1_000);
    return {
      advice: 'The server limits how often an account calls it.',
      retryAt,
      concernsAll: true,
    };
  }
  if (error instanceof RefusedTokenError || (error instanceof PdsError && isUnauthorized(error)))
    return { advice: 'The session has ended.', needsLogIn: true, concernsAll: true };
  const advice = adviceFor(error);
  return advice === undefined
    ? { advice: 'This is a bug of the playground. The console has the details.', isBug: true }
    : { advice, concernsAll: error instanceof UpstreamError };
}

/** What PDSs return when a session has ended. */
function isUnauthorized({ error, status }: PdsError): boolean {
  return status === 401 || error === 'ExpiredToken' || error === 'InvalidToken';
}

function adviceFor(error: unknown): string | undefined {
  if (error instanceof LostAccessError)
    return 'Ask the owner for access. The server does not say whether the group exists.';
  if (error instanceof GoneError) return adviceForGone(error);
  if (error instanceof ConflictError) return adviceForConflict(error);
  if (error instanceof UnreachableError)
    return `Check the connection, and that ./run.sh --playground is running.${unknown(error)}`;
  if (error instanceof UpstreamError)
    return `A part of the server is unavailable. Try again in a moment.${unknown(error)}`;
  if (error instanceof InvalidCallError) return 'Correct the input.';
  if (error instanceof PdsError) return 'The PDS refused the call.';
  if (error instanceof DecryptionFailedError)
    return 'The content was changed, or copied from another post. Do not trust it.';
  if (isInvalidInput(error)) return 'Correct the input.';
  return undefined;
}

/** What the client throws before it makes a call. */
function isInvalidInput(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError;
}

function adviceForGone({ error }: GoneError): string {
  return error === 'AccountDeleted'
    ? 'A deleted account can return after two hours. Start over with new people.'
    : 'It was deleted, or never existed. There is nothing to retry.';
}

function adviceForConflict({ error }: ConflictError): string {
  switch (error) {
    case 'VersionConflict':
      return 'Another version is active now. Refresh, then decide again.';
    case 'MemberAlreadyExists':
      return 'There is nothing to do.';
    case 'MemberUnavailable':
      return 'Deleted accounts can be added after two hours, and people who left after 30 days.';
    default:
      return 'Refresh, then decide again.';
  }
}

function unknown({ outcomeUnknown }: UpstreamError): string {
  return outcomeUnknown ? ' The change may have been made: refresh before you repeat it.' : '';
}
