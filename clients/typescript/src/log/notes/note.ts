import { bytesToNumberBE } from '@noble/curves/utils.js';
import { fromBase64 } from '../base64.js';
import { malformed } from '../log-error.js';
import { isPlainText } from '../plain-text.js';
import { isKeyName } from './key-name.js';

/** In characters. The limits are those of golang.org/x/mod/sumdb/note. */
export const maxNoteLength = 1_000_000;

export const maxSignatures = 100;

/** A line below the text. */
export interface NoteSignature {
  /** The name of the key. */
  readonly name: string;

  /** The id of the key; unsigned, 32 bits. */
  readonly id: number;

  /** What follows the id, at least one byte. */
  readonly bytes: Uint8Array;
}

/** A text and its signatures, which are not verified. https://c2sp.org/signed-note */
export interface Note {
  /** With its last newline. The signatures cover its UTF-8 form. */
  readonly text: string;

  readonly signatures: readonly NoteSignature[];
}

/** @throws LogError `malformed` if it is no note, or has more than 100 signatures or 1,000,000 characters. */
export function parseNote(source: string): Note {
  const end = source.length <= maxNoteLength ? source.lastIndexOf('\n\n') : -1;
  if (end < 0 || !source.endsWith('\n') || !isPlainText(source, '\n')) throw malformed('note');
  const lines = source.slice(end + 2, -1).split('\n', maxSignatures + 1);
  if (lines.length > maxSignatures) throw malformed('note');
  return { text: source.slice(0, end + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [dash, name = '', base64 = '', ...rest] = line.split(' ', 4);
  const bytes = fromBase64(base64);
  if (dash !== '\u2014' || !isKeyName(name) || !bytes || bytes.length < 5 || rest.length > 0)
    throw malformed('signature of the note');
  return { name, id: Number(bytesToNumberBE(bytes.subarray(0, 4))), bytes: bytes.subarray(4) };
}
