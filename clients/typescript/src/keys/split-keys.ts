import { searchOf } from '../http/xrpc-channel.js';
import { type GroupKeyName, textOf } from './group-key-name.js';

/** The most keys that `group.getKeys` accepts. */
const maxKeys = 100;

/**
 * 6 KiB of URL, less the path, in characters. The server refuses a request line of more than 8 KiB with a bare 414.
 */
const maxQueryLength = 6 * 1024 - 64;

/** Splits keys into calls. */
export function* splitKeys<T extends { readonly name: GroupKeyName }>(
  items: Iterable<T>,
): Generator<T[]> {
  let call: T[] = [];
  let length = 0;
  for (const item of items) {
    const added = searchOf({ keys: textOf(item.name) }).length + 1;
    if (call.length === maxKeys || (call.length > 0 && length + added > maxQueryLength)) {
      yield call;
      call = [];
      length = 0;
    }
    call.push(item);
    length += added;
  }
  if (call.length > 0) yield call;
}
