import type { JsonObject } from '../http/json-object.js';
import { type GroupPermission, groupPermissions } from './group-permission.js';

/** An account that may manage a group. A delegate cannot read the key. */
export interface GroupDelegate {
  /** The delegate. */
  readonly did: string;

  /** What the delegate may do, as far as this client knows the permissions. */
  readonly permissions: readonly GroupPermission[];

  readonly createdAt: Date;

  /** When the permissions end; undefined: never. */
  readonly expiresAt: Date | undefined;
}

export function readGroupDelegate(json: JsonObject): GroupDelegate {
  const permissions = json.texts('permissions');
  return {
    did: json.text('did'),
    permissions: groupPermissions.filter((each) => permissions.includes(each)),
    createdAt: json.time('created_at'),
    expiresAt: json.optionalTime('expires_at'),
  };
}
