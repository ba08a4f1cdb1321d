import { fromUtf8 } from '../../content/utf8.js';
import type { EventChain } from '../entries/chain.js';
import { LogError, malformed } from '../log-error.js';
import { memberForms } from './event-members.js';
import { eventRule } from './event-types.js';
import type { LogEvent } from './log-event.js';

/**
 * Reads an event of a chain.
 *
 * @param bytes See `Opening.event`.
 * @throws LogError `unknownEvent` if the chain has no such type, or an event no such member; otherwise `malformed`.
 */
export function parseEvent(chain: EventChain, bytes: Uint8Array): LogEvent {
  const [text, event] = parseJson(bytes);
  if (typeof event !== 'object' || event === null || Array.isArray(event)) throw malformed('event');
  const members = Object.entries(event);
  if (!('type' in event && 'at' in event && 'by' in event)) throw malformed('event');
  const rule = eventRule(chain, event.type);
  if (!rule || members.some(([name]) => !memberForms.has(name)))
    throw new LogError('unknownEvent', 'The event has an unknown type or member.');
  const known = ['type', 'at', 'by', ...rule.required, ...rule.optional];
  const isOfForm =
    members.every(([name, value]) => known.includes(name) && memberForms.get(name)?.(value)) &&
    rule.required.every((name) => name in event);
  // A member that occurs twice would let two clients read two events.
  const colons = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;
  if (!isOfForm || colons !== members.length) throw malformed('event');
  return event as LogEvent;
}

function parseJson(bytes: Uint8Array): readonly [text: string, value: unknown] {
  try {
    const text = fromUtf8(bytes);
    return [text, JSON.parse(text)];
  } catch {
    throw malformed('event');
  }
}
