import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concatBytes, randomBytes } from '@noble/ciphers/utils.js';
import { DecryptionFailedError } from '../errors/decryption-failed-error.js';
import { fromHex, toHex } from './hex.js';
import { toUtf8 } from './utf8.js';

/** In bytes. */
const nonceSize = 24;

/** Nonce and tag, in bytes. */
const overhead = nonceSize + 16;

/** In bytes. The hex of more does not fit into a string of every JavaScript engine. */
export const maxPlaintext = 250_000_000;

/**
 * XChaCha20-Poly1305. The text form is lower-case hex of a random nonce (24 bytes), the ciphertext and the tag (16
 * bytes). The associated data is the AT-URI in UTF-8, so content that is copied to another record does not decrypt.
 * https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03
 *
 * @param nonce For test vectors only.
 */
export function encrypt(
  key: Uint8Array,
  associated: string,
  plaintext: Uint8Array,
  nonce = randomBytes(nonceSize),
): string {
  if (plaintext.length > maxPlaintext)
    throw new RangeError(`At most ${maxPlaintext} bytes can be encrypted.`);
  const message = xchacha20poly1305(key, nonce, toUtf8(associated)).encrypt(plaintext);
  return toHex(concatBytes(nonce, message));
}

/**
 * @param message See {@link messageOf}.
 * @throws DecryptionFailedError for every cause.
 */
export function decrypt(key: Uint8Array, associated: string, message: Uint8Array): Uint8Array {
  const cipher = xchacha20poly1305(key, message.subarray(0, nonceSize), toUtf8(associated));
  try {
    return cipher.decrypt(message.subarray(nonceSize));
  } catch {
    throw new DecryptionFailedError();
  }
}

/**
 * Nonce, ciphertext and tag of the text form.
 *
 * @throws DecryptionFailedError if it is not hex or too short. No key is needed to tell.
 */
export function messageOf(ciphertext: string): Uint8Array {
  const message = fromHex(ciphertext);
  if (!message || message.length < overhead) throw new DecryptionFailedError();
  return message;
}
