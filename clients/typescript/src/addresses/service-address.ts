import { abortable, ignoreRejection } from '../abortable.js';
import type { Exchange } from '../http/exchange.js';
import type { Settings } from '../keyserver-client-options.js';
import { DidDocuments, unresolved } from './did-documents.js';

/** The id of the service in the keyserver's DID document. */
export const serviceFragment = '#atp_keyserver';

const serviceType = 'AtpKeyserver';

/** In milliseconds. */
const lifetime = 60 * 60 * 1000;

/** The keyserver's origin: configured by the application, or read from its DID document and cached for an hour. */
export class ServiceAddress {
  readonly #did: string;
  readonly #documents: DidDocuments;
  readonly #settings: Settings;
  #known: { readonly url: URL; readonly since: number } | undefined;
  #reading: Promise<URL> | undefined;

  constructor(did: string, exchange: Exchange, settings: Settings) {
    this.#did = did;
    this.#documents = new DidDocuments(exchange, settings);
    this.#settings = settings;
  }

  /** Returns the origin. Concurrent callers share one read of the document. */
  async get(signal: AbortSignal | undefined): Promise<URL> {
    if (this.#settings.address) return this.#settings.address;
    const age = this.#known ? this.#settings.clock.now() - this.#known.since : lifetime;
    if (this.#known && age >= 0 && age < lifetime) return this.#known.url;
    if (!this.#reading) {
      this.#reading = this.#read();
      ignoreRejection(this.#reading);
    }
    return abortable(this.#reading, signal);
  }

  async #read(): Promise<URL> {
    try {
      const document = await this.#documents.read(this.#did);
      const url = document.findOrigin(serviceFragment, serviceType);
      if (!url)
        throw unresolved(
          this.#did,
          `the document has no service ${serviceFragment} of type ${serviceType} with an https origin`,
        );
      this.#known = { url, since: this.#settings.clock.now() };
      return url;
    } finally {
      this.#reading = undefined;
    }
  }
}
