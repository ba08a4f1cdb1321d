import { toUtf8 } from '../../content/utf8.js';

/** Separates the hashes of the log: `atpkeyserver/tlog/{type}/v1` and a zero byte. */
export function prefixOf(type: 'group-key' | 'label' | 'log' | 'opening'): Uint8Array {
  return toUtf8(`atpkeyserver/tlog/${type}/v1\0`);
}
