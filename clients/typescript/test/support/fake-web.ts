/** A request that the test answers. */
export interface FakeRequest {
  readonly verb: string;
  readonly url: URL;

  /** Such as `group.getKey`. */
  readonly method: string;
  readonly token: string | undefined;
  readonly proxy: string | undefined;
  readonly body: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly redirect: RequestRedirect | undefined;
}

export type Answer = (request: FakeRequest) => Response | Promise<Response>;

/** All servers there are: the test answers, and reads the requests. */
export class FakeWeb {
  readonly requests: FakeRequest[] = [];
  readonly #answer: Answer;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    const request = {
      verb: init.method ?? 'GET',
      url: new URL(url),
      method: new URL(url).pathname.split('/').at(-1)?.replace('dev.atpkeyserver.alpha.', '') ?? '',
      token: headers.get('Authorization')?.replace('Bearer ', ''),
      proxy: headers.get('atproto-proxy') ?? undefined,
      body: init.body ? String(init.body) : undefined,
      signal: init.signal ?? undefined,
      redirect: init.redirect,
    };
    this.requests.push(request);
    init.signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      init.signal?.addEventListener('abort', () => reject(init.signal?.reason), { once: true });
      Promise.resolve(this.#answer(request)).then(resolve, reject);
    });
  };
}

/** @param value An object, or the text of a body. */
export function json(value: object | string, status = 200): Response {
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  return new Response(body, { status, headers: { 'Content-Type': 'application/json' } });
}

export function error(status: number, name: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ error: name, message: 'Told by the test.' });
  return new Response(body, {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}

/** A promise that the test resolves. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
