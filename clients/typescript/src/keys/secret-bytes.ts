import { DisposedError } from '../errors/disposed-error.js';

/** 32 secret bytes that are zeroed on disposal. Not shown by `console.log` and `JSON.stringify`. */
export abstract class SecretBytes {
  /** The key version, from 1 upwards. Store it with the data that the key protects. */
  readonly version: number;

  #bytes: Uint8Array | undefined;

  protected constructor(bytes: Uint8Array, version: number) {
    this.#bytes = bytes;
    this.version = version;
  }

  /** Zeroes the secret. */
  dispose(): void {
    this.#bytes?.fill(0);
    this.#bytes = undefined;
  }

  protected get secret(): Uint8Array {
    if (!this.#bytes) throw new DisposedError();
    return this.#bytes;
  }
}
