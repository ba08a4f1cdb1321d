import type { VerifierKey } from '../notes/verifier-key.js';

/** At least so many of the members must have cosigned. */
export interface Group {
  /** 1 to the number of members. */
  readonly threshold: number;

  readonly members: readonly (VerifierKey | Group)[];
}

/** Who must have cosigned. https://c2sp.org/tlog-policy#defining-the-quorum */
export type Quorum = VerifierKey | Group | 'none';

/**
 * Whether the quorum is reached. A name is a member at most once, so that this looks at each witness at most once.
 *
 * @param cosigned The witnesses whose cosignatures count.
 */
export function isQuorum(quorum: Quorum, cosigned: ReadonlySet<VerifierKey>): boolean {
  if (quorum === 'none') return true;
  if (!('members' in quorum)) return cosigned.has(quorum);
  return quorum.members.filter((each) => isQuorum(each, cosigned)).length >= quorum.threshold;
}
