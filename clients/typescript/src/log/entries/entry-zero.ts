import { numberToBytesBE } from '@noble/curves/utils.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { hashSize } from '../hash-size.js';
import type { TreeHead } from '../tree/consistency.js';
import { chain } from './chain.js';
import type { Entry } from './entry.js';
import { prefixOf } from './prefix.js';
import { sizedText } from './sized-text.js';

const zeros = new Uint8Array(hashSize);

/**
 * The first entry of a log, which binds its VRF key to its origin.
 *
 * @param vrfKey 32 bytes.
 * @param predecessor The last state of the log that this one replaces, if any.
 */
export function entryZero(
  origin: string,
  vrfKey: Uint8Array,
  { size, root }: TreeHead = { size: 0, root: zeros },
): Entry {
  const last = concatBytes(numberToBytesBE(size, 8), root);
  const commitment = sha256(concatBytes(prefixOf('log'), sizedText(origin), vrfKey, last));
  return { chain: chain.log, label: zeros, sequence: 0, previousHash: zeros, commitment };
}
