import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { KeyserverClientOptions } from '../../src/index.js';
import { KeyserverClient } from '../../src/index.js';
import { FakeClock } from './fake-clock.js';
import { type Answer, type FakeRequest, FakeWeb, json } from './fake-web.js';

export const keyserverDid = 'did:web:keys.example.com';
export const owner = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';
export const group = `${owner}#friends`;
export const atUri = `at://${owner}/app.bsky.feed.post/3laaaaaaaaaa2`;

/** A client whose keyserver is the test. */
export class FakeKeyserver {
  readonly clock = new FakeClock();
  readonly web: FakeWeb;
  readonly options: KeyserverClientOptions;
  readonly client: KeyserverClient;

  /** How often a token was requested. */
  tokens = 0;

  /** @param collects Whether keys are collected into one call, until the test moves the clock. */
  constructor(answer: Answer, { collects = false }: { collects?: boolean } = {}) {
    this.web = new FakeWeb(answer);
    this.options = {
      address: 'https://keys.example.com',
      fetch: this.web.fetch,
      clock: this.clock,
      keyBatchDelay: collects ? 5 : 0,
    };
    this.client = KeyserverClient.create(
      keyserverDid,
      async (audience, method) => {
        assert.equal(audience, keyserverDid);
        return jwt(`${method} ${++this.tokens}`, this.clock.now() + 60_000);
      },
      this.options,
    );
  }
}

/** @param end In milliseconds. */
export function jwt(id: string, end?: number): string {
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${part({ alg: 'ES256K' })}.${part({ jti: id, exp: end && end / 1000 })}.c2ln`;
}

/** Another key for each version. */
export function keyOf(version: number): Uint8Array {
  return createHash('sha256').update(Uint8Array.of(version)).digest();
}

export function hexKeyOf(version: number): string {
  return Buffer.from(keyOf(version)).toString('hex');
}

/** Version 2 is active, or the one that was asked for. */
export function groupKey({ url }: FakeRequest, active = 2): Response {
  const version = Number(url.searchParams.get('version') ?? active);
  const groupId = url.searchParams.get('group_id');
  return json({ groupId, secretKey: hexKeyOf(version), version });
}

export async function count(items: AsyncIterable<unknown>): Promise<number> {
  let found = 0;
  for await (const _ of items) found++;
  return found;
}
