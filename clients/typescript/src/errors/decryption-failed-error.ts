/**
 * The content cannot be decrypted: it was changed, or belongs to another record, group or key version. The exact cause
 * is unknown. Do not retry.
 */
export class DecryptionFailedError extends Error {
  override readonly name = 'DecryptionFailedError';

  constructor() {
    super('The content cannot be decrypted.');
  }
}
