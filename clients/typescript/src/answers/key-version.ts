import type { JsonObject } from '../http/json-object.js';

/** Describes a version of a key, without the key itself. */
export interface KeyVersion {
  /** From 1 upwards. Numbers are not reused. */
  readonly version: number;

  /** `active` for exactly one version, with which new content is encrypted; otherwise `revoked`. */
  readonly status: string;

  readonly createdAt: Date;

  /** When a newer version replaced it. */
  readonly revokedAt: Date | undefined;
}

export function readKeyVersion(json: JsonObject): KeyVersion {
  return {
    version: json.integer('version'),
    status: json.text('status'),
    createdAt: json.time('created_at'),
    revokedAt: json.optionalTime('revoked_at'),
  };
}
