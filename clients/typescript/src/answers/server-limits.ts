import type { JsonObject } from '../http/json-object.js';

/** The rate and size limits; undefined means no limit. */
export interface ServerLimits {
  /** Whether rate limits apply. */
  readonly enabled: boolean;

  /** Whether each server instance counts separately. */
  readonly perInstance: boolean;

  /** The largest request body, in bytes. */
  readonly maxBodyBytes: number | undefined;

  /** The maximum number of entries in a page; a page of versions has up to 1,000. */
  readonly maxPageSize: number | undefined;

  /** Calls without a token, per address. */
  readonly anonymousPerMinute: number | undefined;

  /** Tokens that are rejected before their signature is checked, per address. */
  readonly malformedTokensPerMinute: number | undefined;

  /** Tokens with an invalid signature, per address and issuer. */
  readonly refusedTokensPerMinute: number | undefined;

  /** DID document lookups for calls without a token, per address. */
  readonly resolutionsPerMinute: number | undefined;

  /** DID document lookups for tokens that are rejected, per address. */
  readonly tokenResolutionsPerMinute: number | undefined;

  /** Per account. */
  readonly readsPerMinute: number | undefined;

  /** Per account. */
  readonly changesPerMinute: number | undefined;

  /** Calls that are denied access to a group, per account. */
  readonly denialsPerMinute: number | undefined;

  /** Per account. */
  readonly newGroupsPerMinute: number | undefined;

  /** Per account, and per group for all its delegates together. */
  readonly rotationsPerHour: number | undefined;

  /** How often one account may add another to groups in a UTC day, on all instances together. */
  readonly additionsPerDay: number | undefined;

  /** The did:web accounts of one domain share the limits of this many accounts. */
  readonly webDomainCallers: number | undefined;
}

export function readServerLimits(json: JsonObject): ServerLimits {
  return {
    enabled: json.boolean('enabled'),
    perInstance: json.boolean('perInstance'),
    maxBodyBytes: json.optionalInteger('maxBodyBytes'),
    maxPageSize: json.optionalInteger('maxPageSize'),
    anonymousPerMinute: json.optionalInteger('anonymousPerMinute'),
    malformedTokensPerMinute: json.optionalInteger('malformedTokensPerMinute'),
    refusedTokensPerMinute: json.optionalInteger('refusedTokensPerMinute'),
    resolutionsPerMinute: json.optionalInteger('resolutionsPerMinute'),
    tokenResolutionsPerMinute: json.optionalInteger('tokenResolutionsPerMinute'),
    readsPerMinute: json.optionalInteger('readsPerMinute'),
    changesPerMinute: json.optionalInteger('changesPerMinute'),
    denialsPerMinute: json.optionalInteger('denialsPerMinute'),
    newGroupsPerMinute: json.optionalInteger('newGroupsPerMinute'),
    rotationsPerHour: json.optionalInteger('rotationsPerHour'),
    additionsPerDay: json.optionalInteger('additionsPerDay'),
    webDomainCallers: json.optionalInteger('webDomainCallers'),
  };
}
