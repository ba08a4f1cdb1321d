import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { count, FakeKeyserver, group } from './support/fake-keyserver.js';
import { type Answer, error, type FakeRequest, json } from './support/fake-web.js';

/** The lists, by the member of their responses. */
const lists = {
  members: ({ client }: FakeKeyserver) => client.groups.listMembers(group),
  delegates: ({ client }: FakeKeyserver) => client.groups.listDelegates(group),
  groups: ({ client }: FakeKeyserver) => client.groups.list(),
  entries: ({ client }: FakeKeyserver) => client.groups.getAccessLog(group),
  'own entries': ({ client }: FakeKeyserver) => client.keypairs.getAccessLog(),
};

const answerOf = (list: string, cursor: string) =>
  json({ groupId: group, [list.split(' ').at(-1) ?? '']: [], cursor });

/** Refuses the tenth page: a list without an end must fail, and not fill the memory. */
function create(answer: Answer): FakeKeyserver {
  let pages = 0;
  return new FakeKeyserver((request) => (++pages < 10 ? answer(request) : error(400, 'Endless')));
}

describe('A list', () => {
  for (const [name, list] of Object.entries(lists)) {
    it(`of ${name} ends with an empty cursor`, async () => {
      const keyserver = create(() => answerOf(name, ''));
      assert.equal(await count(list(keyserver)), 0);
      assert.equal(keyserver.web.requests.length, 1);
    });

    it(`of ${name} fails if a cursor comes twice`, async () => {
      const keyserver = create(() => answerOf(name, 'A'));
      await assert.rejects(count(list(keyserver)), {
        error: 'UnexpectedAnswer',
        message: /cursor/,
      });
      assert.equal(keyserver.web.requests.length, 2);
    });
  }

  it('fails if cursors go in a circle', async () => {
    const next: Record<string, string> = { A: 'B', B: 'C' };
    const keyserver = create(({ url }) =>
      answerOf('members', next[url.searchParams.get('cursor') ?? ''] ?? 'A'),
    );
    await assert.rejects(count(lists.members(keyserver)), { error: 'UnexpectedAnswer' });
    assert.equal(keyserver.web.requests.length, 4);
  });

  it('can be read page by page', async () => {
    const keyserver = create(() => answerOf('members', ''));
    const { groups } = keyserver.client;
    const page = await groups.listMembersPage(group, { limit: 7, cursor: 'A' });
    assert.deepEqual(page, { items: [], cursor: undefined });
    const query = keyserver.web.requests[0]?.url.search;
    assert.equal(query, `?${new URLSearchParams({ group_id: group, limit: '7', cursor: 'A' })}`);
  });
});

describe('A list of versions', () => {
  const newest = 7;
  const pageSize = 3;

  /** The cursor is the next version. */
  function page({ url }: FakeRequest): Response {
    const first = Number(url.searchParams.get('cursor') ?? newest);
    const last = Math.max(1, first - pageSize + 1);
    const versions = Array.from({ length: first - last + 1 }, (_, i) => ({
      version: first - i,
      status: first - i === newest ? 'active' : 'revoked',
      created_at: '2025-01-01T00:00:00.000Z',
    }));
    return json({ groupId: group, versions, ...(last > 1 && { cursor: String(last - 1) }) });
  }

  it('follows the cursor to the end', async () => {
    const keyserver = new FakeKeyserver(page);
    const ofKeypair = await keyserver.client.keypairs.listVersions();
    const ofGroup = await keyserver.client.groups.listKeyVersions(group);
    assert.deepEqual(
      ofKeypair.map(({ version }) => version),
      [7, 6, 5, 4, 3, 2, 1],
    );
    assert.deepEqual(ofKeypair, ofGroup);
    const groups = keyserver.web.requests.map(({ url }) => url.searchParams.get('group_id'));
    assert.deepEqual(groups, [null, null, null, group, group, group]);
  });

  it('is read as far as it takes to find a rotation', async () => {
    let calls = 0;
    const keyserver = new FakeKeyserver((request) => {
      if (request.method === 'group.listKeyVersions') return page(request);
      return ++calls === 1 ? error(503, 'UpstreamFailure') : error(409, 'VersionConflict');
    });
    const rotation = keyserver.client.groups.rotateKey(group, { expectedVersion: 5 });
    const { oldVersion, newVersion } = await keyserver.clock.run(rotation);
    assert.deepEqual([oldVersion, newVersion], [5, 6]);
    assert.equal(keyserver.web.requests.length, 3);
  });
});
