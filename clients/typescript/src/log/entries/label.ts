import { concatBytes } from '@noble/hashes/utils.js';
import { toUtf8 } from '../../content/utf8.js';
import { verifyVrf } from '../vrf.js';
import type { EventChain } from './chain.js';
import { prefixOf } from './prefix.js';

/** In bytes. */
const labelSize = 32;

/** The subject of the chain of an account's keypair. Other chains' subjects are a DID or a group id. */
export function keypairSubject(did: string, name: string): string {
  return `${did}\0${name}`;
}

/** The input of the VRF. */
export function labelInput(chain: EventChain, subject: string): Uint8Array {
  return concatBytes(prefixOf('label'), Uint8Array.of(chain), toUtf8(subject));
}

/**
 * The label of a chain, which only the log can compute.
 *
 * @param vrfKey 32 bytes.
 * @param proof 80 bytes.
 * @returns 32 bytes; undefined if the proof is not one of this chain and subject.
 */
export function labelOf(
  vrfKey: Uint8Array,
  chain: EventChain,
  subject: string,
  proof: Uint8Array,
): Uint8Array | undefined {
  return verifyVrf(vrfKey, labelInput(chain, subject), proof)?.subarray(0, labelSize);
}
