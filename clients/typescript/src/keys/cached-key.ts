/** A key in the cache, which zeroes it. */
export interface CachedKey {
  readonly version: number;

  /** 32 bytes: a symmetric key, an Ed25519 seed or an Ed25519 public key. */
  readonly bytes: Uint8Array;
}
