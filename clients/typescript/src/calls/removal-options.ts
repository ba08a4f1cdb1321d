import type { CallOptions } from '../call-options.js';

/** Options of calls that remove members. */
export interface RemovalOptions extends CallOptions {
  /** Also rotate the key, in the same transaction. */
  readonly rotate?: boolean | undefined;
}
