import { ed25519 } from '@noble/curves/ed25519.js';
import { toUtf8 } from '../../content/utf8.js';
import { LogError } from '../log-error.js';
import type { Note } from './note.js';
import type { VerifierKey } from './verifier-key.js';

/** In bytes. */
export const ed25519Size = 64;

/** The signatures that name the key; other keys' are ignored. */
export function signaturesBy(note: Note, key: VerifierKey): Uint8Array[] {
  return note.signatures
    .filter(({ name, id }) => name === key.name && id === key.id)
    .map(({ bytes }) => bytes);
}

/**
 * Ed25519 (RFC 8032), not ZIP 215, whose rules accept more.
 *
 * @throws LogError `badSignature` if it is not valid: the whole note is rejected then, as
 *   https://c2sp.org/signed-note#signatures recommends.
 */
export function requireEd25519(signature: Uint8Array, message: string, key: VerifierKey): void {
  const isValid =
    signature.length === ed25519Size &&
    ed25519.verify(signature, toUtf8(message), key.publicKey, { zip215: false });
  if (!isValid) throw new LogError('badSignature', 'A signature of the note is not valid.');
}

/**
 * Whether the note is signed by the key, which is of type Ed25519.
 *
 * @throws LogError `badSignature` if any signature that names the key is not valid.
 */
export function isSignedBy(note: Note, key: VerifierKey): boolean {
  const signatures = signaturesBy(note, key);
  for (const each of signatures) requireEd25519(each, note.text, key);
  return signatures.length > 0;
}
