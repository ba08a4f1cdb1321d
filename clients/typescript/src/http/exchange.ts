import { abortable, delay } from '../abortable.js';
import { UnreachableError } from '../errors/kinds.js';
import type { Settings } from '../keyserver-client-options.js';
import type { Attempt } from './attempt.js';
import { readText } from './body.js';
import { Reply } from './reply.js';
import { retryAfterOf } from './retry-after.js';

export const maxRetries = 3;

/** In milliseconds. */
export const firstDelay = 100;

export interface SendOptions {
  /** Whether the call may be retried. */
  readonly retry?: boolean;

  /** Whether the call is a change; sets `outcomeUnknown` of errors. */
  readonly change?: boolean;

  readonly signal?: AbortSignal | undefined;
}

/** A response whose body has not been read. */
export interface OpenedReply {
  readonly attempt: Attempt;
  readonly response: Response;

  /** Whether an earlier attempt returned 5xx. */
  readonly afterFailure: boolean;
}

/**
 * Sends a request with retries: up to three, after 5xx (except 501) and 429. Waits 100, 200 and 400 ms, or as long as
 * `Retry-After` or else `RateLimit-Reset` asks.
 */
export class Exchange {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @param prepare Creates the request of each attempt. */
  async send(prepare: () => Promise<Attempt>, options: SendOptions): Promise<Reply> {
    return this.read(await this.open(prepare, options), options);
  }

  /** Like {@link send}, but returns before the body is read. */
  async open(prepare: () => Promise<Attempt>, options: SendOptions): Promise<OpenedReply> {
    let afterFailure = false;
    for (let tries = 0; ; tries++) {
      const attempt = await prepare();
      const response = await this.#limited(attempt, options, (signal) => attempt.send(signal));
      const wait = retryAfterOf(response, this.#settings.clock.now()) ?? 0;
      const isLast = tries === maxRetries || wait > this.#settings.longestRetryDelay;
      if (!options.retry || isLast || !isTransient(response.status))
        return { attempt, response, afterFailure };
      afterFailure ||= response.status >= 500;
      response.body?.cancel().catch(() => {});
      const backoff = Math.max(wait, firstDelay * 2 ** tries);
      await delay(this.#settings.clock, backoff, options.signal);
    }
  }

  async read(opened: OpenedReply, options: SendOptions): Promise<Reply> {
    const { attempt, response, afterFailure } = opened;
    const text = await this.#limited(attempt, options, () => readText(response, attempt.host));
    const retryAfter = retryAfterOf(response, this.#settings.clock.now());
    // Browsers hide the status of a redirect.
    const status = response.type === 'opaqueredirect' ? 302 : response.status;
    return new Reply(attempt, status, text, retryAfter, afterFailure);
  }

  /** Limits the time, and names the host if there is no response. */
  async #limited<T>(
    attempt: Attempt,
    { change, signal }: SendOptions,
    run: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const { clock, timeout } = this.#settings;
    const limit = new AbortController();
    const timer = clock.startTimer(() => limit.abort(), timeout);
    const either = signal ? AbortSignal.any([limit.signal, signal]) : limit.signal;
    try {
      return await abortable(run(either), either);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (!limit.signal.aborted && !(error instanceof TypeError)) throw error;
      const what = limit.signal.aborted ? `timed out after ${timeout / 1000} s` : causeOf(error);
      throw new UnreachableError('Unreachable', `No response from ${attempt.host}: ${what}.`, {
        outcomeUnknown: change,
        cause: error,
      });
    } finally {
      timer.stop();
    }
  }
}

function isTransient(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501);
}

/** Node tells the cause; browsers do not. `fetch` throws a TypeError in either case. */
function causeOf(error: unknown): string {
  const code = ((error as Error).cause as { code?: unknown } | undefined)?.code;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'unknown host name';
    case 'ECONNREFUSED':
      return 'connection refused';
    default:
      return 'the connection failed or was closed';
  }
}
