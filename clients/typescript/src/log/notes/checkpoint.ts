import { fromBase64 } from '../base64.js';
import { fromDecimal } from '../decimal.js';
import { hashSize } from '../hash-size.js';
import { malformed } from '../log-error.js';
import type { TreeHead } from '../tree/consistency.js';
import { type Note, parseNote } from './note.js';

/** A state of the log. https://c2sp.org/tlog-checkpoint */
export interface Checkpoint extends TreeHead {
  /** Identifies the log. */
  readonly origin: string;

  /** The signed form. Extension lines, if any, are covered by the signatures and ignored. */
  readonly note: Note;
}

/**
 * Signatures are not verified.
 *
 * @throws LogError `malformed` if it is no checkpoint, or the tree has 2^53 leaves or more.
 */
export function parseCheckpoint(source: string): Checkpoint {
  const note = parseNote(source);
  const lines = note.text.slice(0, -1).split('\n');
  const [origin = '', decimal = '', base64 = ''] = lines;
  const [size, root] = [fromDecimal(decimal), fromBase64(base64)];
  if (size === undefined || root?.length !== hashSize || lines.includes(''))
    throw malformed('checkpoint');
  return { origin, size, root, note };
}
