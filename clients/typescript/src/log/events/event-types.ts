import { chain, type EventChain } from '../entries/chain.js';

/** The types of events by chain. A client that does not know a type cannot tell what an event changes. */
const eventTypes: Record<EventChain, readonly string[]> = {
  [chain.keypair]: ['created', 'adopted', 'version', 'expired', 'revoked', 'deleted'],
  [chain.devices]: ['added', 'endorsed', 'revoked'],
  [chain.account]: ['created', 'backup_put', 'backup_deleted', 'deleted'],
  [chain.groupKeys]: ['created', 'adopted', 'version', 'policy', 'deleted'],
  [chain.groupPeople]: ['added', 'removed'],
};

export function isEventType(chain: EventChain, type: unknown): boolean {
  return eventTypes[chain].some((each) => each === type);
}
