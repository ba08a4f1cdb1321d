import type { CallOptions } from '../call-options.js';

/** Options of rotations. */
export interface RotateOptions extends CallOptions {
  /**
   * The version to replace. If set, a failed call is retried and still rotates only once. If not set, the outcome of a
   * failed call is unknown.
   */
  readonly expectedVersion?: number | undefined;

  /** For the access log; up to 256 characters. */
  readonly reason?: string | undefined;
}
