// Failures say what to do, and the page recovers without a reload.
import assert from 'node:assert/strict';
import type { Request } from 'playwright-core';
import { PlaygroundPage } from './browser.ts';
import { Pane } from './pane.ts';
import { step } from './step.ts';

await using playground = await PlaygroundPage.open();
const { page } = playground;
const alice = new Pane(page, 'Alice');
const logIn = page.waitForResponse(
  (response) => response.url().endsWith('createSession') && isOfAlice(response.request()),
);
await page.getByRole('button', { name: 'Start over with new people' }).click();
const { refreshJwt } = await (await logIn).json();
const pds = new URL((await logIn).url()).origin;
await alice.createGroup();
await alice.post('The party is on Friday.');

await step('A lost connection', async () => {
  await page.context().setOffline(true);
  await alice.press('Rotate the key');
  await alice.says('Rotating the key failed: Unreachable');
  await alice.says('Check the connection');
  await page.context().setOffline(false);
  await alice.press('Try again');
  await alice.says('New posts use version 2.');
});

await step('A session that has ended', async () => {
  await endSession();
  await alice.open('What is kept where');
  await alice.press('Forget the keys');
  await alice.press('Read the posts');
  await alice.says('Reading the posts failed: InvalidToken');
  await alice.press('Log in and try again');
  await alice.says('1 of 1 posts could be decrypted.');
  assert.deepEqual(await alice.readings(), ['The party is on Friday.']);
});

await step('A rate limit', async () => {
  const limited = {
    status: 429,
    headers: {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'Retry-After',
      'Retry-After': '2',
    },
    json: { error: 'RateLimitExceeded', message: 'Too many requests.' },
  };
  await page.route(/rotateKey/, (route) => route.fulfill(limited));
  await alice.press('Rotate the key');
  await alice.says('Rotating the key failed: RateLimitExceeded');
  await alice.region.getByRole('button', { name: /^Try again in \d+ s$/ }).waitFor();
  await page.unroute(/rotateKey/);
  await alice.press('Try again');
  await alice.says('New posts use version 3.');
});

await step('Trying again uses what is in the form by then', async () => {
  const text = alice.region.getByRole('textbox', { name: /^For / });
  await page.context().setOffline(true);
  await text.fill('Old');
  await alice.press('Encrypt and post');
  await alice.says('Posting failed: Unreachable');
  await page.context().setOffline(false);
  await text.fill('New');
  await alice.press('Try again');
  await alice.says('Posted.');
  await alice.read();
  assert.deepEqual(await alice.readings(), ['New', 'The party is on Friday.']);
});

await step('A post whose response is lost is posted once', async () => {
  await page.route(/putRecord/, async (route) => {
    await route.fetch();
    await route.abort();
  });
  await alice.region.getByRole('textbox', { name: /^For / }).fill('Once');
  await alice.press('Encrypt and post');
  await alice.says('The change may have been made.');
  await page.unroute(/putRecord/);
  await alice.press('Try again');
  await alice.says('Posted.');
  await alice.read();
  assert.deepEqual(await alice.readings(), ['Once', 'New', 'The party is on Friday.']);
});

await step('Records of other applications', async () => {
  const records = [{}, { text: 'Hello', createdAt: '2026-01-01T00:00:00Z' }, { encrypted: 1 }];
  const answer = { records: records.map((value, i) => ({ uri: `at://x/y/${i}`, value })) };
  const headers = { 'Access-Control-Allow-Origin': '*' };
  await page.route(/listRecords/, (route) => route.fulfill({ json: answer, headers }));
  await alice.press('Read the posts');
  await alice.says('0 of 0 posts could be decrypted.');
  await page.unroute(/listRecords/);
});

await step('A reload after an account was deleted', async () => {
  await alice.open('Account');
  await alice.region.getByLabel(/^To delete it permanently/).fill('DELETE_ALL_MY_DATA');
  await alice.press('Delete the account');
  await alice.says('The account is deleted');
  await page.reload();
  await alice.says('Finding the groups failed: AccountDeleted');
  await new Pane(page, 'Bob').createGroup();
});

await step('Starting over in the middle of a task', async () => {
  const bob = new Pane(page, 'Bob');
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/rotateKey/, async (route) => {
    await held;
    await route.abort().catch(() => {});
  });
  await bob.press('Rotate the key');
  await bob.says('Rotating the key …');
  await page.getByRole('button', { name: 'Start over with new people' }).click();
  await page.getByText('Nobody has posted yet.').first().waitFor();
  release();
  await alice.createGroup();
});

await step('The page cannot start, and then can', async () => {
  await page.route(/createSession/, (route) => route.abort());
  await page.getByRole('button', { name: 'Start over with new people' }).click();
  await page
    .getByRole('alert')
    .filter({ hasText: 'The playground cannot start: Unreachable' })
    .waitFor();
  await page.unroute(/createSession/);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('No posts yet.').waitFor();
});

assert.deepEqual(playground.problems, []);
console.log('Everything recovered.');

function isOfAlice(request: Request): boolean {
  return request.postDataJSON()?.identifier?.startsWith('alice');
}

/** Ends Alice's session at the PDS, as another device could. */
async function endSession(): Promise<void> {
  const headers = { Authorization: `Bearer ${refreshJwt}` };
  const url = `${pds}/xrpc/com.atproto.server.deleteSession`;
  assert((await fetch(url, { method: 'POST', headers })).ok);
}
