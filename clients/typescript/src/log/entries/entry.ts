import { numberToBytesBE } from '@noble/curves/utils.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { ByteReader } from '../byte-reader.js';
import { hashSize } from '../hash-size.js';
import { malformed } from '../log-error.js';
import { type Chain, chain as chains } from './chain.js';

/** In bytes. */
export const entrySize = 106;

const formatVersion = 1;

/** An entry of the log. It shows whose it is and what it says only to those who get its label and opening. */
export interface Entry {
  readonly chain: Chain;

  /** Identifies the chain; 32 bytes. See `labelOf`. */
  readonly label: Uint8Array;

  /** The number in the chain, from 0. */
  readonly sequence: number;

  /** See {@link entryHash}; 32 bytes, zeros in the first entry of the chain. */
  readonly previousHash: Uint8Array;

  /** 32 bytes. See `commitmentOf`. */
  readonly commitment: Uint8Array;
}

/** The 106 bytes: version, chain, label, sequence as big-endian uint64, previous hash, commitment. */
export function encodeEntry(entry: Entry): Uint8Array {
  return concatBytes(
    Uint8Array.of(formatVersion, entry.chain),
    entry.label,
    numberToBytesBE(entry.sequence, 8),
    entry.previousHash,
    entry.commitment,
  );
}

/** @throws LogError `malformed` if it is no entry of version 1, or the sequence is not below 2^53. */
export function decodeEntry(bytes: Uint8Array): Entry {
  const reader = new ByteReader(bytes, 'entry');
  const version = reader.uint(1);
  const number = reader.uint(1);
  const chain = Object.values(chains).find((each) => each === number);
  if (version !== formatVersion || chain === undefined) throw malformed('entry');
  const label = reader.take(hashSize);
  const sequence = reader.uint(8);
  const [previousHash, commitment] = [reader.take(hashSize), reader.take(hashSize)];
  if (reader.rest().length > 0 || !isLink(sequence, previousHash)) throw malformed('entry');
  return { chain, label, sequence, previousHash, commitment };
}

/** What the next entry of the chain refers to: SHA-256 of the 106 bytes. It is not the hash of a leaf. */
export function entryHash(entry: Uint8Array): Uint8Array {
  return sha256(entry);
}

/** Whether exactly the first entry of a chain has zeros as previous hash. */
export function isLink(sequence: number, previousHash: Uint8Array): boolean {
  return (sequence === 0) === previousHash.every((byte) => byte === 0);
}
