import { requireText } from '../require.js';
import { isGroupName } from './group-key-name.js';

/**
 * Composes the id of an account's group: `{owner DID}#{name}`.
 *
 * @param name 1–128 characters of `A-Z a-z 0-9 . _ : ~ -`.
 * @throws TypeError if the name has invalid characters or length.
 */
export function groupIdOf(ownerDid: string, name: string): string {
  requireText(ownerDid, "owner's DID");
  if (isGroupName(name)) return `${ownerDid}#${name}`;
  throw new TypeError("A group name has 1 to 128 characters: A-Z, a-z, 0-9 and any of '._:~-'.");
}
