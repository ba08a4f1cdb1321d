import { chain as chains, type EventChain } from '../../src/log/entries/chain.js';
import { type Entry, encodeEntry } from '../../src/log/entries/entry.js';
import { labelInput } from '../../src/log/entries/label.js';
import { commitmentOf } from '../../src/log/entries/opening.js';
import { signatureType } from '../../src/log/notes/verifier-key.js';
import { type LogKeys, parseLogKeys } from '../../src/log/proofs/log-keys.js';
import { leafHash } from '../../src/log/tree/tree-hash.js';
import { verifyVrf } from '../../src/log/vrf.js';
import { LogTree, treeOf } from './log-tree.js';
import { NoteSigner } from './note-signer.js';
import { proveVrf, vrfKeyOf } from './vrf-prover.js';

export const origin = 'keys.example.com/tlog';

/** In seconds since 1970. */
export const cosigned = 1_796_040_000;

const vrfSecret = 12345n;

export const log = new NoteSigner(origin, signatureType.ed25519, 1);
export const cosigner = new NoteSigner(origin, signatureType.cosignature, 2);

export const keys: LogKeys = parseLogKeys(origin, log.vkey, cosigner.vkey, vrfKeyOf(vrfSecret));

/** What a server proves. A test makes it lie. */
export interface Claim {
  readonly chain?: EventChain;
  readonly subject?: string;
  readonly event?: string;
  readonly sequence?: number;
  readonly index?: number;
  readonly size?: number;
  readonly origin?: string;

  /** The lines below the checkpoint; by default both of the log. */
  readonly sign?: (text: string) => string;
}

export const claimed = {
  chain: chains.keypair,
  subject: 'did:plc:ewvi7nxzyoun6zhxrhs64oiz\0main',
  event: '{"type":"created","at":"2026-11-30T12:00:00.000Z","by":"owner"}',
};

/** The proof of a claim in a log with other entries. */
export function proofOf(claim: Claim = {}): string {
  const { chain, subject, event, sequence, index, size } = {
    ...claimed,
    ...{ sequence: 3, index: 5, size: 11 },
    ...claim,
  };
  const input = labelInput(chain, subject);
  const vrfProof = proveVrf(vrfSecret, input);
  const previousHash = new Uint8Array(32).fill(sequence === 0 ? 0 : 7);
  const opening = { nonce: new Uint8Array(32).fill(9), event: Buffer.from(event) };
  const entry: Entry = {
    chain,
    label: verifyVrf(keys.vrf, input, vrfProof)?.subarray(0, 32) as Uint8Array,
    sequence,
    previousHash,
    commitment: commitmentOf(opening),
  };
  const tree = new LogTree(treeOf(size).leaves.with(index, leafHash(encodeEntry(entry))));
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(sequence));
  const extra = Buffer.concat([vrfProof, number, previousHash, opening.nonce, opening.event]);
  const text = `${claim.origin ?? origin}\n${size}\n${base64(tree.root())}\n`;
  const lines = [
    'c2sp.org/tlog-proof@v1',
    `extra ${base64(extra)}`,
    `index ${index}`,
    ...tree.inclusion(index).map(base64),
  ];
  const sign = claim.sign ?? ((each) => log.sign(each) + cosigner.sign(each, cosigned));
  return `${lines.join('\n')}\n\n${text}\n${sign(text)}`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
