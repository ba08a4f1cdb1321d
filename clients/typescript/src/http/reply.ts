import { errorOf, unexpectedAnswer } from '../errors/create.js';
import type { KeyserverError } from '../errors/keyserver-error.js';
import { type Attempt, hostAtStart } from './attempt.js';
import { JsonObject, UnexpectedJson } from './json-object.js';

/** The last response to a call. */
export class Reply {
  readonly status: number;

  /** The attempt that it answers. */
  readonly attempt: Attempt;

  /** Whether an earlier attempt returned 5xx, so the call may have been made. */
  readonly afterFailure: boolean;

  readonly #text: string;
  readonly #retryAfter: number | undefined;

  /** @param retryAfter How long the server asks to wait, in milliseconds. */
  constructor(
    attempt: Attempt,
    status: number,
    text: string,
    retryAfter: number | undefined,
    afterFailure: boolean,
  ) {
    this.attempt = attempt;
    this.status = status;
    this.afterFailure = afterFailure;
    this.#text = text;
    this.#retryAfter = retryAfter;
  }

  /** The same, for a call of which an earlier attempt failed. */
  withFailureBefore(): Reply {
    return new Reply(this.attempt, this.status, this.#text, this.#retryAfter, true);
  }

  get succeeded(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** The error name; undefined if the body is not an XRPC error. */
  get error(): string | undefined {
    return this.succeeded ? undefined : this.#error()?.error;
  }

  /**
   * @param read Throws {@link UnexpectedJson} if the response is not the expected one.
   * @param change Whether the call was a change.
   */
  read<T>(read: (json: JsonObject) => T, change = false): T {
    if (!this.succeeded) throw this.failure(change);
    try {
      return read(new JsonObject(this.#json()));
    } catch (error) {
      if (!(error instanceof UnexpectedJson)) throw error;
      throw this.#unexpected(`did not return ${error.message} in the expected form`, change);
    }
  }

  /** @param change Whether the call was a change. */
  failure(change = false): KeyserverError {
    const error = this.#error();
    if (!error && this.status < 500)
      return this.#unexpected(
        this.status < 400
          ? `returned a redirect (status ${this.status}), which is not followed`
          : `returned status ${this.status} without an XRPC error`,
        change,
      );
    return errorOf(
      this.status,
      error?.error ?? 'UpstreamFailure',
      error?.message ?? `${hostAtStart(this.attempt)} returned status ${this.status}.`,
      {
        retryAfter: this.#retryAfter,
        outcomeUnknown: change && this.#mayBeMade(error?.error),
      },
    );
  }

  #unexpected(what: string, change: boolean): KeyserverError {
    const hint = this.attempt.hint && ` ${this.attempt.hint}`;
    return unexpectedAnswer(`${hostAtStart(this.attempt)} ${what}.${hint}`, {
      status: this.status,
      outcomeUnknown: change,
    });
  }

  /**
   * Whether this or an earlier attempt may have been made. The kill switch and 501 reject a call before it is executed.
   */
  #mayBeMade(error: string | undefined): boolean {
    const isOff = error === 'ServiceReadOnly' || error === 'ServiceOffline';
    return !isOff && (this.afterFailure || (this.status >= 500 && this.status !== 501));
  }

  #error(): { error: string; message: string | undefined } | undefined {
    try {
      const json = new JsonObject(this.#json());
      return { error: json.text('error'), message: json.optionalText('message') };
    } catch {
      return undefined;
    }
  }

  /** The exception of the parser is dropped: it may quote the body, which may contain a key. */
  #json(): unknown {
    try {
      return JSON.parse(this.#text);
    } catch {
      throw new UnexpectedJson('JSON');
    }
  }
}
