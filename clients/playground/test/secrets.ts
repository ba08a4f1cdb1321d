import assert from 'node:assert/strict';
import type { Page, Response } from 'playwright-core';

const names = ['secretKey', 'privateKey', 'accessToken', 'accessJwt', 'refreshJwt', 'token'];

/** Collects the secrets that servers send, and looks for them in the page. */
export class Secrets {
  readonly #found = new Set<string>();
  readonly #pending: Promise<void>[] = [];

  get count(): number {
    return this.#found.size;
  }

  notice(response: Response): void {
    this.#pending.push(this.#read(response).catch(() => {}));
  }

  /** Fails if the page shows or stores a secret. */
  async assertHidden(page: Page): Promise<void> {
    await Promise.all(this.#pending);
    const stored = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    const shown = (await page.content()) + page.url() + stored;
    for (const secret of this.#found) assert(!shown.includes(secret), 'The page shows a secret.');
  }

  async #read(response: Response): Promise<void> {
    const json: unknown = await response.json();
    this.#collect(json);
  }

  #collect(json: unknown): void {
    if (typeof json !== 'object' || json === null) return;
    for (const [name, value] of Object.entries(json)) {
      if (names.includes(name) && typeof value === 'string') this.#found.add(value);
      else this.#collect(value);
    }
  }
}
