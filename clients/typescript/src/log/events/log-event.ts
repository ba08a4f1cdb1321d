/** The members of an event as they are logged. Which ones it has depends on its type. */
export interface LogEvent {
  /** See `eventRule`. */
  readonly type: string;

  /** UTC in milliseconds, such as `2025-01-23T10:30:00.000Z`. */
  readonly at: string;

  /** Who made the change: `owner`, `self`, `server`, or the number of the entry that added or adopted a delegate. */
  readonly by: string;

  /** Of the keypair or the backup. */
  readonly name?: string;

  readonly version?: number;

  /** 32 bytes in lower-case hex. */
  readonly public_key?: string;

  readonly custody?: 'server' | 'signOnly' | 'publicOnly' | 'sealed';

  /** 32 bytes in lower-case hex. See `keyCommitment`. */
  readonly key_commitment?: string;

  readonly device_id?: string;

  readonly did?: string;

  /** 64 bytes in lower-case hex. */
  readonly signature?: string;

  /** The sequence number of the entry that added or adopted the account. */
  readonly ends?: number;
}
