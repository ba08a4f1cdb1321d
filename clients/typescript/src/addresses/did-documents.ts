import { GoneError, NoServiceError } from '../errors/kinds.js';
import { attemptTo } from '../http/attempt.js';
import type { Exchange } from '../http/exchange.js';
import type { Settings } from '../keyserver-client-options.js';
import { DidDocument } from './did-document.js';
import { isOrigin, isThisMachine } from './origin.js';

/** Reads DID documents of did:plc and of did:web with a host. https://atproto.com/specs/did */
export class DidDocuments {
  readonly #exchange: Exchange;
  readonly #settings: Settings;

  constructor(exchange: Exchange, settings: Settings) {
    this.#exchange = exchange;
    this.#settings = settings;
  }

  /** @throws NoServiceError if the document is unusable; GoneError if the DID does not exist. */
  async read(did: string): Promise<DidDocument> {
    const url = this.#urlOf(did);
    const headers = { Accept: 'application/json' };
    const reply = await this.#exchange.send(
      async () => attemptTo(url, { headers }, this.#settings.fetch),
      { retry: true },
    );
    if (reply.status >= 500) throw reply.failure();
    if (reply.status === 404 || reply.status === 410)
      throw new GoneError('NoService', `${did} does not exist: ${url} returned ${reply.status}.`, {
        status: reply.status,
      });
    if (!reply.succeeded) throw unresolved(did, `${url} returned ${reply.status}`);
    return reply.read((json) => {
      if (json.text('id') !== did) throw unresolved(did, 'the document belongs to another DID');
      return new DidDocument(did, json.value('service'), isThisMachine(url));
    });
  }

  #urlOf(did: string): URL {
    if (did.startsWith('did:plc:')) {
      const path = encodeURIComponent(did).replaceAll('%3A', ':');
      return new URL(`/${path}`, this.#settings.plcDirectory);
    }
    const host = /^did:web:([^:]+)$/.exec(did)?.[1]?.replaceAll(/%3A/gi, ':');
    const scheme = /^localhost(:|$)/.test(host ?? '') ? 'http' : 'https';
    const origin = host && URL.canParse(`${scheme}://${host}`) && new URL(`${scheme}://${host}`);
    if (origin && isOrigin(origin)) return new URL('/.well-known/did.json', origin);
    throw unresolved(did, 'only did:plc and did:web with a host are supported');
  }
}

export function unresolved(did: string, why: string): NoServiceError {
  return new NoServiceError('NoService', `Cannot resolve ${did}: ${why}.`);
}
