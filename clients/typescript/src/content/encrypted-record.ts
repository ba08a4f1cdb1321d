/** The JSON members of a record with encrypted content. */
export interface EncryptedRecord {
  /** See {@link EncryptedContent.ciphertext}. */
  readonly ciphertext: string;

  /** The version of the group's key. Reject a record without it; do not guess. */
  readonly key_version: number;

  /** The group: `{owner DID}#{name}`. */
  readonly group_id: string;

  /** UTC, such as `2025-01-23T10:30:00.000Z`. For display only: it is not authenticated. */
  readonly encrypted_at?: string | undefined;
}
