/**
 * Why a proof or another part of the transparency log is rejected.
 *
 * - `malformed`: it does not have the specified form, or is larger than this client reads.
 * - `wrongLog`: the checkpoint belongs to another log.
 * - `unsigned`: the signature or the cosignature of the log is missing.
 * - `badSignature`: a signature that names a known key was not made by this key.
 * - `stale`: the log's own cosignature is too old, or from the future.
 * - `noQuorum`: the witness policy is not satisfied.
 * - `wrongLabel`: the VRF proof is not one of this chain and subject.
 * - `notIncluded`: the tree does not contain the entry at this index.
 * - `unknownEvent`: the event has a type or a member that this client does not know.
 */
export type LogErrorReason =
  | 'badSignature'
  | 'malformed'
  | 'noQuorum'
  | 'notIncluded'
  | 'stale'
  | 'unknownEvent'
  | 'unsigned'
  | 'wrongLabel'
  | 'wrongLog';

/** The only error of this folder for what others wrote. The message quotes nothing of it. */
export class LogError extends Error {
  override readonly name = 'LogError';

  readonly reason: LogErrorReason;

  constructor(reason: LogErrorReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** @param what Such as `note`. */
export function malformed(what: string): LogError {
  return new LogError('malformed', `The ${what} is malformed.`);
}
