import type { JsonObject } from '../http/json-object.js';

/** An entry of an access log: a read of a secret or a change, granted or denied. */
export interface AccessLogEntry {
  /**
   * `read`, `create`, `rotate`, `add_member`, `remove_member`, `add_delegate`, `remove_delegate`, `delete` or `export`.
   */
  readonly action: string;

  /** The caller. */
  readonly did: string;

  readonly accessedAt: Date;

  /** `granted` or `denied`. */
  readonly outcome: string;

  /** The key version, if the action has one. */
  readonly version: number | undefined;

  /** The member or delegate that the action changed, if any. */
  readonly target: string | undefined;

  /** The caller's address or its network, depending on the server's settings. */
  readonly ip: string | undefined;

  /** The caller's `User-Agent`. */
  readonly userAgent: string | undefined;

  /** The caller's reason for a rotation, up to 256 characters. Display it as untrusted text. */
  readonly reason: string | undefined;
}

export function readAccessLogEntry(json: JsonObject): AccessLogEntry {
  return {
    action: json.text('action'),
    did: json.text('did'),
    accessedAt: json.time('accessed_at'),
    outcome: json.text('outcome'),
    version: json.optionalInteger('version'),
    target: json.optionalText('target'),
    ip: json.optionalText('ip'),
    userAgent: json.optionalText('user_agent'),
    reason: json.optionalText('reason'),
  };
}
