import type { ServiceAddress } from '../addresses/service-address.js';
import type { Fetch } from '../keyserver-client-options.js';
import type { TokenCache } from '../tokens/token-cache.js';
import { type Attempt, attemptTo } from './attempt.js';
import type { Reply } from './reply.js';
import type { Call, Route } from './route.js';

/**
 * Errors of a token that is outdated. `BadJwtSignature`: the account's key may have changed after the token was made.
 */
const renewable = ['JwtExpired', 'NonceNotUnique', 'BadJwtSignature'];

/** Calls the keyserver directly, with one service token per method, or anonymously. */
export class DirectRoute implements Route {
  readonly #address: ServiceAddress;
  readonly #tokens: TokenCache | undefined;
  readonly #fetch: Fetch;

  constructor(address: ServiceAddress, tokens: TokenCache | undefined, fetch: Fetch) {
    this.#address = address;
    this.#tokens = tokens;
    this.#fetch = fetch;
  }

  async prepare(call: Call, signal: AbortSignal | undefined): Promise<Attempt> {
    const url = new URL(`/xrpc/${call.nsid}${call.query}`, await this.#address.get(signal));
    const token = call.anonymous ? undefined : await this.#tokens?.get(call.nsid, signal);
    const headers = { ...call.init.headers, ...(token && { Authorization: `Bearer ${token}` }) };
    const hint = 'Check that it is a keyserver.';
    return attemptTo(url, { ...call.init, headers }, this.#fetch, { hint, token });
  }

  renew(nsid: string, reply: Reply): boolean {
    if (!this.#tokens || reply.status !== 401) return false;
    this.#tokens.drop(nsid, reply.attempt.token, reply.error === 'NonceNotUnique');
    return renewable.includes(reply.error ?? '');
  }

  clear(): void {
    this.#tokens?.clear();
  }
}
