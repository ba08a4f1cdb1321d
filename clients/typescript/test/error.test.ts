import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ConflictError,
  GoneError,
  InvalidCallError,
  LimitedError,
  LostAccessError,
  PdsSession,
  RefusedTokenError,
  UnexpectedAnswerError,
  UnreachableError,
  UpstreamError,
} from '../src/index.js';
import { FakeKeyserver, group, groupKey } from './support/fake-keyserver.js';
import { type Answer, error, FakeWeb, json } from './support/fake-web.js';

const never: Answer = () => new Promise(() => {});

const getKey = (keyserver: FakeKeyserver) =>
  keyserver.clock.run(keyserver.client.groups.getKey(group));

describe('An error', () => {
  for (const [status, name, type] of [
    [400, 'InvalidRequest', InvalidCallError],
    [401, 'BadJwtAudience', RefusedTokenError],
    [403, 'Forbidden', LostAccessError],
    [403, 'AccountDeleted', GoneError],
    [404, 'GroupNotFound', GoneError],
    [404, 'KeyVersionNotFound', GoneError],
    [409, 'VersionConflict', ConflictError],
    [409, 'MemberUnavailable', ConflictError],
    [413, 'PayloadTooLarge', InvalidCallError],
    [429, 'RateLimitExceeded', LimitedError],
    [500, 'InternalServerError', UpstreamError],
    [501, 'MethodNotImplemented', InvalidCallError],
    [503, 'ServiceReadOnly', UpstreamError],
  ] as const)
    it(`${status} ${name} is a ${type.name}`, async () => {
      const keyserver = new FakeKeyserver(() => error(status, name));
      await assert.rejects(getKey(keyserver), (thrown) => {
        assert.ok(thrown instanceof type);
        assert.equal(thrown.name, type.name);
        assert.equal(thrown.message, 'Told by the test.');
        assert.deepEqual([thrown.error, thrown.status], [name, status]);
        assert.ok(!thrown.outcomeUnknown);
        return true;
      });
    });

  for (const [status, name, outcomeUnknown] of [
    [503, 'UpstreamFailure', true],
    [500, 'InternalServerError', true],
    [503, 'ServiceReadOnly', false],
    [429, 'RateLimitExceeded', false],
    [409, 'MemberAlreadyExists', false],
  ] as const)
    it(`${status} ${name} of a change says whether it may have been made`, async () => {
      const keyserver = new FakeKeyserver(() => error(status, name));
      const change = keyserver.client.groups.addMember(group, 'did:plc:bob');
      await assert.rejects(keyserver.clock.run(change), { error: name, outcomeUnknown });
      assert.equal(keyserver.web.requests.length, 1);
    });
});

describe('A connection', () => {
  it('that breaks is unreachable, and a change is unknown', async () => {
    const keyserver = new FakeKeyserver(() => {
      throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
    });
    await assert.rejects(getKey(keyserver), {
      name: 'UnreachableError',
      error: 'Unreachable',
      message: 'No response from keys.example.com: connection refused.',
      outcomeUnknown: false,
    });
    const change = keyserver.client.groups.delete(group);
    await assert.rejects(change, { error: 'Unreachable', outcomeUnknown: true });
  });

  it('leaves no timer', async () => {
    const keyserver = new FakeKeyserver(groupKey);
    await getKey(keyserver);
    assert.equal(keyserver.clock.running, 0);
  });

  it('that is silent is left', async () => {
    await assert.rejects(getKey(new FakeKeyserver(never)), {
      name: 'UnreachableError',
      message: 'No response from keys.example.com: timed out after 30 s.',
    });
  });

  it('that stops in the middle of a response is left', async () => {
    const stuck = new ReadableStream({ pull: () => new Promise(() => {}) });
    const keyserver = new FakeKeyserver(() => new Response(stuck));
    await assert.rejects(getKey(keyserver), UnreachableError);
  });

  it('of a caller who gives up ends with the reason', async () => {
    const keyserver = new FakeKeyserver(never);
    const stop = new AbortController();
    const call = keyserver.client.groups.getKey(group, { signal: stop.signal });
    stop.abort(new Error('I give up.'));
    await assert.rejects(call, { message: 'I give up.' });
  });
});

describe('A response', () => {
  const hex = 'a'.repeat(64);
  for (const body of [
    '<html>a gateway</html>',
    `"${hex}`,
    '[]',
    'null',
    { groupId: group, version: 1 },
    { groupId: group, secretKey: '0011', version: 1 },
    { groupId: group, secretKey: 7, version: 1 },
    { groupId: group, secretKey: hex, version: '1' },
    { groupId: group, secretKey: hex, version: 0 },
    { groupId: 'did:plc:other#friends', secretKey: hex, version: 1 },
  ])
    it(`that is not the expected one is not used and not quoted: ${JSON.stringify(body).slice(0, 60)}`, async () => {
      const keyserver = new FakeKeyserver(() => json(body));
      await assert.rejects(getKey(keyserver), (thrown) => {
        assert.ok(thrown instanceof UnexpectedAnswerError);
        assert.equal(thrown.error, 'UnexpectedAnswer');
        assert.ok(!`${thrown.stack} ${thrown.cause}`.includes(hex));
        return true;
      });
    });

  for (const [status, body, message] of [
    [200, '<html>', 'pds.example.com did not return JSON in the expected form.'],
    [200, '[]', 'pds.example.com did not return a JSON object in the expected form.'],
    [200, '{}', 'pds.example.com did not return did in the expected form.'],
    [302, '', 'pds.example.com returned a redirect (status 302), which is not followed.'],
    [404, '', 'pds.example.com returned status 404 without an XRPC error.'],
  ] as const)
    it(`of a host that is no PDS is explained: ${status} ${body}`, async () => {
      const { fetch } = new FakeWeb(() => new Response(body, { status }));
      const call = PdsSession.logIn('https://pds.example.com', 'alice.example.com', 'x', { fetch });
      const full = `${message} Check that it is a PDS.`;
      await assert.rejects(call, { name: 'UnexpectedAnswerError', message: full });
    });

  it('without a message names the host', async () => {
    await assert.rejects(getKey(new FakeKeyserver(() => json({}, 501))), {
      name: 'InvalidCallError',
      message: 'keys.example.com returned status 501.',
    });
  });

  it('without an end is not read to its end', async () => {
    const keyserver = new FakeKeyserver(() => new Response(new Uint8Array(8 << 20)));
    await assert.rejects(getKey(keyserver), {
      message: 'The response of keys.example.com is longer than 4194304 bytes.',
    });
  });

  it('from elsewhere is not taken', async () => {
    const hidden = new Response(null);
    Object.defineProperties(hidden, { type: { value: 'opaqueredirect' }, status: { value: 0 } });
    for (const answer of [new Response(null, { status: 307 }), hidden]) {
      const keyserver = new FakeKeyserver(() => answer);
      await assert.rejects(getKey(keyserver), UnexpectedAnswerError);
      assert.equal(keyserver.web.requests[0]?.redirect, 'manual');
    }
  });
});

describe('An argument', () => {
  it('that is wrong is refused in plain words, before any call', async () => {
    const keyserver = new FakeKeyserver(() => json({}));
    const { groups } = keyserver.client;
    for (const version of [0, -1, 1.5, Number.NaN])
      await assert.rejects(groups.getKey(group, { version }), {
        name: 'RangeError',
        message: 'Versions start at 1.',
      });
    await assert.rejects(groups.getKey(''), {
      name: 'TypeError',
      message: 'The group id is empty.',
    });
    await assert.rejects(groups.addDelegate(group, 'did:plc:bob', []), RangeError);
    assert.equal(keyserver.web.requests.length, 0);
  });
});
