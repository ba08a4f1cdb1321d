import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import { chain, type EventChain } from '../src/log/entries/chain.js';
import { decodeEntry, encodeEntry, entryHash } from '../src/log/entries/entry.js';
import { entryZero } from '../src/log/entries/entry-zero.js';
import { keyCommitment } from '../src/log/entries/key-commitment.js';
import { keypairSubject, labelInput, labelOf } from '../src/log/entries/label.js';
import { commitmentOf, parseOpening } from '../src/log/entries/opening.js';
import { parseEvent } from '../src/log/events/parse-event.js';
import { parseCheckpoint } from '../src/log/notes/checkpoint.js';
import { cosignedAt } from '../src/log/notes/cosignature.js';
import { isSignedBy } from '../src/log/notes/note-signature.js';
import { parsePolicy } from '../src/log/policy/parse-policy.js';
import { parseLogKeys } from '../src/log/proofs/log-keys.js';
import { parseTlogProof } from '../src/log/proofs/tlog-proof.js';
import { verifyProof } from '../src/log/proofs/verify-proof.js';
import { readEntryBundle } from '../src/log/tiles/entry-bundle.js';
import { parseTilePath } from '../src/log/tiles/tile-path.js';
import { isConsistent } from '../src/log/tree/consistency.js';
import { RightEdge } from '../src/log/tree/right-edge.js';
import { leafHash } from '../src/log/tree/tree-hash.js';
import { verifyVrf } from '../src/log/vrf.js';
import { proveVrf, vrfKeyOf } from './support/vrf-prover.js';

/** The vectors of the server, made by another implementation. */
interface Vectors {
  readonly keys: Record<'origin' | 'vkey' | 'cosigner_vkey' | 'vrf_scalar' | 'vrf_key', string>;
  readonly identity: readonly {
    readonly predecessor_size: number;
    readonly predecessor_root: string;
    readonly commitment: string;
    readonly entry: string;
  }[];
  readonly labels: readonly ({ readonly chain: EventChain } & Record<
    'subject' | 'input' | 'vrf_proof' | 'vrf_output' | 'label',
    string
  >)[];
  readonly openings: readonly Record<'nonce' | 'event' | 'opening' | 'commitment', string>[];
  readonly key_commitment: {
    readonly group_id: string;
    readonly version: number;
    readonly key: string;
    readonly commitment: string;
  };
  readonly entries: readonly ({ readonly chain: number; readonly sequence: number } & Record<
    'label' | 'previous' | 'commitment' | 'entry' | 'digest' | 'leaf',
    string
  >)[];
  readonly checkpoint: {
    readonly origin: string;
    readonly size: number;
    readonly root: string;
    readonly cosigned_at: number;
    readonly note: string;
  };
  readonly proof: {
    readonly did: string;
    readonly name: string;
    readonly index: number;
    readonly extra: string;
    readonly hashes: readonly string[];
    readonly text: string;
  };
  readonly consistency: readonly {
    readonly size: number;
    readonly root: string;
    readonly proof: readonly string[];
  }[];
  readonly tile: Record<'path' | 'content' | 'bundle_path' | 'bundle', string>;
}

const file = new URL('../../../../tests/Vectors/tlog.json', import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(file, 'utf8'));

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (each: Uint8Array) => Buffer.from(each).toString('hex');

const { origin, vkey, cosigner_vkey: cosigner, vrf_scalar: scalar, vrf_key: vrfKey } = vectors.keys;
const keys = parseLogKeys(origin, vkey, cosigner, bytes(vrfKey));

describe('The vectors of the log', () => {
  it('have a VRF key', () => assert.equal(hex(vrfKeyOf(bytesToNumberLE(bytes(scalar)))), vrfKey));

  it('have an entry 0, with and without a predecessor', () => {
    for (const {
      predecessor_size: size,
      predecessor_root: root,
      ...expected
    } of vectors.identity) {
      const entry = entryZero(origin, keys.vrf, { size, root: bytes(root) });
      assert.equal(hex(entry.commitment), expected.commitment);
      assert.equal(hex(encodeEntry(entry)), expected.entry);
      if (size === 0) assert.deepEqual(entryZero(origin, keys.vrf), entry);
    }
  });

  for (const { chain: of, subject: subjectHex, input, ...expected } of vectors.labels)
    it(`have a label of chain ${of}`, () => {
      const subject = Buffer.from(subjectHex, 'hex').toString();
      const proof = bytes(expected.vrf_proof);
      assert.equal(hex(labelInput(of, subject)), input);
      assert.equal(hex(proveVrf(bytesToNumberLE(bytes(scalar)), bytes(input))), expected.vrf_proof);
      assert.equal(
        hex(verifyVrf(keys.vrf, bytes(input), proof) ?? Buffer.of()),
        expected.vrf_output,
      );
      assert.equal(hex(labelOf(keys.vrf, of, subject, proof) ?? Buffer.of()), expected.label);
    });

  for (const { nonce, event, opening, commitment } of vectors.openings)
    it(`have an opening: ${event.slice(0, 20)}`, () => {
      const parsed = parseOpening(bytes(opening));
      assert.equal(hex(parsed.nonce), nonce);
      assert.equal(Buffer.from(parsed.event).toString(), event);
      assert.equal(hex(commitmentOf(parsed)), commitment);
      assert.deepEqual({ ...parseEvent(chain.keypair, parsed.event) }, JSON.parse(event));
    });

  it("have a commitment of a group's key", () => {
    const { group_id: groupId, version, key, commitment } = vectors.key_commitment;
    assert.equal(hex(keyCommitment(groupId, version, bytes(key))), commitment);
  });

  it('have entries, which are the leaves of the tree', () => {
    const edge = new RightEdge();
    for (const { chain: of, sequence, ...expected } of vectors.entries) {
      const entry = decodeEntry(bytes(expected.entry));
      assert.deepEqual([entry.chain, entry.sequence], [of, sequence]);
      assert.equal(hex(entry.label), expected.label);
      assert.equal(hex(entry.previousHash), expected.previous);
      assert.equal(hex(entry.commitment), expected.commitment);
      assert.equal(hex(encodeEntry(entry)), expected.entry);
      assert.equal(hex(entryHash(bytes(expected.entry))), expected.digest);
      assert.equal(hex(leafHash(bytes(expected.entry))), expected.leaf);
      edge.append(leafHash(bytes(expected.entry)));
    }
    assert.equal(hex(edge.root), vectors.checkpoint.root);
  });

  it('have a checkpoint', () => {
    const { note, size, root, cosigned_at: time } = vectors.checkpoint;
    const checkpoint = parseCheckpoint(note);
    assert.equal(checkpoint.origin, vectors.checkpoint.origin);
    assert.deepEqual([checkpoint.size, hex(checkpoint.root)], [size, root]);
    assert.ok(isSignedBy(checkpoint.note, keys.log));
    assert.equal(cosignedAt(checkpoint.note, keys.cosigner), time);
  });

  it('have a proof', () => {
    const { did, name, index, hashes, text } = vectors.proof;
    const proof = parseTlogProof(text);
    assert.equal(proof.index, index);
    assert.deepEqual(proof.hashes.map(hex), hashes);
    const { event, entry } = verifyProof(
      proof,
      chain.keypair,
      keypairSubject(did, name),
      keys,
      parsePolicy('quorum none\n'),
      vectors.checkpoint.cosigned_at * 1000,
    );
    assert.equal(hex(encodeEntry(entry)), vectors.entries[index]?.entry);
    assert.equal(JSON.stringify(event), vectors.openings[1]?.event);
  });

  it('have proofs of consistency', () => {
    const { size, root } = vectors.checkpoint;
    for (const old of vectors.consistency) {
      const proof = old.proof.map(bytes);
      const from = { size: old.size, root: bytes(old.root) };
      assert.ok(isConsistent(from, { size, root: bytes(root) }, proof));
    }
  });

  it('have a tile and a bundle', () => {
    const { path, content, bundle_path: bundlePath, bundle } = vectors.tile;
    const { width } = parseTilePath(bundlePath);
    assert.deepEqual(parseTilePath(path), { level: 0, index: 0, width });
    assert.deepEqual(parseTilePath(bundlePath), { level: 'entries', index: 0, width });
    const entries = readEntryBundle(bytes(bundle), width);
    assert.deepEqual(
      entries.map(hex),
      vectors.entries.map(({ entry }) => entry),
    );
    assert.equal(entries.map((each) => hex(leafHash(each))).join(''), content);
  });
});
