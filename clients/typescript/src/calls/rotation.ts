import { type KeyRotation, readKeyRotation } from '../answers/key-rotation.js';
import type { KeyVersion } from '../answers/key-version.js';
import { KeyserverError } from '../errors/keyserver-error.js';
import type { XrpcChannel } from '../http/xrpc-channel.js';
import { requireVersion } from '../require.js';
import type { RotateOptions } from './rotate-options.js';

/**
 * Rotates exactly once, even if a response was lost.
 *
 * @param versions Lists the versions, newest first.
 */
export async function rotate(
  xrpc: XrpcChannel,
  nsid: string,
  groupId: string | undefined,
  { expectedVersion, reason, signal }: RotateOptions,
  versions: () => AsyncIterable<KeyVersion>,
): Promise<KeyRotation> {
  requireVersion(expectedVersion);
  const input = { group_id: groupId, expected_version: expectedVersion, reason };
  const repeatable = expectedVersion !== undefined;
  const reply = await xrpc.send(nsid, input, { repeatable, signal });
  // A conflict after a failed attempt means that the attempt did rotate.
  if (reply.status === 409 && reply.afterFailure && repeatable) {
    const done = await findRotation(expectedVersion, versions);
    if (done) return done;
  }
  return reply.read(readKeyRotation, true);
}

/** @returns The version that followed the expected one; undefined if the versions cannot be read. */
async function findRotation(
  expected: number,
  versions: () => AsyncIterable<KeyVersion>,
): Promise<KeyRotation | undefined> {
  let next: KeyVersion | undefined;
  try {
    for await (const version of versions()) {
      // Pages of older versions are not read.
      if (version.version <= expected) break;
      next = version;
    }
  } catch (error) {
    if (error instanceof KeyserverError) return undefined;
    throw error;
  }
  return next && { oldVersion: expected, newVersion: next.version, rotatedAt: next.createdAt };
}
