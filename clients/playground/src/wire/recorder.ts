import type { Fetch } from '@atpkeyserver/client';
import { signal } from '@preact/signals';
import { claimsOf, redact } from './redact.ts';

/** A request and its response, without secrets. */
export interface Exchange {
  readonly id: number;
  readonly at: Date;
  readonly host: string;
  readonly verb: string;
  readonly path: string;
  readonly request: Readonly<Record<string, unknown>>;

  /** `pending`, an HTTP status with the name of an error, or `no response`. */
  readonly outcome: string;

  readonly isFailure: boolean;
  readonly response?: unknown;
}

const kept = 100;

/** Sends the requests of one person's application and records what goes over the wire. */
export class Recorder {
  /** The last requests, newest first. */
  readonly exchanges = signal<readonly Exchange[]>([]);

  readonly #notice: (path: string, json: unknown) => void;
  #count = 0;

  /** @param notice Receives the JSON of each successful response. */
  constructor(notice: (path: string, json: unknown) => void) {
    this.#notice = notice;
  }

  readonly fetch: Fetch = async (url, init) => {
    const { host, pathname, searchParams } = new URL(url);
    const authorization = new Headers(init.headers).get('Authorization');
    const exchange: Exchange = {
      id: ++this.#count,
      at: new Date(),
      host,
      verb: init.method ?? 'GET',
      path: pathname,
      request: {
        ...(authorization && { token: claimsOf(authorization) }),
        ...parametersOf(searchParams),
        ...(redact(parse(init.body)) as object),
      },
      outcome: 'pending',
      isFailure: false,
    };
    this.exchanges.value = [exchange, ...this.exchanges.value].slice(0, kept);
    try {
      const response = await fetch(url, init);
      // The application must not wait until all of it has arrived.
      void this.#record(exchange, response.clone());
      return response;
    } catch (error) {
      this.#complete(exchange, { outcome: 'no response', isFailure: true });
      throw error;
    }
  };

  async #record(exchange: Exchange, response: Response): Promise<void> {
    const json = parse(await response.text().catch(() => '')) as { error?: string } | undefined;
    this.#complete(exchange, {
      outcome: response.ok ? `${response.status}` : `${response.status} ${json?.error ?? ''}`,
      isFailure: !response.ok,
      response: redact(json),
    });
    if (response.ok) this.#notice(exchange.path, json);
  }

  #complete(exchange: Exchange, result: Partial<Exchange>): void {
    this.exchanges.value = this.exchanges.value.map((each) =>
      each.id === exchange.id ? { ...each, ...result } : each,
    );
  }
}

/** The parameters of a query. Those that occur more than once are lists. */
function parametersOf(search: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries(
    [...new Set(search.keys())].map((name) => {
      const [first, ...others] = search.getAll(name);
      return [name, others.length === 0 ? first : [first, ...others]];
    }),
  );
}

function parse(body: unknown): unknown {
  if (typeof body !== 'string') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
