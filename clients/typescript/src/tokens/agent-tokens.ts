import type { Exchange } from '../http/exchange.js';
import { searchOf } from '../http/xrpc-channel.js';
import { attemptThrough, type PdsAgent } from './pds-agent.js';
import { pdsAnswer } from './pds-answer.js';
import type { TokenSource } from './token-source.js';

/** Gets service tokens with `com.atproto.server.getServiceAuth` of the agent's PDS. */
export function agentTokens(agent: PdsAgent, exchange: Exchange): TokenSource {
  return async (audience, method, signal) => {
    const search = searchOf({ aud: audience, lxm: method });
    const path = `com.atproto.server.getServiceAuth?${search}`;
    const init = { method: 'GET', headers: { Accept: 'application/json' } };
    const prepare = async () => attemptThrough(agent, path, init);
    const reply = await exchange.send(prepare, { retry: true, signal });
    return pdsAnswer(reply, (json) => json.text('token'));
  };
}
