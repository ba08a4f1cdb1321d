import { SecretBytes } from './secret-bytes.js';

/**
 * A version of the account's Ed25519 keypair, for applications that use their own cryptography. Dispose it as soon as
 * possible. {@link KeyserverSignatures} does not need it.
 */
export class Keypair extends SecretBytes {
  /** 32 bytes, in lower-case hex. */
  readonly publicKey: string;

  /** @internal */
  constructor(publicKey: string, seed: Uint8Array, version: number) {
    super(seed, version);
    this.publicKey = publicKey;
  }

  /**
   * The private key: a 32-byte seed (RFC 8032, section 5.1.5), not a copy.
   *
   * @throws DisposedError if the keypair was disposed.
   */
  get seed(): Uint8Array {
    return this.secret;
  }
}
