import { type AccessLogEntry, readAccessLogEntry } from '../answers/access-log-entry.js';
import { type GroupDelegate, readGroupDelegate } from '../answers/group-delegate.js';
import { type GroupInfo, readGroupInfo } from '../answers/group-info.js';
import { type GroupMember, readGroupMember } from '../answers/group-member.js';
import type { GroupPermission } from '../answers/group-permission.js';
import type { GroupRole } from '../answers/group-role.js';
import type { KeyRotation } from '../answers/key-rotation.js';
import { type KeyVersion, readKeyVersion } from '../answers/key-version.js';
import type { MemberChange } from '../answers/member-change.js';
import type { MembersRemoval } from '../answers/members-removal.js';
import { allItems, type Page, pageOf } from '../answers/page.js';
import type { PageOptions } from '../answers/page-options.js';
import type { CallOptions } from '../call-options.js';
import type { JsonObject } from '../http/json-object.js';
import type { Parameters, XrpcChannel } from '../http/xrpc-channel.js';
import type { GroupKey } from '../keys/group-key.js';
import type { KeyRing } from '../keys/key-ring.js';
import { nsid } from '../nsid.js';
import { requireText } from '../require.js';
import { changeMembers } from './change-members.js';
import type { RemovalOptions } from './removal-options.js';
import type { RotateOptions } from './rotate-options.js';
import { rotate } from './rotation.js';
import type { VersionOptions } from './version-options.js';

/**
 * Groups: keys, members, delegates and logs. Changes are not retried, except rotations with an expected version.
 *
 * All methods throw a {@link KeyserverError}: {@link LostAccessError} if the account has no access or the group does
 * not exist, {@link GoneError} if something does not exist or was deleted, {@link RefusedTokenError}, {@link
 * LimitedError} or {@link UpstreamError}. A group id is `{owner DID}#{name}`, see {@link groupIdOf}.
 */
export class KeyserverGroups {
  readonly #xrpc: XrpcChannel;
  readonly #keys: KeyRing;

  /** @internal */
  constructor(xrpc: XrpcChannel, keys: KeyRing) {
    this.#xrpc = xrpc;
    this.#keys = keys;
  }

  /**
   * Reads the group's key from the server, without caching: alone, or together with other keys that are requested
   * within {@link KeyserverClientOptions.keyBatchDelay}. The owner's first call without a version creates the group. To
   * encrypt or decrypt, use {@link KeyserverClient.content}, which caches keys.
   *
   * @returns The key. Dispose it.
   */
  async getKey(groupId: string, { version, signal }: VersionOptions = {}): Promise<GroupKey> {
    const key = await this.#keys.getGroupKey(groupId, version, signal);
    this.#keys.noticeVersion(groupId, key.version);
    return key;
  }

  /** Lists all versions of the group's key, newest first. Reads all pages; a page has up to 1,000 versions. */
  async listKeyVersions(
    groupId: string,
    { signal }: CallOptions = {},
  ): Promise<readonly KeyVersion[]> {
    const versions: KeyVersion[] = [];
    for await (const version of this.#versions(groupId, signal)) versions.push(version);
    return versions;
  }

  /**
   * Creates a new active version. Old versions stay readable. For the owner and delegates with `rotate_key`.
   *
   * @throws ConflictError if another version is active.
   */
  async rotateKey(groupId: string, options: RotateOptions = {}): Promise<KeyRotation> {
    requireText(groupId, 'group id');
    const method = `${nsid.group}rotateKey`;
    try {
      return await rotate(this.#xrpc, method, groupId, options, () =>
        this.#versions(groupId, options.signal),
      );
    } finally {
      this.#keys.forgetGroup(groupId);
    }
  }

  /** Deletes the group immediately, for all members. For the owner. */
  async delete(groupId: string, { signal }: CallOptions = {}): Promise<void> {
    requireText(groupId, 'group id');
    try {
      await this.#change('delete', { group_id: groupId }, signal);
    } finally {
      this.#keys.forgetGroup(groupId);
    }
  }

  /**
   * Lists the groups that the account owns, is a member of or is a delegate of, once for each role. Reads all pages.
   *
   * @param options `role`: only groups with this role.
   */
  list({
    role,
    signal,
  }: CallOptions & { readonly role?: GroupRole | undefined } = {}): AsyncIterable<GroupInfo> {
    return allItems((cursor) => this.listPage({ role, cursor, signal }));
  }

  /** Reads one page of {@link list}. */
  async listPage({
    role,
    limit,
    cursor,
    signal,
  }: PageOptions & { readonly role?: GroupRole | undefined } = {}): Promise<Page<GroupInfo>> {
    const parameters = { role, limit, cursor };
    const page = await this.#page('listGroups', parameters, 'groups', readGroupInfo, signal);
    for (const group of page.items) this.#keys.noticeVersion(group.groupId, group.activeVersion);
    return page;
  }

  /** Lists the reads and changes, newest first, and reads all pages. For the owner. */
  getAccessLog(groupId: string, { signal }: CallOptions = {}): AsyncIterable<AccessLogEntry> {
    return allItems((cursor) => this.getAccessLogPage(groupId, { cursor, signal }));
  }

  /** Reads one page of {@link getAccessLog}. */
  async getAccessLogPage(
    groupId: string,
    { limit, cursor, signal }: PageOptions = {},
  ): Promise<Page<AccessLogEntry>> {
    requireText(groupId, 'group id');
    const parameters = { group_id: groupId, limit, cursor };
    const page = await this.#page(
      'getAccessLog',
      parameters,
      'entries',
      readAccessLogEntry,
      signal,
    );
    for (const { outcome, version } of page.items)
      if (outcome === 'granted') this.#keys.noticeVersion(groupId, version ?? 0);
    return page;
  }

  /**
   * Allows an account to read all versions of the key. For the owner and delegates with `add_member`.
   *
   * @throws ConflictError if the account is already a member or the owner, or cannot be added now.
   */
  async addMember(groupId: string, memberDid: string, { signal }: CallOptions = {}): Promise<void> {
    requireText(groupId, 'group id');
    requireText(memberDid, "member's DID");
    await this.#change('addMember', { group_id: groupId, member_did: memberDid }, signal);
  }

  /**
   * Removes a member, who can no longer read the key once this has returned. The member may have kept the versions read
   * so far: rotate to protect new content. For the owner and delegates with `remove_member`; members may remove
   * themselves.
   *
   * @returns The new active version, if `rotate`.
   */
  async removeMember(
    groupId: string,
    memberDid: string,
    { rotate = false, signal }: RemovalOptions = {},
  ): Promise<number | undefined> {
    requireText(groupId, 'group id');
    requireText(memberDid, "member's DID");
    const input = { group_id: groupId, member_did: memberDid, ...(rotate && { rotate }) };
    try {
      return await this.#xrpc.procedure(
        `${nsid.group}removeMember`,
        input,
        (json) => json.optionalInteger('newVersion'),
        signal,
      );
    } finally {
      // The key was rotated, or the account removed itself.
      this.#keys.forgetGroup(groupId);
    }
  }

  /**
   * Allows up to 90 accounts to read all versions of the key: all, or none if the call fails. Members are left
   * unchanged. For the owner and delegates with `add_member`.
   *
   * @param memberDids 1–90 accounts, each once; not the owner.
   * @returns What changed for each account, in the same order.
   * @throws RangeError if there is no account, more than 90, or one twice. No call was made.
   * @throws ConflictError if an account cannot be added now; the message names it.
   */
  async addMembers(
    groupId: string,
    memberDids: readonly string[],
    { signal }: CallOptions = {},
  ): Promise<readonly MemberChange[]> {
    const { members } = await changeMembers(this.#xrpc, 'added', groupId, memberDids, { signal });
    return members;
  }

  /**
   * Removes up to 90 members: all, or none if the call fails. They can no longer read the key once this has returned,
   * but may have kept the versions read so far: rotate to protect new content. Accounts that are not members are left
   * unchanged. For the owner and delegates with `remove_member`.
   *
   * @param memberDids 1–90 accounts, each once; not the owner. Members may remove themselves.
   * @param options `rotate`: also rotate the key, in the same transaction, if an account is removed.
   * @throws RangeError if there is no account, more than 90, or one twice. No call was made.
   */
  async removeMembers(
    groupId: string,
    memberDids: readonly string[],
    options: RemovalOptions = {},
  ): Promise<MembersRemoval> {
    try {
      return await changeMembers(this.#xrpc, 'removed', groupId, memberDids, options);
    } finally {
      // The key was rotated, or the account removed itself.
      this.#keys.forgetGroup(groupId);
    }
  }

  /** Lists the members and reads all pages. For the owner and delegates. */
  listMembers(groupId: string, { signal }: CallOptions = {}): AsyncIterable<GroupMember> {
    return allItems((cursor) => this.listMembersPage(groupId, { cursor, signal }));
  }

  /** Reads one page of {@link listMembers}. */
  async listMembersPage(
    groupId: string,
    { limit, cursor, signal }: PageOptions = {},
  ): Promise<Page<GroupMember>> {
    requireText(groupId, 'group id');
    const parameters = { group_id: groupId, limit, cursor };
    return this.#page('listMembers', parameters, 'members', readGroupMember, signal);
  }

  /**
   * Adds a delegate, or replaces the permissions of an existing one. A delegate cannot read the key. For the owner.
   *
   * @param permissions At least one.
   * @param options `expiresAt`: when the permissions end; by default never.
   * @throws RangeError if there is no permission. No call was made.
   */
  async addDelegate(
    groupId: string,
    delegateDid: string,
    permissions: readonly GroupPermission[],
    { expiresAt, signal }: CallOptions & { readonly expiresAt?: Date | undefined } = {},
  ): Promise<void> {
    requireText(groupId, 'group id');
    requireText(delegateDid, "delegate's DID");
    if (permissions.length === 0) throw new RangeError('A delegate needs at least one permission.');
    const input = {
      group_id: groupId,
      delegate_did: delegateDid,
      permissions,
      expires_at: expiresAt?.toISOString(),
    };
    await this.#change('addDelegate', input, signal);
  }

  /** Removes a delegate. For the owner; delegates may remove themselves. */
  async removeDelegate(
    groupId: string,
    delegateDid: string,
    { signal }: CallOptions = {},
  ): Promise<void> {
    requireText(groupId, 'group id');
    requireText(delegateDid, "delegate's DID");
    await this.#change('removeDelegate', { group_id: groupId, delegate_did: delegateDid }, signal);
  }

  /** Lists the delegates, including expired ones, and reads all pages. For the owner. */
  listDelegates(groupId: string, { signal }: CallOptions = {}): AsyncIterable<GroupDelegate> {
    return allItems((cursor) => this.listDelegatesPage(groupId, { cursor, signal }));
  }

  /** Reads one page of {@link listDelegates}. */
  async listDelegatesPage(
    groupId: string,
    { limit, cursor, signal }: PageOptions = {},
  ): Promise<Page<GroupDelegate>> {
    requireText(groupId, 'group id');
    const parameters = { group_id: groupId, limit, cursor };
    return this.#page('listDelegates', parameters, 'delegates', readGroupDelegate, signal);
  }

  #versions(groupId: string, signal: AbortSignal | undefined): AsyncIterable<KeyVersion> {
    requireText(groupId, 'group id');
    return allItems((cursor) =>
      this.#keys.read(groupId, async () => {
        const parameters = { group_id: groupId, cursor };
        const page = await this.#page(
          'listKeyVersions',
          parameters,
          'versions',
          readKeyVersion,
          signal,
        );
        for (const { version } of page.items) this.#keys.noticeVersion(groupId, version);
        return page;
      }),
    );
  }

  #page<T>(
    method: string,
    parameters: Parameters,
    list: string,
    read: (item: JsonObject) => T,
    signal: AbortSignal | undefined,
  ): Promise<Page<T>> {
    return this.#xrpc.query(
      nsid.group + method,
      parameters,
      (json) => pageOf(json.list(list, read), json.optionalText('cursor')),
      { signal },
    );
  }

  async #change(method: string, input: object, signal: AbortSignal | undefined): Promise<void> {
    await this.#xrpc.procedure(nsid.group + method, input, (json) => json.text('status'), signal);
  }
}
