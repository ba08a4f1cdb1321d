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
