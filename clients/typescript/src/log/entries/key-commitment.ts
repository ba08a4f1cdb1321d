import { numberToBytesBE } from '@noble/curves/utils.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { prefixOf } from './prefix.js';
import { sizedText } from './sized-text.js';

/**
 * The `key_commitment` of an event, which binds a group's key.
 *
 * @param version Below 2^32.
 * @param key 32 bytes.
 * @returns 32 bytes.
 */
export function keyCommitment(groupId: string, version: number, key: Uint8Array): Uint8Array {
  const number = numberToBytesBE(version, 4);
  return sha256(concatBytes(prefixOf('group-key'), sizedText(groupId), number, key));
}
