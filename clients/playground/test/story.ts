// The whole story, as a user plays it in the page.
import assert from 'node:assert/strict';
import { PlaygroundPage } from './browser.ts';
import { Pane } from './pane.ts';

await using playground = await PlaygroundPage.open();
const { page } = playground;
const [alice, bob, mallory] = ['Alice', 'Bob', 'Mallory'].map((name) => new Pane(page, name)) as [
  Pane,
  Pane,
  Pane,
];
/** Plays one step, after which the page must show no secret. */
const step = async (name: string, play: () => Promise<void>) => {
  console.log(name);
  await play();
  await playground.secrets.assertHidden(page);
};
const network = page.getByRole('region', { name: 'What everyone sees' });
const [party, address] = ['The party is on Friday.', 'It is at my place.'];

await step('Alice creates a group and posts; everyone sees ciphertext only', async () => {
  await alice.createGroup();
  await alice.post(party);
  assert.match(await network.locator('.ciphertext').innerText(), /^[0-9a-f]{100,}$/);
  assert(!(await network.innerText()).includes(party));
});

await step('Bob and Mallory are given no key', async () => {
  for (const stranger of [bob, mallory]) {
    await stranger.read();
    const [reading = ''] = await stranger.readings();
    assert.match(reading, /^Forbidden/);
  }
  await playground.picture('1-strangers');
});

await step('Alice adds both, who can now read', async () => {
  await alice.add('Bob');
  await alice.says('Bob can read');
  await alice.add('Mallory');
  await alice.says('Mallory can read');
  for (const member of [bob, mallory]) {
    await member.read();
    assert.deepEqual(await member.readings(), [party]);
  }
});

await step('Alice removes Mallory and rotates; Mallory cannot read what follows', async () => {
  await alice.press('Remove Mallory');
  await alice.says('Mallory no longer gets keys');
  await alice.post(address);
  await bob.read();
  assert.deepEqual(await bob.readings(), [address, party]);
  await mallory.read();
  const [newest = '', oldest] = await mallory.readings();
  assert.match(newest, /^Forbidden/);
  assert.equal(oldest, party);
  await playground.picture('2-after-removal');
});

await step('Mallory copies a post; Bob’s app does not accept the copy', async () => {
  await mallory.press('Copy to my feed: the post of Alice');
  await mallory.says('Copied the ciphertext');
  await bob.read();
  const [copy = '', ...others] = await bob.readings();
  assert.match(copy, /^DecryptionFailedError/);
  assert.deepEqual(others, [address, party]);
});

await step('Bob is a delegate who can add Mallory, but not remove her', async () => {
  await alice.region.getByLabel('Delegate').selectOption('Bob');
  await alice.press('Delegate');
  await alice.says('Bob may add members');
  await bob.add('Mallory');
  await bob.says('Mallory can read');
  await bob.press('Remove Mallory');
  await bob.says('Removing Mallory failed: Forbidden');
  await bob.says('Ask the owner for access.');
});

await step('Bob reads both keys again, with one call', async () => {
  const call = page.waitForResponse((response) =>
    new URL(response.url()).pathname.endsWith('group.getKeys'),
  );
  await bob.open('What is kept where');
  await bob.press('Forget the keys');
  await bob.says('The next read asks');
  await bob.read();
  assert.equal((await (await call).json()).keys.length, 2);
});

await step('The access log says who did what', async () => {
  await alice.press('Show the access log');
  const log = await alice.region.getByRole('region', { name: 'Access log' }).innerText();
  for (const entry of [
    /Bob\s+read, version 1\s+granted/,
    /a stranger\s+read\s+denied/,
    /Bob\s+add_member Mallory/,
  ])
    assert.match(log, entry);
});

await step('The wire shows refusals and no secrets', async () => {
  await mallory.open('On the wire');
  await mallory.region
    .locator('.wire .failure')
    .filter({ hasText: '403 Forbidden' })
    .first()
    .waitFor();
  const kept = await bob.open('What is kept where');
  assert.match(await kept.innerText(), /friends \(Alice\) version 2, fingerprint [0-9a-f]{8}/);
  await playground.picture('3-wire-and-storage', kept);
});

await step('Alice exports and deletes her account, after typing what is required', async () => {
  await alice.open('Account');
  await alice.press('Export all data');
  await alice.says('It contains no secret keys.');
  assert.match(
    await alice.region.getByRole('region', { name: 'Exported data' }).innerText(),
    /#friends/,
  );
  const confirmation = alice.region.getByLabel(/^To delete it permanently/);
  await confirmation.fill('yes');
  await alice.press('Delete the account');
  await alice.says('Nothing was deleted');
  await confirmation.fill('DELETE_ALL_MY_DATA');
  await alice.press('Delete the account');
  await alice.says('The account is deleted at the keyserver, with 1 group');
});

await step('Nothing opens any more', async () => {
  await bob.press('Forget the keys');
  await bob.read();
  await bob.says('0 of 3 posts could be decrypted.');
  await alice.read();
  for (const reading of await alice.readings()) assert.match(reading, /^AccountDeleted/);
  await playground.picture('4-deleted');
});

await step('New people start with an empty page', async () => {
  await page.getByRole('button', { name: 'Start over with new people' }).click();
  await page.getByText('No posts yet.').waitFor();
  await alice.createGroup();
});

assert(playground.secrets.count > 30, 'Almost no secrets were seen.');
assert.deepEqual(playground.problems, []);
console.log('The story has ended.');
