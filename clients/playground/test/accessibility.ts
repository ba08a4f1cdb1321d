// What axe finds, in both colour schemes and on a narrow screen, and the page without a mouse.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { PlaygroundPage } from './browser.ts';
import { Pane } from './pane.ts';
import { step } from './step.ts';

const axe = await readFile(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

await step('axe, in both colour schemes, on wide and narrow screens', async () => {
  await using playground = await PlaygroundPage.open();
  const { page } = playground;
  await assertAccessible(page);
  await showEverything(page);
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 320]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 1000 });
      await assertAccessible(page);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(overflow, 0, `At ${width} pixels, the page scrolls sideways.`);
      await playground.picture(`${colorScheme}-${width}`);
    }
});

await step('A group and a post by keyboard alone', async () => {
  await using playground = await PlaygroundPage.open();
  const { page } = playground;
  const alice = new Pane(page, 'Alice');
  await tabTo(page, 'Alice: New group');
  await page.keyboard.press('Enter');
  await alice.says('has version 1 of its key');
  await tabTo(page, 'Alice: For friends (Alice)');
  await page.keyboard.type('By keyboard.');
  await tabTo(page, 'Alice: Encrypt and post');
  await page.keyboard.press('Enter');
  await alice.says('Posted.');
  // The focus stays where it was, although the button was busy.
  assert.equal(await focused(page), 'Alice: Encrypt and post');
  await tabTo(page, 'Alice: Add');
  await page.keyboard.press('Enter');
  await alice.says('Bob can read');
  await tabTo(page, 'Alice: Remove Bob');
  await page.keyboard.press('Enter');
  await alice.says('Bob no longer gets keys');
  // The control that had the focus is gone. The focus stays in the pane.
  assert.match(await focused(page), /^Alice: /);
  await tabTo(page, 'Alice: Read the posts');
  await page.keyboard.press('Space');
  await alice.says('1 of 1 posts could be decrypted.');
});

console.log('Accessible.');

async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html}`);
  assert.deepEqual(found, []);
}

/** Reaches every kind of content: results, failures, lists, tables, all sections. */
async function showEverything(page: Page): Promise<void> {
  const [alice, bob] = [new Pane(page, 'Alice'), new Pane(page, 'Bob')];
  await alice.region.getByLabel('New group').fill('a'.repeat(128));
  await alice.createGroup();
  await alice.post('The party is on Friday.');
  await alice.add('Bob');
  await alice.says('Bob can read');
  await alice.press('Delegate');
  await alice.says('Bob may');
  await alice.press('Show the access log');
  await alice.says('newest entries');
  await bob.read();
  await new Pane(page, 'Mallory').read();
  await bob.press('Rotate the key');
  await bob.says('Forbidden');
  for (const section of ['Account', 'What is kept where', 'On the wire']) await alice.open(section);
  await alice.press('Export all data');
  await alice.says('It contains no secret keys.');
  await alice.region.locator('.wire summary').first().click();
  await page.getByText('The whole record').click();
}

/** Presses Tab until the control has the focus. */
async function tabTo(page: Page, control: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if ((await focused(page)) === control) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab never reaches '${control}'.`);
}

/** The control that has the focus, with its pane: `Alice: New group`. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    const isLabelled =
      element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
    const label = (isLabelled ? element.labels?.[0] : undefined) ?? element;
    const pane = element?.closest('.pane')?.querySelector('h2');
    return `${pane?.textContent}: ${label?.textContent}`;
  });
}
