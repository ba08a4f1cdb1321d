import type { CallOptions } from '../call-options.js';
import type { Clock } from '../clock.js';
import type { KeyRing } from '../keys/key-ring.js';
import { requireText, requireVersion } from '../require.js';
import { requireAtUri, requireValidAtUri } from './at-uri.js';
import { decrypt, encrypt, messageOf } from './content-cipher.js';
import type { EncryptedContent } from './encrypted-content.js';
import type { EncryptedRecord } from './encrypted-record.js';
import { fromUtf8, toUtf8 } from './utf8.js';

/**
 * Encrypts and decrypts content with a group's key, using XChaCha20-Poly1305. Nonces are random and generated here.
 * Keys are fetched when needed, cached in memory (active versions for an hour, others for a day) and zeroed when they
 * are removed.
 *
 * The content is bound to the AT-URI of its record and does not decrypt in another record. The URI must be known before
 * encryption, so choose the record key yourself. All methods may throw a {@link KeyserverError} when they fetch the
 * key.
 */
export class KeyserverContent {
  readonly #keys: KeyRing;
  readonly #clock: Clock;

  /** @internal */
  constructor(keys: KeyRing, clock: Clock) {
    this.#keys = keys;
    this.#clock = clock;
  }

  /**
   * Encrypts content for a group, with the active version of its key.
   *
   * @param groupId `{owner DID}#{name}`. The owner's first use creates the group.
   * @param atUri The AT-URI of the record that will hold the content.
   * @param content Text, or at most 250,000,000 bytes.
   * @throws TypeError if the AT-URI is not valid for a record, or the text has an unpaired surrogate. No call was made.
   * @throws LostAccessError if the account has no access to the group's key.
   */
  async encrypt(
    groupId: string,
    atUri: string,
    content: string | Uint8Array,
    { signal }: CallOptions = {},
  ): Promise<EncryptedContent> {
    requireText(groupId, 'group id');
    requireValidAtUri(atUri);
    const plaintext = typeof content === 'string' ? toUtf8(content) : content;
    try {
      return await this.#keys.cache.use(
        { kind: 'group', subject: groupId, version: undefined },
        signal,
        ({ bytes, version }) => ({
          ciphertext: encrypt(bytes, atUri, plaintext),
          keyVersion: version,
        }),
      );
    } finally {
      if (plaintext !== content) plaintext.fill(0);
    }
  }

  /**
   * Decrypts content.
   *
   * @param groupId The group that it was encrypted for.
   * @param atUri The AT-URI of the record that holds it, unchanged.
   * @param ciphertext See {@link EncryptedContent.ciphertext}.
   * @param keyVersion See {@link EncryptedContent.keyVersion}.
   * @throws DecryptionFailedError if it was changed or belongs to another record. Do not retry.
   * @throws LostAccessError if the account has no access to the group's key.
   */
  async decrypt(
    groupId: string,
    atUri: string,
    ciphertext: string,
    keyVersion: number,
    { signal }: CallOptions = {},
  ): Promise<Uint8Array> {
    requireText(groupId, 'group id');
    requireAtUri(atUri);
    requireVersion(keyVersion);
    const message = messageOf(ciphertext);
    return this.#keys.cache.use(
      { kind: 'group', subject: groupId, version: keyVersion },
      signal,
      ({ bytes }) => decrypt(bytes, atUri, message),
    );
  }

  /**
   * Decrypts content that is text. See {@link decrypt}.
   *
   * @throws TypeError if the decrypted content is not UTF-8 text.
   */
  async decryptText(
    groupId: string,
    atUri: string,
    ciphertext: string,
    keyVersion: number,
    options: CallOptions = {},
  ): Promise<string> {
    const bytes = await this.decrypt(groupId, atUri, ciphertext, keyVersion, options);
    try {
      return fromUtf8(bytes);
    } finally {
      bytes.fill(0);
    }
  }

  /** Encrypts text for a group and returns the members of the record. See {@link encrypt}. */
  async encryptRecord(
    groupId: string,
    atUri: string,
    text: string,
    options: CallOptions = {},
  ): Promise<EncryptedRecord> {
    const { ciphertext, keyVersion } = await this.encrypt(groupId, atUri, text, options);
    const encryptedAt = new Date(this.#clock.now()).toISOString();
    return { ciphertext, key_version: keyVersion, group_id: groupId, encrypted_at: encryptedAt };
  }

  /**
   * Decrypts the text of a published record. See {@link decryptText}.
   *
   * @param atUri The AT-URI of the record.
   * @param record The members of the record. It may come from anybody: its members are checked.
   * @throws TypeError if ciphertext, key version or group is missing. No call was made.
   */
  async decryptRecord(
    atUri: string,
    record: EncryptedRecord,
    options: CallOptions = {},
  ): Promise<string> {
    const { ciphertext, key_version: keyVersion, group_id: groupId } = record;
    const isComplete =
      isText(ciphertext) && isText(groupId) && Number.isSafeInteger(keyVersion) && keyVersion >= 1;
    if (!isComplete) throw new TypeError('The record has no ciphertext, key_version or group_id.');
    return this.decryptText(groupId, atUri, ciphertext, keyVersion, options);
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
