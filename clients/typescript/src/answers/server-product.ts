import type { JsonObject } from '../http/json-object.js';

/** The server software at an address. */
export interface ServerProduct {
  /** The software's name. */
  readonly name: string;

  /** The software's version. */
  readonly version: string;
}

export function readServerProduct(json: JsonObject): ServerProduct {
  return { name: json.text('name'), version: json.text('version') };
}
