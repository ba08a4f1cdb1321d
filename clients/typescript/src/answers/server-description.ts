import type { JsonObject } from '../http/json-object.js';
import { readServerLimits, type ServerLimits } from './server-limits.js';

/** A keyserver's limits and features. */
export interface ServerDescription {
  /** Its DID. */
  readonly did: string;

  /** The software's version. */
  readonly version: string;

  /** The limits of a caller. */
  readonly limits: ServerLimits;

  /** How long log entries are kept. */
  readonly accessLogRetentionDays: number;

  /** How addresses are logged: `off`, `truncated` or `full`. */
  readonly ipAddresses: string | undefined;

  /**
   * The server's features; ignore unknown names. `readOnly`: changes are disabled. `offline`: all calls are disabled.
   */
  readonly features: readonly string[];
}

export function readServerDescription(json: JsonObject): ServerDescription {
  return {
    did: json.text('did'),
    version: json.text('version'),
    limits: readServerLimits(json.object('limits')),
    accessLogRetentionDays: json.integer('accessLogRetentionDays'),
    ipAddresses: json.optionalText('ipAddresses'),
    features: json.texts('features'),
  };
}
