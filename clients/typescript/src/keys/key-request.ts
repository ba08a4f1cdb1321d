import { hexToBytes } from '@noble/ciphers/utils.js';
import { GroupKey } from './group-key.js';
import type { GroupKeyName } from './group-key-name.js';

/** The promise of one caller. */
interface Caller {
  resolve(key: GroupKey): void;
  reject(reason: unknown): void;
}

/** A key that one or more callers wait for. Each gets a copy. */
export class KeyRequest {
  readonly name: GroupKeyName;
  readonly #callers = new Set<Caller>();

  constructor(name: GroupKeyName) {
    this.name = name;
  }

  /** Whether a caller still waits. */
  get isWanted(): boolean {
    return this.#callers.size > 0;
  }

  /**
   * Waits for the key.
   *
   * @param leave Called when the signal has ended the wait.
   */
  wait(signal: AbortSignal | undefined, leave: () => void): Promise<GroupKey> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#callers.delete(caller);
        signal?.removeEventListener('abort', abort);
      };
      const caller: Caller = {
        resolve: (key) => {
          end();
          resolve(key);
        },
        reject: (reason) => {
          end();
          reject(reason);
        },
      };
      const abort = () => {
        caller.reject(signal?.reason);
        leave();
      };
      this.#callers.add(caller);
      signal?.addEventListener('abort', abort);
    });
  }

  /** @param secret 32 bytes in hex. */
  complete(version: number, secret: string): void {
    for (const caller of this.#callers)
      caller.resolve(new GroupKey(this.name.groupId, hexToBytes(secret), version));
  }

  fail(reason: unknown): void {
    for (const caller of this.#callers) caller.reject(reason);
  }
}
