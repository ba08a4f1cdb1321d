import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chain, type EventChain } from '../src/log/entries/chain.js';
import { parseEvent } from '../src/log/events/parse-event.js';
import { LogError, type LogErrorReason } from '../src/log/log-error.js';

const at = '2026-11-30T12:00:00.000Z';
const created = { type: 'created', at, by: 'owner' };
const hex = 'ab'.repeat(32);

const parse = (text: string, of: EventChain = chain.keypair) => parseEvent(of, Buffer.from(text));
const parseJson = (value: unknown, of?: EventChain) => parse(JSON.stringify(value), of);

function assertFails(reason: LogErrorReason, ...texts: string[]): void {
  for (const text of texts)
    assert.throws(
      () => parse(text),
      (error) => error instanceof LogError && error.reason === reason,
      text,
    );
}

describe('An event', () => {
  it('has the members of the specification', () => {
    const members = {
      name: 'main',
      version: 3,
      public_key: hex,
      custody: 'publicOnly',
      key_commitment: hex,
      device_id: hex.slice(0, 32),
      did: 'did:web:bob.example.com',
      signature: Buffer.alloc(64, 0xfb).toString('base64'),
    };
    const event = { ...created, ...members };
    assert.deepEqual({ ...parseJson(event) }, event);
    for (const [name, value] of Object.entries(members))
      assert.deepEqual(
        { ...parseJson({ ...created, [name]: value }) },
        { ...created, [name]: value },
      );
    for (const by of ['self', 'server', 0, 12]) assert.equal(parseJson({ ...created, by }).by, by);
  });

  it('may be serialised in any way', () => {
    const signature = Buffer.alloc(64, 0xfb).toString('base64');
    const escaped = JSON.stringify({ ...created, signature }).replaceAll('+', '\\u002B');
    assert.equal(parse(escaped).signature, signature);
    assert.equal(parse(JSON.stringify(created, undefined, 2)).type, 'created');
    assert.equal(parseJson({ ...created, name: 'a:"b\\": ' }).name, 'a:"b\\": ');
  });

  for (const [of, types] of [
    [chain.keypair, ['created', 'adopted', 'version', 'expired', 'revoked', 'deleted']],
    [chain.devices, ['added', 'endorsed', 'revoked']],
    [chain.account, ['created', 'backup_put', 'backup_deleted', 'deleted']],
    [chain.groupKeys, ['created', 'adopted', 'version', 'policy', 'deleted']],
    [chain.groupPeople, ['added', 'removed']],
  ] as const)
    it(`of chain ${of} has one of ${types.length} types`, () => {
      for (const type of types) assert.equal(parseJson({ ...created, type }, of).type, type);
      for (const type of ['', 'other', 'Created', 'constructor', 'created ', null, 1, ['created']])
        assert.throws(() => parseJson({ ...created, type }, of), LogError);
    });

  it('with an unknown type or member is unknown', () => {
    assertFails(
      'unknownEvent',
      ...['added', 'policy', 'toString'].map((type) => JSON.stringify({ ...created, type })),
      ...['more', 'Name', 'publicKey', 'toString'].map((name) =>
        JSON.stringify({ ...created, [name]: 'x' }),
      ),
      `{"__proto__":"x",${JSON.stringify(created).slice(1)}`,
    );
  });

  it('that is no event is malformed', () => {
    const json = JSON.stringify(created);
    assertFails(
      'malformed',
      ...[
        '',
        ' ',
        '{',
        '{}',
        '[]',
        'null',
        '1',
        '"x"',
        'true',
        `[${json}]`,
        `${json},`,
        `${json}x`,
      ],
      ...[`\ufeff${json}`, `${json}\0`, json.replaceAll('"', "'"), json.replace('}', ',}')],
      ...Object.keys(created).map((name) => JSON.stringify({ ...created, [name]: undefined })),
    );
    assert.throws(() => parseEvent(chain.keypair, Buffer.from(json).subarray(1)), LogError);
    assert.throws(() => parseEvent(chain.keypair, Uint8Array.of(0xff)), LogError);
    assert.throws(() => parseEvent(chain.keypair, new Uint8Array(4096).fill(0x5b)), LogError);
  });

  it('with a member of another form is malformed', () => {
    const wrong = {
      at: ['', 'x', at.slice(0, 10), at.slice(0, -1), `${at} `, '2026-13-30T12:00:00Z', 5, null],
      by: ['', 'Owner', 'delegate', '1', -1, 0.5, 2 ** 53, null, ['owner'], true],
      name: ['', null, 1, ['main'], {}, '\ud800'],
      version: [0, -1, 1.5, 2 ** 53, '1', null],
      public_key: ['', hex.slice(2), `${hex}ab`, hex.toUpperCase(), `${hex.slice(1)}g`, null, 1],
      custody: ['', 'Server', 'sealed ', null],
      key_commitment: ['', hex.slice(2), null],
      device_id: ['', hex, null],
      did: ['', null, 1],
      signature: [
        '',
        hex,
        Buffer.alloc(63).toString('base64'),
        `${Buffer.alloc(64).toString('base64')}\n`,
      ],
    };
    for (const [name, values] of Object.entries(wrong))
      for (const value of values)
        assertFails('malformed', JSON.stringify({ ...created, [name]: value }));
  });

  it('has no member twice', () => {
    const json = JSON.stringify({ ...created, version: 1, public_key: hex });
    const rest = json.slice(1);
    assertFails(
      'malformed',
      ...[
        '"version":1',
        '"version":2',
        '"version":{"a":1}',
        '"versio\\u006e":2',
        '"type":"deleted"',
      ].map((member) => `{${member},${rest}`),
      `${json.slice(0, -1)},"public_key":"${'cd'.repeat(32)}"}`,
    );
  });
});
