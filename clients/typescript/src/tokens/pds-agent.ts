import type { Attempt } from '../http/attempt.js';

/**
 * A session of an account at its PDS, which authorizes requests and renews itself: {@link PdsSession}, the `Agent` or
 * `AtpAgent` of `@atproto/api`, or the `OAuthSession` of `@atproto/oauth-client`.
 */
export interface PdsAgent {
  /**
   * Sends a request to the PDS, with the session's credentials.
   *
   * @param path The path and query, such as `/xrpc/com.atproto.server.getServiceAuth?aud=…`.
   */
  fetchHandler(path: string, init: RequestInit): Promise<Response>;
}

/** An attempt through an agent, which knows the address of the PDS. */
export function attemptThrough(agent: PdsAgent, path: string, init: RequestInit): Attempt {
  return {
    host: 'the PDS',
    hint: 'Check that it is a PDS.',
    token: undefined,
    send: (signal) => agent.fetchHandler(`/xrpc/${path}`, { ...init, signal, redirect: 'manual' }),
  };
}
