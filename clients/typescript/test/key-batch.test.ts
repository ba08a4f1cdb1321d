import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encrypt } from '../src/content/content-cipher.js';
import {
  DisposedError,
  GoneError,
  InvalidCallError,
  KeyserverClient,
  KeyserverError,
  LimitedError,
  LostAccessError,
  UpstreamError,
} from '../src/index.js';
import { idle } from './support/fake-clock.js';
import {
  atUri,
  FakeKeyserver,
  group,
  groupKey,
  hexKeyOf,
  keyOf,
  keyserverDid,
  owner,
} from './support/fake-keyserver.js';
import { type Answer, error, type FakeRequest, gate, json } from './support/fake-web.js';

const delay = 5;

const id = (name: string) => `${owner}#${name}`;

const namesOf = ({ url }: FakeRequest) => url.searchParams.getAll('keys');

/** Version 2 is active. */
function answer(
  request: FakeRequest,
  errorOf: (name: string) => string | undefined = () => undefined,
) {
  return request.method === 'group.getKey'
    ? groupKey(request)
    : json({ keys: namesOf(request).map((name) => entry(name, errorOf(name))) });
}

function entry(name: string, failure: string | undefined): object {
  const [groupId, asked] = name.split('@');
  const version = Number(asked ?? 2);
  if (failure === undefined) return { groupId, version, secretKey: hexKeyOf(version) };
  return { groupId, error: failure, ...(asked && { version }) };
}

const create = (each: Answer = (request) => answer(request)) =>
  new FakeKeyserver(each, { collects: true });

/** Uses a key, which is cached. */
async function use(
  { client }: Pick<FakeKeyserver, 'client'>,
  groupId: string,
  version?: number,
): Promise<void> {
  if (version === undefined) await client.content.encrypt(groupId, atUri, '');
  else
    await client.content.decrypt(
      groupId,
      atUri,
      encrypt(keyOf(version), atUri, new Uint8Array()),
      version,
    );
}

/** Requests keys together, and waits for each with `check`. */
async function useTogether(
  keyserver: Pick<FakeKeyserver, 'client' | 'clock'>,
  names: readonly string[],
  check: (call: Promise<void>, name: string) => Promise<void> = (call) => call,
): Promise<void> {
  const uses = names.map((name) => check(use(keyserver, id(name)), name));
  await Promise.resolve();
  keyserver.clock.advance(delay);
  await Promise.all(uses);
}

const hundred = (name: string) => Array.from({ length: 100 }, (_, i) => `${name}${i}`);

/** Counts concurrent calls. The first ones wait until there are four. */
function countCalls() {
  const four = gate();
  let running = 0;
  return {
    most: 0,
    async run(): Promise<void> {
      this.most = Math.max(this.most, ++running);
      if (this.most >= 4) four.open();
      await four.opened;
      await idle();
      running--;
    },
  };
}

describe('Keys that are requested together', () => {
  it('for many posts are one call', async () => {
    const keyserver = create();
    const { content } = keyserver.client;
    const posts = [1, 2].map((version) => ({
      version,
      ciphertext: encrypt(keyOf(version), atUri, Buffer.from('text')),
    }));
    const texts = Array.from({ length: 200 }, (_, i) => posts[i % 2]).map((post) =>
      content.decryptText(group, atUri, post?.ciphertext ?? '', post?.version ?? 0),
    );
    const active = content.encrypt(group, atUri, 'text');
    await Promise.resolve();
    assert.equal(keyserver.web.requests.length, 0);
    keyserver.clock.advance(delay);
    assert.deepEqual(new Set(await Promise.all(texts)), new Set(['text']));
    assert.equal((await active).keyVersion, 2);
    const [call, ...others] = keyserver.web.requests;
    assert.deepEqual(others, []);
    const versions = [1, 2].map((version) => `${group}@${version}`);
    assert.deepEqual(call && namesOf(call), [...versions, group]);
  });

  it('are collected until the delay of the first has passed, and then cached', async () => {
    const keyserver = create();
    const first = use(keyserver, id('a'));
    await Promise.resolve();
    keyserver.clock.advance(delay - 1);
    const second = use(keyserver, id('b'));
    await Promise.resolve();
    assert.equal(keyserver.web.requests.length, 0);
    keyserver.clock.advance(1);
    await Promise.all([first, second]);
    await Promise.all([use(keyserver, id('a')), use(keyserver, id('b'))]);
    assert.deepEqual(keyserver.web.requests.map(namesOf), [[id('a'), id('b')]]);
  });

  it('are several calls if they are more than a hundred', async () => {
    const keyserver = create();
    const uses = Array.from({ length: 201 }, (_, i) => use(keyserver, id('a'), i + 1));
    await keyserver.clock.run(Promise.all(uses));
    const calls = keyserver.web.requests.map((call) => [call.method, namesOf(call).length]);
    assert.deepEqual(calls, [
      ['group.getKeys', 100],
      ['group.getKeys', 100],
      ['group.getKey', 0],
    ]);
  });

  it('are several calls if the URL would be longer than six KiB', async () => {
    const keyserver = create();
    const label = 'a'.repeat(63);
    const host = `${label}.${label}.${label}.${'a'.repeat(57)}.com`;
    const long = `did:web:${host}#${'n'.repeat(125)}`;
    const uses = Array.from({ length: 50 }, (_, i) => use(keyserver, `${long}${100 + i}`));
    await keyserver.clock.run(Promise.all(uses));
    assert.equal(keyserver.web.requests.length, 4);
    for (const { url } of keyserver.web.requests)
      assert.ok(url.pathname.length + url.search.length <= 6 * 1024);
    assert.equal(keyserver.web.requests.flatMap(namesOf).length, 50);
  });

  it('are requested once each, and each caller gets its own copy', async () => {
    const keyserver = create();
    const { groups } = keyserver.client;
    const calls = Array.from({ length: 50 }, () => groups.getKey(id('a')));
    const other = groups.getKey(id('b'), { version: 7 });
    await keyserver.clock.run(other);
    for (const call of calls) {
      const key = await call;
      assert.deepEqual([key.groupId, key.version], [id('a'), 2]);
      assert.deepEqual(Buffer.from(key.key), keyOf(2));
      key.dispose();
      assert.throws(() => key.key, DisposedError);
    }
    assert.deepEqual(keyserver.web.requests.map(namesOf), [[id('a'), `${id('b')}@7`]]);
  });

  it('are read by getKey if there is only one', async () => {
    const keyserver = create();
    await keyserver.clock.run(use(keyserver, id('a')));
    assert.deepEqual(
      keyserver.web.requests.map(({ method }) => method),
      ['group.getKey'],
    );
  });

  for (const [name, type, status] of [
    ['Forbidden', LostAccessError, 403],
    ['GroupNotFound', GoneError, 404],
    ['KeyVersionNotFound', GoneError, 404],
    ['RateLimitExceeded', LimitedError, 429],
    ['UpstreamFailure', UpstreamError, 503],
    ['InternalServerError', UpstreamError, 500],
    ['constructor', UpstreamError, 500],
  ] as const)
    it(`each have their own error: ${name}`, async () => {
      const keyserver = create((request) =>
        answer(request, (asked) => (asked === `${id('bad')}@1` ? name : undefined)),
      );
      const good = use(keyserver, id('good'));
      const bad = use(keyserver, id('bad'), 1);
      const failing = assert.rejects(bad, (thrown) => {
        assert.ok(thrown instanceof type);
        assert.deepEqual([thrown.error, thrown.status], [name, status]);
        assert.notEqual(thrown.message, '');
        return true;
      });
      await keyserver.clock.run(Promise.all([good, failing]));
    });

  it('are requested again only if they failed for now', async () => {
    let calls = 0;
    const keyserver = create((request) => {
      calls++;
      const isFailing = (name: string) => calls === 1 && name === id('b');
      return answer(request, (name) => (isFailing(name) ? 'UpstreamFailure' : undefined));
    });
    await keyserver.clock.run(Promise.all([use(keyserver, id('a')), use(keyserver, id('b'))]));
    assert.deepEqual(keyserver.web.requests.map(namesOf), [[id('a'), id('b')], [id('b')]]);
  });

  it('share the error of their call', async () => {
    const keyserver = create(() => error(429, 'RateLimitExceeded', { 'Retry-After': '60' }));
    const uses = ['a', 'b'].map((name) =>
      assert.rejects(use(keyserver, id(name)), { name: 'LimitedError', retryAfter: 60_000 }),
    );
    await keyserver.clock.run(Promise.all(uses));
    assert.equal(keyserver.web.requests.length, 1);
  });

  it("create the owner's groups", async () => {
    const keyserver = create((request) =>
      request.method === 'group.getKey'
        ? groupKey(request, 1)
        : answer(request, (name) => (name.includes('new') ? 'GroupNotFound' : undefined)),
    );
    const uses = [use(keyserver, id('new')), use(keyserver, id('a'))];
    const old = assert.rejects(use(keyserver, id('new-too'), 3), GoneError);
    await keyserver.clock.run(Promise.all([...uses, old]));
    assert.deepEqual(
      keyserver.web.requests.map(({ method }) => method),
      ['group.getKeys', 'group.getKey'],
    );
  });

  it('are still read for others if one caller leaves, and not if all leave', async () => {
    const keyserver = create(() => new Promise(() => {}));
    const { groups } = keyserver.client;
    const callers = ['a', 'b'].map((name) => {
      const stop = new AbortController();
      return { stop, call: groups.getKey(id(name), { signal: stop.signal }) };
    });
    await Promise.resolve();
    keyserver.clock.advance(delay);
    await new Promise((resolve) => setImmediate(resolve));
    const [{ signal } = {}] = keyserver.web.requests;
    for (const [i, { stop, call }] of callers.entries()) {
      assert.equal(signal?.aborted, false);
      stop.abort();
      await assert.rejects(call, { name: 'AbortError' });
      if (i === callers.length - 1) assert.equal(signal?.aborted, true);
    }
  });

  it('are not read if all callers left during the delay', async () => {
    const keyserver = create();
    const stop = new AbortController();
    const call = keyserver.client.groups.getKey(id('a'), { signal: stop.signal });
    stop.abort();
    await assert.rejects(call, { name: 'AbortError' });
    keyserver.clock.advance(delay);
    assert.equal(keyserver.web.requests.length, 0);
  });

  it('are not read after the end of the client', async () => {
    const keyserver = create();
    const calls = [use(keyserver, id('a')), keyserver.client.groups.getKey(id('b'))];
    await Promise.resolve();
    keyserver.client.dispose();
    for (const call of calls) await assert.rejects(call, DisposedError);
    keyserver.clock.advance(delay);
    assert.equal(keyserver.web.requests.length, 0);
    await assert.rejects(keyserver.client.groups.getKey(id('b')), DisposedError);
  });

  it('are a call each, at once, without a delay', async () => {
    const keyserver = new FakeKeyserver((request) => answer(request));
    await Promise.all([use(keyserver, id('a')), use(keyserver, id('b'))]);
    const methods = keyserver.web.requests.map(({ method }) => method);
    assert.deepEqual(methods, ['group.getKey', 'group.getKey']);
  });

  for (const status of [501, 404])
    it(`are a call each where the server has no getKeys: ${status}`, async () => {
      const keyserver = create((request) =>
        request.method === 'group.getKeys'
          ? error(status, 'MethodNotImplemented')
          : answer(request),
      );
      await keyserver.clock.run(Promise.all(['a', 'b'].map((name) => use(keyserver, id(name)))));
      // Without a delay from now on.
      await Promise.all(['c', 'd'].map((name) => use(keyserver, id(name))));
      const methods = keyserver.web.requests.map(({ method }) => method);
      assert.deepEqual(methods, ['group.getKeys', ...Array(4).fill('group.getKey')]);
    });

  it('are a call for many again ten minutes after the server had no getKeys', async () => {
    let isUpgraded = false;
    const keyserver = create((request) =>
      request.method === 'group.getKeys' && !isUpgraded
        ? error(501, 'MethodNotImplemented')
        : answer(request),
    );
    const callsForMany = () =>
      keyserver.web.requests.filter(({ method }) => method === 'group.getKeys').length;
    await useTogether(keyserver, ['a', 'b']);
    keyserver.clock.advance(10 * 60_000 - delay - 1);
    await Promise.all(['c', 'd'].map((name) => use(keyserver, id(name))));
    assert.equal(callsForMany(), 1);
    keyserver.clock.advance(delay + 1);
    await useTogether(keyserver, ['e', 'f']);
    assert.equal(callsForMany(), 2);
    // Still without the method: not asked for ten minutes again.
    await Promise.all(['g', 'h'].map((name) => use(keyserver, id(name))));
    assert.equal(callsForMany(), 2);
    isUpgraded = true;
    keyserver.clock.advance(10 * 60_000);
    await useTogether(keyserver, ['i', 'j']);
    await useTogether(keyserver, ['k', 'l']);
    assert.equal(callsForMany(), 4);
    assert.equal(keyserver.web.requests.length - callsForMany(), 8);
  });

  for (const [status, name, later] of [
    [501, 'MethodNotImplemented', 100],
    [400, 'InvalidRequest', 199],
  ] as const)
    it(`are replaced by at most four calls at once: ${status}`, async () => {
      const calls = countCalls();
      const keyserver = create(async (request) => {
        if (namesOf(request).length >= 50) return error(status, name);
        await calls.run();
        return request.method === 'group.getKeys' ? error(status, name) : answer(request);
      });
      await useTogether(keyserver, hundred('a'));
      assert.equal(calls.most, 4);

      // Afterwards there is no call for many keys any more, unless the keys were rejected.
      const before = keyserver.web.requests.length;
      await useTogether(keyserver, hundred('b'));
      assert.equal(calls.most, 4);
      assert.equal(keyserver.web.requests.length - before, later);
    });

  for (const rejected of [0, 37, 99])
    it(`cost few calls if the server rejects one: ${rejected}`, async () => {
      // The server does not resolve this domain, which the client does not know.
      const bad = 'did:web:alice.test#x';
      const isBad = ({ url }: FakeRequest) => url.search.includes('alice.test');
      const keyserver = create((request) =>
        isBad(request) ? error(400, 'InvalidRequest') : answer(request),
      );
      const uses = hundred('a').map((name, i) => use(keyserver, i === rejected ? bad : id(name)));
      const failing = assert.rejects(
        uses.splice(rejected, 1)[0] ?? Promise.resolve(),
        InvalidCallError,
      );
      await Promise.resolve();
      keyserver.clock.advance(delay);
      await Promise.all([failing, ...uses]);
      const { requests } = keyserver.web;
      assert.ok(requests.length >= 3 && requests.length <= 15, `${requests.length} calls`);
      const alone = requests.filter((call) => call.method === 'group.getKey' && isBad(call));
      assert.equal(alone.length, 1);
    });

  it('share an error of a part only with the keys of that part', async () => {
    const keyserver = create((request) => {
      const [first, ...others] = namesOf(request);
      if (others.length === 3) return error(400, 'InvalidRequest');
      return first === id('a') ? error(403, 'AccountDeleted') : answer(request);
    });
    await useTogether(keyserver, ['a', 'b', 'c', 'd'], async (call, name) => {
      if (name < 'c') await assert.rejects(call, GoneError);
      else await call;
    });
    assert.equal(keyserver.web.requests.length, 3);
  });

  for (const name of ['ExpiredToken', 'AccountTakedown'])
    it(`all fail without further calls after another 400: ${name}`, async () => {
      const keyserver = create(() => error(400, name));
      await useTogether(keyserver, hundred('a'), (call) =>
        assert.rejects(call, { name: 'InvalidCallError', error: name }),
      );
      assert.equal(keyserver.web.requests.length, 1);
    });

  for (const [status, name] of [
    [400, 'InvalidRequest'],
    [404, 'NotFound'],
    [501, 'MethodNotImplemented'],
  ] as const)
    it(`all fail without further calls after an error of the token: ${status}`, async () => {
      let tokens = 0;
      const { clock, options, web } = create(() => error(500, 'Unexpected'));
      const agent = {
        fetchHandler: async () => {
          tokens++;
          return error(status, name);
        },
      };
      const client = KeyserverClient.create(keyserverDid, agent, options);
      await useTogether({ client, clock }, hundred('a'), (call) =>
        assert.rejects(call, { name: 'PdsError', status }),
      );
      assert.equal(tokens, 1);
      assert.deepEqual(web.requests, []);
    });

  it('all fail without further calls if the PDS itself responds to a proxied call', async () => {
    const { clock, options } = create(() => error(500, 'Unexpected'));
    const paths: string[] = [];
    const agent = {
      fetchHandler: async (path: string) => {
        paths.push(path);
        return new Response('<h1>Not Found</h1>', { status: 404 });
      },
    };
    const client = KeyserverClient.throughPds(keyserverDid, agent, options);
    for (const names of [hundred('a'), hundred('b')])
      await useTogether({ client, clock }, names, (call) =>
        assert.rejects(call, { name: 'UnexpectedAnswerError', status: 404 }),
      );
    assert.equal(paths.filter((path) => path.includes('group.getKeys')).length, 2);
    assert.equal(paths.length, 2);
  });

  it('fail with the reason of the caller that leaves, also alone', async () => {
    const keyserver = create((request) => {
      if (request.method === 'group.getKeys') return error(501, 'MethodNotImplemented');
      return request.url.search.includes('slow') ? new Promise(() => {}) : answer(request);
    });
    await useTogether(keyserver, ['a', 'b']);
    const { groups } = keyserver.client;
    const callers = Array.from({ length: 5 }, (_, i) => {
      const stop = new AbortController();
      return { stop, call: groups.getKey(id(`slow${i}`), { signal: stop.signal }) };
    });
    await idle();
    assert.equal(keyserver.web.requests.length, 3 + 4);
    // The last one waits for the others.
    for (const { stop, call } of callers.reverse()) {
      const reason = new Error('left');
      stop.abort(reason);
      await assert.rejects(call, reason);
    }
    assert.equal(keyserver.web.requests.length, 3 + 4);
    // Nobody waits any more.
    await Promise.all(['c', 'd'].map((name) => use(keyserver, id(name))));
  });

  it("create the owner's groups with at most four calls at once", async () => {
    const calls = countCalls();
    const keyserver = create(async (request) => {
      if (request.method === 'group.getKey') await calls.run();
      return answer(request, () => 'GroupNotFound');
    });
    await useTogether(keyserver, hundred('a').slice(0, 20));
    assert.equal(calls.most, 4);
  });

  it('are not read after the end of the client, if they wait for others', async () => {
    const keyserver = create((request) =>
      request.method === 'group.getKeys'
        ? error(501, 'MethodNotImplemented')
        : new Promise(() => {}),
    );
    const { groups } = keyserver.client;
    const calls = hundred('a').map((name) => groups.getKey(id(name)));
    await Promise.resolve();
    keyserver.clock.advance(delay);
    await idle();
    calls.push(groups.getKey(id('b')));
    await Promise.resolve();
    keyserver.client.dispose();
    for (const call of calls) await assert.rejects(call, DisposedError);
    await idle();
    assert.equal(keyserver.web.requests.length, 5);
  });

  for (const keyBatchDelay of [-1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN])
    it(`cannot be collected for ${keyBatchDelay} ms`, () => {
      assert.throws(() => KeyserverClient.anonymous(keyserverDid, { keyBatchDelay }), {
        name: 'RangeError',
        message: /keyBatchDelay/,
      });
    });

  for (const invalid of ['garbage', 'did:plc:short#friends', `${id('friends')}@1`, 'did:web:x#a#b'])
    it(`are not disturbed by an invalid group of a record: ${invalid}`, async () => {
      const keyserver = create((request) =>
        request.method === 'group.getKey' ? error(400, 'InvalidRequest') : answer(request),
      );
      const good = ['a', 'b'].map((name) => use(keyserver, id(name)));
      await assert.rejects(use(keyserver, invalid), InvalidCallError);
      await keyserver.clock.run(Promise.all(good));
    });
});

describe('A response with keys', () => {
  const hex = 'a'.repeat(64);
  const a = { groupId: id('a'), version: 1, secretKey: hex };
  const b = { ...a, groupId: id('b') };
  for (const keys of [
    undefined,
    null,
    {},
    [],
    [[]],
    [a],
    [a, null],
    [b, a],
    [a, b, b],
    [a, { ...b, groupId: id('x') }],
    [a, { ...b, version: 2 }],
    [a, { groupId: id('b'), version: 2, error: 'Forbidden' }],
    [a, { groupId: id('b'), version: 1 }],
    [a, { groupId: id('b'), version: 1, error: '' }],
    [a, { ...b, error: 'E' }],
    [a, { ...b, secretKey: '00' }],
  ])
    it(`in another form is not used and not quoted: ${JSON.stringify(keys)?.slice(-60)}`, async () => {
      const keyserver = create(() => json({ keys }));
      const uses = ['a', 'b'].map((name) =>
        assert.rejects(use(keyserver, id(name), 1), (thrown) => {
          assert.ok(thrown instanceof KeyserverError);
          assert.equal(thrown.error, 'UnexpectedAnswer');
          assert.ok(!`${thrown.stack} ${thrown.cause}`.includes(hex));
          return true;
        }),
      );
      await keyserver.clock.run(Promise.all(uses));
    });
});
