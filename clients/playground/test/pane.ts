import type { Locator, Page } from 'playwright-core';

/** One person's pane, used as a user does: by labels and buttons. */
export class Pane {
  readonly region: Locator;

  constructor(page: Page, name: string) {
    this.region = page.getByRole('region', { name, exact: true });
  }

  /** Waits until the status says this. */
  async says(text: string): Promise<void> {
    await this.region.getByRole('status').filter({ hasText: text }).waitFor();
  }

  async press(button: string): Promise<void> {
    await this.region.getByRole('button', { name: button, exact: true }).first().click();
  }

  async createGroup(): Promise<void> {
    await this.press('Create');
    await this.says('has version 1 of its key');
  }

  async post(text: string): Promise<void> {
    await this.region.getByRole('textbox', { name: /^For / }).fill(text);
    await this.press('Encrypt and post');
    await this.says('Posted.');
  }

  /** Reads the posts. */
  async read(): Promise<void> {
    await this.press('Read the posts');
    await this.says('could be decrypted');
  }

  /** What the posts show after {@link read}, newest first: their text or why not. */
  async readings(): Promise<string[]> {
    return this.region.locator('.posts .text, .posts .unreadable').allInnerTexts();
  }

  async add(name: string): Promise<void> {
    await this.region.getByLabel('Person').selectOption(name);
    await this.press('Add');
  }

  /** Opens a section and returns it. */
  async open(heading: string): Promise<Locator> {
    const section = this.region.locator('details').filter({
      has: this.region.page().getByRole('heading', { name: heading, exact: true }),
    });
    if ((await section.getAttribute('open')) === null) await section.locator('> summary').click();
    return section;
  }
}
