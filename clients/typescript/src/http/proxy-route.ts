import { serviceFragment } from '../addresses/service-address.js';
import { attemptThrough, type PdsAgent } from '../tokens/pds-agent.js';
import type { Attempt } from './attempt.js';
import type { Call, Route } from './route.js';

/**
 * Calls through the account's PDS, which creates the service token and proxies the call. The agent renews its session.
 * https://atproto.com/specs/xrpc#service-proxying
 */
export class ProxyRoute implements Route {
  readonly #agent: PdsAgent;
  readonly #service: string;

  constructor(agent: PdsAgent, keyserverDid: string) {
    this.#agent = agent;
    this.#service = keyserverDid + serviceFragment;
  }

  async prepare(call: Call): Promise<Attempt> {
    const headers = { ...call.init.headers, 'atproto-proxy': this.#service };
    return attemptThrough(this.#agent, call.nsid + call.query, { ...call.init, headers });
  }

  renew(): boolean {
    return false;
  }

  clear(): void {}
}
