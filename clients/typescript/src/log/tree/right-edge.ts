import { hashSize } from '../hash-size.js';
import { malformed } from '../log-error.js';
import { emptyRoot, nodeHash } from './tree-hash.js';
import { half, isOdd, isSize } from './tree-index.js';

/**
 * The roots of the complete subtrees that make up a tree, the largest first: all that is needed to append leaves.
 * Their sizes are the powers of two in the size of the tree.
 */
export class RightEdge {
  #size: number;
  readonly #hashes: Uint8Array[];

  /**
   * @param size In leaves.
   * @param hashes See {@link hashes}.
   * @throws LogError `malformed` if the size does not have this number of hashes, or they do not have 32 bytes.
   */
  constructor(size = 0, hashes: readonly Uint8Array[] = []) {
    const isEdge = isSize(size) && hashes.length === countOfOnes(size);
    if (!isEdge || hashes.some((each) => each.length !== hashSize)) throw malformed('right edge');
    this.#size = size;
    this.#hashes = [...hashes];
  }

  get size(): number {
    return this.#size;
  }

  /** To be stored with {@link size}. */
  get hashes(): readonly Uint8Array[] {
    return [...this.#hashes];
  }

  get root(): Uint8Array {
    return (
      this.#hashes.reduceRight<Uint8Array | undefined>(
        (right, left) => (right ? nodeHash(left, right) : left),
        undefined,
      ) ?? emptyRoot()
    );
  }

  /** @param leaf See `leafHash`. */
  append(leaf: Uint8Array): void {
    if (!isSize(this.#size + 1)) throw malformed('size of the tree');
    let hash = leaf;
    for (let size = this.#size; isOdd(size); size = half(size))
      hash = nodeHash(this.#hashes.pop() as Uint8Array, hash);
    this.#hashes.push(hash);
    this.#size++;
  }
}

function countOfOnes(value: number): number {
  let count = 0;
  for (let rest = value; rest > 0; rest = half(rest)) if (isOdd(rest)) count++;
  return count;
}
