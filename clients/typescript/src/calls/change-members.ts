import { readMemberChange } from '../answers/member-change.js';
import type { MembersRemoval } from '../answers/members-removal.js';
import { unexpectedAnswer } from '../errors/create.js';
import type { XrpcChannel } from '../http/xrpc-channel.js';
import { nsid } from '../nsid.js';
import { requireText } from '../require.js';
import type { RemovalOptions } from './removal-options.js';

/** The most accounts of {@link KeyserverGroups.addMembers} and {@link KeyserverGroups.removeMembers}. */
export const maxMembers = 90;

/** Adds or removes members with one call, and checks that the response is about the requested accounts. */
export async function changeMembers(
  xrpc: XrpcChannel,
  done: 'added' | 'removed',
  groupId: string,
  memberDids: readonly string[],
  { rotate = false, signal }: RemovalOptions,
): Promise<MembersRemoval> {
  requireText(groupId, 'group id');
  requireMembers(memberDids);
  const method = `${nsid.group}${done === 'added' ? 'addMembers' : 'removeMembers'}`;
  const input = { group_id: groupId, member_dids: memberDids, ...(rotate && { rotate }) };
  const answer = await xrpc.procedure(
    method,
    input,
    (json) => ({
      groupId: json.text('groupId'),
      members: json.list('members', readMemberChange),
      newVersion: json.optionalInteger('newVersion'),
    }),
    signal,
  );
  const { members, newVersion } = answer;
  const isComplete =
    answer.groupId === groupId &&
    members.length === memberDids.length &&
    members.every(({ memberDid }, i) => memberDid === memberDids[i]) &&
    members.every(({ status }) => status === done || status === 'unchanged');
  if (isComplete) return { members, newVersion };
  throw unexpectedAnswer('The server returned other accounts than the requested ones.', {
    outcomeUnknown: true,
  });
}

function requireMembers(dids: readonly string[]): void {
  if (dids.length < 1 || dids.length > maxMembers)
    throw new RangeError(`A call takes 1 to ${maxMembers} accounts.`);
  for (const did of dids) requireText(did, "member's DID");
  const twice = dids.find((did, i) => dids.indexOf(did) < i);
  if (twice !== undefined) throw new RangeError(`'${twice}' is in the list twice.`);
}
