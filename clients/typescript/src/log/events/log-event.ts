/** The members of an event as they are logged. Which ones it has depends on its type. */
export interface LogEvent {
  /** See `isEventType`. */
  readonly type: string;

  /** UTC, such as `2025-01-23T10:30:00.000Z`. */
  readonly at: string;

  /** Who made the change. A number: the delegate whose `added` has this sequence number. */
  readonly by: 'owner' | 'self' | 'server' | number;

  /** Of the keypair or the backup. */
  readonly name?: string;

  readonly version?: number;

  /** 32 bytes in lower-case hex. */
  readonly public_key?: string;

  readonly custody?: 'server' | 'signOnly' | 'publicOnly' | 'sealed';

  /** 32 bytes in lower-case hex. See `keyCommitment`. */
  readonly key_commitment?: string;

  /** 16 bytes in lower-case hex. */
  readonly device_id?: string;

  readonly did?: string;

  /** 64 bytes in base64. */
  readonly signature?: string;
}
