import { fromBase64 } from '../base64.js';
import { fromDecimal } from '../decimal.js';
import { hashSize } from '../hash-size.js';
import { malformed } from '../log-error.js';
import { type Checkpoint, parseCheckpoint } from '../notes/checkpoint.js';
import { maxNoteLength } from '../notes/note.js';
import { maxProofLength } from '../tree/tree-index.js';
import { type ProofExtra, parseProofExtra } from './proof-extra.js';

const firstLine = 'c2sp.org/tlog-proof@v1';

/** In characters: three lines with up to 4,096 bytes of event, the hashes, and the checkpoint. */
export const maxProofTextLength = maxNoteLength + 10_000;

/** A proof that an event was logged, to be verified by `verifyProof`. https://c2sp.org/tlog-proof */
export interface TlogProof {
  readonly extra: ProofExtra;

  /** Of the entry in the log, from 0. */
  readonly index: number;

  /** See `isIncluded`. */
  readonly hashes: readonly Uint8Array[];

  readonly checkpoint: Checkpoint;
}

/**
 * Parses a proof. Nothing is verified.
 *
 * @throws LogError `malformed` also if there is no extra line.
 */
export function parseTlogProof(source: string): TlogProof {
  const end = source.length <= maxProofTextLength ? source.indexOf('\n\n') : -1;
  const lines = source.slice(0, end).split('\n', 3 + maxProofLength + 1);
  const [first, extra = '', index = '', ...hashes] = lines;
  if (end < 0 || first !== firstLine || hashes.length > maxProofLength) throw malformed('proof');
  return {
    extra: parseProofExtra(requireBytes(requireValue('extra', extra))),
    index: requireIndex(requireValue('index', index)),
    hashes: hashes.map(requireHash),
    checkpoint: parseCheckpoint(source.slice(end + 2)),
  };
}

/** The rest of a line that starts with the name and a space. */
function requireValue(name: string, line: string): string {
  if (line.startsWith(`${name} `)) return line.slice(name.length + 1);
  throw malformed('proof');
}

function requireBytes(base64: string): Uint8Array {
  const bytes = fromBase64(base64);
  if (bytes) return bytes;
  throw malformed('proof');
}

function requireIndex(decimal: string): number {
  const index = fromDecimal(decimal);
  if (index !== undefined) return index;
  throw malformed('proof');
}

function requireHash(line: string): Uint8Array {
  const hash = requireBytes(line);
  if (hash.length === hashSize) return hash;
  throw malformed('proof');
}
