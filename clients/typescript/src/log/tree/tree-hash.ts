import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';

/** The root of the tree without leaves. https://www.rfc-editor.org/rfc/rfc6962#section-2.1 */
export function emptyRoot(): Uint8Array {
  return sha256(new Uint8Array());
}

/** https://www.rfc-editor.org/rfc/rfc6962#section-2.1 */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(concatBytes(Uint8Array.of(0), entry));
}

/** https://www.rfc-editor.org/rfc/rfc6962#section-2.1 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(Uint8Array.of(1), left, right));
}
