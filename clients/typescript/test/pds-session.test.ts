import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DisposedError,
  KeyserverClient,
  type PdsAgent,
  PdsError,
  PdsSession,
  UnreachableError,
} from '../src/index.js';
import { FakeClock, idle } from './support/fake-clock.js';
import { group, groupKey, keyserverDid } from './support/fake-keyserver.js';
import { type Answer, error, type FakeRequest, FakeWeb, gate, json } from './support/fake-web.js';

const pds = 'https://pds.example.com';
const did = 'did:plc:alice';
const path = '/xrpc/com.atproto.server.getServiceAuth?aud=a&lxm=m';

const tokens = (accessJwt: string, refreshJwt: string) =>
  json({ did, accessJwt, refreshJwt, handle: 'alice.example.com' });

/** A PDS where the token `new` is valid, and `old` has expired. */
function renewing(request: FakeRequest): Response {
  if (request.method === 'com.atproto.server.refreshSession')
    return request.token === 'refresh' ? tokens('new', 'newer') : error(400, 'ExpiredToken');
  return request.token === 'new' ? json({ token: 'service' }) : error(400, 'ExpiredToken');
}

const refreshable = { refreshJwt: 'refresh' };

function resume(answer: Answer, { refreshJwt }: { refreshJwt?: string | undefined } = refreshable) {
  const web = new FakeWeb(answer);
  const session = PdsSession.resume(
    pds,
    { did, accessJwt: 'old', refreshJwt },
    { fetch: web.fetch },
  );
  const refreshes = () =>
    web.requests.filter(({ method }) => method === 'com.atproto.server.refreshSession').length;
  return { web, session, refreshes };
}

describe('A session', () => {
  it('logs in, and gives service tokens to the client', async () => {
    const web = new FakeWeb((request) => {
      switch (request.method) {
        case 'com.atproto.server.createSession':
          return tokens('access', 'refresh');
        case 'com.atproto.server.getServiceAuth':
          return json({ token: 'service' });
        default:
          return groupKey(request);
      }
    });
    const options = { fetch: web.fetch, address: 'https://keys.example.com', keyBatchDelay: 0 };
    const session = await PdsSession.logIn(pds, 'alice.example.com', 'app-password', options);
    const keyserver = KeyserverClient.create(keyserverDid, session, options);
    await keyserver.groups.getKey(group);
    assert.equal(session.did, did);
    const [logIn, auth, call] = web.requests;
    assert.equal(JSON.parse(logIn?.body ?? '').password, 'app-password');
    assert.equal(auth?.token, 'access');
    const method = 'dev.atpkeyserver.alpha.group.getKey';
    assert.equal(auth?.url.search, `?${new URLSearchParams({ aud: keyserverDid, lxm: method })}`);
    assert.deepEqual([call?.url.host, call?.token], ['keys.example.com', 'service']);
  });

  it('is renewed once, however many wait', async () => {
    const { session, web, refreshes } = resume(renewing);
    const calls = Array.from({ length: 20 }, () => session.fetchHandler(path));
    for (const response of await Promise.all(calls)) assert.equal(response.status, 200);
    assert.ok(web.requests.every(({ redirect }) => redirect === 'manual'));
    assert.equal(refreshes(), 1);
  });

  it('is not renewed by a late refusal of an old token', async () => {
    const [late, asked] = [gate(), gate()];
    const { session, refreshes } = resume(async (request) => {
      if (request.token === 'old' && request.url.search.endsWith('slow')) {
        asked.open();
        await late.opened;
      }
      return renewing(request);
    });
    const slow = session.fetchHandler(`${path}slow`);
    await asked.opened;
    await session.fetchHandler(path);
    late.open();
    assert.equal((await slow).status, 200);
    assert.equal(refreshes(), 1);
  });

  for (const isEnded of [false, true])
    it(`is renewed without the caller that asked for it${isEnded ? ', but not after its end' : ''}`, async () => {
      const [late, asked] = [gate(), gate()];
      const { session, refreshes } = resume(async (request) => {
        if (request.method === 'com.atproto.server.refreshSession') {
          asked.open();
          await late.opened;
        }
        return renewing(request);
      });
      const stop = new AbortController();
      const first = session.fetchHandler(path, { signal: stop.signal });
      await asked.opened;
      const second = session.fetchHandler(path);
      await idle();
      stop.abort();
      await assert.rejects(first, { name: 'AbortError' });
      if (isEnded) session.dispose();
      late.open();
      assert.equal((await second).status, isEnded ? 400 : 200);
      assert.equal(refreshes(), 1);
      await idle();
      if (isEnded) await assert.rejects(session.fetchHandler(path), DisposedError);
    });

  for (const refreshJwt of [undefined, 'expired'])
    it(`that cannot be renewed is refused: ${refreshJwt}`, async () => {
      const { session, web } = resume(renewing, { refreshJwt });
      const options = { fetch: web.fetch, address: 'https://keys.example.com', keyBatchDelay: 0 };
      assert.equal((await session.fetchHandler(path)).status, 400);
      const keyserver = KeyserverClient.create(keyserverDid, session, options);
      await assert.rejects(keyserver.groups.getKey(group), (thrown) => {
        assert.ok(thrown instanceof PdsError);
        assert.equal(thrown.error, 'ExpiredToken');
        return true;
      });
    });

  it('whose renewal fails for now is not ended', async () => {
    let isDown = true;
    const clock = new FakeClock();
    const web = new FakeWeb((request) => {
      const isRefresh = request.method === 'com.atproto.server.refreshSession';
      return isRefresh && isDown ? error(503, 'UpstreamFailure') : renewing(request);
    });
    const both = { did, accessJwt: 'old', refreshJwt: 'refresh' };
    const session = PdsSession.resume(pds, both, { fetch: web.fetch, clock });
    await assert.rejects(clock.run(session.fetchHandler(path)), { error: 'UpstreamFailure' });
    isDown = false;
    assert.equal((await session.fetchHandler(path)).status, 200);
  });

  it('shows its tokens to no other host', async () => {
    const { session, web } = resume(() => json({}));
    for (const other of ['https://other.example.com/xrpc/m', '//other.example.com/xrpc/m'])
      await assert.rejects(session.fetchHandler(other), TypeError);
    assert.equal(web.requests.length, 0);
  });

  it('tells the PDS of a log-out, and ends', async () => {
    const { session, web } = resume(() => json({}));
    await session.logOut();
    assert.deepEqual(
      web.requests.map(({ token }) => token),
      ['refresh'],
    );
    await assert.rejects(session.fetchHandler(path), DisposedError);

    const refused = resume(() => error(400, 'ExpiredToken'));
    await assert.rejects(refused.session.logOut(), PdsError);
    await assert.rejects(refused.session.fetchHandler(path), DisposedError);
  });

  for (const address of ['http://pds.example.com', `${pds}/path`, 'https://user@pds.example.com'])
    it(`is only for the https origin of a PDS, not ${address}`, async () => {
      await assert.rejects(PdsSession.logIn(address, 'alice.example.com', 'x'), TypeError);
    });
});

describe('Calls through the PDS', () => {
  it('show its session and name the service', async () => {
    const { web, session } = resume((request) =>
      request.token === 'new' && request.proxy !== undefined
        ? groupKey(request)
        : renewing(request),
    );
    const options = { fetch: web.fetch, keyBatchDelay: 0 };
    const keyserver = KeyserverClient.throughPds(keyserverDid, session, options);
    await keyserver.groups.getKey(group);
    const last = web.requests.at(-1);
    assert.deepEqual(
      [last?.url.host, last?.token, last?.proxy],
      ['pds.example.com', 'new', `${keyserverDid}#atp_keyserver`],
    );
    assert.equal(web.requests.length, 3);
  });
});

describe('An agent of the application', () => {
  /** Has what `Agent` of `@atproto/api` and `OAuthSession` have, and throws what they throw. */
  const agentOf = (fetchHandler: PdsAgent['fetchHandler']) => ({ did, fetchHandler });

  const createWith = (agent: PdsAgent) =>
    KeyserverClient.create(keyserverDid, agent, {
      address: 'https://keys.example.com',
      keyBatchDelay: 0,
      fetch: async () => new Response(null, { status: 500 }),
    });

  it('is asked not to follow redirects', async () => {
    const redirects: unknown[] = [];
    const keyserver = createWith(
      agentOf(async (_, { redirect }) => {
        redirects.push(redirect);
        return error(401, 'AuthMissing');
      }),
    );
    await assert.rejects(keyserver.groups.getKey(group), PdsError);
    assert.deepEqual(redirects, ['manual']);
  });

  it('that has no connection is unreachable', async () => {
    const keyserver = createWith(
      agentOf(async () => {
        throw new TypeError('fetch failed');
      }),
    );
    await assert.rejects(keyserver.groups.getKey(group), UnreachableError);
  });

  for (const [answer, message] of [
    [() => Promise.reject(new TypeError('fetch failed')), /^No response from the PDS: /],
    [async () => json({}, 501), /^The PDS returned status 501\.$/],
    [async () => json({}, 404), /^The PDS returned status 404 without an XRPC error\. Check/],
    [async () => new Response(new Uint8Array(8 << 20)), /^The response of the PDS is longer/],
  ] as const)
    it(`is called the PDS in messages: ${message.source}`, async () => {
      const keyserver = createWith(agentOf(answer));
      await assert.rejects(keyserver.groups.getKey(group), { message });
    });

  it('that has lost its session throws its own error', async () => {
    const lost = new Error('The session was deleted by another process');
    const keyserver = createWith(
      agentOf(async () => {
        throw lost;
      }),
    );
    await assert.rejects(keyserver.groups.getKey(group), lost);
  });

  it('that ignores signals does not hold its callers', async () => {
    const keyserver = KeyserverClient.throughPds(
      keyserverDid,
      agentOf(() => new Promise(() => {})),
      { keyBatchDelay: 0 },
    );
    const stop = new AbortController();
    const call = keyserver.groups.getKey(group, { signal: stop.signal });
    stop.abort();
    await assert.rejects(call, { name: 'AbortError' });
  });
});
