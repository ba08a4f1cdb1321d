import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DisposedError, GoneError, LostAccessError } from '../src/index.js';
import type { CachedKey } from '../src/keys/cached-key.js';
import { capacity, KeyCache } from '../src/keys/key-cache.js';
import type { KeyId } from '../src/keys/key-id.js';
import { FakeClock, idle } from './support/fake-clock.js';
import { atUri, count, FakeKeyserver, group, groupKey, keyOf } from './support/fake-keyserver.js';
import { type Answer, error, gate, json } from './support/fake-web.js';

const minute = 60_000;
const hour = 60 * minute;

const idOf = (version?: number): KeyId => ({ kind: 'group', subject: group, version });

/** A cache whose keys the test can see. */
function cacheOf({ active = 2 } = {}) {
  const clock = new FakeClock();
  const closed = new AbortController();
  const fetched: CachedKey[] = [];
  const server = { active, fetch: async (key: CachedKey, _signal: AbortSignal) => key };
  const cache = new KeyCache(
    async ({ version = server.active }, signal) => {
      const key = { version, bytes: Uint8Array.from(keyOf(version)) };
      fetched.push(key);
      return server.fetch(key, signal);
    },
    clock,
    closed.signal,
  );
  const use = (version?: number, signal?: AbortSignal) =>
    cache.use(idOf(version), signal, (key) => {
      assert.ok(!isZeroed(key), 'A key was used after it was zeroed.');
      return key.version;
    });
  return { cache, clock, closed, fetched, server, use };
}

const isZeroed = ({ bytes }: CachedKey) => bytes.every((byte) => byte === 0);

describe('A cached key', () => {
  for (const [version, lifetime] of [
    [undefined, hour],
    [1, 24 * hour],
  ] as const)
    it(`of version ${version ?? 'active'} is used for ${lifetime / hour} h`, async () => {
      const { clock, fetched, use } = cacheOf();
      await use(version);
      clock.advance(lifetime - 1);
      await use(version);
      assert.equal(fetched.length, 1);
      clock.advance(1);
      await use(version);
      assert.equal(fetched.length, 2);
    });

  it('that is active is also used by its number', async () => {
    const { fetched, use } = cacheOf();
    await use();
    await use(2);
    assert.equal(fetched.length, 1);
  });

  it('is one of a thousand at most, the least recently used goes first', async () => {
    const { cache, fetched, use } = cacheOf({ active: 9999 });
    for (let version = 1; version <= capacity; version++) await use(version);
    await use(1);
    await use(capacity + 1);
    assert.equal(cache.size, capacity);
    await use(1);
    assert.equal(fetched.length, capacity + 1);
    await use(2);
    assert.equal(fetched.length, capacity + 2);
  });

  const removals: Record<string, (parts: ReturnType<typeof cacheOf>) => unknown> = {
    'for others': async ({ use }) => {
      for (let version = 3; version <= capacity + 3; version++) await use(version);
    },
    'when it expires, without another use': ({ clock }) => clock.advance(hour + minute),
    'when the clock is set back': ({ clock, use }) => {
      clock.advance(-1);
      return use();
    },
    'by a newer version': ({ cache }) => cache.supersede('group', group, 3),
    'by its id': ({ cache }) => cache.forget(({ subject }) => subject === group),
  };
  for (const [how, remove] of Object.entries(removals))
    it(`is zeroed when it is removed ${how}`, async () => {
      const parts = cacheOf();
      await parts.use();
      const [key] = parts.fetched;
      assert.ok(key && !isZeroed(key));
      await remove(parts);
      assert.ok(isZeroed(key));
    });

  it('is fetched once for many callers', async () => {
    const { opened, open } = gate();
    const { server, fetched, use } = cacheOf();
    server.fetch = async (key) => {
      await opened;
      return key;
    };
    const uses = Array.from({ length: 100 }, () => use());
    open();
    await Promise.all(uses);
    assert.equal(fetched.length, 1);
  });

  it('that cannot be fetched is fetched again by the next caller', async () => {
    const { server, use } = cacheOf();
    const { fetch } = server;
    server.fetch = async () => {
      throw new Error('failed');
    };
    await assert.rejects(use(), { message: 'failed' });
    server.fetch = fetch;
    assert.equal(await use(), 2);
  });

  it('is still fetched for others if one caller leaves, and not if all leave', async () => {
    const { server, fetched, use } = cacheOf();
    const signals: AbortSignal[] = [];
    server.fetch = (_, signal) => {
      signals.push(signal);
      return new Promise(() => {});
    };
    const [first, last] = [new AbortController(), new AbortController()];
    const uses = [use(undefined, first.signal), use(undefined, last.signal)];
    await idle();
    first.abort();
    await assert.rejects(uses[0] ?? use(), { name: 'AbortError' });
    assert.equal(signals[0]?.aborted, false);
    last.abort();
    await assert.rejects(uses[1] ?? use(), { name: 'AbortError' });
    assert.equal(signals[0]?.aborted, true);
    assert.equal(fetched.length, 1);
  });

  it('that was removed while it was fetched is zeroed and fetched again', async () => {
    const { opened, open } = gate();
    const { cache, server, fetched, use } = cacheOf();
    server.fetch = async (key) => {
      await opened;
      return key;
    };
    const using = use();
    await idle();
    server.active = 3;
    cache.forget(() => true);
    open();
    assert.equal(await using, 3);
    assert.deepEqual(fetched.map(isZeroed), [true, false]);
  });

  it('that was superseded while it was fetched is zeroed and fetched again', async () => {
    const { opened, open } = gate();
    const { cache, server, fetched, use } = cacheOf();
    server.fetch = async (key) => {
      await opened;
      return key;
    };
    const using = use();
    await idle();
    server.active = 3;
    cache.supersede('group', group, 3);
    open();
    assert.equal(await using, 3);
    assert.deepEqual(fetched.map(isZeroed), [true, false]);
  });

  it('does not come back after the end of the client', async () => {
    const { opened, open } = gate();
    const { cache, closed, server, fetched, use } = cacheOf();
    server.fetch = async (key) => {
      await opened;
      return key;
    };
    const using = use();
    await idle();
    closed.abort(new DisposedError());
    cache.forget(() => true);
    open();
    await assert.rejects(using, DisposedError);
    assert.equal(cache.size, 0);
    assert.ok(fetched.every(isZeroed));
  });

  it('is never used after it was zeroed', async () => {
    const { cache, use } = cacheOf();
    const workers = Array.from({ length: 8 }, async (_, worker) => {
      for (let i = 0; i < 500; i++) {
        if (worker === 0) cache.forget(() => true);
        assert.equal(await use(), 2);
      }
    });
    await Promise.all(workers);
  });
});

describe('The client', () => {
  const created = '2026-01-01T00:00:00.000Z';
  const versionsOf = (active: number) =>
    json({
      groupId: group,
      versions: [{ version: active, status: 'active', created_at: created }],
    });

  const signs: Record<string, (keyserver: FakeKeyserver, active: number) => Promise<unknown>> = {
    'a post under it': async ({ client }, active) => {
      const empty = await client.content.encrypt(group, atUri, '');
      const { ciphertext } = empty;
      const decryption = client.content.decrypt(group, atUri, ciphertext, active);
      await decryption.catch(() => {});
    },
    'its key, past the cache': ({ client }) => client.groups.getKey(group),
    'the list of versions': ({ client }) => client.groups.listKeyVersions(group),
    'the list of groups': ({ client }) => count(client.groups.list()),
    'the access log': ({ client }) => count(client.groups.getAccessLog(group)),
  };
  for (const [sign, look] of Object.entries(signs))
    it(`stops using an active key after a sign of a newer version: ${sign}`, async () => {
      let active = 2;
      const keyserver = new FakeKeyserver((request) => {
        const info = { groupId: group, role: 'member', activeVersion: active, created_at: created };
        const entry = { version: active, action: 'rotate', did: 'did:web:a.example' };
        const logged = { ...entry, outcome: 'granted', accessed_at: created };
        switch (request.method) {
          case 'group.getKey':
            return groupKey(request, active);
          case 'group.listKeyVersions':
            return versionsOf(active);
          case 'group.listGroups':
            return json({ groups: [info] });
          default:
            return json({ entries: [logged] });
        }
      });
      const { content } = keyserver.client;
      const encrypt = async () => (await content.encrypt(group, atUri, 'text')).keyVersion;
      assert.equal(await encrypt(), 2);
      await look(keyserver, active);
      const before = keyserver.web.requests.length;
      assert.equal(await encrypt(), 2);
      assert.equal(keyserver.web.requests.length, before);

      active = 3;
      assert.equal(await encrypt(), 2);
      await look(keyserver, active);
      assert.equal(await encrypt(), 3);
    });

  it('keeps an active key when a record names a version that does not exist', async () => {
    const keyserver = new FakeKeyserver((request) =>
      request.url.searchParams.get('version') === '9'
        ? error(404, 'KeyVersionNotFound')
        : groupKey(request),
    );
    const { content } = keyserver.client;
    const { ciphertext } = await content.encrypt(group, atUri, 'text');
    await assert.rejects(content.decryptText(group, atUri, ciphertext, 9), GoneError);
    await content.encrypt(group, atUri, 'text');
    assert.equal(keyserver.web.requests.length, 2);
  });

  it('decrypts what it just encrypted without another call', async () => {
    const keyserver = new FakeKeyserver(groupKey);
    const { content } = keyserver.client;
    const { ciphertext, keyVersion } = await content.encrypt(group, atUri, 'text');
    assert.equal(await content.decryptText(group, atUri, ciphertext, keyVersion), 'text');
    assert.equal(keyserver.web.requests.length, 1);
  });

  const losses: Record<string, (keyserver: FakeKeyserver) => Promise<unknown>> = {
    'another version': ({ client }) => client.content.decryptText(group, atUri, '0'.repeat(80), 1),
    'its key, past the cache': ({ client }) => client.groups.getKey(group),
    'its versions': ({ client }) => client.groups.listKeyVersions(group),
    'a rotation': ({ client }) => client.groups.rotateKey(group),
  };
  for (const [what, lose] of Object.entries(losses))
    it(`forgets the keys of a group when it loses access to ${what}`, async () => {
      let isLost = false;
      const answer: Answer = (request) => (isLost ? error(403, 'Forbidden') : groupKey(request));
      const keyserver = new FakeKeyserver(answer);
      const { content } = keyserver.client;
      await content.encrypt(group, atUri, 'text');
      isLost = true;
      await content.encrypt(group, atUri, 'text');
      await assert.rejects(lose(keyserver), LostAccessError);
      await assert.rejects(content.encrypt(group, atUri, 'text'), LostAccessError);
    });

  it('keeps calls for other groups when it loses access to one', async () => {
    const { opened, open } = gate();
    const keyserver = new FakeKeyserver(async (request) => {
      if (request.url.search.includes('-of-others')) return error(403, 'Forbidden');
      await opened;
      return groupKey(request);
    });
    const { content } = keyserver.client;
    const encryption = content.encrypt(group, atUri, 'text');
    await assert.rejects(content.encrypt(`${group}-of-others`, atUri, 'text'), LostAccessError);
    open();
    await encryption;
    assert.equal(keyserver.web.requests.length, 2);
  });
});
