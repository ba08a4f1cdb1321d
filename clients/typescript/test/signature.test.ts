import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ed25519 } from '@noble/curves/ed25519.js';
import type { ContentSignature } from '../src/index.js';
import { FakeKeyserver, hexKeyOf, keyOf, owner } from './support/fake-keyserver.js';
import { error, type FakeRequest, json } from './support/fake-web.js';

const data = Buffer.from('What was said.');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** A keyserver whose active version the test sets. */
function create() {
  const server = { active: 1 };
  const keyserver = new FakeKeyserver(({ url, method }: FakeRequest) => {
    const version = Number(url.searchParams.get('version') ?? server.active);
    if (version > server.active) return error(404, 'KeyVersionNotFound');
    const privateKey = method === 'keypair.getKeypair' ? hexKeyOf(version) : undefined;
    return json({ publicKey: hex(ed25519.getPublicKey(keyOf(version))), privateKey, version });
  });
  const { signatures } = keyserver.client;
  const verify = ({ signature, keyVersion }: ContentSignature, signed: Uint8Array = data) =>
    signatures.verify(owner, signed, signature, keyVersion);
  return { server, keyserver, signatures, verify };
}

const sign = (version: number) => ({
  signature: hex(ed25519.sign(data, keyOf(version))),
  keyVersion: version,
});

describe('A signature', () => {
  it('is valid, of a revoked or an unknown key, or invalid', async () => {
    const { server, keyserver, signatures, verify } = create();
    const old = await signatures.sign(data);
    assert.deepEqual(old, sign(1));
    assert.equal(await verify(old), 'valid');

    server.active = 2;
    keyserver.client.clear();
    const fresh = await signatures.sign(data);
    assert.equal(fresh.keyVersion, 2);
    assert.equal(await verify(old), 'revokedKey');
    assert.equal(await verify(fresh), 'valid');
    assert.equal(await verify({ ...old, keyVersion: 2 }), 'invalid');
    assert.equal(await verify({ ...old, keyVersion: 3 }), 'unknownKey');
    assert.equal(await verify(fresh, new Uint8Array(1)), 'invalid');
  });

  it('of a newer key than the cached one makes a call', async () => {
    const { server, signatures, verify } = create();
    assert.equal(await verify(await signatures.sign(data)), 'valid');
    server.active = 2;
    assert.equal(await verify(sign(2)), 'valid');
  });

  it('is verified with cached keys', async () => {
    const { keyserver, verify } = create();
    for (let i = 0; i < 3; i++) assert.equal(await verify(sign(1)), 'valid');
    assert.equal(keyserver.web.requests.length, 1);
  });

  it('is signed with a new key after a rotation', async () => {
    const rotated = { oldVersion: 1, newVersion: 2, rotatedAt: '2025-01-23T10:30:00.000Z' };
    let active = 1;
    const keyserver = new FakeKeyserver(({ method }) => {
      if (method === 'keypair.rotate') active = 2;
      return method === 'keypair.rotate'
        ? json(rotated)
        : json({ publicKey: hexKeyOf(0), privateKey: hexKeyOf(active), version: active });
    });
    const { signatures, keypairs } = keyserver.client;
    assert.equal((await signatures.sign(data)).keyVersion, 1);
    await keypairs.rotate();
    assert.equal((await signatures.sign(data)).keyVersion, 2);
  });

  for (const signature of ['', '00', 'z'.repeat(128), '0'.repeat(130)])
    it(`that is none makes no call: '${signature.slice(0, 4)}'`, async () => {
      const { keyserver, verify } = create();
      assert.equal(await verify({ signature, keyVersion: 1 }), 'invalid');
      assert.equal(await verify({ ...sign(1), keyVersion: 0 }), 'invalid');
      assert.equal(keyserver.web.requests.length, 0);
    });

  // ZIP 215 would accept a signature of all zeros by the key of small order 0.
  for (const publicKey of ['0'.repeat(64), 'f'.repeat(64), `01${'0'.repeat(62)}`])
    it(`by a key of small order or by no key is invalid: ${publicKey.slice(0, 4)}`, async () => {
      const { client } = new FakeKeyserver(() => json({ publicKey, version: 1 }));
      const signature = `01${'0'.repeat(126)}`;
      assert.equal(await client.signatures.verify(owner, data, signature, 1), 'invalid');
    });
});
