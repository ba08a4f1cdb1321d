import type { CallOptions } from '../call-options.js';

/** Options of calls that read one page of a list. */
export interface PageOptions extends CallOptions {
  /** 1–100. */
  readonly limit?: number | undefined;

  /** The cursor of the previous page. */
  readonly cursor?: string | undefined;
}
