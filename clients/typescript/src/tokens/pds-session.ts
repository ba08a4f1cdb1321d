import { abortable, ignoreRejection } from '../abortable.js';
import { requireOrigin } from '../addresses/origin.js';
import type { CallOptions } from '../call-options.js';
import { DisposedError } from '../errors/disposed-error.js';
import { PdsError } from '../errors/kinds.js';
import { type Attempt, attemptTo } from '../http/attempt.js';
import { Exchange, type SendOptions } from '../http/exchange.js';
import type { JsonObject } from '../http/json-object.js';
import type { Reply } from '../http/reply.js';
import {
  type Fetch,
  type KeyserverClientOptions,
  type Settings,
  settingsOf,
} from '../keyserver-client-options.js';
import { requireText } from '../require.js';
import type { PdsAgent } from './pds-agent.js';
import { pdsAnswer } from './pds-answer.js';

/** Who a session belongs to, and its tokens: the members of the response of `com.atproto.server.createSession`. */
export interface PdsTokens {
  /** The account. */
  readonly did: string;

  readonly accessJwt: string;

  /** Without it, the session ends with the access token. */
  readonly refreshJwt?: string | undefined;
}

/**
 * A session of an account at its PDS, with an app password. Tokens are kept in memory only. Applications that have a
 * session of `@atproto/api` or of OAuth do not need it. https://atproto.com/specs/xrpc#authentication
 */
export class PdsSession implements PdsAgent {
  /** The PDS's origin. */
  readonly pds: URL;

  /** The account. */
  readonly did: string;

  readonly #fetch: Fetch;
  readonly #exchange: Exchange;
  #accessToken: string | undefined;
  #refreshToken: string | undefined;
  #refreshing: Promise<void> | undefined;

  private constructor(pds: URL, tokens: PdsTokens, settings: Settings) {
    this.pds = pds;
    this.did = tokens.did;
    this.#accessToken = tokens.accessJwt;
    this.#refreshToken = tokens.refreshJwt;
    this.#fetch = settings.fetch;
    this.#exchange = new Exchange(settings);
  }

  /**
   * Logs in with an app password, which is not stored.
   *
   * @param pds The PDS's origin; https, except on localhost.
   * @param identifier The account's handle or DID.
   * @param appPassword Do not use the account's main password.
   * @param options Only `fetch`, `clock` and the time limits are used.
   * @throws PdsError if the PDS refused; UnreachableError if it did not respond.
   */
  static async logIn(
    pds: string | URL,
    identifier: string,
    appPassword: string,
    options: KeyserverClientOptions & CallOptions = {},
  ): Promise<PdsSession> {
    requireText(identifier, 'identifier');
    requireText(appPassword, 'app password');
    const origin = requireOrigin(pds);
    const settings = settingsOf(options);
    const attempt = requestOf(origin, 'createSession', settings.fetch, {
      input: { identifier, password: appPassword },
    });
    const sending = { retry: true, signal: options.signal };
    const reply = await new Exchange(settings).send(async () => attempt, sending);
    return new PdsSession(origin, pdsAnswer(reply, readTokens), settings);
  }

  /**
   * Resumes a session of the application.
   *
   * @param pds The PDS's origin; https, except on localhost.
   * @param options Only `fetch`, `clock` and the time limits are used.
   */
  static resume(
    pds: string | URL,
    tokens: PdsTokens,
    options: KeyserverClientOptions = {},
  ): PdsSession {
    requireText(tokens.did, 'DID');
    requireText(tokens.accessJwt, 'access token');
    return new PdsSession(requireOrigin(pds), tokens, settingsOf(options));
  }

  /**
   * Sends a request to the PDS with the session's token, which is refreshed once if it has expired.
   *
   * @throws TypeError if the path leads to another host.
   */
  async fetchHandler(path: string, init: RequestInit = {}): Promise<Response> {
    const token = this.#requireAccessToken();
    const response = await this.#send(path, init, token);
    if (!(await isExpired(response))) return response;
    if (!(await this.#tryRefresh(token, init.signal ?? undefined))) return response;
    return this.#send(path, init, this.#requireAccessToken());
  }

  /**
   * Ends the session at the PDS and in this process.
   *
   * @throws PdsError if the PDS refused. The session has still ended in this process.
   */
  async logOut(options: CallOptions = {}): Promise<void> {
    const token = this.#refreshToken;
    this.dispose();
    if (token === undefined) return;
    const reply = await this.#call('deleteSession', token, { change: true, ...options });
    if (!reply.succeeded) pdsAnswer(reply, () => {});
  }

  /** Removes the tokens from memory, without a call to the PDS. See {@link logOut}. */
  dispose(): void {
    this.#accessToken = undefined;
    this.#refreshToken = undefined;
  }

  /**
   * Refreshes the tokens. Concurrent callers share one call, which does not end with its callers: the PDS may have
   * replaced the refresh token.
   *
   * @param expired The rejected access token.
   * @returns Whether a different access token is available.
   */
  async #tryRefresh(expired: string, signal: AbortSignal | undefined): Promise<boolean> {
    const token = this.#refreshToken;
    if (this.#accessToken === expired && token !== undefined) {
      if (!this.#refreshing) {
        this.#refreshing = this.#refresh(token);
        ignoreRejection(this.#refreshing);
      }
      await abortable(this.#refreshing, signal);
    }
    return this.#accessToken !== undefined && this.#accessToken !== expired;
  }

  async #refresh(token: string): Promise<void> {
    try {
      const reply = await this.#call('refreshSession', token, { retry: true });
      const tokens = pdsAnswer(reply, readTokens);
      // The session may have ended in the meantime; it must not come back.
      if (this.#refreshToken === undefined) return;
      this.#accessToken = tokens.accessJwt;
      this.#refreshToken = tokens.refreshJwt;
    } catch (error) {
      // The response of the call says that the token has expired.
      if (!(error instanceof PdsError)) throw error;
    } finally {
      this.#refreshing = undefined;
    }
  }

  #call(method: string, token: string, options: SendOptions): Promise<Reply> {
    const attempt = requestOf(this.pds, method, this.#fetch, { token });
    return this.#exchange.send(async () => attempt, options);
  }

  async #send(path: string, init: RequestInit, token: string): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${token}`);
    const url = new URL(path, this.pds);
    if (url.origin !== this.pds.origin) throw new TypeError('The path leads to another host.');
    return this.#fetch(url.href, { ...init, headers, redirect: 'manual', credentials: 'omit' });
  }

  #requireAccessToken(): string {
    if (this.#accessToken === undefined) throw new DisposedError();
    return this.#accessToken;
  }
}

async function isExpired(response: Response): Promise<boolean> {
  if (response.status !== 400 && response.status !== 401) return false;
  try {
    return (await response.clone().json()).error === 'ExpiredToken';
  } catch {
    return false;
  }
}

function readTokens(json: JsonObject): PdsTokens {
  return {
    did: json.text('did'),
    accessJwt: json.text('accessJwt'),
    refreshJwt: json.text('refreshJwt'),
  };
}

/** A procedure of `com.atproto.server`. */
function requestOf(
  pds: URL,
  method: string,
  fetch: Fetch,
  { input, token }: { input?: object; token?: string },
): Attempt {
  const init = {
    method: 'POST',
    headers: {
      Accept: 'application/json',
      ...(input && { 'Content-Type': 'application/json' }),
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    ...(input && { body: JSON.stringify(input) }),
  };
  const hint = 'Check that it is a PDS.';
  return attemptTo(new URL(`/xrpc/com.atproto.server.${method}`, pds), init, fetch, { hint });
}
