import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ristretto255 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { verifyVrf } from '../src/log/vrf.js';
import { flips } from './support/flips.js';
import { proveVrf, vrfKeyOf } from './support/vrf-prover.js';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

/** The test vector of https://c2sp.org/vrf-r255. */
const vector = {
  secret: bytesToNumberLE(
    bytes('3431c2b03533e280b23232e280b34e2c3132c2b03238e280b23131e280b34500'),
  ),
  key: bytes('54136cd90d99fbd1d4e855d9556efea87ba0337f2a6ce22028d0f5726fcb854e'),
  alpha: bytes('633273702e6f72672f7672662d72323535'),
  proof: bytes(
    '0a97d961262fb549b4175c5117860f42ae44a123f93c476c439eddd1c0cff926' +
      '5c805525233e2284dbed45e593b8eea31d5ca9734d72bcbba9738d5237f955f3' +
      'b2422351149d1312503b6441a47c940c',
  ),
  output: bytes(
    'dd653f0879b48c3ef69e13551239bec4cbcc1c18fe8894de2e9e1c790e182736' +
      '03bf1c6c25d7a797aeff3c43fd32b974d3fcbd4bcce916007097922a3ea3a794',
  ),
};

describe('The VRF', () => {
  const { secret, key, alpha, proof, output } = vector;

  it('has the output of the specification', () => {
    assert.deepEqual(verifyVrf(key, alpha, proof), output);
    assert.deepEqual(vrfKeyOf(secret), key);
    assert.deepEqual(Uint8Array.from(proveVrf(secret, alpha)), proof);
  });

  it('verifies proofs of other keys and inputs', () => {
    for (let i = 1; i <= 8; i++) {
      const input = new Uint8Array(i * i - 1).fill(i);
      const made = proveVrf(BigInt(i), input);
      assert.ok(verifyVrf(vrfKeyOf(BigInt(i)), input, made));
      assert.equal(verifyVrf(vrfKeyOf(BigInt(i + 1)), input, made), undefined);
      assert.equal(verifyVrf(vrfKeyOf(BigInt(i)), Uint8Array.of(...input, 0), made), undefined);
    }
  });

  it('does not verify if any byte was changed', () => {
    for (const changed of flips(proof, 7)) assert.equal(verifyVrf(key, alpha, changed), undefined);
    for (const changed of flips(key, 7)) assert.equal(verifyVrf(changed, alpha, proof), undefined);
    for (const changed of flips(alpha, 7)) assert.equal(verifyVrf(key, changed, proof), undefined);
  });

  it('has a proof of 80 bytes and a key of 32', () => {
    for (let length = 0; length < 80; length++)
      assert.equal(verifyVrf(key, alpha, proof.subarray(0, length)), undefined);
    assert.equal(verifyVrf(key, alpha, Uint8Array.of(...proof, 0)), undefined);
    assert.equal(verifyVrf(key.subarray(1), alpha, proof), undefined);
    assert.equal(verifyVrf(Uint8Array.of(...key, 0), alpha, proof), undefined);
  });

  it('has a reduced scalar', () => {
    const order = ristretto255.Point.Fn.ORDER;
    const s = bytesToNumberLE(proof.subarray(48));
    const more = numberToBytesLE(s + order, 32);
    assert.equal(
      verifyVrf(key, alpha, Uint8Array.of(...proof.subarray(0, 48), ...more)),
      undefined,
    );
  });

  it('has a key that is not the identity', () => {
    // Everybody can make proofs of this key, whose secret is 0.
    const identity = new Uint8Array(32);
    assert.ok(ristretto255.Point.fromBytes(identity).is0());
    assert.equal(verifyVrf(identity, alpha, new Uint8Array(80)), undefined);
    assert.equal(verifyVrf(identity, alpha, proveVrf(0n, alpha)), undefined);
  });
});
