import { type AccessLogEntry, readAccessLogEntry } from '../answers/access-log-entry.js';
import type { AccountPublicKey } from '../answers/account-public-key.js';
import type { KeyRotation } from '../answers/key-rotation.js';
import { type KeyVersion, readKeyVersion } from '../answers/key-version.js';
import { allItems, type Page, pageOf } from '../answers/page.js';
import type { PageOptions } from '../answers/page-options.js';
import type { CallOptions } from '../call-options.js';
import type { XrpcChannel } from '../http/xrpc-channel.js';
import type { KeyCalls } from '../keys/key-calls.js';
import type { KeyRing } from '../keys/key-ring.js';
import type { Keypair } from '../keys/keypair.js';
import { nsid } from '../nsid.js';
import type { RotateOptions } from './rotate-options.js';
import { rotate } from './rotation.js';
import type { VersionOptions } from './version-options.js';

/**
 * The account's Ed25519 keypair, and the public keys of all accounts. All methods throw the errors listed at
 * {@link KeyserverGroups}.
 */
export class KeyserverKeypairs {
  readonly #xrpc: XrpcChannel;
  readonly #calls: KeyCalls;
  readonly #keys: KeyRing;

  /** @internal */
  constructor(xrpc: XrpcChannel, calls: KeyCalls, keys: KeyRing) {
    this.#xrpc = xrpc;
    this.#calls = calls;
    this.#keys = keys;
  }

  /**
   * Reads the public key of any account, without a token. The server may cache it for ten seconds.
   *
   * @param did The account. The server may create a keypair for an account that never called.
   * @throws GoneError if the version or the keypair does not exist.
   */
  async getPublicKey(
    did: string,
    { version, signal }: VersionOptions = {},
  ): Promise<AccountPublicKey> {
    return this.#calls.getPublicKey(did, version, signal);
  }

  /**
   * Reads the account's own keypair from the server, without caching. The first call creates it. To sign, use
   * {@link KeyserverClient.signatures}, which caches it.
   *
   * @returns The keypair. Dispose it.
   */
  async getKeypair({ version, signal }: VersionOptions = {}): Promise<Keypair> {
    return this.#calls.getKeypair(version, signal);
  }

  /**
   * Creates a new active version. Old versions stay readable.
   *
   * @throws ConflictError if another version is active; GoneError if the account has no keypair.
   */
  async rotate(options: RotateOptions = {}): Promise<KeyRotation> {
    const method = `${nsid.keypair}rotate`;
    try {
      return await rotate(this.#xrpc, method, undefined, options, () =>
        this.#versions(options.signal),
      );
    } finally {
      this.#keys.forgetKeypairs();
    }
  }

  /** Lists all versions of the account's keypair, newest first; empty if there is no keypair. Reads all pages. */
  async listVersions({ signal }: CallOptions = {}): Promise<readonly KeyVersion[]> {
    const versions: KeyVersion[] = [];
    for await (const version of this.#versions(signal)) versions.push(version);
    return versions;
  }

  /** Lists the reads and changes of the keypair, newest first, and reads all pages. */
  getAccessLog({ signal }: CallOptions = {}): AsyncIterable<AccessLogEntry> {
    return allItems((cursor) => this.getAccessLogPage({ cursor, signal }));
  }

  /** Reads one page of {@link getAccessLog}. */
  async getAccessLogPage({
    limit,
    cursor,
    signal,
  }: PageOptions = {}): Promise<Page<AccessLogEntry>> {
    return this.#xrpc.query(
      `${nsid.keypair}getAccessLog`,
      { limit, cursor },
      (json) => pageOf(json.list('entries', readAccessLogEntry), json.optionalText('cursor')),
      { signal },
    );
  }

  #versions(signal: AbortSignal | undefined): AsyncIterable<KeyVersion> {
    return allItems((cursor) =>
      this.#xrpc.query(
        `${nsid.keypair}listVersions`,
        { cursor },
        (json) => pageOf(json.list('versions', readKeyVersion), json.optionalText('cursor')),
        { signal },
      ),
    );
  }
}
