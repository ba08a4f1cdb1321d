import { bytesToHex } from '@noble/ciphers/utils.js';
import { delay } from '../abortable.js';
import type { Clock } from '../clock.js';
import { ConcurrencyLimiter } from '../concurrency-limiter.js';
import { errorOfKey } from '../errors/create.js';
import { KeyserverError } from '../errors/keyserver-error.js';
import { PdsError, UpstreamError } from '../errors/kinds.js';
import { firstDelay, maxRetries } from '../http/exchange.js';
import type { GroupKey } from './group-key.js';
import type { GroupKeyName } from './group-key-name.js';
import type { KeyCalls } from './key-calls.js';
import type { KeyRequest } from './key-request.js';

/**
 * How long a server that has no `group.getKeys` is not asked for it again, in milliseconds. It may be upgraded.
 */
const unsupportedLifetime = 10 * 60 * 1000;

/** The most concurrent calls that replace calls for many keys. */
const maxReplacementCalls = 4;

/**
 * Reads keys with `group.getKeys`. A single key is read with `group.getKey`, as are all keys of a server that has no
 * `group.getKeys`. If the server rejects one of the keys and with it the call, the keys are halved until that key is
 * alone.
 */
export class KeyReader {
  readonly #calls: KeyCalls;
  readonly #clock: Clock;
  readonly #replacementCalls = new ConcurrencyLimiter(maxReplacementCalls);

  /** When the server last turned out not to have `group.getKeys`. */
  #unsupportedSince = Number.NEGATIVE_INFINITY;

  constructor(calls: KeyCalls, clock: Clock) {
    this.#calls = calls;
    this.#clock = clock;
  }

  /** Whether the server has no `group.getKeys`. */
  get isUnsupported(): boolean {
    // The clock may be set back.
    return Math.abs(this.#clock.now() - this.#unsupportedSince) < unsupportedLifetime;
  }

  /** Settles the requests. Does not throw. */
  async settle(requests: readonly KeyRequest[], signal: AbortSignal): Promise<void> {
    const [only, ...others] = requests;
    if (only && others.length === 0)
      await complete(only, this.#calls.getGroupKey(only.name.groupId, only.name.version, signal));
    else await this.#settleMany(requests, { isPart: false, signal });
  }

  /** Reads a key with a call that replaces a call for many keys. */
  readAlone({ groupId, version }: GroupKeyName, signal: AbortSignal): Promise<GroupKey> {
    return this.#replacementCalls.run(
      () => this.#calls.getGroupKey(groupId, version, signal),
      signal,
    );
  }

  /** @param options `isPart`: whether the server rejected a call for more keys. */
  async #settleMany(
    requests: readonly KeyRequest[],
    options: { isPart: boolean; signal: AbortSignal },
  ): Promise<void> {
    try {
      await this.#read(requests, options);
    } catch (error) {
      for (const request of requests) request.fail(error);
    }
  }

  async #read(
    all: readonly KeyRequest[],
    { isPart, signal }: { isPart: boolean; signal: AbortSignal },
  ): Promise<void> {
    let requests = all;
    for (let tries = 0; requests.length > 0; tries++) {
      if (tries > 0) await delay(this.#clock, firstDelay * 2 ** (tries - 1), signal);
      try {
        const mayRetry = tries < maxRetries;
        requests = await this.#readOnce(requests, { isPart, mayRetry, signal });
      } catch (error) {
        if (!isOfKeyserver(error)) throw error;
        if (error.status === 400 && error.error === 'InvalidRequest') {
          const half = Math.floor(requests.length / 2);
          await Promise.all([
            this.#settlePart(requests.slice(0, half), signal),
            this.#settlePart(requests.slice(half), signal),
          ]);
        } else if (error.status === 404 || error.status === 501) {
          this.#unsupportedSince = this.#clock.now();
          await Promise.all(requests.map((request) => this.#settleAlone(request, signal)));
        } else {
          throw error;
        }
        return;
      }
    }
  }

  async #settlePart(requests: readonly KeyRequest[], signal: AbortSignal): Promise<void> {
    const [only, ...others] = requests;
    if (only && others.length === 0) await this.#settleAlone(only, signal);
    else await this.#settleMany(requests, { isPart: true, signal });
  }

  /** @returns The requests to retry. */
  async #readOnce(
    requests: readonly KeyRequest[],
    { isPart, mayRetry, signal }: { isPart: boolean; mayRetry: boolean; signal: AbortSignal },
  ): Promise<KeyRequest[]> {
    const names = requests.map((request) => request.name);
    const call = () => this.#calls.getGroupKeys(names, signal);
    const entries = await (isPart ? this.#replacementCalls.run(call, signal) : call());
    const retried: KeyRequest[] = [];
    const created: Promise<void>[] = [];
    for (const [i, request] of requests.entries()) {
      const { version = 0, secretKey, error = '' } = entries[i] ?? {};
      if (secretKey !== undefined) request.complete(version, secretKey);
      // Only the owner gets this error. The owner's first getKey creates the group.
      else if (error === 'GroupNotFound' && request.name.version === undefined)
        created.push(this.#settleAlone(request, signal));
      else if (error === 'UpstreamFailure' && mayRetry) retried.push(request);
      else request.fail(errorOfKey(error));
    }
    await Promise.all(created);
    return retried;
  }

  #settleAlone(request: KeyRequest, signal: AbortSignal): Promise<void> {
    return complete(request, this.readAlone(request.name, signal));
  }
}

/**
 * Whether a keyserver rejected the call. A {@link PdsError} is about the token. A status without an XRPC error is an
 * {@link UpstreamError}: not a keyserver, but a PDS or a proxy answered.
 */
function isOfKeyserver(error: unknown): error is KeyserverError {
  const isOther = error instanceof PdsError || error instanceof UpstreamError;
  return error instanceof KeyserverError && !isOther;
}

/** Settles the request. Does not throw. */
async function complete(request: KeyRequest, read: Promise<GroupKey>): Promise<void> {
  try {
    const key = await read;
    request.complete(key.version, bytesToHex(key.key));
    key.dispose();
  } catch (error) {
    request.fail(error);
  }
}
