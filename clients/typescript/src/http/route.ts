import type { Attempt } from './attempt.js';
import type { Reply } from './reply.js';

/** A call of a method. */
export interface Call {
  readonly nsid: string;

  /** Starts with `?`, or is empty. */
  readonly query: string;

  /** The method, headers and body. */
  readonly init: RequestInit & { readonly headers: Readonly<Record<string, string>> };

  /** Whether the method needs no token. */
  readonly anonymous: boolean;
}

/** Where calls are sent, and how they authenticate. */
export interface Route {
  prepare(call: Call, signal: AbortSignal | undefined): Promise<Attempt>;

  /**
   * Handles a rejected token. Returns true if the call was rejected because of an outdated token that can be renewed:
   * the call was not executed and can be retried.
   */
  renew(nsid: string, reply: Reply): boolean;

  /** Removes all cached tokens. */
  clear(): void;
}
