import type { ServiceAddress } from '../addresses/service-address.js';
import { readServerDescription, type ServerDescription } from '../answers/server-description.js';
import { readServerProduct, type ServerProduct } from '../answers/server-product.js';
import type { CallOptions } from '../call-options.js';
import { attemptTo } from '../http/attempt.js';
import type { Exchange } from '../http/exchange.js';
import type { Reply } from '../http/reply.js';
import type { XrpcChannel } from '../http/xrpc-channel.js';
import type { Fetch } from '../keyserver-client-options.js';
import { nsid } from '../nsid.js';

/** Describes the keyserver. No token is needed. */
export class KeyserverServer {
  readonly #xrpc: XrpcChannel;
  readonly #exchange: Exchange;
  readonly #address: ServiceAddress;
  readonly #fetch: Fetch;

  /** @internal */
  constructor(xrpc: XrpcChannel, exchange: Exchange, address: ServiceAddress, fetch: Fetch) {
    this.#xrpc = xrpc;
    this.#exchange = exchange;
    this.#address = address;
    this.#fetch = fetch;
  }

  /** Reads the server's limits and features. */
  async describe({ signal }: CallOptions = {}): Promise<ServerDescription> {
    return this.#xrpc.query(`${nsid.server}describeServer`, {}, readServerDescription, {
      signal,
      anonymous: true,
    });
  }

  /**
   * Returns the keyserver's origin, from the options or its DID document.
   *
   * @throws NoServiceError if the document is unavailable or has no https origin.
   */
  async getAddress({ signal }: CallOptions = {}): Promise<URL> {
    return this.#address.get(signal);
  }

  /** Reads the name and version of the software. */
  async getProduct({ signal }: CallOptions = {}): Promise<ServerProduct> {
    return (await this.#get('/', true, signal)).read(readServerProduct);
  }

  /**
   * Reads the health status: false if the server cannot reach its storage or vault. Does not retry.
   *
   * @throws UnreachableError if the server did not respond.
   */
  async isHealthy({ signal }: CallOptions = {}): Promise<boolean> {
    return (await this.#get('/xrpc/_health', false, signal)).succeeded;
  }

  async #get(path: string, retry: boolean, signal: AbortSignal | undefined): Promise<Reply> {
    const url = new URL(path, await this.#address.get(signal));
    const init = { headers: { Accept: 'application/json' } };
    const attempt = attemptTo(url, init, this.#fetch, { hint: 'Check that it is a keyserver.' });
    return this.#exchange.send(async () => attempt, { retry, signal });
  }
}
