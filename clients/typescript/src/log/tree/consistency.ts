import { equalBytes } from '@noble/curves/utils.js';
import { emptyRoot, nodeHash } from './tree-hash.js';
import { half, isOdd, isProof, isSize } from './tree-index.js';

/** A tree, by size (in leaves) and root. */
export interface TreeHead {
  readonly size: number;

  /** 32 bytes. */
  readonly root: Uint8Array;
}

/**
 * Verifies that the old tree is a prefix of the new one.
 * https://www.rfc-editor.org/rfc/rfc9162#section-2.1.4.2 (the proofs are those of RFC 6962)
 *
 * @returns false also if a size is not a safe integer or a hash does not have 32 bytes.
 */
export function isConsistent(old: TreeHead, now: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (!isSize(old.size) || !isSize(now.size) || old.size > now.size) return false;
  if (!isProof([old.root, now.root]) || !isProof(proof)) return false;
  if (old.size === now.size) return proof.length === 0 && equalBytes(old.root, now.root);
  if (old.size === 0) return proof.length === 0 && equalBytes(old.root, emptyRoot());
  let [node, last] = [old.size - 1, now.size - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  // The root of a complete old tree is a node of the new tree, and not repeated in the proof.
  const [first, ...rest] = node === 0 ? [old.root, ...proof] : proof;
  if (!first) return false;
  let [oldHash, newHash] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      [oldHash, newHash] = [nodeHash(sibling, oldHash), nodeHash(sibling, newHash)];
      while (!isOdd(node) && node > 0) [node, last] = [half(node), half(last)];
    } else newHash = nodeHash(newHash, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equalBytes(oldHash, old.root) && equalBytes(newHash, now.root);
}
