export const groupPermissions = ['add_member', 'remove_member', 'rotate_key'] as const;

/** What a delegate may do. */
export type GroupPermission = (typeof groupPermissions)[number];
