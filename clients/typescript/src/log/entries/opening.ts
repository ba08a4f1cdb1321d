import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { ByteReader } from '../byte-reader.js';
import { malformed } from '../log-error.js';
import { prefixOf } from './prefix.js';

/** In bytes. */
const nonceSize = 32;

/** In bytes. The specification sets no limit; events have well under 1,000 bytes. */
export const maxEventSize = 4096;

/** What an entry commits to. */
export interface Opening {
  /** Random, 32 bytes. */
  readonly nonce: Uint8Array;

  /** The event as it was logged. See `parseEvent`. */
  readonly event: Uint8Array;
}

/** @throws LogError `malformed` if there is no event, or it has more than 4,096 bytes. */
export function parseOpening(bytes: Uint8Array): Opening {
  const reader = new ByteReader(bytes, 'opening');
  const [nonce, event] = [reader.take(nonceSize), reader.rest()];
  if (event.length === 0 || event.length > maxEventSize) throw malformed('opening');
  return { nonce, event };
}

/** 32 bytes. */
export function commitmentOf({ nonce, event }: Opening): Uint8Array {
  return sha256(concatBytes(prefixOf('opening'), nonce, event));
}
