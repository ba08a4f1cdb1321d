import { bytesToNumberBE } from '@noble/curves/utils.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { toUtf8 } from '../../content/utf8.js';
import { fromBase64 } from '../base64.js';
import { malformed } from '../log-error.js';
import { isKeyName } from './key-name.js';

/** The signature types that this client verifies. https://c2sp.org/signed-note#signature-types */
export const signatureType = {
  /** Over the text of the note. */
  ed25519: 1,

  /** With a timestamp, over a checkpoint. https://c2sp.org/tlog-cosignature */
  cosignature: 4,
} as const;

export type SignatureType = (typeof signatureType)[keyof typeof signatureType];

/** A key that verifies notes. */
export interface VerifierKey {
  readonly name: string;

  /** Identifies the key together with its name; unsigned, 32 bits. */
  readonly id: number;

  readonly type: SignatureType;

  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** Longer keys are not of a type that this client verifies, or have an absurd name. In characters. */
const maxLength = 1000;

const pattern = /^(?<name>[^+]+)\+(?<id>[0-9a-f]{8})\+(?<key>[A-Za-z0-9+/]{44})$/;

/**
 * Parses a vkey: `{name}+{id in hex}+{base64 of type and public key}`. https://c2sp.org/signed-note#verifier-keys
 *
 * @throws LogError `malformed` also if the key has another type, or the id is not the one of this name and key.
 */
export function parseVerifierKey(vkey: string, type: SignatureType): VerifierKey {
  const groups = vkey.length <= maxLength ? pattern.exec(vkey)?.groups : undefined;
  const { name = '', id = '', key = '' } = groups ?? {};
  const typed = fromBase64(key);
  if (!isKeyName(name) || typed?.length !== 33 || typed[0] !== type)
    throw malformed('verifier key');
  const hash = sha256(concatBytes(toUtf8(`${name}\n`), typed)).subarray(0, 4);
  if (bytesToHex(hash) !== id) throw malformed('verifier key');
  return { name, id: Number(bytesToNumberBE(hash)), type, publicKey: typed.subarray(1) };
}
