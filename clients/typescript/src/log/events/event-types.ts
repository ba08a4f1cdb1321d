import { chain, type EventChain } from '../entries/chain.js';

/** In which chains an event can be, and which members it must and can have besides `type`, `at` and `by`. */
interface EventRule {
  readonly chains: readonly EventChain[];
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const all = [chain.keypair, chain.devices, chain.account, chain.groupKeys, chain.groupPeople];
const keys = [chain.keypair, chain.groupKeys];

/** A client that does not know a type cannot tell what an event changes. */
const rules: Record<string, EventRule> = {
  created: rule(all, [], ['name', 'custody']),
  adopted: rule(all, [], ['name', 'custody', 'version', 'public_key', 'key_commitment']),
  deleted: rule(all, [], ['name']),
  version: rule(
    keys,
    ['version'],
    ['name', 'public_key', 'key_commitment', 'custody', 'signature'],
  ),
  expired: rule([chain.keypair], ['version'], ['name']),
  revoked: rule([chain.keypair], ['version'], ['name']),
  device_added: rule([chain.devices], ['device_id', 'public_key'], ['name', 'signature']),
  device_endorsed: rule([chain.devices], ['device_id', 'signature'], ['public_key']),
  device_revoked: rule([chain.devices], ['device_id'], ['signature']),
  backup_put: rule([chain.account], [], ['version']),
  backup_deleted: rule([chain.account], [], []),
  policy: rule([chain.groupKeys], [], []),
  member_added: rule([chain.groupPeople], ['did'], ['signature']),
  member_removed: rule([chain.groupPeople], ['ends'], ['signature']),
  member_adopted: rule([chain.groupPeople], ['did'], []),
  delegate_added: rule([chain.groupPeople], ['did'], ['signature']),
  delegate_removed: rule([chain.groupPeople], ['ends'], ['signature']),
  delegate_adopted: rule([chain.groupPeople], ['did'], []),
};

/** The rule of a type of this chain; undefined if the chain has no such type. */
export function eventRule(chain: EventChain, type: unknown): EventRule | undefined {
  const found = typeof type === 'string' && Object.hasOwn(rules, type) ? rules[type] : undefined;
  return found?.chains.includes(chain) ? found : undefined;
}

function rule(chains: EventChain[], required: string[], optional: string[]): EventRule {
  return { chains, required, optional };
}
