import { bytesToHex, hexToBytes } from '@noble/ciphers/utils.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import type { CallOptions } from '../call-options.js';
import { GoneError } from '../errors/kinds.js';
import type { KeyId } from '../keys/key-id.js';
import type { KeyRing } from '../keys/key-ring.js';
import { requireText } from '../require.js';
import type { ContentSignature } from './content-signature.js';
import type { SignatureVerdict } from './signature-verdict.js';

/** 64 bytes in hex. */
const signaturePattern = /^[0-9a-fA-F]{128}$/;

/**
 * Signs and verifies with accounts' keypairs: Ed25519 (RFC 8032) over the unmodified data.
 *
 * Include the data's type and context in the data, so that a signature cannot be reused for another purpose. All
 * methods may throw a {@link KeyserverError} when they fetch a key.
 */
export class KeyserverSignatures {
  readonly #keys: KeyRing;

  /** @internal */
  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  /** Signs with the account's active key. */
  async sign(data: Uint8Array, { signal }: CallOptions = {}): Promise<ContentSignature> {
    return this.#keys.cache.use(
      { kind: 'keypair', subject: '', version: undefined },
      signal,
      ({ bytes, version }) => ({
        signature: bytesToHex(ed25519.sign(data, bytes)),
        keyVersion: version,
      }),
    );
  }

  /**
   * Verifies a signature. Public keys are cached: a key that was replaced within the last hour may still count as
   * active.
   *
   * @param did The account that is claimed to have signed.
   * @param signature See {@link ContentSignature.signature}.
   * @param keyVersion See {@link ContentSignature.keyVersion}.
   */
  async verify(
    did: string,
    data: Uint8Array,
    signature: string,
    keyVersion: number,
    { signal }: CallOptions = {},
  ): Promise<SignatureVerdict> {
    requireText(did, 'DID');
    const isVersion = Number.isSafeInteger(keyVersion) && keyVersion >= 1;
    if (!isVersion || !signaturePattern.test(signature)) return 'invalid';
    try {
      const active = await this.#activeVersion(did, keyVersion, signal);
      const isValid = await this.#keys.cache.use(
        { kind: 'publicKey', subject: did, version: keyVersion },
        signal,
        // Not ZIP 215, whose rules accept more.
        ({ bytes }) => ed25519.verify(hexToBytes(signature), data, bytes, { zip215: false }),
      );
      if (!isValid) return 'invalid';
      // The server may report an active version that is ten seconds old.
      return keyVersion >= active ? 'valid' : 'revokedKey';
    } catch (error) {
      if (error instanceof GoneError) return 'unknownKey';
      throw error;
    }
  }

  /** Returns the cached active version, and refreshes it if the signature has a newer one. */
  async #activeVersion(
    did: string,
    atLeast: number,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const id: KeyId = { kind: 'publicKey', subject: did, version: undefined };
    const known = await this.#keys.cache.use(id, signal, (key) => key.version);
    if (known >= atLeast) return known;
    this.#keys.forget(id);
    return this.#keys.cache.use(id, signal, (key) => key.version);
  }
}
