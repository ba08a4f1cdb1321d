import type { JsonObject } from '../http/json-object.js';

/** An account that may read a group's key. */
export interface GroupMember {
  /** The member. */
  readonly did: string;

  readonly addedAt: Date;

  /** The owner or delegate who added the member. */
  readonly addedBy: string;
}

export function readGroupMember(json: JsonObject): GroupMember {
  return {
    did: json.text('did'),
    addedAt: json.time('added_at'),
    addedBy: json.text('added_by'),
  };
}
