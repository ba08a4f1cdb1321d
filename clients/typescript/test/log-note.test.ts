import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LogError, type LogErrorReason } from '../src/log/log-error.js';
import { parseCheckpoint } from '../src/log/notes/checkpoint.js';
import { cosignedAt } from '../src/log/notes/cosignature.js';
import { maxNoteLength, maxSignatures, parseNote } from '../src/log/notes/note.js';
import { isSignedBy } from '../src/log/notes/note-signature.js';
import { parseVerifierKey, signatureType } from '../src/log/notes/verifier-key.js';
import { NoteSigner } from './support/note-signer.js';

const { ed25519, cosignature } = signatureType;

const failsAs = (reason: LogErrorReason) => (error: unknown) =>
  error instanceof LogError && error.reason === reason;

/** Of https://c2sp.org/signed-note. */
const vkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const signature =
  'Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=';
const note = `This is an example message.

— example.com/foo ${signature}
`;

/** Of https://c2sp.org/tlog-cosignature. The keys are not published. */
const logSignature =
  'Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=';
const witnessSignature =
  'jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==';
const checkpoint = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa ${logSignature}
— witness.example.com/w1 ${witnessSignature}
`;

const signer = new NoteSigner('example.com/log', ed25519, 1);
const witness = new NoteSigner('example.com/w', cosignature, 2);

describe('A verifier key', () => {
  it('is the one of the specification', () => {
    const key = parseVerifierKey(vkey, ed25519);
    assert.equal(key.name, 'example.com/foo');
    assert.equal(key.id, 0x530d903a);
    assert.ok(isSignedBy(parseNote(note), key));
  });

  it('has the expected type', () => {
    assert.equal(parseVerifierKey(witness.vkey, cosignature).type, cosignature);
    assert.throws(() => parseVerifierKey(witness.vkey, ed25519), failsAs('malformed'));
    assert.throws(() => parseVerifierKey(signer.vkey, cosignature), failsAs('malformed'));
  });

  it('has one form', () => {
    const [name = '', id = '', key = ''] = vkey.split('+');
    const wrong = [
      ...['', '+', '++', name, `${name}+${id}`, `${name}+${id}+`, `+${id}+${key}`, ` ${vkey}`],
      ...[`${vkey}\n`, `${vkey} `, `${vkey}=`, vkey.slice(0, -1), `${vkey}A`, `${vkey}AAAA`],
      ...[`${name}+530D903A+${key}`, `${name}+530d903b+${key}`, `${name}+30d903a+${key}`],
      ...[`${name}2+${id}+${key}`, `a b+${id}+${key}`, `a\u3000b+${id}+${key}`],
      ...[`${name}+${id}+${key.replace('A', '_')}`, `${name}+${id}+${key.replace('A', ' ')}`],
      ...[`${'a'.repeat(1000)}+${id}+${key}`, `\ud800+${id}+${key}`],
    ];
    for (const text of wrong)
      assert.throws(() => parseVerifierKey(text, ed25519), failsAs('malformed'), text);
  });

  it('may have any letters in its name', () => {
    const other = new NoteSigner('münchen.example/日本', ed25519, 1);
    assert.ok(isSignedBy(parseNote(`x\n\n${other.sign('x\n')}`), parseVerifierKey(other.vkey, 1)));
  });
});

describe('A note', () => {
  it('has a text with empty lines, and signatures', () => {
    const text =
      'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n';
    const parsed = parseNote(`${text}\n${signer.sign(text)}${witness.sign(text)}`);
    assert.equal(parsed.text, text);
    assert.deepEqual(
      parsed.signatures.map(({ name }) => name),
      [signer.name, witness.name],
    );
    assert.ok(isSignedBy(parsed, parseVerifierKey(signer.vkey, ed25519)));
  });

  it('has one form', () => {
    const line = signer.sign('a\n');
    const [dash = '', name = '', base64 = ''] = line.trimEnd().split(' ');
    const wrong = [
      ...['', '\n', '\n\n', 'a', 'a\n', 'a\n\n', 'a\n\n\n', `a\n${line}`, line, `\n${line}`],
      ...[`a\n\n${line}\n`, `a\n\n\n${line}\n\n`, `a\n\n${line.trimEnd()}`, `a\n\n${line}b\n`],
      ...[`a\r\n\n${line}`, `a\0\n\n${line}`, `a\t\n\n${line}`, `\ud800\n\n${line}`],
      ...[`a\n\n-- ${name} ${base64}\n`, `a\n\n– ${name} ${base64}\n`, `a\n\n ${line}`],
      ...[`a\n\n${dash}  ${name} ${base64}\n`, `a\n\n${dash} ${name}  ${base64}\n`],
      ...[`a\n\n${dash} ${name}\n`, `a\n\n${dash} ${name} ${base64} \n`, `a\n\n${dash}\n`],
      ...[`a\n\n${dash} a+b ${base64}\n`, `a\n\n${dash} a\u00a0b ${base64}\n`],
      ...[`a\n\n${dash} ${name} ${base64.replace('=', '')}\n`, `a\n\n${dash} ${name} =\n`],
      ...[`a\n\n${dash} ${name} AAAAAA==\n`, `a\n\n${dash} ${name} AAAAAAB=\n`],
      ...[`a\n\n${dash} ${name} AAAA_AA=\n`, `a\n\n${dash} ${name} AAAAA\n`],
      `a\n\n${line.repeat(maxSignatures + 1)}`,
      `a\n\n${'\n'.repeat(maxNoteLength)}`,
      `${'a'.repeat(maxNoteLength)}\n\n${line}`,
    ];
    for (const text of wrong)
      assert.throws(() => parseNote(text), failsAs('malformed'), text.slice(0, 200));
    assert.equal(parseNote(`a\n\n${line.repeat(maxSignatures)}`).signatures.length, 100);
    assert.equal(parseNote(`\x7f\n\n${line}`).text, '\x7f\n');
  });

  it('may be signed by unknown keys', () => {
    const key = parseVerifierKey(signer.vkey, ed25519);
    const sameName = new NoteSigner(signer.name, ed25519, 9);
    const sameId = `— other ${signer.sign('a\n').split(' ')[2]}`;
    const unknown = `${sameName.sign('b\n')}${sameId}— pq ${Buffer.alloc(5000).toString('base64')}\n`;
    assert.ok(!isSignedBy(parseNote(`a\n\n${unknown}`), key));
    assert.ok(isSignedBy(parseNote(`a\n\n${unknown}${signer.sign('a\n')}`), key));
  });

  it('with a wrong signature by a known key is rejected', () => {
    const key = parseVerifierKey(signer.vkey, ed25519);
    const wrong = [signer.sign('b\n'), signer.line(new Uint8Array(64))];
    wrong.push(signer.line(new Uint8Array(63)), signer.line(new Uint8Array(65)));
    for (const line of wrong)
      for (const lines of [line, line + signer.sign('a\n'), signer.sign('a\n') + line])
        assert.throws(() => isSignedBy(parseNote(`a\n\n${lines}`), key), failsAs('badSignature'));
  });
});

describe('A checkpoint', () => {
  it('is the one of the specification', () => {
    const { origin, size, root, note: signed } = parseCheckpoint(checkpoint);
    assert.equal(origin, 'example.com/behind-the-sofa');
    assert.equal(size, 20_852_163);
    assert.equal(Buffer.from(root).toString('base64'), checkpoint.split('\n')[2]);
    assert.equal(signed.signatures[1]?.id, 0x8d66cf3f);
  });

  it('has one form', () => {
    const root = Buffer.alloc(32).toString('base64');
    const signed = (text: string) => `${text}\n${signer.sign(text)}`;
    assert.equal(parseCheckpoint(signed(`a\n0\n${root}\n`)).size, 0);
    assert.equal(parseCheckpoint(signed(`a b+c\n1\n${root}\nmore\nand more\n`)).origin, 'a b+c');
    const wrong = [
      ...['a\n', 'a\n1\n', `\n1\n${root}\n`, `a\n\n${root}\n`, 'a\n1\n\n', `a\n1\n${root}\n\n`],
      ...[`a\n1\n${root}\n\nmore\n`, `a\n1\n${root}\nmore\n\n`],
      ...['01', '00', '-1', '+1', ' 1', '1 ', '1.0', '1e3', '0x1', '٣', '9007199254740992']
        .concat('99999999999999999999', '')
        .map((size) => `a\n${size}\n${root}\n`),
      ...[root.slice(1), `${root}=`, ` ${root}`, root.replace('=', ''), `${root} `]
        .concat(
          root.replace('A=', 'B='),
          root.replace('A', '-'),
          Buffer.alloc(31).toString('base64'),
        )
        .map((each) => `a\n1\n${each}\n`),
    ];
    for (const text of wrong)
      assert.throws(() => parseCheckpoint(signed(text)), failsAs('malformed'), text);
  });
});

describe('A cosignature', () => {
  const text = parseCheckpoint(checkpoint).note.text;
  const key = parseVerifierKey(witness.vkey, cosignature);
  const read = (...lines: string[]) => cosignedAt(parseNote(`${text}\n${lines.join('')}`), key);

  it('tells its time, the newest of several', () => {
    assert.equal(read(witness.sign(text, 1_679_315_147)), 1_679_315_147);
    assert.equal(read(witness.sign(text, 0)), 0);
    assert.equal(read(witness.sign(text, 5), witness.sign(text, 7), witness.sign(text, 6)), 7);
    assert.equal(read(witness.sign(text, 2n ** 63n - 1n)), 2 ** 63);
    assert.equal(read(signer.sign(text)), undefined);
  });

  it('covers the time and the text', () => {
    const valid = Buffer.from(witness.sign(text, 5).split(' ')[2] ?? '', 'base64').subarray(4);
    const later = Buffer.from(valid);
    later.writeBigUInt64BE(6n);
    const plain = new NoteSigner(witness.name, ed25519, 2);
    const signature = Buffer.from(plain.sign(text).split(' ')[2] ?? '', 'base64').subarray(4);
    const wrong = [later, valid.subarray(1), valid.subarray(0, 8), valid.subarray(0, 7)]
      .concat(Buffer.concat([valid, Buffer.of(0)]), signature)
      .concat(Buffer.concat([Buffer.alloc(8), signature]))
      .map((each) => witness.line(each))
      .concat(witness.sign(`${text}more\n`, 5), witness.sign(text, 2n ** 63n));
    for (const line of wrong) {
      assert.throws(() => read(line), failsAs('badSignature'));
      assert.throws(() => read(witness.sign(text, 5), line), failsAs('badSignature'));
    }
  });
});
