import type { JsonObject } from '../http/json-object.js';
import { type GroupRole, groupRoles } from './group-role.js';

/** A group of the account. A group is listed once for each role of the account. */
export interface GroupInfo {
  /** `{owner DID}#{name}`. */
  readonly groupId: string;

  /** The account's role. */
  readonly role: GroupRole;

  /** The active version of the key. */
  readonly activeVersion: number;

  readonly createdAt: Date;
}

export function readGroupInfo(json: JsonObject): GroupInfo {
  return {
    groupId: json.text('groupId'),
    role: json.oneOf('role', groupRoles),
    activeVersion: json.integer('activeVersion'),
    createdAt: json.time('created_at'),
  };
}
