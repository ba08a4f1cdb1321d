import type { CallOptions } from '../call-options.js';

/** Options of calls that read a key. */
export interface VersionOptions extends CallOptions {
  /** From 1 upwards; by default the active one. */
  readonly version?: number | undefined;
}
