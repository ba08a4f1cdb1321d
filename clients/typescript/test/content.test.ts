import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { decrypt, encrypt, messageOf } from '../src/content/content-cipher.js';
import { DecryptionFailedError, type EncryptedRecord } from '../src/index.js';
import { atUri, FakeKeyserver, group, groupKey, keyOf } from './support/fake-keyserver.js';

/** Of `tests/Vectors/xchacha20-poly1305.json`, which the .NET client reads too. */
interface Vector {
  readonly name: string;
  readonly keyHex: string;
  readonly nonceHex: string;
  readonly aad: string;
  readonly plaintextHex: string;
  readonly ciphertextHex: string;
}

const file = new URL('../../../../tests/Vectors/xchacha20-poly1305.json', import.meta.url);
const { vectors, negative }: Record<'vectors' | 'negative', Vector[]> = JSON.parse(
  readFileSync(file, 'utf8'),
);

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

const create = () => new FakeKeyserver(groupKey);

describe('Content', () => {
  for (const { name, keyHex, nonceHex, aad, plaintextHex, ciphertextHex } of vectors)
    it(`has the text form of vector ${name}`, () => {
      const [key, plaintext] = [bytes(keyHex), bytes(plaintextHex)];
      assert.equal(encrypt(key, aad, plaintext, bytes(nonceHex)), ciphertextHex);
      assert.deepEqual(decrypt(key, aad, messageOf(ciphertextHex)), plaintext);
      assert.deepEqual(decrypt(key, aad, messageOf(ciphertextHex.toUpperCase())), plaintext);
    });

  for (const { name, keyHex, aad, ciphertextHex } of negative)
    it(`does not decrypt vector ${name}`, () => {
      assert.throws(
        () => decrypt(bytes(keyHex), aad, messageOf(ciphertextHex)),
        DecryptionFailedError,
      );
    });

  it('does not decrypt if any bit was changed, and all failures look alike', async () => {
    const keyserver = create();
    const { content } = keyserver.client;
    const { ciphertext, keyVersion } = await content.encrypt(group, atUri, 'Hi.');
    const message = Buffer.from(ciphertext, 'hex');
    const changed = Array.from({ length: message.length * 8 }, (_, bit) => {
      const copy = Buffer.from(message);
      copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return copy.toString('hex');
    });
    const calls = [
      ...[...changed, ciphertext.slice(0, -2), `${ciphertext}00`].map(
        (each) => () => content.decrypt(group, atUri, each, keyVersion),
      ),
      () => content.decrypt(group, `${atUri}x`, ciphertext, keyVersion),
      () => content.decrypt(group, atUri, ciphertext, 1),
    ];
    const failures = new Set<string>();
    for (const call of calls)
      await assert.rejects(call, (failure: Error) => {
        assert.ok(failure instanceof DecryptionFailedError);
        failures.add(`${failure} ${failure.cause}`);
        return true;
      });
    assert.equal(failures.size, 1);
    // One call for each version: after a failure nothing is fetched again.
    assert.equal(keyserver.web.requests.length, 2);
  });

  it('never has the same nonce twice', async () => {
    const { content } = create().client;
    const nonces = new Set<string>();
    for (let i = 0; i < 1000; i++)
      nonces.add((await content.encrypt(group, atUri, '')).ciphertext.slice(0, 48));
    assert.equal(nonces.size, 1000);
  });

  for (const text of ['', 'Hi.', '\ufeffBOM', 'Ünïcödé ✓ 日本語 👩‍👩‍👧‍👦'])
    it(`that is the text '${text}' comes back`, async () => {
      const { content } = create().client;
      const { ciphertext, keyVersion } = await content.encrypt(group, atUri, text);
      assert.equal(keyVersion, 2);
      assert.equal(ciphertext.length, 2 * (40 + Buffer.byteLength(text)));
      assert.equal(await content.decryptText(group, atUri, ciphertext, keyVersion), text);
    });

  it('that is bytes comes back, and is not taken for text', async () => {
    const { content } = create().client;
    const plaintext = Uint8Array.from({ length: 100_000 }, (_, i) => i);
    const { ciphertext, keyVersion } = await content.encrypt(group, atUri, plaintext);
    assert.deepEqual(await content.decrypt(group, atUri, ciphertext, keyVersion), plaintext);
    assert.equal(plaintext[1], 1);
    await assert.rejects(content.decryptText(group, atUri, ciphertext, keyVersion), {
      name: 'TypeError',
      message: 'The decrypted content is not UTF-8 text.',
    });
  });

  it('needs the AT-URI of a record, before any call', async () => {
    const keyserver = create();
    const { content } = keyserver.client;
    for (const uri of ['', 'at://', `at://${group}`, 'at://a/b', 'at://a/b/', 'https://a.b/c/d'])
      await assert.rejects(content.decryptText(group, uri, '0'.repeat(100), 1), TypeError);
    await assert.rejects(
      content.decryptText(group, `${atUri}\ud800`, '0'.repeat(100), 1),
      TypeError,
    );
    assert.equal(keyserver.web.requests.length, 0);
  });

  it('that has no UTF-8 form is refused, before any call', async () => {
    const keyserver = create();
    await assert.rejects(keyserver.client.content.encrypt(group, atUri, 'a \ud800'), TypeError);
    assert.equal(keyserver.web.requests.length, 0);
  });

  for (const ciphertext of ['', '00', 'odd', 'z'.repeat(80), '0'.repeat(81)])
    it(`that is no ciphertext fails without a call: '${ciphertext.slice(0, 8)}'`, async () => {
      const keyserver = create();
      await assert.rejects(
        keyserver.client.content.decryptText(group, atUri, ciphertext, 1),
        DecryptionFailedError,
      );
      assert.equal(keyserver.web.requests.length, 0);
    });
});

describe('A record', () => {
  it('has what decryption needs', async () => {
    const { content } = create().client;
    const record = await content.encryptRecord(group, atUri, 'For friends.');
    const { ciphertext } = record;
    assert.deepEqual(record, {
      ciphertext,
      key_version: 2,
      group_id: group,
      encrypted_at: '2025-01-23T10:30:00.000Z',
    });
    const read: EncryptedRecord = JSON.parse(JSON.stringify(record));
    assert.equal(await content.decryptRecord(atUri, read), 'For friends.');
  });

  const complete = {
    ciphertext: encrypt(keyOf(1), atUri, bytes('00')),
    key_version: 1,
    group_id: group,
  };
  for (const change of [
    { key_version: undefined },
    { key_version: null },
    { key_version: 0 },
    { key_version: 1.5 },
    { key_version: '1' },
    { group_id: undefined },
    { group_id: '' },
    { ciphertext: undefined },
    { ciphertext: 7 },
  ])
    it(`with ${JSON.stringify(change)} is refused, before any call`, async () => {
      const keyserver = create();
      const record = { ...complete, ...change } as unknown as EncryptedRecord;
      await assert.rejects(keyserver.client.content.decryptRecord(atUri, record), TypeError);
      assert.equal(keyserver.web.requests.length, 0);
    });
});
