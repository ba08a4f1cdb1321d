// Agents of @atproto/api and sessions of @atproto/oauth-client fit the client, which imports neither.
import assert from 'node:assert/strict';
import { Agent, AtpAgent, CredentialSession } from '@atproto/api';
import type { OAuthSession } from '@atproto/oauth-client';
import { groupIdOf, KeyserverClient, type PdsAgent } from '@atpkeyserver/client';

const { pds = '', handle = '', app_password = '', keyserver_did = '' } = process.env;

const session = new CredentialSession(new URL(pds));
await session.login({ identifier: handle, password: app_password });
const atpAgent = new AtpAgent({ service: pds });
await atpAgent.login({ identifier: handle, password: app_password });

for (const agent of [session, atpAgent, new Agent(session)] satisfies PdsAgent[])
  for (const create of [KeyserverClient.create, KeyserverClient.throughPds]) {
    const keyserver = create(keyserver_did, agent);
    const group = groupIdOf(atpAgent.assertDid, 'friends');
    const atUri = `at://${atpAgent.assertDid}/app.bsky.feed.post/3laaaaaaaaaa2`;
    const record = await keyserver.content.encryptRecord(group, atUri, 'For friends.');
    assert.equal(await keyserver.content.decryptRecord(atUri, record), 'For friends.');
    await keyserver.groups.rotateKey(group, { expectedVersion: record.key_version });
    keyserver.dispose();
  }

await assert.rejects(
  KeyserverClient.create(keyserver_did, new Agent(pds)).keypairs.listVersions(),
  { name: 'PdsError', error: 'AuthMissing', status: 401 },
);

// OAuth needs a browser: only the types are checked.
export function agentsOf(oauth: OAuthSession): PdsAgent[] {
  return [oauth, new Agent(oauth)];
}

console.log('All agents fit.');
