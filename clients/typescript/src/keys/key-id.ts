/** Identifies a cached key. */
export interface KeyId {
  readonly kind: 'group' | 'keypair' | 'publicKey';

  /** Group id, DID, or empty for the account's own keypair. */
  readonly subject: string;

  /** undefined: the active one. */
  readonly version: number | undefined;
}

/** The same for equal ids. */
export function textOf({ kind, version, subject }: KeyId): string {
  return `${kind} ${version ?? 'active'} ${subject}`;
}
