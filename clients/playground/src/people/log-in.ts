import { type Fetch, PdsSession } from '@atpkeyserver/client';
import { readJson } from '../posts/read-json.ts';

/**
 * Logs in to the emulated PDS, which creates the account if it does not exist and tells its password to any page on
 * this machine. A real application asks the user to log in.
 */
export async function logIn(pds: string, handle: string, fetch: Fetch): Promise<PdsSession> {
  const account = await readJson<{ accessToken: string }>(() =>
    fetch(`${pds}/accounts`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ handle }),
    }),
  );
  return PdsSession.logIn(pds, handle, account.accessToken, { fetch });
}
