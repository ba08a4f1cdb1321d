import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';

const { Point } = ristretto255;
const { Fn } = Point;

function hash(domain: number, ...parts: Uint8Array[]): Uint8Array {
  const suite = Buffer.from('c2sp.org/vrf-r255');
  return sha512(Buffer.concat([Buffer.of(0xff), suite, Buffer.of(domain), ...parts]));
}

export function vrfKeyOf(secret: bigint): Uint8Array {
  return Point.BASE.multiplyUnsafe(secret).toBytes();
}

/** ECVRF_prove of RFC 9381, section 5.1. */
export function proveVrf(secret: bigint, alpha: Uint8Array): Uint8Array {
  const key = Point.BASE.multiplyUnsafe(secret);
  const h = ristretto255_hasher.deriveToCurve?.(hash(0x82, key.toBytes(), alpha)) as typeof key;
  const gamma = h.multiplyUnsafe(secret);
  const nonce = hash(0x81, numberToBytesLE(secret, 32), h.toBytes());
  const k = Fn.create(bytesToNumberLE(nonce));
  const points = [key, h, gamma, Point.BASE.multiplyUnsafe(k), h.multiplyUnsafe(k)];
  const challenge = hash(2, ...points.map((each) => each.toBytes()), Buffer.of(0)).subarray(0, 16);
  const s = Fn.create(k + bytesToNumberLE(challenge) * secret);
  return Buffer.concat([gamma.toBytes(), challenge, numberToBytesLE(s, 32)]);
}
