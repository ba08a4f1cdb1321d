import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chain } from '../src/log/entries/chain.js';
import { decodeEntry, encodeEntry } from '../src/log/entries/entry.js';
import { entryZero } from '../src/log/entries/entry-zero.js';
import { parseEvent } from '../src/log/events/parse-event.js';
import { LogError } from '../src/log/log-error.js';
import { parseCheckpoint } from '../src/log/notes/checkpoint.js';
import { parseNote } from '../src/log/notes/note.js';
import { parseVerifierKey, signatureType } from '../src/log/notes/verifier-key.js';
import { parsePolicy } from '../src/log/policy/parse-policy.js';
import { parseProofExtra } from '../src/log/proofs/proof-extra.js';
import { parseTlogProof } from '../src/log/proofs/tlog-proof.js';
import { verifyProof } from '../src/log/proofs/verify-proof.js';
import { readEntryBundle } from '../src/log/tiles/entry-bundle.js';
import { formatTilePath, parseTilePath } from '../src/log/tiles/tile-path.js';
import { verifyVrf } from '../src/log/vrf.js';
import { claimed, cosigned, cosigner, keys, log, proofOf } from './support/log-prover.js';

/** A repeatable sequence of numbers from 0 to the limit (exclusive). */
function createRandom(): (limit: number) => number {
  let state = 1;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Copies in which up to four places were changed, removed, repeated or inserted. */
function* mutations(bytes: Uint8Array, count: number): Generator<Buffer> {
  const random = createRandom();
  const inserted = ['\n', '\n\n', ' ', '+', '=', '"', ':', '{', '0', 'x', '\0', '\xff', '\u2014'];
  for (let i = 0; i < count; i++) {
    let copy = Buffer.from(bytes);
    for (let changes = random(4); changes >= 0; changes--) {
      const [start, length] = [random(copy.length + 1), random(8)];
      const piece = [
        Buffer.of(),
        Buffer.of(random(256)),
        Buffer.from(inserted[random(inserted.length)] ?? '', 'latin1'),
        copy.subarray(start, start + random(100)),
      ][random(4)] as Buffer;
      copy = Buffer.concat([copy.subarray(0, start), piece, copy.subarray(start + length)]);
    }
    yield copy;
  }
}

const proof = proofOf();
const extra = Buffer.from(proof.split('\n')[1]?.slice('extra '.length) ?? '', 'base64');
const entry = encodeEntry(entryZero(keys.origin, keys.vrf));
const policy = `log ${log.vkey}\nwitness a ${cosigner.vkey}\ngroup g 1 a\nquorum g\n`;
const none = parsePolicy('quorum none\n');

const bytesOf = (text: string) => Buffer.from(text);
const ofText = (parse: (text: string) => unknown) => (bytes: Buffer) => parse(bytes.toString());

const parsers: Record<string, [valid: Uint8Array, parse: (bytes: Buffer) => unknown]> = {
  path: [bytesOf(formatTilePath({ level: 0, index: 1e9, width: 9 })), ofText(parseTilePath)],
  bundle: [Buffer.concat([Buffer.of(0, 106), entry]), (bytes) => readEntryBundle(bytes, 1)],
  key: [bytesOf(log.vkey), ofText((text) => parseVerifierKey(text, signatureType.ed25519))],
  note: [bytesOf(`a\n\n${log.sign('a\n')}`), ofText(parseNote)],
  checkpoint: [bytesOf(proof.slice(proof.indexOf('\n\n') + 2)), ofText(parseCheckpoint)],
  entry: [entry, decodeEntry],
  event: [bytesOf(claimed.event), (bytes) => parseEvent(chain.keypair, bytes)],
  policy: [bytesOf(policy), ofText(parsePolicy)],
  extra: [extra, parseProofExtra],
  proof: [bytesOf(proof), ofText(parseTlogProof)],
};

describe('Malformed input of the log', () => {
  for (const [name, [valid, parse]] of Object.entries(parsers))
    it(`has one error: ${name}`, () => {
      parse(Buffer.from(valid));
      let failures = 0;
      for (const mutation of mutations(valid, 2000))
        try {
          parse(mutation);
        } catch (error) {
          assert.ok(error instanceof LogError, `${error} of ${mutation.toString('latin1')}`);
          failures++;
        }
      assert.ok(failures > 200);
    });

  it('has one error when it is verified', () => {
    for (const mutation of mutations(bytesOf(proof), 1000))
      try {
        const { chain: kind, subject } = claimed;
        const parsed = parseTlogProof(mutation.toString());
        const { event } = verifyProof(parsed, kind, subject, keys, none, cosigned * 1000);
        assert.deepEqual({ ...event }, JSON.parse(claimed.event));
      } catch (error) {
        assert.ok(error instanceof LogError, `${error} of ${mutation.toString('latin1')}`);
      }
  });

  it('is no VRF proof', () => {
    for (const mutation of mutations(extra.subarray(0, 80), 300))
      assert.equal(verifyVrf(keys.vrf, Buffer.of(), mutation), undefined);
  });
});
