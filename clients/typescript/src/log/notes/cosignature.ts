import { bytesToNumberBE } from '@noble/curves/utils.js';
import { LogError } from '../log-error.js';
import type { Note } from './note.js';
import { ed25519Size, requireEd25519, signaturesBy } from './note-signature.js';
import type { VerifierKey } from './verifier-key.js';

/** In bytes: a big-endian number of seconds since 1970. */
const timestampSize = 8;

const maxTimestamp = 2n ** 63n - 1n;

/**
 * The time at which the owner of the key, which is of type cosignature, saw this checkpoint as the latest. Of several
 * cosignatures the newest counts. https://c2sp.org/tlog-cosignature#ed25519-signed-message
 *
 * @returns In seconds since 1970, inexact above 2^53; undefined if there is no cosignature by the key.
 * @throws LogError `badSignature` if any signature that names the key is not valid.
 */
export function cosignedAt(note: Note, key: VerifierKey): number | undefined {
  const times = signaturesBy(note, key).map((each) => requireCosignature(each, note.text, key));
  return times.length > 0 ? Math.max(...times) : undefined;
}

function requireCosignature(bytes: Uint8Array, text: string, key: VerifierKey): number {
  const time = bytesToNumberBE(bytes.subarray(0, timestampSize));
  if (bytes.length !== timestampSize + ed25519Size || time > maxTimestamp)
    throw new LogError('badSignature', 'A cosignature of the note is not valid.');
  requireEd25519(bytes.subarray(timestampSize), `cosignature/v1\ntime ${time}\n${text}`, key);
  return Number(time);
}
