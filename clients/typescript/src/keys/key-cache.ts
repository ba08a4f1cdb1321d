import { abortable, ignoreRejection } from '../abortable.js';
import type { Clock } from '../clock.js';
import type { CachedKey } from './cached-key.js';
import { type KeyId, textOf } from './key-id.js';

export const capacity = 1000;

/** In milliseconds. */
const activeLifetime = 60 * 60 * 1000;

/** In milliseconds. */
const historicalLifetime = 24 * 60 * 60 * 1000;

/** In milliseconds. */
const sweepInterval = 60 * 1000;

interface Entry {
  readonly id: KeyId;
  readonly key: CachedKey;
  readonly since: number;
}

/** A call in progress. Its result is used only while it is in the list. */
interface PendingFetch {
  readonly id: KeyId;
  readonly done: Promise<void>;

  /** Aborted when all callers have left. */
  readonly abandoned: AbortController;

  /** The callers that wait. */
  waiting: number;

  /** A version that is known to exist: an older active one is outdated. */
  leastVersion: number;
}

/**
 * Caches up to 1,000 keys, least recently used evicted first: active versions for an hour, others for a day. Concurrent
 * requests for a key share one call. A timer removes expired keys. Keys are zeroed when they are removed.
 */
export class KeyCache {
  readonly #fetch: (id: KeyId, signal: AbortSignal) => Promise<CachedKey>;
  readonly #clock: Clock;
  readonly #closed: AbortSignal;
  readonly #entries = new Map<string, Entry>(); // The least recently used is the first.
  readonly #pending = new Map<string, PendingFetch>();
  #sweeping = false;

  /** @param closed Aborted when the client is disposed. */
  constructor(
    fetch: (id: KeyId, signal: AbortSignal) => Promise<CachedKey>,
    clock: Clock,
    closed: AbortSignal,
  ) {
    this.#fetch = fetch;
    this.#clock = clock;
    this.#closed = closed;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Runs a function with a key. It must not keep the key: the key can be zeroed as soon as it returns. */
  async use<T>(id: KeyId, signal: AbortSignal | undefined, run: (key: CachedKey) => T): Promise<T> {
    for (;;) {
      this.#closed.throwIfAborted();
      signal?.throwIfAborted();
      // Looks again after each fetch: if the key was removed in the meantime, it is fetched again.
      const key = this.#find(id);
      if (key) return run(key);
      const pending = this.#pending.get(textOf(id)) ?? this.#start(id);
      pending.waiting++;
      try {
        await abortable(pending.done, signal);
      } finally {
        this.#leave(pending);
      }
    }
  }

  /** Removes the matching keys, and ignores their calls in progress, which may return the old key. */
  forget(matches: (id: KeyId) => boolean): void {
    for (const [text, { id }] of this.#pending) if (matches(id)) this.#pending.delete(text);
    for (const entry of this.#entries.values()) if (matches(entry.id)) this.#remove(entry);
  }

  /**
   * Removes the active key of a subject if a newer version exists.
   *
   * @param version A version that the server confirmed.
   */
  supersede(kind: KeyId['kind'], subject: string, version: number): void {
    const active = textOf({ kind, subject, version: undefined });
    const known = this.#entries.get(active);
    if (known && known.key.version < version) this.#remove(known);
    const pending = this.#pending.get(active);
    if (pending) pending.leastVersion = Math.max(pending.leastVersion, version);
  }

  #start(id: KeyId): PendingFetch {
    const abandoned = new AbortController();
    const signal = AbortSignal.any([this.#closed, abandoned.signal]);
    const fetching = this.#fetch(id, signal);
    const pending: PendingFetch = {
      id,
      done: fetching.then(
        (key) => this.#complete(pending, key),
        (error) => {
          if (this.#isCurrent(pending)) this.#pending.delete(textOf(id));
          throw error;
        },
      ),
      abandoned,
      waiting: 0,
      leastVersion: 0,
    };
    ignoreRejection(pending.done);
    this.#pending.set(textOf(id), pending);
    return pending;
  }

  /** Other callers may wait for the same fetch: only the last one that leaves cancels it. */
  #leave(pending: PendingFetch): void {
    if (--pending.waiting > 0) return;
    if (this.#isCurrent(pending)) this.#pending.delete(textOf(pending.id));
    pending.abandoned.abort();
  }

  #complete(pending: PendingFetch, key: CachedKey): void {
    const { id, leastVersion } = pending;
    const isWanted = this.#isCurrent(pending) && !this.#closed.aborted;
    if (this.#isCurrent(pending)) this.#pending.delete(textOf(id));
    if (isWanted && key.version >= leastVersion) this.#add(id, key);
    else key.bytes.fill(0);
    if (isWanted && id.version !== undefined) this.supersede(id.kind, id.subject, id.version);
  }

  #isCurrent(pending: PendingFetch): boolean {
    return this.#pending.get(textOf(pending.id)) === pending;
  }

  #add(id: KeyId, key: CachedKey): void {
    this.#entries.set(textOf(id), { id, key, since: this.#clock.now() });
    const [oldest] = this.#entries.values();
    if (oldest && this.#entries.size > capacity) this.#remove(oldest);
    this.#startSweep();
  }

  /** A numbered version may be cached as the active one. */
  #find(id: KeyId): CachedKey | undefined {
    const active = { ...id, version: undefined };
    const entry =
      this.#findFresh(id) ??
      [this.#findFresh(active)].find((each) => each?.key.version === id.version);
    if (!entry) return undefined;
    const text = textOf(entry.id);
    this.#entries.delete(text);
    this.#entries.set(text, entry);
    return entry.key;
  }

  #findFresh(id: KeyId): Entry | undefined {
    const entry = this.#entries.get(textOf(id));
    if (!entry || !this.#isExpired(entry)) return entry;
    this.#remove(entry);
    return undefined;
  }

  #isExpired({ id, since }: Entry): boolean {
    const age = this.#clock.now() - since;
    const lifetime = id.version === undefined ? activeLifetime : historicalLifetime;
    // A negative age: the clock was set back.
    return age < 0 || age >= lifetime;
  }

  #remove(entry: Entry): void {
    this.#entries.delete(textOf(entry.id));
    entry.key.bytes.fill(0);
  }

  #startSweep(): void {
    if (this.#sweeping || this.#entries.size === 0) return;
    this.#sweeping = true;
    this.#clock
      .startTimer(() => {
        this.#sweeping = false;
        for (const entry of this.#entries.values()) if (this.#isExpired(entry)) this.#remove(entry);
        this.#startSweep();
      }, sweepInterval)
      .unref();
  }
}
