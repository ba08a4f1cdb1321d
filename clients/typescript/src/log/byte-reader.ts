import { bytesToNumberBE } from '@noble/curves/utils.js';
import { malformed } from './log-error.js';

/** Reads binary forms from front to back. The results are views. */
export class ByteReader {
  #bytes: Uint8Array;
  readonly #what: string;

  /** @param what Named by the error. */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  /** @throws LogError `malformed` if fewer bytes are left. */
  take(length: number): Uint8Array {
    if (this.#bytes.length < length) throw malformed(this.#what);
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  /**
   * @param length In bytes. The number is big-endian.
   * @throws LogError `malformed` if fewer bytes are left, or the number is not below 2^53.
   */
  uint(length: number): number {
    const value = Number(bytesToNumberBE(this.take(length)));
    if (Number.isSafeInteger(value)) return value;
    throw malformed(this.#what);
  }

  rest(): Uint8Array {
    return this.take(this.#bytes.length);
  }
}
