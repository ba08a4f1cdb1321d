import { SecretBytes } from './secret-bytes.js';

/**
 * A version of a group's key, for applications that use their own cipher. Dispose it as soon as possible.
 * {@link KeyserverContent} does not need it.
 */
export class GroupKey extends SecretBytes {
  /** `{owner DID}#{name}`. */
  readonly groupId: string;

  /** @internal */
  constructor(groupId: string, key: Uint8Array, version: number) {
    super(key, version);
    this.groupId = groupId;
  }

  /**
   * The key: 32 bytes, not a copy.
   *
   * @throws DisposedError if the key was disposed.
   */
  get key(): Uint8Array {
    return this.secret;
  }
}
