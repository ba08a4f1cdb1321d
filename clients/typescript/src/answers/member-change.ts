import type { JsonObject } from '../http/json-object.js';

/** What a call changed for one account. */
export interface MemberChange {
  /** The account. */
  readonly memberDid: string;

  /** `unchanged`: the account was a member already, or was not a member that could be removed. */
  readonly status: 'added' | 'removed' | 'unchanged';
}

export function readMemberChange(json: JsonObject): MemberChange {
  return {
    memberDid: json.text('memberDid'),
    status: json.oneOf('status', ['added', 'removed', 'unchanged']),
  };
}
