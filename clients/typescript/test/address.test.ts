import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyserverClient, NoServiceError } from '../src/index.js';
import { FakeClock } from './support/fake-clock.js';
import { type Answer, error, FakeWeb, gate, json } from './support/fake-web.js';

const web = 'did:web:keys.example.com';
const plc = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';
const real = 'https://real.example.com';

function documentOf(
  did: string,
  serviceEndpoint: unknown,
  { id = '#atp_keyserver', type = 'AtpKeyserver' } = {},
): Response {
  const other = { id: '#atproto_pds', type: 'AtprotoPersonalDataServer' };
  return json({
    id: did,
    service: [
      { ...other, serviceEndpoint: 'https://pds.example.com' },
      { id, type, serviceEndpoint },
    ],
  });
}

function create(did: string, answer: Answer) {
  const fake = new FakeWeb(answer);
  const clock = new FakeClock();
  const client = KeyserverClient.anonymous(did, { fetch: fake.fetch, clock });
  return { client, clock, requests: fake.requests, getAddress: () => client.server.getAddress() };
}

describe('The address of a keyserver', () => {
  for (const [did, from, id] of [
    [web, 'https://keys.example.com/.well-known/did.json', '#atp_keyserver'],
    [web, 'https://keys.example.com/.well-known/did.json', `${web}#atp_keyserver`],
    [plc, `https://plc.directory/${plc}`, '#atp_keyserver'],
    ['did:web:localhost%3A7071', 'http://localhost:7071/.well-known/did.json', '#atp_keyserver'],
  ] as const)
    it(`comes from ${from} with ${id}`, async () => {
      const { getAddress, requests } = create(did, () => documentOf(did, `${real}/`, { id }));
      assert.equal((await getAddress()).origin, real);
      assert.deepEqual(
        requests.map(({ url }) => url.href),
        [from],
      );
    });

  for (const endpoint of [real, `${real}/`])
    it(`may end in a slash or not: ${endpoint}`, async () => {
      const { client, requests } = create(web, ({ method }) =>
        method === 'did.json'
          ? documentOf(web, endpoint)
          : json({ publicKey: '0'.repeat(64), version: 1 }),
      );
      await client.keypairs.getPublicKey(plc);
      assert.ok(await client.server.isHealthy());
      assert.deepEqual(
        requests.map(({ url }) => url.pathname),
        [
          '/.well-known/did.json',
          '/xrpc/dev.atpkeyserver.alpha.keypair.getPublicKey',
          '/xrpc/_health',
        ],
      );
    });

  const ours = { id: '#atp_keyserver', type: 'AtpKeyserver', serviceEndpoint: real };
  const other = 'https://other.example.com';
  for (const service of [
    { id: ['#a'], type: 'X', serviceEndpoint: other },
    { id: '#a', type: ['X', 'AtpKeyserver'], serviceEndpoint: other },
    { id: '#a', type: null, serviceEndpoint: null },
    { id: '#a', type: 'X', serviceEndpoint: { uri: other } },
    { id: '#a', type: 'X', serviceEndpoint: [other, {}] },
    { ...ours, type: ['AtpKeyserver'], serviceEndpoint: other },
    { ...ours, serviceEndpoint: { uri: other } },
    { id: 7, type: {}, serviceEndpoint: true },
    {},
    [],
    null,
    other,
  ])
    it(`is not that of another service: ${JSON.stringify(service)}`, async () => {
      for (const services of [
        [service, ours],
        [ours, service],
      ]) {
        const { getAddress } = create(web, () => json({ id: web, service: services }));
        assert.equal((await getAddress()).origin, real);
      }
    });

  for (const service of [undefined, null, [], {}, real, ours])
    it(`is unknown without a list of services: ${JSON.stringify(service)}`, async () => {
      const { getAddress } = create(web, () => json({ id: web, service }));
      await assert.rejects(getAddress(), { name: 'NoServiceError', error: 'NoService' });
    });

  it('is read again after an hour, and once for all who wait', async () => {
    const { getAddress, clock, requests } = create(web, () => documentOf(web, real));
    await Promise.all(Array.from({ length: 20 }, getAddress));
    clock.advance(59 * 60_000);
    await getAddress();
    assert.equal(requests.length, 1);
    clock.advance(60_000);
    await getAddress();
    assert.equal(requests.length, 2);
  });

  for (const [endpoint, id, type] of [
    ['http://keys.example.com/', web, 'AtpKeyserver'],
    ['https://keys.example.com/path', web, 'AtpKeyserver'],
    ['https://user@keys.example.com/', web, 'AtpKeyserver'],
    ['http://localhost.example.com/', web, 'AtpKeyserver'],
    ['http://localhost:7071/', web, 'AtpKeyserver'],
    ['ftp://keys.example.com/', web, 'AtpKeyserver'],
    ['keys.example.com', web, 'AtpKeyserver'],
    ['https://keys.example.com/', 'did:web:other.example.com', 'AtpKeyserver'],
    ['https://keys.example.com/', web, 'AtprotoPersonalDataServer'],
  ] as const)
    it(`is not one that leads elsewhere: ${endpoint} ${id} ${type}`, async () => {
      const { getAddress } = create(web, () => documentOf(id, endpoint, { type }));
      await assert.rejects(getAddress(), NoServiceError);
    });

  it('is unknown without a document', async () => {
    const missing = create(web, () => error(404, 'NotFound'));
    await assert.rejects(missing.getAddress(), { name: 'GoneError', error: 'NoService' });
    const refused = create(web, () => error(403, 'Forbidden'));
    await assert.rejects(refused.getAddress(), NoServiceError);
    const down = create(web, () => error(503, 'Down'));
    await assert.rejects(down.clock.run(down.getAddress()), { name: 'UpstreamError' });
  });

  it('is found for those who wait when one gives up, and when the client ends', async () => {
    const [late, asked] = [gate(), gate()];
    const { client, getAddress, requests } = create(web, async () => {
      asked.open();
      await late.opened;
      return documentOf(web, real);
    });
    const stop = new AbortController();
    const first = client.server.getAddress({ signal: stop.signal });
    await asked.opened;
    const others = [getAddress(), getAddress()];
    stop.abort();
    await assert.rejects(first, { name: 'AbortError' });
    client.dispose();
    late.open();
    await Promise.all(others);
    assert.equal(requests.length, 1);
  });

  for (const did of [
    'did:web:keys.example.com:path',
    'did:web:keys.example.com%2Fpath',
    'did:web:user%40keys.example.com',
    'did:web:',
    'did:key:z6Mk',
  ])
    it(`is not looked for if the DID has no document: ${did}`, async () => {
      const { getAddress, requests } = create(did, () => json({}));
      await assert.rejects(getAddress(), NoServiceError);
      assert.equal(requests.length, 0);
    });

  for (const address of [
    'http://keys.example.com',
    'http://192.168.0.1',
    'https://keys.example.com/path',
    'https://keys.example.com/?query',
    'keys.example.com',
  ])
    it(`that the application sets is an https origin, not ${address}`, () => {
      assert.throws(() => KeyserverClient.anonymous(web, { address }), TypeError);
    });

  for (const address of [
    'http://localhost:7071',
    'http://127.0.0.1:7071',
    'http://[::1]:7071',
    'https://keys.example.com',
    new URL('https://keys.example.com'),
  ])
    it(`that the application sets may be ${address}`, async () => {
      const { server } = KeyserverClient.anonymous(web, { address });
      assert.equal((await server.getAddress()).href, new URL(address).href);
    });

  for (const did of ['keys.example.com', `${web}#atp_keyserver`, '', 'did:'])
    it(`needs a DID, not '${did}'`, () => {
      assert.throws(() => KeyserverClient.anonymous(did), TypeError);
    });
});
