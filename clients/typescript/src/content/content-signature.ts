/** A signature. Publish it with the data and the account's DID, which are needed to verify it. */
export interface ContentSignature {
  /** Ed25519, 64 bytes, in lower-case hex. */
  readonly signature: string;

  /** The version of the account's keypair. */
  readonly keyVersion: number;
}
