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

/** All members of each type. */
const examples: readonly (readonly [EventChain, { type: string } & Record<string, unknown>])[] = [
  [chain.account, { type: 'created', name: 'main', custody: 'server' }],
  [
    chain.keypair,
    {
      type: 'adopted',
      name: 'main',
      custody: 'signOnly',
      version: 2,
      public_key: hex,
      key_commitment: hex,
    },
  ],
  [chain.devices, { type: 'deleted', name: 'main' }],
  [
    chain.groupKeys,
    {
      type: 'version',
      version: 3,
      name: 'main',
      public_key: hex,
      key_commitment: hex,
      custody: 'sealed',
      signature: hex + hex,
    },
  ],
  [chain.keypair, { type: 'version', version: 2 ** 31 - 1 }],
  [chain.keypair, { type: 'expired', version: 1, name: 'main' }],
  [chain.keypair, { type: 'revoked', version: 1, name: 'main' }],
  [
    chain.devices,
    {
      type: 'device_added',
      device_id: 'phone',
      public_key: hex,
      name: 'Phone',
      signature: hex + hex,
    },
  ],
  [
    chain.devices,
    { type: 'device_endorsed', device_id: 'phone', signature: hex + hex, public_key: hex },
  ],
  [chain.devices, { type: 'device_revoked', device_id: 'phone', signature: hex + hex }],
  [chain.account, { type: 'backup_put', version: 4 }],
  [chain.account, { type: 'backup_deleted' }],
  [chain.groupKeys, { type: 'policy' }],
  [
    chain.groupPeople,
    { type: 'member_added', did: 'did:web:bob.example.com', signature: hex + hex },
  ],
  [chain.groupPeople, { type: 'member_removed', ends: 0, signature: hex + hex }],
  [chain.groupPeople, { type: 'member_adopted', did: 'did:web:bob.example.com' }],
  [chain.groupPeople, { type: 'delegate_adopted', did: 'did:web:bob.example.com' }],
  [
    chain.groupPeople,
    { type: 'delegate_added', did: 'did:web:bob.example.com', signature: hex + hex },
  ],
  [chain.groupPeople, { type: 'delegate_removed', ends: 7, signature: hex + hex }],
];

const everywhere = ['created', 'adopted', 'deleted'];

const required: Record<string, readonly string[]> = {
  version: ['version'],
  expired: ['version'],
  revoked: ['version'],
  device_added: ['device_id', 'public_key'],
  device_endorsed: ['device_id', 'signature'],
  device_revoked: ['device_id'],
  member_added: ['did'],
  member_removed: ['ends'],
  member_adopted: ['did'],
  delegate_added: ['did'],
  delegate_adopted: ['did'],
  delegate_removed: ['ends'],
};

describe('An event', () => {
  for (const [of, json] of examples)
    it(`of type ${json.type} has the members of the specification`, () => {
      const event = { at, by: 'owner', ...json };
      assert.deepEqual({ ...parseJson(event, of) }, event);
    });

  it('of each type has all members that it must have, and no other', () => {
    const values = Object.assign({}, ...examples.map(([, json]) => json));
    for (const [of, { type, ...members }] of examples) {
      const same = examples.filter(([, json]) => json.type === type);
      const allowed = new Set(same.flatMap(([, json]) => Object.keys(json)));
      for (const name of required[type] ?? [])
        assert.throws(
          () => parseJson({ at, by: 'owner', type, ...members, [name]: undefined }, of),
          LogError,
        );
      for (const name of Object.keys(values))
        if (!allowed.has(name))
          assert.throws(
            () => parseJson({ at, by: 'owner', type, ...members, [name]: values[name] }, of),
            LogError,
          );
    }
  });

  it('names who made the change', () => {
    for (const by of ['self', 'server', '0', '12', '9007199254740991'])
      assert.equal(parseJson({ ...created, by }).by, by);
  });

  it('may be serialised in any way', () => {
    const name = 'a:"b\\": +';
    const escaped = JSON.stringify({ ...created, name }).replaceAll('+', '\\u002B');
    assert.equal(parse(escaped).name, name);
    assert.equal(parse(JSON.stringify(created, undefined, 2)).type, 'created');
  });

  it('is only in the chains of its type', () => {
    for (const of of Object.values(chain))
      for (const [, json] of examples) {
        const isAllowed = examples.some(([each, { type }]) => each === of && type === json.type);
        const read = () => parseJson({ at, by: 'owner', ...json }, of as EventChain);
        if (!isAllowed && !everywhere.includes(json.type)) assert.throws(read, LogError);
        else if (of !== 0) assert.equal(read().type, json.type);
      }
  });

  it('with an unknown type or member is unknown', () => {
    assertFails(
      'unknownEvent',
      ...['', 'other', 'Created', 'created ', 'member_added', 'policy', 'toString'].map((type) =>
        JSON.stringify({ ...created, type }),
      ),
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
    const times = ['', 'x', at.slice(0, 10), at.slice(0, -1), `${at} `, 5, null];
    const wrong: Record<string, readonly unknown[]> = {
      at: [
        ...times,
        '2026-13-30T12:00:00.000Z',
        '2026-02-30T12:00:00.000Z',
        '2026-11-30T12:00:00Z',
      ],
      by: [
        '',
        'Owner',
        'delegate',
        '01',
        '-1',
        '0.5',
        '9007199254740992',
        1,
        null,
        ['owner'],
        true,
      ],
      name: ['', null, 1, ['main'], {}, '\ud800', 'a\n', 'x'.repeat(256)],
      version: [0, -1, 1.5, 2 ** 31, '1', null],
      public_key: ['', hex.slice(2), `${hex}ab`, hex.toUpperCase(), `${hex.slice(1)}g`, null, 1],
      custody: ['', 'Server', 'sealed ', null],
      key_commitment: ['', hex.slice(2), null],
    };
    for (const [name, values] of Object.entries(wrong))
      for (const value of values)
        assertFails('malformed', JSON.stringify({ ...created, type: 'adopted', [name]: value }));
  });

  it('has no member twice', () => {
    const json = JSON.stringify({ ...created, type: 'adopted', version: 1, public_key: hex });
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
