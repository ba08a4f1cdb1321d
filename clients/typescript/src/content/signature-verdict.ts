/**
 * The result of a verification.
 *
 * - `valid`: valid, and made with the account's active key.
 * - `revokedKey`: valid, but made with a replaced key. Accept it only for data that is older than the replacement.
 * - `unknownKey`: the account has no key of this version, or no keypair.
 * - `invalid`: not a valid signature of this data by this account.
 */
export type SignatureVerdict = 'valid' | 'revokedKey' | 'unknownKey' | 'invalid';
