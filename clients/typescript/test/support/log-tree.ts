import { leafHash, nodeHash } from '../../src/log/tree/tree-hash.js';

/** The largest power of two smaller than the size. */
function split(size: number): number {
  let half = 1;
  while (half * 2 < size) half *= 2;
  return half;
}

/** Computes roots and proofs by the recursive definitions of RFC 6962, section 2.1, which verifiers do not use. */
export class LogTree {
  readonly leaves: readonly Uint8Array[];
  readonly #roots = new Map<string, Uint8Array>();

  constructor(leaves: readonly Uint8Array[]) {
    this.leaves = leaves;
  }

  root(size = this.leaves.length): Uint8Array {
    return this.#root(0, size);
  }

  inclusion(index: number, size = this.leaves.length): Uint8Array[] {
    return this.#inclusion(index, 0, size);
  }

  consistency(old: number, size = this.leaves.length): Uint8Array[] {
    return old === 0 ? [] : this.#subProof(old, 0, size, true);
  }

  #root(start: number, end: number): Uint8Array {
    if (end - start === 1) return this.leaves[start] as Uint8Array;
    const known = this.#roots.get(`${start}-${end}`);
    if (known) return known;
    const middle = start + split(end - start);
    const root = nodeHash(this.#root(start, middle), this.#root(middle, end));
    this.#roots.set(`${start}-${end}`, root);
    return root;
  }

  #inclusion(index: number, start: number, end: number): Uint8Array[] {
    if (end - start === 1) return [];
    const middle = start + split(end - start);
    return index < middle
      ? [...this.#inclusion(index, start, middle), this.#root(middle, end)]
      : [...this.#inclusion(index, middle, end), this.#root(start, middle)];
  }

  #subProof(old: number, start: number, end: number, isComplete: boolean): Uint8Array[] {
    if (old === end) return isComplete ? [] : [this.#root(start, end)];
    const middle = start + split(end - start);
    return old <= middle
      ? [...this.#subProof(old, start, middle, isComplete), this.#root(middle, end)]
      : [...this.#subProof(old, middle, end, false), this.#root(start, middle)];
  }
}

/** A tree whose leaves differ. */
export function treeOf(count: number): LogTree {
  return new LogTree(Array.from({ length: count }, (_, i) => leafHash(Buffer.from(`leaf ${i}`))));
}
