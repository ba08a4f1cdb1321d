import { UnreachableError } from '@atpkeyserver/client';

/** What the page is connected to. */
export interface Stack {
  /** The keyserver's DID. */
  readonly keyserverDid: string;

  /** The keyserver's origin. */
  readonly keyserver: string;

  /** The origin of the PDS of all three people. */
  readonly pds: string;
}

/** @throws UnreachableError if the page's server does not respond. */
export async function findStack(): Promise<Stack> {
  try {
    const response = await fetch('/stack.json');
    if (response.ok) return await response.json();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  throw new UnreachableError('Unreachable', 'No response from the server of this page.');
}
