import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, equalBytes } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { toUtf8 } from '../content/utf8.js';

/** Gamma (32 bytes), c (16) and s (32). */
export const vrfProofSize = 80;

type Point = InstanceType<typeof ristretto255.Point>;

/**
 * Verifies a proof of ECVRF-RISTRETTO255-SHA512 with `validate_key` true. https://c2sp.org/vrf-r255,
 * https://www.rfc-editor.org/rfc/rfc9381#section-5.3
 *
 * @param publicKey 32 bytes.
 * @param alpha The input.
 * @param proof 80 bytes.
 * @returns The output, 64 bytes; undefined if the proof or the key is not valid.
 */
export function verifyVrf(
  publicKey: Uint8Array,
  alpha: Uint8Array,
  proof: Uint8Array,
): Uint8Array | undefined {
  if (proof.length !== vrfProofSize) return undefined;
  const { BASE, Fn } = ristretto255.Point;
  const [key, gamma] = [decode(publicKey), decode(proof.subarray(0, 32))];
  const [challenge, response] = [proof.subarray(32, 48), bytesToNumberLE(proof.subarray(48))];
  if (!key || key.is0() || !gamma || !Fn.isValid(response)) return undefined;
  const c = bytesToNumberLE(challenge);
  const h = encodeToGroup(publicKey, alpha);
  const u = BASE.multiplyUnsafe(response).subtract(key.multiplyUnsafe(c));
  const v = h.multiplyUnsafe(response).subtract(gamma.multiplyUnsafe(c));
  const points = [key, h, gamma, u, v].map((point) => point.toBytes());
  const expected = hash(0x02, ...points, Uint8Array.of(0)).subarray(0, challenge.length);
  return equalBytes(expected, challenge) ? outputOf(gamma) : undefined;
}

/** https://www.rfc-editor.org/rfc/rfc9381#section-5.2 */
function outputOf(gamma: Point): Uint8Array {
  return hash(0x03, gamma.toBytes(), Uint8Array.of(0));
}

/** https://c2sp.org/vrf-r255#encode-to-curve */
function encodeToGroup(salt: Uint8Array, alpha: Uint8Array): Point {
  const { deriveToCurve } = ristretto255_hasher;
  if (!deriveToCurve) throw new TypeError('@noble/curves has no one-way map to ristretto255.');
  return deriveToCurve(hash(0x82, salt, alpha));
}

/** @param domain A byte that separates the uses of the hash function. */
function hash(domain: number, ...parts: Uint8Array[]): Uint8Array {
  const suite = toUtf8('c2sp.org/vrf-r255');
  return sha512(concatBytes(Uint8Array.of(0xff), suite, Uint8Array.of(domain), ...parts));
}

function decode(bytes: Uint8Array): Point | undefined {
  try {
    return ristretto255.Point.fromBytes(bytes);
  } catch {
    return undefined;
  }
}
