import type { EventChain } from '../entries/chain.js';
import { type Entry, encodeEntry } from '../entries/entry.js';
import { labelOf } from '../entries/label.js';
import { commitmentOf } from '../entries/opening.js';
import type { LogEvent } from '../events/log-event.js';
import { parseEvent } from '../events/parse-event.js';
import { LogError } from '../log-error.js';
import type { Policy } from '../policy/policy.js';
import { isIncluded } from '../tree/inclusion.js';
import { leafHash } from '../tree/tree-hash.js';
import type { LogKeys } from './log-keys.js';
import type { TlogProof } from './tlog-proof.js';
import { verifyCheckpoint } from './verify-checkpoint.js';

/** An event that is proved to be in the log. It need not be the last of its chain. */
export interface LoggedEvent {
  readonly event: LogEvent;

  readonly entry: Entry;
}

/**
 * Verifies that an event was logged.
 *
 * @param chain The kind of the chain that the caller asked for.
 * @param subject A DID, a group id, or `keypairSubject`.
 * @param now In milliseconds since 1970.
 * @throws LogError See `LogErrorReason`. TypeError if the subject has an unpaired surrogate.
 */
export function verifyProof(
  { extra, index, hashes, checkpoint }: TlogProof,
  chain: EventChain,
  subject: string,
  keys: LogKeys,
  policy: Policy,
  now: number,
): LoggedEvent {
  verifyCheckpoint(checkpoint, keys, policy, now);
  const label = labelOf(keys.vrf, chain, subject, extra.vrfProof);
  if (!label) throw new LogError('wrongLabel', 'The VRF proof does not prove the label.');
  const { sequence, previousHash, opening } = extra;
  const entry = { chain, label, sequence, previousHash, commitment: commitmentOf(opening) };
  const { size, root } = checkpoint;
  if (!isIncluded(index, size, leafHash(encodeEntry(entry)), hashes, root))
    throw new LogError('notIncluded', 'The log does not contain the entry.');
  return { event: parseEvent(chain, opening.event), entry };
}
