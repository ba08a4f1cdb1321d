import { type AccountDeletion, readAccountDeletion } from '../answers/account-deletion.js';
import type { CallOptions } from '../call-options.js';
import type { XrpcChannel } from '../http/xrpc-channel.js';
import type { KeyRing } from '../keys/key-ring.js';
import { nsid } from '../nsid.js';
import { uninterrupted } from './uninterrupted.js';

/** The confirmation that {@link KeyserverAccount.delete} requires. */
export const deleteConfirmation = 'DELETE_ALL_MY_DATA';

/** Exports and deletes the account's data. All methods throw the errors listed at {@link KeyserverGroups}. */
export class KeyserverAccount {
  readonly #xrpc: XrpcChannel;
  readonly #keys: KeyRing;

  /** @internal */
  constructor(xrpc: XrpcChannel, keys: KeyRing) {
    this.#xrpc = xrpc;
    this.#keys = keys;
  }

  /**
   * Exports all data of the account, without secret keys, as one JSON document. It may take minutes, longer than most
   * PDSs wait for a proxied call; there is no time limit once the response has started.
   *
   * @returns The document, as it arrives. The export is complete only if the stream ends without an
   * {@link UnreachableError}.
   */
  async export({ signal }: CallOptions = {}): Promise<ReadableStream<Uint8Array>> {
    return uninterrupted(await this.#xrpc.open(`${nsid.account}export`, signal));
  }

  /**
   * Deletes the account at the keyserver: its keypair, its groups for all their members, its memberships and logs.
   * Content that was encrypted with its keys can never be decrypted again. Ask the user first. A deletion that has
   * started continues.
   *
   * @param confirmation {@link deleteConfirmation}, preferably typed by the user.
   * @throws TypeError if the confirmation is wrong. Nothing was deleted.
   */
  async delete(confirmation: string, { signal }: CallOptions = {}): Promise<AccountDeletion> {
    if (confirmation !== deleteConfirmation)
      throw new TypeError(`Nothing was deleted: the confirmation is not ${deleteConfirmation}.`);
    const input = { confirmation };
    try {
      return await this.#xrpc.procedure(
        `${nsid.account}delete`,
        input,
        readAccountDeletion,
        signal,
      );
    } finally {
      this.#keys.clear();
    }
  }
}
