import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deleteConfirmation, GoneError } from '../src/index.js';
import { atUri, FakeKeyserver, group, groupKey } from './support/fake-keyserver.js';
import { error, json } from './support/fake-web.js';

describe('An export', () => {
  for (const [status, name] of [
    [503, 'UpstreamFailure'],
    [429, 'RateLimitExceeded'],
    [401, 'JwtExpired'],
  ] as const)
    it(`is requested again before it has started: ${name}`, async () => {
      let tries = 0;
      const keyserver = new FakeKeyserver(() => (++tries === 1 ? error(status, name) : json('{}')));
      const stream = await keyserver.clock.run(keyserver.client.account.export());
      assert.equal(await new Response(stream).text(), '{}');
    });

  it('that is refused has the name of the error', async () => {
    const keyserver = new FakeKeyserver(() => error(403, 'AccountDeleted'));
    await assert.rejects(keyserver.client.account.export(), GoneError);
  });

  it('that breaks off is unreachable', async () => {
    const chunks = [Buffer.from('{"did":')];
    const broken = new ReadableStream({
      pull(controller) {
        const chunk = chunks.pop();
        if (chunk) controller.enqueue(chunk);
        else controller.error(new TypeError('terminated'));
      },
    });
    const keyserver = new FakeKeyserver(() => new Response(broken));
    const reader = (await keyserver.client.account.export()).getReader();
    assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), '{"did":');
    await assert.rejects(reader.read(), { name: 'UnreachableError', error: 'Unreachable' });
  });

  it('that is not wanted any more ends', async () => {
    let reason: unknown;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(Buffer.alloc(1)),
      cancel: (given) => {
        reason = given;
      },
    });
    const keyserver = new FakeKeyserver(() => new Response(endless));
    await (await keyserver.client.account.export()).cancel('enough');
    assert.equal(reason, 'enough');
  });
});

describe('A deletion', () => {
  it('needs the confirmation', async () => {
    const keyserver = new FakeKeyserver(() => json({}));
    await assert.rejects(keyserver.client.account.delete('yes'), {
      name: 'TypeError',
      message: 'Nothing was deleted: the confirmation is not DELETE_ALL_MY_DATA.',
    });
    assert.equal(keyserver.web.requests.length, 0);
  });

  it('reports its progress, and removes all keys', async () => {
    const deleted = { keypairVersions: 1, groups: 2, memberships: 3, delegations: 4 };
    const keyserver = new FakeKeyserver((request) =>
      request.verb === 'GET' ? groupKey(request) : json({ status: 'deleting', deleted }),
    );
    const { account, content } = keyserver.client;
    await content.encrypt(group, atUri, 'text');
    assert.deepEqual(await account.delete(deleteConfirmation), { status: 'deleting', deleted });
    await content.encrypt(group, atUri, 'text');
    assert.equal(keyserver.web.requests.length, 3);
  });
});
