import { hexToBytes } from '@noble/ciphers/utils.js';
import { GoneError, LostAccessError } from '../errors/kinds.js';
import type { Settings } from '../keyserver-client-options.js';
import type { CachedKey } from './cached-key.js';
import type { GroupKey } from './group-key.js';
import { KeyBatcher } from './key-batcher.js';
import { KeyCache } from './key-cache.js';
import type { KeyCalls } from './key-calls.js';
import { type KeyId, textOf } from './key-id.js';

/** Gets the keys for content and signatures from the cache or the server. */
export class KeyRing {
  readonly cache: KeyCache;
  readonly #calls: KeyCalls;
  readonly #batcher: KeyBatcher;

  /** @param closed Aborted when the client is disposed. */
  constructor(calls: KeyCalls, settings: Settings, closed: AbortSignal) {
    this.#calls = calls;
    this.#batcher = new KeyBatcher(calls, settings, closed);
    this.cache = new KeyCache((id, signal) => this.#fetch(id, signal), settings.clock, closed);
  }

  /** Reads a group's key from the server, together with others that are requested now. */
  getGroupKey(
    groupId: string,
    version: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<GroupKey> {
    return this.read(groupId, () => this.#batcher.get(groupId, version, signal));
  }

  /** Makes a call of a group reader, and removes the group's keys if the account has lost access. */
  async read<T>(groupId: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      const isGone = error instanceof GoneError && error.error !== 'KeyVersionNotFound';
      if (isGone || error instanceof LostAccessError) this.forgetGroup(groupId);
      throw error;
    }
  }

  /** Call after a change of the group, or of the account's access to it. */
  forgetGroup(groupId: string): void {
    this.cache.forget((id) => id.kind === 'group' && id.subject === groupId);
  }

  /** Call when the server has returned a version of the group's key. */
  noticeVersion(groupId: string, version: number): void {
    this.cache.supersede('group', groupId, version);
  }

  /**
   * Call after a change of the account's keypair. Also removes all public keys, because one may be the account's own.
   */
  forgetKeypairs(): void {
    this.cache.forget((id) => id.kind !== 'group');
  }

  /** Removes one key, so that the next use fetches it again. */
  forget(forgotten: KeyId): void {
    this.cache.forget((id) => textOf(id) === textOf(forgotten));
  }

  clear(): void {
    this.cache.forget(() => true);
  }

  async #fetch({ kind, subject, version }: KeyId, signal: AbortSignal): Promise<CachedKey> {
    switch (kind) {
      case 'group': {
        const key = await this.getGroupKey(subject, version, signal);
        return { version: key.version, bytes: key.key };
      }
      case 'keypair': {
        const pair = await this.#calls.getKeypair(version, signal);
        return { version: pair.version, bytes: pair.seed };
      }
      case 'publicKey': {
        const known = await this.#calls.getPublicKey(subject, version, signal);
        return { version: known.version, bytes: hexToBytes(known.publicKey) };
      }
    }
  }
}
