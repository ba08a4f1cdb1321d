import { malformed } from '../log-error.js';
import { isPlainText } from '../plain-text.js';
import type { Policy } from './policy.js';
import { PolicyLines } from './policy-lines.js';

/** In characters. */
export const maxPolicyLength = 100_000;

/**
 * Parses a policy file. https://c2sp.org/tlog-policy
 *
 * @throws LogError `malformed` also if there are more than 64 logs, witnesses or groups, more than 100,000 characters,
 *   or keys of types that this client does not verify.
 */
export function parsePolicy(source: string): Policy {
  const isText =
    source.length <= maxPolicyLength && isPlainText(source, '\t\n') && !source.includes('\x7f');
  if (!isText || !source.endsWith('\n')) throw malformed('policy');
  const lines = new PolicyLines();
  for (const line of source.slice(0, -1).split('\n')) {
    const items = line.split(/[ \t]+/).filter((item) => item !== '');
    if (items.length > 0 && !items[0]?.startsWith('#')) lines.add(items);
  }
  return lines.policy;
}
