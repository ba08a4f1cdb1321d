// Decrypts and verifies what another client has encrypted and signed, and encrypts and signs the same. Reads and writes
// JSON.
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import type { ContentSignature, EncryptedRecord, PdsTokens } from '@atpkeyserver/client';
import { clientOf, sessionOf } from './people.js';

interface Input {
  readonly alice: string;
  readonly bob: PdsTokens;
  readonly group: string;
  readonly uri: string;
  readonly records: readonly EncryptedRecord[];
  readonly data: string;
  readonly signature: ContentSignature;
}

const input: Input = JSON.parse(await text(process.stdin));
const keyserver = clientOf(sessionOf(input.bob));
const { content, signatures } = keyserver;
const { alice, group, uri } = input;
const data = Buffer.from(input.data, 'hex');

const texts = await Promise.all(input.records.map((record) => content.decryptRecord(uri, record)));
await assert.rejects(
  Promise.all(input.records.map((record) => content.decryptRecord(`${uri}b`, record))),
  { name: 'DecryptionFailedError' },
);
const { signature, keyVersion } = input.signature;
const verdict = await signatures.verify(alice, data, signature, keyVersion);
const records = await Promise.all(texts.map((each) => content.encryptRecord(group, uri, each)));
const answer = { texts, verdict, records, signature: await signatures.sign(data) };
process.stdout.write(JSON.stringify(answer));
keyserver.dispose();
