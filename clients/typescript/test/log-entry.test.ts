import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { chain } from '../src/log/entries/chain.js';
import { decodeEntry, encodeEntry, entryHash } from '../src/log/entries/entry.js';
import { entryZero } from '../src/log/entries/entry-zero.js';
import { keyCommitment } from '../src/log/entries/key-commitment.js';
import { keypairSubject, labelInput, labelOf } from '../src/log/entries/label.js';
import { commitmentOf, maxEventSize, parseOpening } from '../src/log/entries/opening.js';
import { LogError } from '../src/log/log-error.js';
import { verifyVrf } from '../src/log/vrf.js';
import { proveVrf, vrfKeyOf } from './support/vrf-prover.js';

const did = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';
const plain = (bytes: Uint8Array) => Uint8Array.from(bytes);
const ascii = (text: string) => Buffer.from(text, 'latin1');
const sha256 = (...parts: Uint8Array[]) =>
  plain(createHash('sha256').update(Buffer.concat(parts)).digest());

const entry = {
  chain: chain.keypair,
  label: new Uint8Array(32).fill(0xaa),
  sequence: 0x01_02_03_04_05_06,
  previousHash: new Uint8Array(32).fill(0xbb),
  commitment: new Uint8Array(32).fill(0xcc),
};

describe('An entry', () => {
  const bytes = encodeEntry(entry);

  it('has 106 bytes', () => {
    const hex = `0101${'aa'.repeat(32)}0000010203040506${'bb'.repeat(32)}${'cc'.repeat(32)}`;
    assert.equal(Buffer.from(bytes).toString('hex'), hex);
    assert.equal(bytes.length, 106);
    assert.deepEqual(decodeEntry(bytes), entry);
    assert.deepEqual(entryHash(bytes), sha256(bytes));
  });

  it('has one form', () => {
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => decodeEntry(bytes.subarray(0, length)), LogError);
    assert.throws(() => decodeEntry(Uint8Array.of(...bytes, 0)), LogError);
    for (const version of [0, 2, 255])
      assert.throws(() => decodeEntry(bytes.with(0, version)), LogError);
    for (const number of [6, 255])
      assert.throws(() => decodeEntry(bytes.with(1, number)), LogError);
    assert.throws(() => decodeEntry(bytes.with(34, 1)), LogError);
    assert.throws(() => decodeEntry(bytes.with(35, 0x20)), LogError);
  });

  it('is linked to the one before it, unless it is the first', () => {
    const zeros = new Uint8Array(32);
    assert.throws(() => decodeEntry(encodeEntry({ ...entry, sequence: 0 })), LogError);
    assert.throws(() => decodeEntry(encodeEntry({ ...entry, previousHash: zeros })), LogError);
    const first = { ...entry, sequence: 0, previousHash: zeros };
    assert.deepEqual(decodeEntry(encodeEntry(first)), first);
  });

  it('0 binds the VRF key and the predecessor', () => {
    const [origin, vrfKey, root] = ['keys.example.com/tlog', vrfKeyOf(5n), entry.commitment];
    const parts = [ascii('atpkeyserver/tlog/log/v1\0\0\0\0\x15keys.example.com/tlog'), vrfKey];
    const first = entryZero(origin, vrfKey);
    assert.deepEqual(first.commitment, sha256(...parts, Buffer.alloc(40)));
    assert.deepEqual(
      entryZero(origin, vrfKey, { size: 0x0102, root }).commitment,
      sha256(...parts, ascii('\0\0\0\0\0\0\x01\x02'), root),
    );
    const bytes = encodeEntry(first);
    assert.deepEqual(bytes.subarray(0, 74), Uint8Array.of(1, ...new Uint8Array(73)));
    assert.deepEqual(decodeEntry(bytes), first);
  });
});

describe('A label', () => {
  it('is of a chain and a subject', () => {
    const input = labelInput(chain.keypair, keypairSubject(did, 'main'));
    assert.deepEqual(input, plain(ascii(`atpkeyserver/tlog/label/v1\0\x01${did}\0main`)));
    const people = labelInput(chain.groupPeople, `${did}#ü`);
    assert.deepEqual(people, plain(Buffer.from(`atpkeyserver/tlog/label/v1\0\x05${did}#ü`)));
  });

  it('is proved', () => {
    const input = labelInput(chain.account, did);
    const [key, proof] = [vrfKeyOf(7n), proveVrf(7n, input)];
    assert.deepEqual(
      labelOf(key, chain.account, did, proof),
      verifyVrf(key, input, proof)?.subarray(0, 32),
    );
    assert.equal(labelOf(key, chain.devices, did, proof), undefined);
    assert.equal(labelOf(key, chain.account, `${did}a`, proof), undefined);
    assert.equal(labelOf(vrfKeyOf(8n), chain.account, did, proof), undefined);
  });
});

describe('A commitment', () => {
  it('is of an opening', () => {
    const opening = parseOpening(Uint8Array.of(...entry.label, ...ascii('{}')));
    assert.deepEqual(opening, { nonce: entry.label, event: plain(ascii('{}')) });
    const expected = sha256(ascii('atpkeyserver/tlog/opening/v1\0'), entry.label, ascii('{}'));
    assert.deepEqual(commitmentOf(opening), expected);
  });

  it('is of an event of up to 4,096 bytes', () => {
    const nonce = entry.label.length;
    for (const length of [0, 31, nonce, nonce + maxEventSize + 1])
      assert.throws(() => parseOpening(new Uint8Array(length)), LogError);
    assert.equal(parseOpening(new Uint8Array(nonce + maxEventSize)).event.length, maxEventSize);
  });

  it("is of a group's key", () => {
    const key = entry.label;
    assert.deepEqual(
      keyCommitment(`${did}#friends`, 0x01020304, key),
      sha256(
        ascii(`atpkeyserver/tlog/group-key/v1\0\0\0\0\x28${did}#friends\x01\x02\x03\x04`),
        key,
      ),
    );
  });
});
