import { bytesToHex } from '@noble/ciphers/utils.js';
import { delay } from '../abortable.js';
import type { Timer } from '../clock.js';
import { errorOfKey } from '../errors/create.js';
import { KeyserverError } from '../errors/keyserver-error.js';
import { firstDelay, maxRetries } from '../http/exchange.js';
import type { Settings } from '../keyserver-client-options.js';
import { requireText, requireVersion } from '../require.js';
import type { GroupKey } from './group-key.js';
import { isGroupId, textOf } from './group-key-name.js';
import type { KeyCalls } from './key-calls.js';
import { KeyRequest } from './key-request.js';
import { splitKeys } from './split-keys.js';

/** The keys of one call. */
interface Batch {
  readonly requests: readonly KeyRequest[];

  /** Aborted when all callers have left. */
  readonly abandoned: AbortController;
}

/**
 * Collects the group keys that are requested within a few milliseconds and reads them with `group.getKeys`. A single
 * key is read with `group.getKey`.
 */
export class KeyBatcher {
  readonly #calls: KeyCalls;
  readonly #settings: Settings;
  readonly #closed: AbortSignal;
  #collected = new Map<string, KeyRequest>();
  readonly #batches = new Map<KeyRequest, Batch>();
  #timer: Timer | undefined;

  /** Set when the server turns out not to have `group.getKeys`. */
  #isUnsupported = false;

  /** @param closed Aborted when the client is disposed. */
  constructor(calls: KeyCalls, settings: Settings, closed: AbortSignal) {
    this.#calls = calls;
    this.#settings = settings;
    this.#closed = closed;
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
    if (this.#settings.keyBatchDelay <= 0 || this.#isUnsupported || !isGroupId(groupId))
      return this.#calls.getGroupKey(groupId, version, signal);
    const request = this.#collect({ groupId, version });
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

  /** Settles all requests. Does not throw. */
  async #run({ requests, abandoned }: Batch): Promise<void> {
    const signal = AbortSignal.any([this.#closed, abandoned.signal]);
    try {
      const [only, ...others] = requests;
      if (only && others.length === 0) await this.#readAlone(only, signal);
      else await this.#read(requests, signal);
    } catch (error) {
      for (const request of requests) request.fail(error);
    } finally {
      for (const request of requests) this.#batches.delete(request);
    }
  }

  async #read(all: readonly KeyRequest[], signal: AbortSignal): Promise<void> {
    let requests = all;
    for (let tries = 0; requests.length > 0; tries++) {
      if (tries > 0) await delay(this.#settings.clock, firstDelay * 2 ** (tries - 1), signal);
      try {
        requests = await this.#readOnce(requests, tries < maxRetries, signal);
      } catch (error) {
        // 400: the server refuses the form of one key. Otherwise it has no such method.
        const status = error instanceof KeyserverError ? error.status : undefined;
        if (status !== 400 && status !== 404 && status !== 501) throw error;
        this.#isUnsupported ||= status !== 400;
        await Promise.all(requests.map((request) => this.#readAlone(request, signal)));
        return;
      }
    }
  }

  /** @returns The requests to retry. */
  async #readOnce(
    requests: readonly KeyRequest[],
    mayRetry: boolean,
    signal: AbortSignal,
  ): Promise<KeyRequest[]> {
    const names = requests.map((request) => request.name);
    const entries = await this.#calls.getGroupKeys(names, signal);
    const retried: KeyRequest[] = [];
    const created: Promise<void>[] = [];
    for (const [i, request] of requests.entries()) {
      const { version = 0, secretKey, error = '' } = entries[i] ?? {};
      if (secretKey !== undefined) request.complete(version, secretKey);
      // Only the owner gets this error. The owner's first getKey creates the group.
      else if (error === 'GroupNotFound' && request.name.version === undefined)
        created.push(this.#readAlone(request, signal));
      else if (error === 'UpstreamFailure' && mayRetry) retried.push(request);
      else request.fail(errorOfKey(error));
    }
    await Promise.all(created);
    return retried;
  }

  /** Settles the request. Does not throw. */
  async #readAlone(request: KeyRequest, signal: AbortSignal): Promise<void> {
    try {
      const { groupId, version } = request.name;
      const key = await this.#calls.getGroupKey(groupId, version, signal);
      request.complete(key.version, bytesToHex(key.key));
      key.dispose();
    } catch (error) {
      request.fail(error);
    }
  }
}
