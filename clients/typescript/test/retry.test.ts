import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ConflictError,
  deleteConfirmation,
  KeyserverError,
  LimitedError,
  UpstreamError,
} from '../src/index.js';
import { FakeKeyserver, group, groupKey } from './support/fake-keyserver.js';
import { type Answer, error, json } from './support/fake-web.js';

const bob = 'did:plc:bob';

/** Answers once with something else. */
function after(first: Response): Answer {
  let isFirst = true;
  return (request) => {
    const answer = isFirst ? first : groupKey(request);
    isFirst = false;
    return answer;
  };
}

/** The waits between attempts, without the time limits of attempts and the sweeps of the cache. */
function waits({ clock }: FakeKeyserver): number[] {
  return clock.fired.filter((milliseconds) => milliseconds < 30_000);
}

const getKey = (keyserver: FakeKeyserver) =>
  keyserver.clock.run(keyserver.client.groups.getKey(group));

describe('A read', () => {
  for (const status of [500, 502, 503, 429])
    it(`is tried three times more after ${status}`, async () => {
      const keyserver = new FakeKeyserver(() => error(status, 'Name'));
      await assert.rejects(getKey(keyserver), KeyserverError);
      assert.equal(keyserver.web.requests.length, 4);
      assert.deepEqual(waits(keyserver), [100, 200, 400]);
    });

  for (const [status, name] of [
    [400, 'InvalidRequest'],
    [401, 'BadJwt'],
    [403, 'Forbidden'],
    [404, 'GroupNotFound'],
    [409, 'VersionConflict'],
    [501, 'MethodNotImplemented'],
  ] as const)
    it(`is not tried again after ${status}, and neither is a rotation`, async () => {
      const keyserver = new FakeKeyserver(() => error(status, name));
      const { groups } = keyserver.client;
      await assert.rejects(getKey(keyserver), KeyserverError);
      const rotation = groups.rotateKey(group, { expectedVersion: 1 });
      await assert.rejects(keyserver.clock.run(rotation), KeyserverError);
      assert.equal(keyserver.web.requests.length, 2);
    });

  it('that succeeds at last is answered', async () => {
    let tries = 0;
    const keyserver = new FakeKeyserver((request) =>
      ++tries < 4 ? error(503, 'UpstreamFailure') : groupKey(request),
    );
    assert.equal((await getKey(keyserver)).version, 2);
  });

  // The clock of these tests shows 1737628200 s.
  for (const [status, headers, wait] of [
    [429, { 'Retry-After': '3' }, 3000],
    [503, { 'Retry-After': 'Thu, 23 Jan 2025 10:30:05 GMT' }, 5000],
    [503, { 'Retry-After': 'Thu, 23 Jan 2025 10:29:05 GMT' }, 100],
    [503, { 'Retry-After': 'soon' }, 100],
    [429, { 'RateLimit-Reset': '3' }, 3000],
    [429, { 'RateLimit-Reset': '0' }, 100],
    [429, { 'RateLimit-Reset': '1737628205' }, 5000],
    [429, { 'RateLimit-Reset': '1737628199' }, 100],
    [429, { 'RateLimit-Reset': 'soon' }, 100],
    [429, { 'RateLimit-Reset': '-3' }, 100],
    [429, { 'RateLimit-Reset': '99999999999999999999' }, 100],
    [429, { 'Retry-After': '2', 'RateLimit-Reset': '3' }, 2000],
    // Budgets of other calls: they do not say when the server is back.
    [503, { 'RateLimit-Reset': '3' }, 100],
  ] as const)
    it(`waits ${wait} ms after ${status} with ${JSON.stringify(headers)}`, async () => {
      const keyserver = new FakeKeyserver(after(error(status, 'RateLimitExceeded', headers)));
      await getKey(keyserver);
      assert.deepEqual(waits(keyserver), [wait]);
    });

  it('leaves a long wait to the caller', async () => {
    for (const [headers, least] of [
      [{ 'Retry-After': '60' }, 60_000],
      [{ 'RateLimit-Reset': '4294967295' }, 365 * 24 * 60 * 60 * 1000],
    ] as const) {
      const keyserver = new FakeKeyserver(() => error(429, 'RateLimitExceeded', headers));
      await assert.rejects(getKey(keyserver), (thrown) => {
        assert.ok(thrown instanceof LimitedError);
        assert.ok((thrown.retryAfter ?? 0) >= least);
        return true;
      });
      assert.equal(keyserver.web.requests.length, 1);
    }
  });
});

describe('A change', () => {
  it('is sent once, unless it names the version', async () => {
    const keyserver = new FakeKeyserver(() => error(503, 'UpstreamFailure'));
    const { groups, keypairs, account } = keyserver.client;
    const changes = [
      () => groups.rotateKey(group),
      () => groups.addMember(group, bob),
      () => groups.removeMember(group, bob, { rotate: true }),
      () => groups.addMembers(group, [bob]),
      () => groups.removeMembers(group, [bob], { rotate: true }),
      () => groups.addDelegate(group, bob, ['rotate_key']),
      () => groups.removeDelegate(group, bob),
      () => groups.delete(group),
      () => keypairs.rotate(),
      () => account.delete(deleteConfirmation),
    ];
    for (const change of changes)
      await assert.rejects(keyserver.clock.run<unknown>(change()), UpstreamError);
    assert.equal(keyserver.web.requests.length, changes.length);

    const rotations = [groups.rotateKey(group, { expectedVersion: 1 })];
    rotations.push(keypairs.rotate({ expectedVersion: 1 }));
    for (const rotation of rotations)
      await assert.rejects(keyserver.clock.run(rotation), UpstreamError);
    assert.equal(keyserver.web.requests.length, changes.length + 8);
  });
});

describe('A rotation', () => {
  const versions = {
    groupId: group,
    versions: [
      { version: 2, status: 'active', created_at: '2025-01-23T10:30:00.000Z' },
      { version: 1, status: 'revoked', created_at: '2025-01-22T10:30:00.000Z' },
    ],
  };

  const rotate = (keyserver: FakeKeyserver) =>
    keyserver.clock.run(keyserver.client.groups.rotateKey(group, { expectedVersion: 1 }));

  it('whose response was lost is found to be made', async () => {
    let tries = 0;
    const keyserver = new FakeKeyserver(({ method }) => {
      if (method !== 'group.rotateKey') return json(versions);
      return ++tries === 1 ? error(503, 'UpstreamFailure') : error(409, 'VersionConflict');
    });
    assert.deepEqual(await rotate(keyserver), {
      oldVersion: 1,
      newVersion: 2,
      rotatedAt: new Date('2025-01-23T10:30:00.000Z'),
    });
  });

  it('is found to be made also where each token is valid for one call', async () => {
    let isMade = false;
    let used: string | undefined;
    const keyserver = new FakeKeyserver(({ method, token }) => {
      if (method !== 'group.rotateKey') return json(versions);
      if (token === used) return error(401, 'NonceNotUnique');
      used = token;
      const isFirst = !isMade;
      isMade = true;
      return isFirst ? error(503, 'UpstreamFailure') : error(409, 'VersionConflict');
    });
    assert.equal((await rotate(keyserver)).newVersion, 2);
  });

  for (const [status, name, outcomeUnknown] of [
    [409, 'VersionConflict', true],
    [429, 'RateLimitExceeded', true],
    [401, 'BadJwt', true],
    [503, 'ServiceReadOnly', false],
  ] as const)
    it(`that an earlier attempt may have made says so: ${name}`, async () => {
      let tries = 0;
      const keyserver = new FakeKeyserver(({ method }) => {
        if (method !== 'group.rotateKey') return error(503, 'UpstreamFailure');
        if (++tries > 1) return error(status, name);
        return error(503, outcomeUnknown ? 'UpstreamFailure' : name);
      });
      await assert.rejects(rotate(keyserver), { error: name, outcomeUnknown });
    });

  it('that conflicts at the first attempt was made by another', async () => {
    const keyserver = new FakeKeyserver(() => error(409, 'VersionConflict'));
    await assert.rejects(rotate(keyserver), ConflictError);
  });
});
