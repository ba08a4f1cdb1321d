export const groupRoles = ['owner', 'member', 'delegate'] as const;

/**
 * An account's role in a group. The owner may do everything, a member may read the key, a delegate may do what the
 * owner chose.
 */
export type GroupRole = (typeof groupRoles)[number];
