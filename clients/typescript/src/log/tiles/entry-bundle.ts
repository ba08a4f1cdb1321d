import { ByteReader } from '../byte-reader.js';
import { malformed } from '../log-error.js';

/**
 * Reads an entry bundle: each entry after its length as big-endian uint16. https://c2sp.org/tlog-tiles
 *
 * @param width The number of entries, 1–256.
 * @returns The entries, which are views of the bundle.
 * @throws LogError `malformed` if the bundle does not have exactly this many entries.
 */
export function readEntryBundle(bundle: Uint8Array, width: number): Uint8Array[] {
  const reader = new ByteReader(bundle, 'entry bundle');
  const entries: Uint8Array[] = [];
  while (entries.length < width) entries.push(reader.take(reader.uint(2)));
  if (reader.rest().length > 0) throw malformed('entry bundle');
  return entries;
}
