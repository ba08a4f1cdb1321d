import type { JsonObject } from '../http/json-object.js';

/** The progress of an account's deletion. The account's keys are unusable in either status. */
export interface AccountDeletion {
  /** `deleting` while the server is still removing rows. Call again to check the progress. */
  readonly status: 'deleted' | 'deleting';

  /** What has been removed so far. */
  readonly deleted: DeletedCounts;
}

/** How many items were removed with an account. */
export interface DeletedCounts {
  /** Versions of its keypair. */
  readonly keypairVersions: number;

  /** Groups that it owned, for all their members. */
  readonly groups: number;

  /** Memberships in groups of other owners. */
  readonly memberships: number;

  /** Delegations for groups of other owners. */
  readonly delegations: number;
}

export function readAccountDeletion(json: JsonObject): AccountDeletion {
  const deleted = json.object('deleted');
  return {
    status: json.oneOf('status', ['deleted', 'deleting']),
    deleted: {
      keypairVersions: deleted.integer('keypairVersions'),
      groups: deleted.integer('groups'),
      memberships: deleted.integer('memberships'),
      delegations: deleted.integer('delegations'),
    },
  };
}
