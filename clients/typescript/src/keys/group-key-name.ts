/** A group's key as `group.getKeys` names it. */
export interface GroupKeyName {
  /** `{owner DID}#{name}`. */
  readonly groupId: string;

  /** undefined: the active one. */
  readonly version: number | undefined;
}

const maxGroupIdLength = 390;
const namePattern = /^[A-Za-z0-9._:~-]{1,128}$/;
const plcPattern = /^did:plc:[a-z2-7]{24}$/;
const webPattern = /^did:web:[a-z0-9.%A-]+$/;

/** `{group id}` or `{group id}@{version}`. */
export function textOf({ groupId, version }: GroupKeyName): string {
  return version === undefined ? groupId : `${groupId}@${version}`;
}

export function isGroupName(name: string): boolean {
  return namePattern.test(name);
}

/**
 * Whether the group id has the form that the server accepts. One other id makes the whole call fail, and records of
 * other accounts can contain anything.
 */
export function isGroupId(groupId: string): boolean {
  const [did = '', name = '', ...rest] = groupId.split('#');
  const isDid = plcPattern.test(did) || webPattern.test(did);
  return groupId.length <= maxGroupIdLength && rest.length === 0 && isDid && isGroupName(name);
}
