import { hexToBytes } from '@noble/ciphers/utils.js';
import type { AccountPublicKey } from '../answers/account-public-key.js';
import { unexpectedAnswer } from '../errors/create.js';
import type { XrpcChannel } from '../http/xrpc-channel.js';
import { nsid } from '../nsid.js';
import { requireText, requireVersion } from '../require.js';
import { GroupKey } from './group-key.js';
import { type GroupKeyEntry, isAnswerTo, readGroupKeyEntry } from './group-key-entry.js';
import { type GroupKeyName, textOf } from './group-key-name.js';
import { Keypair } from './keypair.js';

/** The calls that return keys. */
export class KeyCalls {
  readonly #xrpc: XrpcChannel;

  constructor(xrpc: XrpcChannel) {
    this.#xrpc = xrpc;
  }

  /**
   * Reads the keys of one call. Creates no group.
   *
   * @returns An entry per key, in the same order.
   */
  async getGroupKeys(
    names: readonly GroupKeyName[],
    signal: AbortSignal | undefined,
  ): Promise<readonly GroupKeyEntry[]> {
    const entries = await this.#xrpc.query(
      `${nsid.group}getKeys`,
      { keys: names.map(textOf) },
      (json) => json.list('keys', readGroupKeyEntry),
      { signal },
    );
    const isComplete = entries.length === names.length;
    if (isComplete && names.every((name, i) => isAnswerTo(entries[i], name))) return entries;
    throw unexpectedAnswer('The server returned other keys than the requested ones.');
  }

  async getGroupKey(
    groupId: string,
    version: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<GroupKey> {
    requireText(groupId, 'group id');
    requireVersion(version);
    const answer = await this.#xrpc.query(
      `${nsid.group}getKey`,
      { group_id: groupId, version },
      (json) => ({
        groupId: json.text('groupId'),
        secretKey: json.keyHex('secretKey'),
        version: json.integer('version'),
      }),
      { signal },
    );
    if (answer.groupId !== groupId)
      throw unexpectedAnswer('The server returned the key of another group.');
    requireRequested(answer.version, version);
    return new GroupKey(groupId, hexToBytes(answer.secretKey), answer.version);
  }

  async getKeypair(version: number | undefined, signal: AbortSignal | undefined): Promise<Keypair> {
    requireVersion(version);
    const answer = await this.#xrpc.query(
      `${nsid.keypair}getKeypair`,
      { version },
      (json) => ({
        publicKey: json.keyHex('publicKey'),
        privateKey: json.keyHex('privateKey'),
        version: json.integer('version'),
      }),
      { signal },
    );
    requireRequested(answer.version, version);
    return new Keypair(answer.publicKey, hexToBytes(answer.privateKey), answer.version);
  }

  async getPublicKey(
    did: string,
    version: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<AccountPublicKey> {
    requireText(did, 'DID');
    requireVersion(version);
    const answer = await this.#xrpc.query(
      `${nsid.keypair}getPublicKey`,
      { did, version },
      (json) => ({ publicKey: json.keyHex('publicKey'), version: json.integer('version') }),
      { signal, anonymous: true },
    );
    requireRequested(answer.version, version);
    return answer;
  }
}

function requireRequested(answered: number, requested: number | undefined): void {
  if (answered < 1 || answered !== (requested ?? answered))
    throw unexpectedAnswer('The server returned another version.');
}
