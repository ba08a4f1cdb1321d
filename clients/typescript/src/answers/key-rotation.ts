import type { JsonObject } from '../http/json-object.js';

/** The result of a rotation. */
export interface KeyRotation {
  /** The revoked version. It stays readable, to decrypt existing content. */
  readonly oldVersion: number;

  /** The active version. */
  readonly newVersion: number;

  readonly rotatedAt: Date;
}

export function readKeyRotation(json: JsonObject): KeyRotation {
  return {
    oldVersion: json.integer('oldVersion'),
    newVersion: json.integer('newVersion'),
    rotatedAt: json.time('rotatedAt'),
  };
}
