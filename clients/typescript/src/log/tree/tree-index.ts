import { hashSize } from '../hash-size.js';

/** A proof in a tree of less than 2^63 leaves has at most this many hashes (tlog-witness, "add-checkpoint"). */
export const maxProofLength = 63;

/** Whether it is a size, or an index, that a number can represent exactly. */
export function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Whether all are hashes, and no tree needs more of them. */
export function isProof(hashes: readonly Uint8Array[]): boolean {
  return hashes.length <= maxProofLength && hashes.every((each) => each.length === hashSize);
}

/** Bit operators of JavaScript are limited to 32 bits. */
export function isOdd(value: number): boolean {
  return value % 2 === 1;
}

export function half(value: number): number {
  return Math.floor(value / 2);
}
