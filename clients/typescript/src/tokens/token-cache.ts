import { abortable, ignoreRejection } from '../abortable.js';
import type { Clock } from '../clock.js';
import { endOf } from './token-lifetime.js';
import type { TokenSource } from './token-source.js';

/** In milliseconds. */
const margin = 10_000;

/**
 * Caches the tokens for one audience, per method, until 10 s before they expire. Concurrent callers share one call. In
 * memory only.
 */
export class TokenCache {
  readonly #source: TokenSource;
  readonly #audience: string;
  readonly #clock: Clock;
  readonly #closed: AbortSignal;
  readonly #tokens = new Map<string, { readonly token: string; readonly end: number }>();
  readonly #pending = new Map<string, Promise<string>>();
  readonly #singleUseMethods = new Set<string>();

  /** @param closed Aborted when the client is disposed. */
  constructor(source: TokenSource, audience: string, clock: Clock, closed: AbortSignal) {
    this.#source = source;
    this.#audience = audience;
    this.#clock = clock;
    this.#closed = closed;
  }

  async get(method: string, signal: AbortSignal | undefined): Promise<string> {
    this.#closed.throwIfAborted();
    if (this.#singleUseMethods.has(method)) return abortable(this.#fetch(method), signal);
    const known = this.#tokens.get(method);
    if (known && known.end - this.#clock.now() >= margin) return known.token;
    let pending = this.#pending.get(method);
    if (!pending) {
      pending = this.#fetch(method);
      this.#pending.set(method, pending);
      ignoreRejection(this.#keep(method, pending));
    }
    return abortable(pending, signal);
  }

  /**
   * Removes a rejected token.
   *
   * @param token A newer token stays cached.
   * @param wasUsed The server accepts each token once and rejected a used one. Tokens of this method are no longer
   * cached.
   */
  drop(method: string, token: string | undefined, wasUsed: boolean): void {
    if (this.#tokens.get(method)?.token === token) this.#tokens.delete(method);
    if (wasUsed) this.#singleUseMethods.add(method);
  }

  /** Removes all tokens. Calls in progress are not cached. */
  clear(): void {
    this.#tokens.clear();
    this.#pending.clear();
  }

  async #fetch(method: string): Promise<string> {
    return this.#source(this.#audience, method, this.#closed);
  }

  async #keep(method: string, pending: Promise<string>): Promise<void> {
    try {
      const token = await pending;
      const end = endOf(token);
      if (end !== undefined && this.#pending.get(method) === pending)
        this.#tokens.set(method, { token, end });
    } finally {
      if (this.#pending.get(method) === pending) this.#pending.delete(method);
    }
  }
}
