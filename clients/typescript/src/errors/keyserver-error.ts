/**
 * The error names of the protocol, and the client's own: `Unreachable` (no response), `UnexpectedAnswer` (the response
 * does not follow the protocol) and `NoService` (the DID document names no usable keyserver). Servers may add names.
 */
export type KeyserverErrorName =
  | 'AccountDeleted'
  | 'BadJwtSignature'
  | 'DelegateNotFound'
  | 'Forbidden'
  | 'GroupNotFound'
  | 'InvalidRequest'
  | 'JwtExpired'
  | 'KeyVersionNotFound'
  | 'MemberAlreadyExists'
  | 'MemberNotFound'
  | 'MemberUnavailable'
  | 'NoService'
  | 'NonceNotUnique'
  | 'RateLimitExceeded'
  | 'ServiceOffline'
  | 'ServiceReadOnly'
  | 'UnexpectedAnswer'
  | 'Unreachable'
  | 'UpstreamFailure'
  | 'VersionConflict'
  | (string & {});

/** What is known about a failure, besides its name. */
export interface KeyserverErrorDetails {
  /** See {@link KeyserverError.status}. */
  readonly status?: number | undefined;

  /** See {@link KeyserverError.retryAfter}. */
  readonly retryAfter?: number | undefined;

  /** See {@link KeyserverError.outcomeUnknown}. */
  readonly outcomeUnknown?: boolean | undefined;

  /** What caused it. */
  readonly cause?: unknown;
}

/**
 * A call failed. The class tells the application how to react; {@link error} is the error name of the protocol.
 * Messages never contain keys or tokens.
 */
export class KeyserverError extends Error {
  override readonly name: string = 'KeyserverError';

  /** The error name of the protocol, such as `Forbidden`. */
  readonly error: KeyserverErrorName;

  /** The HTTP status; undefined if there was no response. */
  readonly status: number | undefined;

  /** How long the server asks to wait, in milliseconds; undefined if it does not ask. */
  readonly retryAfter: number | undefined;

  /**
   * Whether the call was a change that may have been made despite the failure. Check the state before you repeat it, or
   * repeat it with an expected version.
   */
  readonly outcomeUnknown: boolean;

  /**
   * @param error The error name of the protocol.
   * @param message For developers, in English.
   */
  constructor(error: KeyserverErrorName, message: string, details: KeyserverErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.error = error;
    this.status = details.status;
    this.retryAfter = details.retryAfter;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
  }
}
