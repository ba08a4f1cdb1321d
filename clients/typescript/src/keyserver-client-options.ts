import { requireOrigin } from './addresses/origin.js';
import { type Clock, systemClock } from './clock.js';
import { requireDelay } from './require.js';

/** The part of `fetch` that the client uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Options of {@link KeyserverClient} and {@link PdsSession}. */
export interface KeyserverClientOptions {
  /**
   * The keyserver's origin, such as `https://keys.example.com`; https, except on localhost. By default it is taken from
   * the keyserver's DID document.
   */
  readonly address?: string | URL | undefined;

  /** The directory that resolves did:plc. Default: `https://plc.directory`. */
  readonly plcDirectory?: string | URL | undefined;

  /** Replaces the global `fetch`. Calls through a PDS use the agent instead. */
  readonly fetch?: Fetch | undefined;

  /** The limit of one attempt, in milliseconds. Default: 30,000. A PDS waits 10 s when it proxies a call. */
  readonly timeout?: number | undefined;

  /**
   * The longest wait before a retry, in milliseconds. Default: 10,000. If the server's `Retry-After` (or
   * `RateLimit-Reset`) is longer, the call fails at once with {@link KeyserverError.retryAfter} set.
   */
  readonly longestRetryDelay?: number | undefined;

  /**
   * How long a request for a group's key waits for others, in milliseconds, to read up to 100 keys with one call.
   * Default: 5. 0: each key is read with a call of its own, at once. If the server cannot read many keys with one call,
   * up to four calls run concurrently. A negative or infinite delay is a RangeError.
   */
  readonly keyBatchDelay?: number | undefined;

  /** The clock of caches and retries. */
  readonly clock?: Clock | undefined;
}

/** The options with their defaults. */
export interface Settings {
  readonly address: URL | undefined;
  readonly plcDirectory: URL;
  readonly fetch: Fetch;
  readonly timeout: number;
  readonly longestRetryDelay: number;
  readonly keyBatchDelay: number;
  readonly clock: Clock;
}

export function settingsOf(options: KeyserverClientOptions): Settings {
  return {
    address: options.address === undefined ? undefined : requireOrigin(options.address),
    plcDirectory: requireOrigin(options.plcDirectory ?? 'https://plc.directory'),
    // Not bound to the global object: browsers require it as the receiver.
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    timeout: options.timeout ?? 30_000,
    longestRetryDelay: options.longestRetryDelay ?? 10_000,
    keyBatchDelay: requireDelay(options.keyBatchDelay ?? 5, 'keyBatchDelay'),
    clock: options.clock ?? systemClock,
  };
}
