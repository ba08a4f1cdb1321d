import { KeyserverError } from './keyserver-error.js';

/** 400, 405, 413, 415 or 501: the server rejects this call. Do not retry; the message says why. */
export class InvalidCallError extends KeyserverError {
  override readonly name = 'InvalidCallError';
}

/** 401: the keyserver rejected the service token. Logging in again may help. */
export class RefusedTokenError extends KeyserverError {
  override readonly name = 'RefusedTokenError';
}

/**
 * 403 `Forbidden`: the account may not access the group or perform this action, or the group does not exist. The server
 * does not disclose which.
 */
export class LostAccessError extends KeyserverError {
  override readonly name = 'LostAccessError';
}

/** 404 or 403 `AccountDeleted`: the account, group, key version, member or delegate does not exist or was deleted. */
export class GoneError extends KeyserverError {
  override readonly name = 'GoneError';
}

/**
 * 409: the state is not the expected one. `VersionConflict`: another version is active. `MemberAlreadyExists`.
 * `MemberUnavailable`: the account cannot be added now. The call changed nothing, unless `outcomeUnknown` is true: then
 * an earlier attempt of the same call may have rotated.
 */
export class ConflictError extends KeyserverError {
  override readonly name = 'ConflictError';
}

/** 429: a rate limit is exceeded, even after the retries. Retry after `retryAfter` milliseconds. */
export class LimitedError extends KeyserverError {
  override readonly name = 'LimitedError';
}

/** The account's PDS refused a log-in or a service token. Log in again. */
export class PdsError extends KeyserverError {
  override readonly name = 'PdsError';
}

/** `NoService`: the keyserver's DID document is unusable, or names no keyserver. */
export class NoServiceError extends KeyserverError {
  override readonly name = 'NoServiceError';
}

/**
 * 5xx: the keyserver or one of its dependencies is unavailable. {@link UnreachableError} and
 * {@link UnexpectedAnswerError} are special cases. A change may have been made: see `outcomeUnknown`.
 */
export class UpstreamError extends KeyserverError {
  override readonly name: string = 'UpstreamError';
}

/** `Unreachable`: no response. The connection failed or the call timed out. */
export class UnreachableError extends UpstreamError {
  override readonly name = 'UnreachableError';
}

/** `UnexpectedAnswer`: the response does not follow the protocol. It is not quoted, because it may contain a key. */
export class UnexpectedAnswerError extends UpstreamError {
  override readonly name = 'UnexpectedAnswerError';
}
