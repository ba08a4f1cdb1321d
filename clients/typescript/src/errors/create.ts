import type {
  KeyserverError,
  KeyserverErrorDetails,
  KeyserverErrorName,
} from './keyserver-error.js';
import {
  ConflictError,
  GoneError,
  InvalidCallError,
  LimitedError,
  LostAccessError,
  RefusedTokenError,
  UnexpectedAnswerError,
  UpstreamError,
} from './kinds.js';

/** Creates the error of a response. */
export function errorOf(
  status: number,
  error: KeyserverErrorName,
  message: string,
  details: KeyserverErrorDetails = {},
): KeyserverError {
  return new (classOf(status, error))(error, message, { ...details, status });
}

function classOf(status: number, error: KeyserverErrorName) {
  switch (status) {
    case 401:
      return RefusedTokenError;
    case 403:
      return error === 'AccountDeleted' ? GoneError : LostAccessError;
    case 404:
    case 410:
      return GoneError;
    case 409:
      return ConflictError;
    case 429:
      return LimitedError;
    default:
      return status < 500 || status === 501 ? InvalidCallError : UpstreamError;
  }
}

/** The status and message of the errors of one key of `group.getKeys`, which has a name only. */
const keyErrors: Record<string, readonly [status: number, message: string]> = {
  Forbidden: [403, 'The group does not exist, or you have no access to it.'],
  AccountDeleted: [403, 'The account was deleted less than two hours ago.'],
  GroupNotFound: [404, 'The group does not exist.'],
  KeyVersionNotFound: [404, 'The group has no such key version.'],
  RateLimitExceeded: [429, 'A rate limit is exceeded.'],
  UpstreamFailure: [503, 'The keyserver cannot read the key now.'],
};

/** Creates the error that `group.getKey` would return for the key. */
export function errorOfKey(error: KeyserverErrorName): KeyserverError {
  const [status, message] = (Object.hasOwn(keyErrors, error) ? keyErrors[error] : undefined) ?? [
    500,
    'The keyserver could not return the key.',
  ];
  return errorOf(status, error, message);
}

export function unexpectedAnswer(
  message: string,
  details: KeyserverErrorDetails = {},
): UnexpectedAnswerError {
  return new UnexpectedAnswerError('UnexpectedAnswer', message, details);
}
