/**
 * Copies of the bytes in which one bit differs: all of them, or one for each byte, which suffices where each
 * verification takes milliseconds.
 */
export function* flips(bytes: Uint8Array, step: 1 | 7 = 1): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit += step) {
    const copy = Uint8Array.from(bytes);
    copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
    yield copy;
  }
}
