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
const localhostPattern = /^did:web:localhost(%3A\d+)?$/;

/** At least two labels of up to 63 characters. The last one starts with a letter, which excludes IP addresses. */
const webPattern =
  /^did:web:([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** `{group id}` or `{group id}@{version}`. */
export function textOf({ groupId, version }: GroupKeyName): string {
  return version === undefined ? groupId : `${groupId}@${version}`;
}

export function isGroupName(name: string): boolean {
  return namePattern.test(name);
}

/**
 * Whether the group id has the form of this protocol. Records of other accounts can contain anything, and one id that
 * the server rejects makes the whole call fail. A server may reject more: reserved top-level domains, and localhost
 * outside development.
 */
export function isGroupId(groupId: string): boolean {
  const [did = '', name = '', ...rest] = groupId.split('#');
  if (groupId.length > maxGroupIdLength || rest.length > 0 || !isGroupName(name)) return false;
  return [plcPattern, localhostPattern, webPattern].some((pattern) => pattern.test(did));
}
