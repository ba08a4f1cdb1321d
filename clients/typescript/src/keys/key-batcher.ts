import type { Timer } from '../clock.js';
import type { Settings } from '../keyserver-client-options.js';
import { requireText, requireVersion } from '../require.js';
import type { GroupKey } from './group-key.js';
import { isGroupId, textOf } from './group-key-name.js';
import type { KeyCalls } from './key-calls.js';
import { KeyReader } from './key-reader.js';
import { KeyRequest } from './key-request.js';
import { splitKeys } from './split-keys.js';

/** The keys of one call. */
interface Batch {
  readonly requests: readonly KeyRequest[];

  /** Aborted when all callers have left. */
  readonly abandoned: AbortController;
}

/** Collects the group keys that are requested within a few milliseconds, and reads them together. */
export class KeyBatcher {
  readonly #calls: KeyCalls;
  readonly #settings: Settings;
  readonly #closed: AbortSignal;
  readonly #reader: KeyReader;
  #collected = new Map<string, KeyRequest>();
  readonly #batches = new Map<KeyRequest, Batch>();
  #timer: Timer | undefined;

  /** @param closed Aborted when the client is disposed. */
  constructor(calls: KeyCalls, settings: Settings, closed: AbortSignal) {
    this.#calls = calls;
    this.#settings = settings;
    this.#closed = closed;
    this.#reader = new KeyReader(calls, settings.clock);
    closed.addEventListener('abort', () => {
      for (const request of this.#takeCollected()) request.fail(closed.reason);
    });
  }

  async get(
    groupId: string,
    version: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<GroupKey> {
    requireText(groupId, 'group id');
    requireVersion(version);
    this.#closed.throwIfAborted();
    signal?.throwIfAborted();
    if (this.#settings.keyBatchDelay === 0 || !isGroupId(groupId))
      return this.#calls.getGroupKey(groupId, version, signal);
    const name = { groupId, version };
    if (this.#reader.isUnsupported) {
      const signals = signal ? [this.#closed, signal] : [this.#closed];
      return this.#reader.readAlone(name, AbortSignal.any(signals));
    }
    const request = this.#collect(name);
    return request.wait(signal, () => this.#leave(request));
  }

  #collect(name: KeyRequest['name']): KeyRequest {
    const text = textOf(name);
    const request = this.#collected.get(text) ?? new KeyRequest(name);
    this.#collected.set(text, request);
    this.#timer ??= this.#settings.clock.startTimer(
      () => this.#send(),
      this.#settings.keyBatchDelay,
    );
    return request;
  }

  /** Ends the call if the last caller has left. */
  #leave(request: KeyRequest): void {
    const batch = this.#batches.get(request);
    if (batch && !batch.requests.some((each) => each.isWanted)) batch.abandoned.abort();
  }

  #send(): void {
    const wanted = this.#takeCollected().filter((request) => request.isWanted);
    for (const requests of splitKeys(wanted)) {
      const batch = { requests, abandoned: new AbortController() };
      for (const request of requests) this.#batches.set(request, batch);
      void this.#run(batch);
    }
  }

  #takeCollected(): KeyRequest[] {
    const requests = [...this.#collected.values()];
    this.#collected = new Map();
    this.#timer?.stop();
    this.#timer = undefined;
    return requests;
  }

  async #run({ requests, abandoned }: Batch): Promise<void> {
    await this.#reader.settle(requests, AbortSignal.any([this.#closed, abandoned.signal]));
    for (const request of requests) this.#batches.delete(request);
  }
}
