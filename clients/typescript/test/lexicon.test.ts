import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deleteConfirmation, type KeyserverClient, UnexpectedAnswerError } from '../src/index.js';
import { FakeKeyserver } from './support/fake-keyserver.js';
import { type FakeRequest, json } from './support/fake-web.js';
import { fault, type Method, membersOf, methods, sample, without } from './support/lexicon.js';

// As in the samples of responses.
const group = 'a';
const did = 'a';

const page = { limit: 1, cursor: 'c' };
const rotation = { expectedVersion: 1, reason: 'r' };

/** A call of each method, with all parameters of the client's method. */
const calls: Record<string, (client: KeyserverClient) => Promise<unknown>> = {
  'account.delete': ({ account }) => account.delete(deleteConfirmation),
  'group.addDelegate': ({ groups }) =>
    groups.addDelegate(group, did, ['add_member'], { expiresAt: new Date(0) }),
  'group.addMember': ({ groups }) => groups.addMember(group, did),
  'group.addMembers': ({ groups }) => groups.addMembers(group, [did]),
  'group.delete': ({ groups }) => groups.delete(group),
  'group.getAccessLog': ({ groups }) => groups.getAccessLogPage(group, page),
  'group.getKey': ({ groups }) => groups.getKey(group, { version: 1 }),
  'group.listDelegates': ({ groups }) => groups.listDelegatesPage(group, page),
  'group.listGroups': ({ groups }) => groups.listPage({ role: 'owner', ...page }),
  'group.listKeyVersions': ({ groups }) => groups.listKeyVersions(group),
  'group.listMembers': ({ groups }) => groups.listMembersPage(group, page),
  'group.removeDelegate': ({ groups }) => groups.removeDelegate(group, did),
  'group.removeMember': ({ groups }) => groups.removeMember(group, did, { rotate: true }),
  'group.removeMembers': ({ groups }) => groups.removeMembers(group, [did], { rotate: true }),
  'group.rotateKey': ({ groups }) => groups.rotateKey(group, rotation),
  'keypair.getAccessLog': ({ keypairs }) => keypairs.getAccessLogPage(page),
  'keypair.getKeypair': ({ keypairs }) => keypairs.getKeypair({ version: 1 }),
  'keypair.getPublicKey': ({ keypairs }) => keypairs.getPublicKey(did, { version: 1 }),
  'keypair.listVersions': ({ keypairs }) => keypairs.listVersions(),
  'keypair.rotate': ({ keypairs }) => keypairs.rotate(rotation),
  'server.describeServer': ({ server }) => server.describe(),
};

/** Methods that have tests of their own: a stream, and batches. */
const others = ['account.export', 'group.getKeys'];

/** Parameters of the pages that the client reads to the last. */
const unsent: Record<string, readonly string[]> = {
  'group.listKeyVersions': ['limit', 'cursor'],
  'keypair.listVersions': ['limit', 'cursor'],
};

/** What the client does not return: echoes of the call, lists by their name, and secrets in enumerable members. */
const unreturned = [
  ...['groupId', 'memberDid', 'delegateDid', 'permissions', 'status'],
  ...['members', 'delegates', 'groups', 'entries', 'versions', 'cursor'],
  ...['secretKey', 'privateKey', 'newVersion'],
];

/** Required members that the client does not need. */
const unneeded: Record<string, readonly string[]> = {
  'group.addDelegate': ['groupId', 'delegateDid', 'permissions'],
  'group.addMember': ['groupId', 'memberDid'],
  'group.delete': ['groupId'],
  'group.getAccessLog': ['groupId'],
  'group.listDelegates': ['groupId'],
  'group.listKeyVersions': ['groupId'],
  'group.listMembers': ['groupId'],
  'group.removeDelegate': ['groupId', 'delegateDid'],
  'group.removeMember': ['groupId', 'memberDid', 'status'],
  'group.rotateKey': ['groupId'],
  'server.describeServer': ['ipAddresses'],
};

/** Answers with a document; the page after the last is empty. */
function serve(document: unknown): FakeKeyserver {
  const isEnd = ({ url }: FakeRequest) => url.searchParams.get('cursor') === 'a';
  return new FakeKeyserver((request) =>
    json(isEnd(request) ? { versions: [] } : (document as object)),
  );
}

function parametersOf({ url, body }: FakeRequest, { parameters }: Method): object {
  if (body !== undefined) return JSON.parse(body);
  const isInteger = (name: string) => parameters.properties?.[name]?.type === 'integer';
  return Object.fromEntries(
    [...url.searchParams].map(([name, value]) => [name, isInteger(name) ? Number(value) : value]),
  );
}

const camelCase = (name: string) => name.replace(/_./g, (match) => match.slice(1).toUpperCase());

it('The client has every method of the lexicons', () => {
  const names = methods.map(({ name }) => name);
  assert.deepEqual(names.sort(), [...Object.keys(calls), ...others].sort());
});

for (const method of methods) {
  const { name, nsid, type, output } = method;
  const call = calls[name];
  if (!call) continue;

  describe(`The lexicon of ${name}`, () => {
    const full = sample(output, nsid, { isComplete: true });

    it('allows what the client sends, which is everything', async () => {
      const keyserver = serve(full);
      await call(keyserver.client);
      const [request] = keyserver.web.requests;
      assert.ok(request);
      assert.equal(request.url.pathname, `/xrpc/${nsid}`);
      assert.equal(request.verb, type === 'query' ? 'GET' : 'POST');
      const schema = type === 'query' ? method.parameters : method.input;
      const parameters = parametersOf(request, method);
      assert.equal(fault(schema, parameters, nsid), undefined);
      const expected = Object.keys(schema.properties ?? {});
      const sent = [...Object.keys(parameters), ...(unsent[name] ?? [])];
      assert.deepEqual(sent.sort(), expected.sort());
    });

    it('has nothing that the client does not return', async () => {
      const returned = membersOf(await call(serve(full).client)).map(camelCase);
      const missing = membersOf(full)
        .map(camelCase)
        .filter((member) => !returned.includes(member) && !unreturned.includes(member));
      assert.deepEqual(missing, []);
    });

    it('requires what the client requires', async () => {
      await call(serve(sample(output, nsid, { isComplete: false })).client);
      for (const [member, document] of without(output, full, nsid)) {
        const isNeeded = !unneeded[name]?.includes(member);
        const calling = call(serve(document).client);
        if (isNeeded) await assert.rejects(calling, UnexpectedAnswerError, member);
        else await calling;
      }
    });
  });
}
