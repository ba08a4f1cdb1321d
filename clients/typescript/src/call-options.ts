/** Options of every call. */
export interface CallOptions {
  /**
   * Ends the wait of this caller, who gets the signal's reason. A call that other callers share continues. A change may
   * have been made.
   */
  readonly signal?: AbortSignal | undefined;
}
