import type { VerifierKey } from '../notes/verifier-key.js';
import type { Quorum } from './quorum.js';

/** Which checkpoints are trusted. https://c2sp.org/tlog-policy */
export interface Policy {
  /** The keys of the logs, type Ed25519. Empty: the application knows the log. */
  readonly logs: readonly VerifierKey[];

  /** The keys of the witnesses, type cosignature. */
  readonly witnesses: readonly VerifierKey[];

  readonly quorum: Quorum;
}
