import { isOrigin } from './origin.js';

/** A DID document, as far as it is needed to find a service. */
export class DidDocument {
  readonly #id: string;
  readonly #services: unknown;
  readonly #isFromThisMachine: boolean;

  /** @param isFromThisMachine A test network, whose services may use http. */
  constructor(id: string, services: unknown, isFromThisMachine: boolean) {
    this.#id = id;
    this.#services = services;
    this.#isFromThisMachine = isFromThisMachine;
  }

  /**
   * Returns the origin of the first service with this id and type; undefined if there is none, or if it is not an
   * origin. A document from elsewhere cannot name a service on this machine by http: another program could receive
   * tokens there. Skips other services, whose members may be arrays or maps (https://www.w3.org/TR/did-1.0/#services).
   */
  findOrigin(fragment: string, type: string): URL | undefined {
    const endpoint = (Array.isArray(this.#services) ? this.#services : [])
      .filter((each) => each?.type === type && [fragment, this.#id + fragment].includes(each.id))
      .map((each): unknown => each.serviceEndpoint)
      .find((each) => typeof each === 'string');
    const url = endpoint && URL.canParse(endpoint) ? new URL(endpoint) : undefined;
    return url && isOrigin(url) && (this.#isFromThisMachine || url.protocol === 'https:')
      ? url
      : undefined;
  }
}
