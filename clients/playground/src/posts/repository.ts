import type { EncryptedRecord, Fetch, PdsAgent } from '@atpkeyserver/client';
import { collection, isPostRecord, type Post, type PostRecord } from './post.ts';
import { readJson } from './read-json.ts';

/** Stores a post in the account's repository at its PDS. Repeating it is safe: the record has the same key. */
export async function publish(
  agent: PdsAgent,
  repo: string,
  rkey: string,
  encrypted: EncryptedRecord,
): Promise<void> {
  const createdAt = new Date().toISOString();
  const text = 'Encrypted for a group';
  const record: PostRecord = { $type: collection, text, createdAt, encrypted };
  await readJson(
    () =>
      agent.fetchHandler('/xrpc/com.atproto.repo.putRecord', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ repo, collection, rkey, record }),
      }),
    { change: true },
  );
}

/** Reads an account's posts for groups, as anybody can. */
export async function readPosts(pds: string, repo: string, fetch: Fetch): Promise<Post[]> {
  const search = new URLSearchParams({ repo, collection, limit: '100' });
  const url = `${pds}/xrpc/com.atproto.repo.listRecords?${search}`;
  const { records } = await readJson<{ records: { uri: string; value: unknown }[] }>(() =>
    fetch(url, { method: 'GET' }),
  );
  return records.flatMap(({ uri, value }) =>
    isPostRecord(value) ? [{ uri, author: repo, record: value }] : [],
  );
}

export function uriOf(repo: string, rkey: string): string {
  return `at://${repo}/${collection}/${rkey}`;
}
