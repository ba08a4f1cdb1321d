import type { Exchange, OpenedReply } from './exchange.js';
import type { JsonObject } from './json-object.js';
import type { Reply } from './reply.js';
import type { Call, Route } from './route.js';

/** Unset parameters are left out. */
export type Parameters = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface QueryOptions {
  readonly signal?: AbortSignal | undefined;

  /** Whether the method needs no token. */
  readonly anonymous?: boolean;
}

export interface ProcedureOptions {
  readonly signal?: AbortSignal | undefined;

  /** Whether the call is idempotent. */
  readonly repeatable?: boolean;
}

/** Makes XRPC calls. https://atproto.com/specs/xrpc */
export class XrpcChannel {
  readonly #exchange: Exchange;
  readonly #route: Route;

  constructor(exchange: Exchange, route: Route) {
    this.#exchange = exchange;
    this.#route = route;
  }

  async query<T>(
    nsid: string,
    parameters: Parameters,
    read: (json: JsonObject) => T,
    { signal, anonymous = false }: QueryOptions = {},
  ): Promise<T> {
    const call = queryOf(nsid, parameters, anonymous);
    return (await this.#send(call, { retry: true, signal })).read(read);
  }

  /** Sends a change, without retries. */
  async procedure<T>(
    nsid: string,
    input: object,
    read: (json: JsonObject) => T,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    return (await this.send(nsid, input, { signal })).read(read, true);
  }

  async send(
    nsid: string,
    input: object,
    { signal, repeatable = false }: ProcedureOptions,
  ): Promise<Reply> {
    const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(input) };
    const call = { nsid, query: '', init, anonymous: false };
    return this.#send(call, { retry: repeatable, change: true, signal });
  }

  /** Opens a response of any length. Not retried after the body has started. */
  async open(nsid: string, signal: AbortSignal | undefined): Promise<OpenedReply> {
    const call = queryOf(nsid, {}, false);
    for (let renewed = false; ; renewed = true) {
      const opened = await this.#exchange.open(() => this.#route.prepare(call, signal), {
        retry: true,
        signal,
      });
      if (opened.response.ok) return opened;
      const reply = await this.#exchange.read(opened, { signal });
      if (renewed || !this.#route.renew(nsid, reply)) throw reply.failure();
    }
  }

  async #send(
    call: Call,
    options: { retry: boolean; change?: boolean; signal: AbortSignal | undefined },
  ): Promise<Reply> {
    const prepare = () => this.#route.prepare(call, options.signal);
    const first = await this.#exchange.send(prepare, options);
    if (!this.#route.renew(call.nsid, first)) return first;
    const second = await this.#exchange.send(prepare, options);
    return first.afterFailure ? second.withFailureBefore() : second;
  }
}

function queryOf(nsid: string, parameters: Parameters, anonymous: boolean): Call {
  const search = searchOf(parameters);
  const init = { method: 'GET', headers: { Accept: 'application/json' } };
  return { nsid, query: search && `?${search}`, init, anonymous };
}

/** Values are encoded: a group id contains `#`. */
export function searchOf(parameters: Parameters): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined) search.append(name, String(each));
  return search.toString();
}
