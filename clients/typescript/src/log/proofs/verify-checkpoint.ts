import { equalBytes } from '@noble/curves/utils.js';
import { LogError } from '../log-error.js';
import type { Checkpoint } from '../notes/checkpoint.js';
import { cosignedAt } from '../notes/cosignature.js';
import { isSignedBy } from '../notes/note-signature.js';
import type { VerifierKey } from '../notes/verifier-key.js';
import type { Policy } from '../policy/policy.js';
import { isQuorum } from '../policy/quorum.js';
import type { LogKeys } from './log-keys.js';

/** In seconds. */
export const maxCosignatureAge = 5 * 60;

/** In seconds. Witnesses cosign unchanged checkpoints again after half of this time. */
export const maxWitnessAge = 60 * 60;

/** In seconds. The clock of this machine may be behind by as much. */
export const maxClockSkew = 60;

/**
 * Verifies who signed a checkpoint, and when. The log's own keys never count as witnesses.
 *
 * @param now In milliseconds since 1970.
 * @throws LogError `wrongLog`, `badSignature`, `unsigned`, `stale` or `noQuorum`.
 */
export function verifyCheckpoint(
  { origin, note }: Checkpoint,
  keys: LogKeys,
  policy: Policy,
  now: number,
): void {
  if (origin !== keys.origin) throw new LogError('wrongLog', 'The checkpoint is of another log.');
  if (!isSignedBy(note, keys.log))
    throw new LogError('unsigned', 'The checkpoint is not signed by the log.');
  const time = cosignedAt(note, keys.cosigner);
  if (time === undefined)
    throw new LogError('unsigned', 'The checkpoint is not cosigned by the log.');
  if (!isRecent(time, maxCosignatureAge, now))
    throw new LogError('stale', 'The checkpoint was not cosigned in the last minutes.');
  const isTrusted =
    policy.logs.length === 0 || policy.logs.some((each) => hasSameKey(each, keys.log));
  const cosigned = policy.witnesses.filter((each) => {
    const cosignedTime = cosignedAt(note, each);
    const isOwn = hasSameKey(each, keys.cosigner) || hasSameKey(each, keys.log);
    return cosignedTime !== undefined && isRecent(cosignedTime, maxWitnessAge, now) && !isOwn;
  });
  if (!isTrusted || !isQuorum(policy.quorum, new Set(cosigned)))
    throw new LogError('noQuorum', 'The checkpoint does not satisfy the witness policy.');
}

/** @param time In seconds since 1970. */
function isRecent(time: number, maxAge: number, now: number): boolean {
  const age = now / 1000 - time;
  return age <= maxAge && age >= -maxClockSkew;
}

function hasSameKey(one: VerifierKey, other: VerifierKey): boolean {
  return equalBytes(one.publicKey, other.publicKey);
}
