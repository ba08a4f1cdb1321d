import type { MemberChange } from './member-change.js';

/** The result of {@link KeyserverGroups.removeMembers}. */
export interface MembersRemoval {
  /** The accounts, in the order of the call. */
  readonly members: readonly MemberChange[];

  /** The active version, if the key was rotated: only if requested, and if an account was removed. */
  readonly newVersion: number | undefined;
}
