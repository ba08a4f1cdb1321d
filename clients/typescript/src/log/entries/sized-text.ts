import { numberToBytesBE } from '@noble/curves/utils.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { toUtf8 } from '../../content/utf8.js';

/** The UTF-8 form of a text after its length in bytes, as big-endian uint32. */
export function sizedText(text: string): Uint8Array {
  const bytes = toUtf8(text);
  return concatBytes(numberToBytesBE(bytes.length, 4), bytes);
}
