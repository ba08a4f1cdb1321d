/** What the page is connected to. */
export interface Stack {
  /** The keyserver's DID. */
  readonly keyserverDid: string;

  /** The keyserver's origin. */
  readonly keyserver: string;

  /** The origin of the PDS of all three people. */
  readonly pds: string;
}

export async function findStack(): Promise<Stack> {
  const response = await fetch('/stack.json');
  return response.json();
}
