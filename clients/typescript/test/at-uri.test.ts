import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isValidAtUri, maxAtUriLength } from '../src/content/at-uri.js';
import { encrypt } from '../src/content/content-cipher.js';
import {
  atUri,
  owner as did,
  FakeKeyserver,
  group,
  groupKey,
  keyOf,
} from './support/fake-keyserver.js';

const a = (length: number) => 'a'.repeat(length);
const labels = (length: number) => Array(4).fill(a(length)).join('.');

const valid = [
  atUri,
  'at://did:web:keys.example.com/app.bsky.feed.post/self',
  'at://did:web:localhost%3A8080/a.b.c/1',
  'at://did:method:a:b:c/a.b.c/1',
  'at://did:m:_/a.b.c/1',
  'at://did:m:-./a.b.c/1',
  `at://did:m:${a(2048 - 6)}/a.b.c/1`,
  'at://alice.example.com/app.bsky.feed.post/3laaaaaaaaaa2',
  'at://ALICE.Example.Com/a.b.c/1',
  'at://1.2.a/a.b.c/1',
  'at://xn--mller-kva.example/a.b.c/1',
  'at://a-b.c--d.e/a.b.c/1',
  `at://${a(63)}.${a(63)}/a.b.c/1`,
  `at://${labels(50)}.${a(49)}/a.b.c/1`,
  `at://${did}/A.B.camelCase9/1`,
  `at://${did}/com.0-9.x/1`,
  `at://${did}/com.xn--a.b/1`,
  `at://${did}/${a(63)}.${a(63)}.${a(63)}/1`,
  ...['.a', '...', '-', '~:_.-', 'did:web:x', a(512)].map((key) => `at://${did}/a.b.c/${key}`),
];

const invalid = [
  // The scheme.
  ...['', 'at:', 'at://', `AT://${did}/a.b.c/1`, `at:${did}/a.b.c/1`, `at:///${did}/a.b.c/1`],
  ...[` at://${did}/a.b.c/1`, `https://${did}/a.b.c/1`, `${did}/a.b.c/1`],
  // Less or more than a record.
  ...['', '/', '/a.b.c', '/a.b.c/', '/a.b.c/1/', '/a.b.c/1/2', '//1', '/a.b.c//1'].map(
    (rest) => `at://${did}${rest}`,
  ),
  ...['/a.b.c/1?x=y', '/a.b.c/1#x', '/a.b.c#/x', '\\a.b.c\\1'].map((rest) => `at://${did}${rest}`),
  // The account.
  ...['did', 'did:plc', 'did:plc:', 'did:PLC:a', 'did:m2:a', 'DID:plc:a', 'did:web:a:'].map(toUri),
  ...['did:web:a%', 'did:web:ä.example', 'did:web:a b', `did:m:${a(2048 - 5)}`, 'alice'].map(toUri),
  ...['alice.', '.alice.example', 'alice..example', '-a.example', 'a-.example', 'a.-b'].map(toUri),
  ...['127.0.0.1', 'alice.example.9com', 'a_b.example', 'alice.example:443', '@a.example'].map(
    toUri,
  ),
  ...[`user@${did}`, `${a(64)}.example`, `${labels(50)}.${a(50)}`].map(toUri),
  // The collection.
  ...['post', 'feed.post', 'app.bsky.feed.', '.bsky.feed', 'app..post', '9app.bsky.post']
    .concat('app.bsky.9post', 'app.bsky.po-st', 'app.-b.post', 'app.b-.post', 'app.b_c.post')
    .concat('app.bsky.*', 'app.bsky.pöst', `a.b.${a(64)}`, `${a(64)}.b.c`, `${labels(63)}.c`)
    .map((collection) => `at://${did}/${collection}/1`),
  // The record key.
  ...['.', '..', 'a b', 'a@b', 'a+b', 'a%20b', '(a)', '"a"', '日本', 'a\n', 'a\0', a(513)].map(
    (key) => `at://${did}/a.b.c/${key}`,
  ),
];

function toUri(account: string): string {
  return `at://${account}/a.b.c/1`;
}

describe('AT-URIs', () => {
  for (const uri of valid)
    it(`content is encrypted for ${uri.slice(0, 60)}`, async () => {
      const { content } = new FakeKeyserver(groupKey).client;
      const { ciphertext, keyVersion } = await content.encrypt(group, uri, 'Hi.');
      assert.equal(await content.decryptText(group, uri, ciphertext, keyVersion), 'Hi.');
    });

  it('content is not encrypted for what no record can be', async () => {
    const keyserver = new FakeKeyserver(groupKey);
    const { content } = keyserver.client;
    for (const uri of invalid) {
      await assert.rejects(content.encrypt(group, uri, 'Hi.'), TypeError, uri);
      await assert.rejects(content.encrypt(group, uri, Uint8Array.of(1)), TypeError, uri);
      await assert.rejects(content.encryptRecord(group, uri, 'Hi.'), TypeError, uri);
    }
    assert.equal(keyserver.web.requests.length, 0);
  });

  it('have at most 8 KiB', () => {
    for (const longer of [0, 1, 100])
      assert.ok(!isValidAtUri(`at://${did}/a.b.c/${'k'.repeat(maxAtUriLength + longer)}`));
  });

  it('that other clients bound content to still decrypt', async () => {
    const { content } = new FakeKeyserver(groupKey).client;
    const uri = `at://${did}/a.b.c/日本`;
    const ciphertext = encrypt(keyOf(1), uri, Buffer.from('Hi.'));
    assert.equal(await content.decryptText(group, uri, ciphertext, 1), 'Hi.');
  });
});
