import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maxMembers } from '../src/index.js';
import { atUri, FakeKeyserver, group, groupKey } from './support/fake-keyserver.js';
import { type FakeRequest, json } from './support/fake-web.js';

function answer({ method, body }: FakeRequest): Response {
  const input = JSON.parse(body ?? '');
  const done = method === 'group.addMembers' ? 'added' : 'removed';
  return json({
    groupId: input.group_id,
    members: input.member_dids.map((memberDid: string) => ({
      memberDid,
      status: memberDid === 'did:plc:b' ? 'unchanged' : done,
    })),
    ...(input.rotate && { newVersion: 3 }),
  });
}

describe('Many members', () => {
  it('each have a result', async () => {
    const keyserver = new FakeKeyserver(answer);
    const { groups } = keyserver.client;
    assert.deepEqual(await groups.addMembers(group, ['did:plc:a', 'did:plc:b']), [
      { memberDid: 'did:plc:a', status: 'added' },
      { memberDid: 'did:plc:b', status: 'unchanged' },
    ]);
    const removed = [{ memberDid: 'did:plc:c', status: 'removed' }];
    assert.deepEqual(await groups.removeMembers(group, ['did:plc:c'], { rotate: true }), {
      members: removed,
      newVersion: 3,
    });
    assert.deepEqual(await groups.removeMembers(group, ['did:plc:c']), {
      members: removed,
      newVersion: undefined,
    });
    assert.deepEqual(
      keyserver.web.requests.map(({ body }) => body),
      [
        `{"group_id":"${group}","member_dids":["did:plc:a","did:plc:b"]}`,
        `{"group_id":"${group}","member_dids":["did:plc:c"],"rotate":true}`,
        `{"group_id":"${group}","member_dids":["did:plc:c"]}`,
      ],
    );
  });

  for (const [dids, message] of [
    [[], 'A call takes 1 to 90 accounts.'],
    [Array(maxMembers + 1).fill('did:plc:a'), 'A call takes 1 to 90 accounts.'],
    [['did:plc:a', 'did:plc:a'], "'did:plc:a' is in the list twice."],
    [[''], "The member's DID is empty."],
  ] as const)
    it(`make no call if the list is wrong: ${dids.length} ${message}`, async () => {
      const keyserver = new FakeKeyserver(answer);
      await assert.rejects(keyserver.client.groups.addMembers(group, dids), { message });
      await assert.rejects(keyserver.client.groups.removeMembers(group, dids), { message });
      assert.equal(keyserver.web.requests.length, 0);
    });

  for (const members of [
    [{ memberDid: 'did:plc:b', status: 'added' }],
    [{ memberDid: 'did:plc:a', status: 'removed' }],
    [{ memberDid: 'did:plc:a', status: 'new' }],
    [null],
    [],
  ])
    it(`are not taken from a response for others: ${JSON.stringify(members)}`, async () => {
      const keyserver = new FakeKeyserver(() => json({ groupId: group, members }));
      await assert.rejects(keyserver.client.groups.addMembers(group, ['did:plc:a']), {
        error: 'UnexpectedAnswer',
        outcomeUnknown: true,
      });
    });

  it('are not taken from a response for another group', async () => {
    const members = [{ memberDid: 'did:plc:a', status: 'added' }];
    const keyserver = new FakeKeyserver(() => json({ groupId: `${group}2`, members }));
    await assert.rejects(keyserver.client.groups.addMembers(group, ['did:plc:a']), {
      error: 'UnexpectedAnswer',
    });
  });

  it('whose removal is called end the cached keys', async () => {
    const keyserver = new FakeKeyserver((request) =>
      request.method === 'group.getKey' ? groupKey(request) : answer(request),
    );
    const { content, groups } = keyserver.client;
    await content.encrypt(group, atUri, 'text');
    await groups.removeMembers(group, ['did:plc:c'], { rotate: true });
    await content.encrypt(group, atUri, 'text');
    const methods = keyserver.web.requests.map(({ method }) => method);
    assert.deepEqual(methods, ['group.getKey', 'group.removeMembers', 'group.getKey']);
  });
});
