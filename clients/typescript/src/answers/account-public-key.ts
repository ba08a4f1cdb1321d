/** The Ed25519 public key of one version of an account's keypair. */
export interface AccountPublicKey {
  /** 32 bytes, in lower-case hex. */
  readonly publicKey: string;

  /** From 1 upwards. */
  readonly version: number;
}
