import { equalBytes } from '@noble/curves/utils.js';
import { malformed } from '../log-error.js';
import { parseVerifierKey, signatureType, type VerifierKey } from '../notes/verifier-key.js';

/** The public keys of a log, which never change. */
export interface LogKeys {
  /** Identifies the log. Both keys have this name. */
  readonly origin: string;

  /** Signs checkpoints. */
  readonly log: VerifierKey;

  /** Cosigns checkpoints with the time. It is no witness. */
  readonly cosigner: VerifierKey;

  /** Computes labels; 32 bytes. */
  readonly vrf: Uint8Array;
}

/**
 * @param vrf 32 bytes. It is validated when a proof is verified.
 * @throws LogError `malformed` if one is no such key, the names differ from the origin, or the keys are the same.
 */
export function parseLogKeys(
  origin: string,
  vkey: string,
  cosignerVkey: string,
  vrf: Uint8Array,
): LogKeys {
  const log = parseVerifierKey(vkey, signatureType.ed25519);
  const cosigner = parseVerifierKey(cosignerVkey, signatureType.cosignature);
  const areNamed = log.name === origin && cosigner.name === origin;
  if (!areNamed || equalBytes(log.publicKey, cosigner.publicKey) || vrf.length !== 32)
    throw malformed('set of keys of the log');
  return { origin, log, cosigner, vrf };
}
