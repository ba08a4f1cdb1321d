import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'node:process';
import { type BrowserContextOptions, chromium, type Page, type Response } from 'playwright-core';
import { Secrets } from './secrets.ts';

/** The page in Debian's Chromium, with everything noticed that should not happen. */
export class PlaygroundPage implements AsyncDisposable {
  readonly page: Page;
  readonly secrets = new Secrets();

  /** Scripts that the policy blocked, and exceptions that the page did not catch. */
  readonly problems: string[] = [];

  readonly #close: () => Promise<void>;

  private constructor(page: Page, close: () => Promise<void>) {
    this.page = page;
    this.#close = close;
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      // The browser reports failed requests itself.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.problems.push(message.text());
    });
    page.on('response', (response: Response) => void this.secrets.notice(response));
  }

  /** Opens the page and waits until its people are logged in. */
  static async open(options: BrowserContextOptions = {}): Promise<PlaygroundPage> {
    const browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      // Without Chromium's sandbox, which does not work in containers and as root; it opens only our page.
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    });
    const context = await browser.newContext({
      viewport: { width: 1280, height: 1000 },
      ...options,
    });
    const opened = new PlaygroundPage(await context.newPage(), () => browser.close());
    opened.page.setDefaultTimeout(30_000);
    await opened.page.goto(required('PLAYGROUND'));
    await opened.page.getByRole('heading', { name: 'Alice' }).waitFor();
    return opened;
  }

  /** Saves a screenshot among the artefacts, from the top of the panes or of another element. */
  async picture(name: string, top = this.page.locator('.panes')): Promise<void> {
    const folder = required('SCREENSHOTS');
    await mkdir(folder, { recursive: true });
    await top.evaluate((element) => element.scrollIntoView());
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

export function required(name: string): string {
  const value = env[name];
  if (!value) throw new Error(`The environment variable ${name} is not set.`);
  return value;
}
