import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chain, type EventChain } from '../src/log/entries/chain.js';
import { LogError, type LogErrorReason } from '../src/log/log-error.js';
import { signatureType } from '../src/log/notes/verifier-key.js';
import { parsePolicy } from '../src/log/policy/parse-policy.js';
import { parseLogKeys } from '../src/log/proofs/log-keys.js';
import { maxProofTextLength, parseTlogProof } from '../src/log/proofs/tlog-proof.js';
import { verifyProof } from '../src/log/proofs/verify-proof.js';
import { flips } from './support/flips.js';
import {
  type Claim,
  claimed,
  cosigned,
  cosigner,
  keys,
  log,
  origin,
  proofOf,
} from './support/log-prover.js';
import { NoteSigner } from './support/note-signer.js';
import { vrfKeyOf } from './support/vrf-prover.js';

const failsAs = (reason: LogErrorReason) => (error: unknown) =>
  error instanceof LogError && error.reason === reason;

const now = cosigned * 1000;
const noWitness = parsePolicy('quorum none\n');

/** Verifies a text as the proof of the claim that {@link proofOf} makes by default. */
function verify(
  text: string,
  {
    chain: kind = claimed.chain as EventChain,
    subject = claimed.subject,
    policy = noWitness,
    time = now,
    using = keys,
  } = {},
) {
  return verifyProof(parseTlogProof(text), kind, subject, using, policy, time);
}

const proof = proofOf();
const [first = '', extra = '', index = '', ...rest] = proof.split('\n');
const signed = proof.slice(proof.indexOf('\n\n') + 2);
const extraBytes = Buffer.from(extra.slice('extra '.length), 'base64');
const withExtra = (bytes: Uint8Array) =>
  proof.replace(extra, `extra ${Buffer.from(bytes).toString('base64')}`);

describe('The text of a proof', () => {
  it('has an extra line, an index, hashes and a checkpoint', () => {
    const parsed = parseTlogProof(proof);
    assert.equal(parsed.index, 5);
    assert.equal(parsed.hashes.length, 4);
    assert.equal(parsed.checkpoint.origin, origin);
    assert.equal(parsed.checkpoint.size, 11);
    assert.equal(parsed.extra.vrfProof.length, 80);
    assert.equal(parsed.extra.sequence, 3);
    assert.equal(Buffer.from(parsed.extra.opening.event).toString(), claimed.event);
    assert.equal(parseTlogProof(proofOf({ index: 0, size: 1 })).hashes.length, 0);
  });

  it('has one form', () => {
    const join = (...lines: string[]) => lines.join('\n');
    const hash = Buffer.alloc(32).toString('base64');
    const wrong = [
      ...['', '\n', '\n\n', first, `${proof}\n`, ` ${proof}`, `\n${proof}`, `\ufeff${proof}`],
      ...[proof.trimEnd(), signed, proof.replaceAll('\n', '\r\n'), `${first}\n\n${signed}`],
      ...['c2sp.org/tlog-proof@v2', 'C2sp.org/tlog-proof@v1', `${first} `, ''].map((line) =>
        join(line, extra, index, ...rest),
      ),
      join(first, index, ...rest),
      join(first, extra, ...rest),
      join(first, index, extra, ...rest),
      join(first, extra, extra, index, ...rest),
      join(first, extra, index, index, ...rest),
      join(first, extra, index, '', ...rest),
      ...['extra', 'extra ', `${extra} `, `${extra}=`, extra.replace(' ', '  ')]
        .concat(extra.replace('extra', 'Extra'), extra.replace('e', ' e'), `${extra}A`)
        .map((line) => join(first, line, index, ...rest)),
      ...[
        'index',
        'index ',
        'index 05',
        'index 5 ',
        'index  5',
        'index -5',
        'index +5',
        'index 5.0',
      ]
        .concat('index 0x5', 'Index 5', 'index 9007199254740992', 'index ٥', '5')
        .map((line) => join(first, extra, line, ...rest)),
      ...[hash.slice(1), hash.slice(4), `${hash} `, ` ${hash}`, `${hash}${hash}`, 'x']
        .concat(hash.replace('=', ''), hash.replace('A=', 'B='), hash.replace('A', '_'))
        .map((line) => join(first, extra, index, line, ...rest)),
      join(first, extra, index, ...Array(64).fill(hash), '', signed),
      join(first, extra, index, ...Array(10_000).fill(hash), '', signed),
      'a'.repeat(maxProofTextLength + 1),
      '\n'.repeat(maxProofTextLength),
    ];
    for (const text of wrong)
      assert.throws(() => parseTlogProof(text), failsAs('malformed'), text.slice(0, 300));
    const most = join(first, extra, index, ...Array(63).fill(hash), '', signed);
    assert.equal(parseTlogProof(most).hashes.length, 63);
  });

  it('has extra bytes of one form', () => {
    const header = 80 + 8 + 32 + 32;
    for (let length = 0; length <= header; length++)
      assert.throws(
        () => parseTlogProof(withExtra(extraBytes.subarray(0, length))),
        failsAs('malformed'),
      );
    const long = Buffer.concat([extraBytes, Buffer.alloc(5000)]);
    assert.throws(() => parseTlogProof(withExtra(long)), failsAs('malformed'));
    const first = Buffer.from(extraBytes).fill(0, 80, 88);
    assert.throws(() => parseTlogProof(withExtra(first)), failsAs('malformed'));
    const unlinked = Buffer.from(extraBytes).fill(0, 88, 120);
    assert.throws(() => parseTlogProof(withExtra(unlinked)), failsAs('malformed'));
    const large = Buffer.from(extraBytes).fill(0xff, 80, 88);
    assert.throws(() => parseTlogProof(withExtra(large)), failsAs('malformed'));
  });
});

describe('A proof', () => {
  it('verifies', () => {
    const { event, entry } = verify(proof);
    assert.deepEqual({ ...event }, JSON.parse(claimed.event));
    assert.equal(entry.sequence, 3);
    assert.equal(entry.label.length, 32);
    assert.ok(verify(proofOf({ sequence: 0, index: 0, size: 1 })));
    const policy = parsePolicy(`log ${log.vkey}\nquorum none\n`);
    assert.ok(verify(proof, { policy }));
  });

  it('is of one chain and subject', () => {
    for (const asked of [
      { chain: chain.account },
      { subject: `${claimed.subject}2` },
      { subject: claimed.subject.replace('\0', '') },
      { subject: '' },
    ])
      assert.throws(() => verify(proof, asked), failsAs('wrongLabel'));
    const using = { ...keys, vrf: vrfKeyOf(6n) };
    assert.throws(() => verify(proof, { using }), failsAs('wrongLabel'));
  });

  it('does not verify if any byte of the extra line was changed', () => {
    for (const changed of flips(extraBytes, 7))
      assert.throws(() => verify(withExtra(changed)), LogError);
  });

  it('does not verify if any byte of the tree was changed', () => {
    for (const line of rest.slice(0, 4))
      for (const changed of flips(Buffer.from(line, 'base64'), 7))
        assert.throws(
          () => verify(proof.replace(line, Buffer.from(changed).toString('base64'))),
          failsAs('notIncluded'),
        );
    for (const other of [0, 4, 6, 10, 11, 2 ** 53 - 1])
      assert.throws(() => verify(proof.replace(index, `index ${other}`)), failsAs('notIncluded'));
  });

  it('does not verify if any byte of the checkpoint was changed', () => {
    for (const changed of flips(Buffer.from(signed), 7)) {
      const altered = Buffer.from(changed).toString();
      assert.throws(() => verify(proof.replace(signed, () => altered)), LogError);
    }
  });

  it('is of the log', () => {
    assert.throws(() => verify(proofOf({ origin: 'other.example/tlog' })), failsAs('wrongLog'));
    const other = new NoteSigner(origin, signatureType.ed25519, 3);
    const sign: Claim['sign'] = (text) => other.sign(text) + cosigner.sign(text, cosigned);
    assert.throws(() => verify(proofOf({ sign })), failsAs('unsigned'));
    assert.throws(() => verify(proofOf({ sign: (text) => log.sign(text) })), failsAs('unsigned'));
    const policy = parsePolicy(`log ${other.vkey}\nquorum none\n`);
    assert.throws(() => verify(proof, { policy }), failsAs('noQuorum'));
    const wrong: Claim['sign'] = (text) => log.sign(`${text}x`) + cosigner.sign(text, cosigned);
    assert.throws(() => verify(proofOf({ sign: wrong })), failsAs('badSignature'));
    const moved: Claim['sign'] = (text) => log.sign(text) + cosigner.sign(`${text}x`, cosigned);
    assert.throws(() => verify(proofOf({ sign: moved })), failsAs('badSignature'));
  });

  it('is at most five minutes old, and a minute early', () => {
    for (const seconds of [-60, 0, 300]) assert.ok(verify(proof, { time: now + seconds * 1000 }));
    for (const seconds of [-60.001, 300.001, 1e9, -1e9, Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(() => verify(proof, { time: now + seconds * 1000 }), failsAs('stale'));
  });

  it('of an event that this client does not know is rejected', () => {
    const event = claimed.event.replace('created', 'replaced');
    assert.throws(() => verify(proofOf({ event })), failsAs('unknownEvent'));
    assert.throws(() => verify(proofOf({ event: '{' })), failsAs('malformed'));
    assert.throws(() => verify(proofOf({ event: ' ' })), failsAs('malformed'));
  });
});

describe('The witness policy', () => {
  const [one, two] = [3, 4].map(
    (seed) => new NoteSigner(`w${seed}`, signatureType.cosignature, seed),
  );
  assert.ok(one && two);
  const policy = parsePolicy(
    `witness 1 ${one.vkey}\nwitness 2 ${two.vkey}\ngroup both all 1 2\nquorum both\n`,
  );
  const proofBy = (...lines: ((text: string) => string)[]) =>
    proofOf({
      sign: (text) =>
        [log.sign(text), cosigner.sign(text, cosigned), ...lines.map((each) => each(text))].join(
          '',
        ),
    });
  const by = (signer: NoteSigner, time: number) => (text: string) => signer.sign(text, time);

  it('is satisfied by cosignatures of the last hour', () => {
    assert.ok(verify(proofBy(by(one, cosigned), by(two, cosigned - 3600)), { policy }));
    for (const time of [cosigned - 3601, cosigned + 61, 0, 2 ** 53])
      assert.throws(
        () => verify(proofBy(by(one, cosigned), by(two, time)), { policy }),
        failsAs('noQuorum'),
      );
  });

  it('is not satisfied by fewer, or by the same one twice', () => {
    for (const lines of [[], [by(one, cosigned)], [by(one, cosigned), by(one, cosigned - 1)]])
      assert.throws(() => verify(proofBy(...lines), { policy }), failsAs('noQuorum'));
  });

  it('rejects a cosignature that is not valid', () => {
    const wrong = (text: string) => two.sign(`${text}x`, cosigned);
    const text = proofBy(by(one, cosigned), by(two, cosigned), wrong);
    assert.throws(() => verify(text, { policy }), failsAs('badSignature'));
    assert.ok(verify(text));
  });

  it('does not count the keys of the log', () => {
    for (const seed of [1, 2])
      for (const name of [origin, 'other.example']) {
        const own = new NoteSigner(name, signatureType.cosignature, seed);
        const ownPolicy = parsePolicy(`witness own ${own.vkey}\nquorum own\n`);
        const text = proofBy(by(own, cosigned));
        assert.throws(() => verify(text, { policy: ownPolicy }), failsAs('noQuorum'));
      }
  });
});

describe('The keys of a log', () => {
  const vrf = keys.vrf;

  it('have the name of the log, and differ', () => {
    assert.equal(parseLogKeys(origin, log.vkey, cosigner.vkey, vrf).origin, origin);
    const other = new NoteSigner('other.example', signatureType.cosignature, 2);
    const same = new NoteSigner(origin, signatureType.cosignature, 1);
    const wrong: Parameters<typeof parseLogKeys>[] = [
      ['other.example', log.vkey, cosigner.vkey, vrf],
      [origin, log.vkey, other.vkey, vrf],
      [origin, log.vkey, same.vkey, vrf],
      [origin, cosigner.vkey, log.vkey, vrf],
      [origin, log.vkey, log.vkey, vrf],
      [origin, log.vkey, cosigner.vkey, vrf.subarray(1)],
    ];
    for (const args of wrong) assert.throws(() => parseLogKeys(...args), failsAs('malformed'));
  });
});
