import { ByteReader } from '../byte-reader.js';
import { isLink } from '../entries/entry.js';
import { type Opening, parseOpening } from '../entries/opening.js';
import { hashSize } from '../hash-size.js';
import { malformed } from '../log-error.js';
import { vrfProofSize } from '../vrf.js';

/** What a proof holds besides the position in the tree, so that the entry can be rebuilt. */
export interface ProofExtra {
  /** Proves the label; 80 bytes. */
  readonly vrfProof: Uint8Array;

  /** See `Entry`. */
  readonly sequence: number;

  /** See `Entry`; 32 bytes. */
  readonly previousHash: Uint8Array;

  readonly opening: Opening;
}

/** @throws LogError `malformed` if it is not VRF proof, sequence as big-endian uint64, previous hash, nonce, event. */
export function parseProofExtra(bytes: Uint8Array): ProofExtra {
  const reader = new ByteReader(bytes, 'proof');
  const vrfProof = reader.take(vrfProofSize);
  const sequence = reader.uint(8);
  const previousHash = reader.take(hashSize);
  if (!isLink(sequence, previousHash)) throw malformed('proof');
  return { vrfProof, sequence, previousHash, opening: parseOpening(reader.rest()) };
}
