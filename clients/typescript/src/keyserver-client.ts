import { ServiceAddress } from './addresses/service-address.js';
import { KeyserverAccount } from './calls/keyserver-account.js';
import { KeyserverGroups } from './calls/keyserver-groups.js';
import { KeyserverKeypairs } from './calls/keyserver-keypairs.js';
import { KeyserverServer } from './calls/keyserver-server.js';
import { KeyserverContent } from './content/keyserver-content.js';
import { KeyserverSignatures } from './content/keyserver-signatures.js';
import { DisposedError } from './errors/disposed-error.js';
import { DirectRoute } from './http/direct-route.js';
import { Exchange } from './http/exchange.js';
import { ProxyRoute } from './http/proxy-route.js';
import type { Route } from './http/route.js';
import { XrpcChannel } from './http/xrpc-channel.js';
import { KeyCalls } from './keys/key-calls.js';
import { KeyRing } from './keys/key-ring.js';
import {
  type KeyserverClientOptions,
  type Settings,
  settingsOf,
} from './keyserver-client-options.js';
import { agentTokens } from './tokens/agent-tokens.js';
import type { PdsAgent } from './tokens/pds-agent.js';
import { TokenCache } from './tokens/token-cache.js';
import type { TokenSource } from './tokens/token-source.js';

/** Creates the route of a client from its parts. */
type RouteFactory = (parts: {
  address: ServiceAddress;
  exchange: Exchange;
  settings: Settings;
  closed: AbortSignal;
}) => Route;

/**
 * Calls a keyserver on behalf of one account. Create one for each account that is logged in, reuse it, and dispose it
 * at log-out.
 *
 * ```ts
 * const session = await PdsSession.logIn(pds, 'alice.example.com', appPassword);
 * const keyserver = KeyserverClient.create('did:web:keys.example.com', session);
 * const post = await keyserver.content.encryptRecord(groupId, atUri, 'For friends.');
 * ```
 */
export class KeyserverClient {
  /** The keyserver's DID. */
  readonly did: string;

  /** Encrypts and decrypts with group keys, which are cached. */
  readonly content: KeyserverContent;

  /** Signs with the account's key and verifies signatures of any account. */
  readonly signatures: KeyserverSignatures;

  /** Groups: keys, members, delegates, logs. */
  readonly groups: KeyserverGroups;

  /** The account's keypair, and the public keys of all accounts. */
  readonly keypairs: KeyserverKeypairs;

  /** Export and deletion. */
  readonly account: KeyserverAccount;

  /** The keyserver itself. */
  readonly server: KeyserverServer;

  readonly #closed = new AbortController();
  readonly #route: Route;
  readonly #keys: KeyRing;

  private constructor(did: string, options: KeyserverClientOptions, createRoute: RouteFactory) {
    if (!/^did:[^#]+$/.test(did))
      throw new TypeError(
        `'${did}' is not the DID of a keyserver, such as did:web:keys.example.com.`,
      );
    const settings = settingsOf(options);
    const exchange = new Exchange(settings);
    const address = new ServiceAddress(did, exchange, settings);
    const closed = this.#closed.signal;
    this.#route = createRoute({ address, exchange, settings, closed });
    const xrpc = new XrpcChannel(exchange, this.#route);
    const calls = new KeyCalls(xrpc);
    this.#keys = new KeyRing(calls, settings, closed);
    this.did = did;
    this.content = new KeyserverContent(this.#keys, settings.clock);
    this.signatures = new KeyserverSignatures(this.#keys);
    this.groups = new KeyserverGroups(xrpc, this.#keys);
    this.keypairs = new KeyserverKeypairs(xrpc, calls, this.#keys);
    this.account = new KeyserverAccount(xrpc, this.#keys);
    this.server = new KeyserverServer(xrpc, exchange, address, settings.fetch);
  }

  /**
   * Calls the keyserver itself, with service tokens.
   *
   * @param did The keyserver's DID.
   * @param tokens The account's session at its PDS, or a function that gets service tokens.
   * @throws TypeError if the DID or the address in the options is invalid; RangeError if the key batch delay is.
   */
  static create(
    did: string,
    tokens: PdsAgent | TokenSource,
    options: KeyserverClientOptions = {},
  ): KeyserverClient {
    return new KeyserverClient(did, options, ({ address, exchange, settings, closed }) => {
      const source = typeof tokens === 'function' ? tokens : agentTokens(tokens, exchange);
      const cache = new TokenCache(source, did, settings.clock, closed);
      return new DirectRoute(address, cache, settings.fetch);
    });
  }

  /**
   * Calls through the account's PDS (`atproto-proxy`), which creates the service tokens. The access log then shows the
   * PDS's address.
   *
   * @param did The keyserver's DID.
   * @param agent The account's session at its PDS. Not disposed with the client.
   */
  static throughPds(
    did: string,
    agent: PdsAgent,
    options: KeyserverClientOptions = {},
  ): KeyserverClient {
    return new KeyserverClient(did, options, () => new ProxyRoute(agent, did));
  }

  /**
   * Calls without an account: public keys, verification of signatures, and the server's description.
   *
   * @param did The keyserver's DID.
   */
  static anonymous(did: string, options: KeyserverClientOptions = {}): KeyserverClient {
    return new KeyserverClient(
      did,
      options,
      ({ address, settings }) => new DirectRoute(address, undefined, settings.fetch),
    );
  }

  /** Removes all cached tokens and keys and zeroes the keys. The client remains usable. */
  clear(): void {
    this.#route.clear();
    this.#keys.clear();
  }

  /** Removes all cached tokens and keys and zeroes the keys. Callers that wait for one get an error. */
  dispose(): void {
    this.#closed.abort(new DisposedError());
    this.clear();
  }
}
