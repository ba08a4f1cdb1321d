import type { EncryptedRecord } from '@atpkeyserver/client';

/** A public record. The text of the post is in `encrypted`, for a group. */
export interface Post {
  readonly uri: string;
  readonly author: string;
  readonly record: PostRecord;
}

export interface PostRecord {
  readonly $type: string;

  /** What people without this application see. */
  readonly text: string;

  readonly createdAt: string;
  readonly encrypted: EncryptedRecord;
}

export const collection = 'app.bsky.feed.post';

/** Whether a record, which may come from any application, is a post for a group. */
export function isPostRecord(value: unknown): value is PostRecord {
  const { createdAt, encrypted } = (value ?? {}) as Partial<PostRecord>;
  return (
    typeof createdAt === 'string' &&
    typeof encrypted?.ciphertext === 'string' &&
    typeof encrypted.group_id === 'string' &&
    Number.isSafeInteger(encrypted.key_version)
  );
}
