import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DisposedError,
  KeyserverClient,
  RefusedTokenError,
  type TokenSource,
} from '../src/index.js';
import {
  FakeKeyserver,
  group,
  groupKey,
  jwt,
  keyserverDid,
  owner,
} from './support/fake-keyserver.js';
import { type Answer, error, FakeWeb, gate, json } from './support/fake-web.js';

const get = async ({ client }: FakeKeyserver, version?: number) =>
  (await client.groups.getKey(group, { version })).dispose();

function clientOf(source: TokenSource, answer: Answer = groupKey) {
  const { fetch } = new FakeWeb(answer);
  const options = { address: 'https://keys.example.com', fetch, keyBatchDelay: 0 };
  return KeyserverClient.create(keyserverDid, source, options);
}

describe('A token', () => {
  it('is used until ten seconds before its end', async () => {
    const keyserver = new FakeKeyserver(groupKey);
    await get(keyserver);
    keyserver.clock.advance(50_000);
    await get(keyserver);
    assert.equal(keyserver.tokens, 1);
    keyserver.clock.advance(1000);
    await get(keyserver);
    assert.equal(keyserver.tokens, 2);
  });

  it('is of one method', async () => {
    const keyserver = new FakeKeyserver((request) =>
      request.method === 'group.getKey' ? groupKey(request) : json({ versions: [] }),
    );
    await get(keyserver);
    await keyserver.client.groups.listKeyVersions(group);
    assert.equal(keyserver.tokens, 2);
    assert.equal(new Set(keyserver.web.requests.map(({ token }) => token)).size, 2);
  });

  it('is requested once for a hundred calls at once', async () => {
    const { opened, open } = gate();
    let requested = 0;
    const { groups } = clientOf(async () => {
      requested++;
      await opened;
      return jwt('one', Date.now() + 60_000);
    });
    const calls = Array.from({ length: 100 }, () => groups.getKey(group));
    open();
    await Promise.all(calls);
    assert.equal(requested, 1);
  });

  it('is still requested for others if one caller gives up', async () => {
    const { opened, open } = gate();
    const { groups } = clientOf(async () => {
      await opened;
      return jwt('one');
    });
    const stop = new AbortController();
    const first = groups.getKey(group, { signal: stop.signal });
    const second = groups.getKey(group);
    stop.abort();
    await assert.rejects(first, { name: 'AbortError' });
    open();
    assert.equal((await second).version, 2);
  });

  it('that does not say its end is used once', async () => {
    for (const token of ['opaque', jwt('no end'), 'a.!.c', 'a.bnVsbA.c']) {
      let requested = 0;
      const { groups } = clientOf(async () => {
        requested++;
        return token;
      });
      for (let i = 0; i < 3; i++) (await groups.getKey(group)).dispose();
      assert.equal(requested, 3);
    }
  });

  it('that cannot be had fails the call, and is requested again by the next', async () => {
    let requested = 0;
    const { groups } = clientOf(async () => {
      if (++requested === 1) throw new Error('No session.');
      return jwt('two');
    });
    await assert.rejects(groups.getKey(group), { message: 'No session.' });
    await groups.getKey(group);
  });

  it('that has ended by the clock of the server is replaced once', async () => {
    let calls = 0;
    const keyserver = new FakeKeyserver((request) =>
      ++calls === 1 ? error(401, 'JwtExpired') : groupKey(request),
    );
    await get(keyserver);
    assert.equal(keyserver.tokens, 2);

    const refusing = new FakeKeyserver(() => error(401, 'JwtExpired'));
    await assert.rejects(get(refusing), RefusedTokenError);
    assert.equal(refusing.web.requests.length, 2);
  });

  it("that a change of the account's key made invalid is replaced once", async () => {
    let old: string | undefined;
    const keyserver = new FakeKeyserver((request) =>
      request.token === old ? error(401, 'BadJwtSignature') : groupKey(request),
    );
    await get(keyserver);
    old = keyserver.web.requests.at(-1)?.token;
    await get(keyserver);
    await get(keyserver);
    assert.deepEqual([keyserver.tokens, keyserver.web.requests.length], [2, 4]);
  });

  it('that is new stays when an old one is refused late', async () => {
    const [late, asked] = [gate(), gate()];
    let old: string | undefined;
    const keyserver = new FakeKeyserver(async (request) => {
      const isSlow = request.url.search.endsWith('version=1');
      if (isSlow && old === undefined) {
        old = request.token;
        asked.open();
        await late.opened;
      }
      return request.token === old ? error(401, 'JwtExpired') : groupKey(request);
    });
    const slow = get(keyserver, 1);
    await asked.opened;
    await get(keyserver);
    late.open();
    await slow;
    assert.equal(keyserver.tokens, 2);
  });

  it('is not cached where each is valid for one call', async () => {
    const used = new Set<string | undefined>();
    const keyserver = new FakeKeyserver((request) => {
      if (used.has(request.token)) return error(401, 'NonceNotUnique');
      used.add(request.token);
      return groupKey(request);
    });
    for (let i = 0; i < 4; i++) await get(keyserver);
    // The second call finds out.
    assert.equal(keyserver.web.requests.length, 5);
  });

  it('is not shown to methods for anyone', async () => {
    const keyserver = new FakeKeyserver(() => json({ publicKey: '0'.repeat(64), version: 1 }));
    await keyserver.client.keypairs.getPublicKey(owner);
    assert.equal(keyserver.web.requests[0]?.token, undefined);
    assert.equal(keyserver.tokens, 0);
  });

  it('is removed by clear, and dispose ends the client', async () => {
    const keyserver = new FakeKeyserver(groupKey);
    await get(keyserver);
    keyserver.client.clear();
    await get(keyserver);
    assert.equal(keyserver.tokens, 2);
    keyserver.client.dispose();
    await assert.rejects(get(keyserver), DisposedError);
  });

  it('that is on its way when the client is cleared is not cached', async () => {
    const { opened, open } = gate();
    let requested = 0;
    const client = clientOf(async () => {
      requested++;
      await opened;
      return jwt('one', Date.now() + 60_000);
    });
    const first = client.groups.getKey(group);
    await new Promise((resolve) => setImmediate(resolve));
    client.clear();
    open();
    await first;
    await client.groups.getKey(group);
    assert.equal(requested, 2);
  });
});
