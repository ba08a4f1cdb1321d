import { env } from 'node:process';
import { KeyserverClient, PdsSession, type PdsTokens } from '@atpkeyserver/client';

const { pds = '', keyserver_did: keyserverDid = '', route } = env;

let people = 0;

/** A new account at the PDS of the tests. */
export async function newAccount() {
  const handle = `somebody-${process.pid}-${++people}.test`;
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ handle });
  const response = await fetch(new URL('/accounts', pds), { method: 'POST', headers, body });
  const { did, accessToken }: { did: string; accessToken: string } = await response.json();
  return { did, handle, accessToken };
}

/** A new account, logged in, with a client. */
export async function newPerson() {
  const { did, handle, accessToken } = await newAccount();
  const session = await PdsSession.logIn(pds, handle, accessToken);
  return { did, session, keyserver: clientOf(session) };
}

export function sessionOf(tokens: PdsTokens): PdsSession {
  return PdsSession.resume(pds, tokens);
}

/** Calls directly or through the PDS, as the test asks. */
export function clientOf(session: PdsSession, keyBatchDelay?: number): KeyserverClient {
  const create = route === 'proxied' ? KeyserverClient.throughPds : KeyserverClient.create;
  return create(keyserverDid, session, { keyBatchDelay });
}

export const anybody = KeyserverClient.anonymous(keyserverDid);
