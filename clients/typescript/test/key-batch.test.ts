import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encrypt } from '../src/content/content-cipher.js';
import {
  DisposedError,
  GoneError,
  InvalidCallError,
  KeyserverError,
  LimitedError,
  LostAccessError,
  UpstreamError,
} from '../src/index.js';
import {
  atUri,
  FakeKeyserver,
  group,
  groupKey,
  hexKeyOf,
  keyOf,
  owner,
} from './support/fake-keyserver.js';
import { type Answer, error, type FakeRequest, json } from './support/fake-web.js';

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
async function use({ client }: FakeKeyserver, groupId: string, version?: number): Promise<void> {
  if (version === undefined) await client.content.encrypt(groupId, atUri, '');
  else
    await client.content.decrypt(
      groupId,
      atUri,
      encrypt(keyOf(version), atUri, new Uint8Array()),
      version,
    );
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
    const long = `did:web:${'a'.repeat(249)}.com#${'n'.repeat(125)}`;
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

  it('are a call each if the server refuses the form of one', async () => {
    const keyserver = create((request) =>
      request.method === 'group.getKeys' ? error(400, 'InvalidRequest') : answer(request),
    );
    await keyserver.clock.run(Promise.all(['a', 'b'].map((name) => use(keyserver, id(name)))));
    assert.equal(keyserver.web.requests.length, 3);
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
