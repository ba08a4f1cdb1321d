import type { GroupDelegate, GroupInfo, GroupMember, GroupRole } from '@atpkeyserver/client';
import type { Person } from '../people/person.ts';

/** What one person may know of a group. */
export interface Roster {
  readonly groupId: string;
  readonly roles: readonly GroupRole[];
  readonly activeVersion: number | undefined;

  /** For the owner and delegates. */
  readonly members: readonly GroupMember[];

  /** For the owner. */
  readonly delegates: readonly GroupDelegate[];
}

/** Asks the server what the person may know of the group. */
export async function refreshRoster(person: Person, groupId: string): Promise<Roster> {
  const { groups } = person.keyserver;
  const infos: GroupInfo[] = (await toArray(groups.list())).filter(
    (each) => each.groupId === groupId,
  );
  const roles = infos.map((each) => each.role);
  const isOwner = roles.includes('owner');
  const members =
    isOwner || roles.includes('delegate') ? await toArray(groups.listMembers(groupId)) : [];
  const delegates = isOwner ? await toArray(groups.listDelegates(groupId)) : [];
  const roster = { groupId, roles, activeVersion: infos[0]?.activeVersion, members, delegates };
  person.roster.value = roster;
  return roster;
}

export async function toArray<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
