/** Encrypted content, which may be published. To decrypt it, the group and the AT-URI are also needed. */
export interface EncryptedContent {
  /** Lower-case hex: nonce (24 bytes), ciphertext, tag (16 bytes). */
  readonly ciphertext: string;

  /** The version of the group's key. */
  readonly keyVersion: number;
}
