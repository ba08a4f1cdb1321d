// Calls all methods of a running keyserver.
import assert from 'node:assert/strict';
import {
  type AccessLogEntry,
  deleteConfirmation,
  groupIdOf,
  PdsSession,
} from '@atpkeyserver/client';
import { anybody, clientOf, newAccount, newPerson } from './people.js';

type Person = Awaited<ReturnType<typeof newPerson>>;

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** A post for a group, from its making to its end. */
async function post(alice: Person, bob: Person) {
  const group = groupIdOf(alice.did, 'friends');
  const uri = `at://${alice.did}/app.bsky.feed.post/3laaaaaaaaaa2`;
  const { content, groups } = alice.keyserver;
  const first = await content.encryptRecord(group, uri, 'The party is on Friday.');
  const lost = { name: 'LostAccessError', error: 'Forbidden', status: 403 };
  await assert.rejects(bob.keyserver.content.decryptRecord(uri, first), lost);
  await groups.addMember(group, bob.did);
  assert.equal(await bob.keyserver.content.decryptRecord(uri, first), 'The party is on Friday.');

  assert.equal(await groups.removeMember(group, bob.did, { rotate: true }), 2);
  const next = await content.encryptRecord(group, uri, 'It is on Saturday.');
  assert.deepEqual([first.key_version, next.key_version], [1, 2]);
  await assert.rejects(bob.keyserver.content.decryptRecord(uri, next), lost);
  assert.equal(await content.decryptRecord(uri, first), 'The party is on Friday.');

  await groups.delete(group);
  await assert.rejects(content.decryptRecord(uri, first), { name: 'GoneError' });
}

async function people(alice: Person, bob: Person, carol: Person) {
  const group = groupIdOf(alice.did, 'team');
  const { groups } = alice.keyserver;
  (await groups.getKey(group)).dispose();
  const expiresAt = new Date('2099-01-23T08:30:00.125Z');
  await groups.addDelegate(group, bob.did, ['rotate_key', 'add_member'], { expiresAt });
  const [delegate] = await all(groups.listDelegates(group));
  assert.deepEqual(delegate?.permissions, ['add_member', 'rotate_key']);
  assert.deepEqual(delegate?.expiresAt, expiresAt);

  const ofBob = bob.keyserver.groups;
  await ofBob.addMember(group, carol.did);
  const rotation = await ofBob.rotateKey(group, { expectedVersion: 1, reason: 'by Bob' });
  assert.deepEqual([rotation.oldVersion, rotation.newVersion], [1, 2]);
  const conflict = { name: 'ConflictError', error: 'VersionConflict', outcomeUnknown: false };
  await assert.rejects(ofBob.rotateKey(group, { expectedVersion: 1 }), conflict);
  const twice = { error: 'MemberAlreadyExists' };
  await assert.rejects(ofBob.addMember(group, carol.did), twice);

  const [member] = await all(groups.listMembers(group));
  assert.deepEqual([member?.did, member?.addedBy], [carol.did, bob.did]);
  const versions = await carol.keyserver.groups.listKeyVersions(group);
  assert.deepEqual(
    versions.map(({ version, status }) => [version, status]),
    [
      [2, 'active'],
      [1, 'revoked'],
    ],
  );
  assert.deepEqual(
    (await all(carol.keyserver.groups.list())).map(({ role }) => role),
    ['member'],
  );
  assert.deepEqual(
    (await all(ofBob.list({ role: 'delegate' }))).map(({ groupId }) => groupId),
    [group],
  );

  await groups.removeDelegate(group, bob.did);
  await assert.rejects(ofBob.rotateKey(group), { name: 'LostAccessError' });
  const log = await all(groups.getAccessLog(group));
  const found = (test: (entry: AccessLogEntry) => boolean) => assert.ok(log.some(test));
  found(({ action, did, reason }) => action === 'rotate' && did === bob.did && reason === 'by Bob');
  found(({ action, target }) => action === 'add_member' && target === carol.did);
}

async function manyMembers(alice: Person, others: readonly string[]) {
  const group = groupIdOf(alice.did, 'many');
  const { groups } = alice.keyserver;
  (await groups.getKey(group)).dispose();
  const added = await groups.addMembers(group, others);
  assert.deepEqual(
    added.map(({ memberDid }) => memberDid),
    others,
  );
  const removal = await groups.removeMembers(group, others, { rotate: true });
  assert.equal(removal.newVersion, 2);
  assert.ok(removal.members.every(({ status }) => status === 'removed'));
  assert.deepEqual(await all(groups.listMembers(group)), []);
}

/** Many keys, and lists of more than one page. */
async function timeline(alice: Person) {
  const uri = `at://${alice.did}/app.bsky.feed.post/3laaaaaaaaaa2`;
  const names = Array.from({ length: 20 }, (_, i) => groupIdOf(alice.did, `group-${i}`));
  const { content } = alice.keyserver;
  const posts = await Promise.all(names.map((name) => content.encryptRecord(name, uri, name)));
  const reader = clientOf(alice.session);
  const texts = await Promise.all(
    Array.from({ length: 200 }, (_, i) => posts[i % 20]).map(
      (each) => each && reader.content.decryptRecord(uri, each),
    ),
  );
  assert.deepEqual(new Set(texts), new Set(names));
  const found = await all(reader.groups.list({ role: 'owner' }));
  assert.ok(names.every((name) => found.some(({ groupId }) => groupId === name)));
  const page = await reader.groups.listPage({ limit: 2 });
  assert.ok(page.items.length <= 2 && page.cursor !== undefined);
  reader.dispose();
}

async function signatures(alice: Person) {
  const { keypairs, signatures: ofAlice } = alice.keyserver;
  const data = Uint8Array.of(1, 2, 3);
  const verify = async ({ signature, keyVersion }: { signature: string; keyVersion: number }) =>
    anybody.signatures.verify(alice.did, data, signature, keyVersion);
  assert.deepEqual(await keypairs.listVersions(), []);
  assert.equal(await verify(await ofAlice.sign(data)), 'valid');
  const pair = await keypairs.getKeypair();
  assert.equal((await anybody.keypairs.getPublicKey(alice.did)).publicKey, pair.publicKey);
  pair.dispose();
  assert.equal((await keypairs.rotate({ expectedVersion: 1 })).newVersion, 2);
  const fresh = await ofAlice.sign(data);
  assert.equal(fresh.keyVersion, 2);
  assert.equal(await verify(fresh), 'valid');
  const log = await all(keypairs.getAccessLog());
  assert.ok(log.some(({ action }) => action === 'rotate'));
  await assert.rejects(anybody.keypairs.getKeypair(), { name: 'RefusedTokenError' });
}

async function server({ keyserver }: Person) {
  const description = await keyserver.server.describe();
  assert.equal(description.did, keyserver.did);
  assert.ok(description.features.includes('export'));
  assert.ok(await keyserver.server.isHealthy());
  const { version } = await keyserver.server.getProduct();
  assert.equal(version, description.version);
}

async function goodbye({ did, session, keyserver }: Person) {
  const { account, groups } = keyserver;
  const document = await new Response(await account.export()).json();
  assert.equal(document.did, did);
  await assert.rejects(account.delete('yes'), TypeError);
  const { deleted } = await account.delete(deleteConfirmation);
  assert.ok(deleted.groups > 0);
  const gone = { name: 'GoneError', error: 'AccountDeleted' };
  await assert.rejects(groups.getKey(groupIdOf(did, 'team')), gone);
  await assert.rejects(account.export(), gone);
  await session.logOut();
  const refused = { name: 'PdsError', error: 'AuthenticationRequired' };
  await assert.rejects(PdsSession.logIn(session.pds, did, 'wrong'), refused);
}

const [alice, bob, carol] = [await newPerson(), await newPerson(), await newPerson()];
await post(alice, bob);
await people(alice, bob, carol);
const others = await Promise.all(Array.from({ length: 20 }, async () => (await newAccount()).did));
await manyMembers(alice, others);
await timeline(alice);
await signatures(alice);
await server(alice);
await goodbye(alice);
for (const person of [alice, bob, carol]) person.keyserver.dispose();
console.log('The story has ended.');
