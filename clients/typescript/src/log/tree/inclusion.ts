import { equalBytes } from '@noble/curves/utils.js';
import { hashSize } from '../hash-size.js';
import { nodeHash } from './tree-hash.js';
import { half, isOdd, isProof, isSize } from './tree-index.js';

/**
 * Verifies an inclusion proof. https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3.2 (proofs are those of RFC 6962)
 *
 * @param index Of the leaf, from 0.
 * @param size Of the tree, in leaves.
 * @param proof From the leaf's sibling to the root's child.
 * @returns false also if a number is not a safe integer or a hash does not have 32 bytes.
 */
export function isIncluded(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || !isProof(proof)) return false;
  if (leaf.length !== hashSize) return false;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(node) && node > 0) [node, last] = [half(node), half(last)];
    } else hash = nodeHash(hash, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equalBytes(hash, root);
}
