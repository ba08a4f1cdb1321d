import type { Fetch } from '../keyserver-client-options.js';

/** One attempt of a call, ready to be sent. */
export interface Attempt {
  /** For error messages: the host, with its port unless it is the default, or `the PDS`. */
  readonly host: string;

  /** For error messages: what to check if the response is none of this protocol; empty if nothing. */
  readonly hint: string;

  /** The service token, if there is one. */
  readonly token: string | undefined;

  send(signal: AbortSignal): Promise<Response>;
}

/** The attempt's host for the start of a sentence. Host names stay in lower case. */
export function hostAtStart({ host }: Attempt): string {
  return host.replace(/^the /, 'The ');
}

/** Redirects are not followed: one could send a token or a password elsewhere. */
export function attemptTo(
  url: URL,
  init: RequestInit,
  fetch: Fetch,
  { hint = '', token }: { hint?: string; token?: string | undefined } = {},
): Attempt {
  return {
    host: url.host,
    hint,
    token,
    send: (signal) => fetch(url.href, { ...init, signal, redirect: 'manual', credentials: 'omit' }),
  };
}
