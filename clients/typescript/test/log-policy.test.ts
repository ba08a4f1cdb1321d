import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LogError } from '../src/log/log-error.js';
import { signatureType } from '../src/log/notes/verifier-key.js';
import { maxPolicyLength, parsePolicy } from '../src/log/policy/parse-policy.js';
import { maxDefinitions } from '../src/log/policy/policy-lines.js';
import { isQuorum } from '../src/log/policy/quorum.js';
import { NoteSigner } from './support/note-signer.js';

const logKey = (seed: number) => new NoteSigner(`log${seed}`, signatureType.ed25519, seed).vkey;
const key = (seed: number) => new NoteSigner(`w${seed}`, signatureType.cosignature, seed).vkey;

/** Six witnesses of https://c2sp.org/tlog-policy#example-policy: X1 has seed 1, Y3 has seed 6. */
const example = `log ${logKey(1)}

witness X1 ${key(1)}
witness X2 ${key(2)}
witness X3 ${key(3)}
group X-witnesses 2 X1 X2 X3

witness Y1 ${key(4)}
witness Y2 ${key(5)}
witness Y3 ${key(6)}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

/** Whether the witnesses, by number from 1, are a quorum. */
function evaluate(source: string, ...cosigned: number[]): boolean {
  const { witnesses, quorum } = parsePolicy(source);
  return isQuorum(quorum, new Set(witnesses.filter((_, i) => cosigned.includes(i + 1))));
}

describe('A policy', () => {
  it('is the one of the specification', () => {
    const { logs, witnesses } = parsePolicy(example);
    assert.deepEqual(
      logs.map(({ name }) => name),
      ['log1'],
    );
    assert.deepEqual(
      witnesses.map(({ name }) => name),
      ['w1', 'w2', 'w3', 'w4', 'w5', 'w6'],
    );
    for (let set = 0; set < 64; set++) {
      const cosigned = [1, 2, 3, 4, 5, 6].filter((each) => set & (1 << (each - 1)));
      const isEnough =
        cosigned.filter((each) => each <= 3).length >= 2 && cosigned.some((each) => each > 3);
      assert.equal(evaluate(example, ...cosigned), isEnough, String(cosigned));
    }
  });

  it('may require no witness, one, or all', () => {
    assert.ok(evaluate('quorum none\n'));
    assert.ok(evaluate(`witness a ${key(1)}\nquorum a\n`, 1));
    assert.ok(!evaluate(`witness a ${key(1)}\nquorum a\n`));
    const all = `witness a ${key(1)}\nwitness b ${key(2)}\ngroup g all a b\nquorum g\n`;
    assert.ok(evaluate(all, 1, 2));
    assert.ok(!evaluate(all, 1));
    assert.ok(evaluate(`quorum none\nwitness a ${key(1)}\n`));
  });

  it('has comments, white space, addresses and any names', () => {
    const source =
      ` \t# ü\n\n\t\n#\n\tlog\t ${logKey(1)}  https://log.example/ \n` +
      `witness any ${key(1)} https://w.example/\nwitness K ${key(2)}\nwitness \u212a ${key(3)}\n` +
      'group 7 2 any K \u212a\nquorum 7\t\n# end\n';
    assert.ok(evaluate(source, 1, 3));
    assert.ok(!evaluate(source, 2));
  });

  it('has one meaning', () => {
    const a = `witness a ${key(1)}\n`;
    const ab = `${a}witness b ${key(2)}\n`;
    const wrong = [
      // The quorum.
      ...[
        '',
        '\n',
        a,
        'quorum none',
        'quorum none ',
        'quorum\n',
        'quorum a\n',
        `quorum a\n${a}`,
        `${a}quorum b\n`,
      ],
      ...['quorum none none\n', 'quorum none\nquorum none\n', `${a}quorum a a\n`, 'quorum NONE\n'],
      ...[
        'Quorum none\n',
        'quorum none # all\n',
        'quorum  \n',
        'quorumnone\n',
        'other\nquorum none\n',
      ],
      // Characters.
      ...['quorum none\r\n', 'quorum\u00a0none\n', 'quorum\vnone\n', '#\0\nquorum none\n'],
      ...['#\x7f\nquorum none\n', '#\ud800\nquorum none\n', '\ufeffquorum none\n'],
      ...[
        // Keys.
        `log ${logKey(1)}\nlog ${logKey(1)}\n`,
        `log ${logKey(1)} a b\n`,
        `log ${key(1)}\n`,
        'log\n',
        'log x\n',
        `${a}witness b ${key(1)}\n`,
        `${a}witness b ${new NoteSigner('other', signatureType.cosignature, 1).vkey}\n`,
        `witness a ${logKey(1)}\n`,
        `witness a ${key(1)} b c\n`,
        'witness a\n',
        'witness\n',
        `witness ${key(1)}\n`,
        // Names.
        `${a}witness a ${key(2)}\n`,
        `witness none ${key(1)}\n`,
        `${a}group a any a\n`,
        `${ab}group none any a\n`,
        // Groups.
        ...['group\n', 'group g\n', `${a}group g all\n`, `${a}group g any\n`, `${a}group g 1\n`],
        `${a}group g a\n`,
        `${a}group g some a\n`,
        ...['0', '2', '01', '+1', '-1', '1.0', '0x1', '1e0', '٣', '99999999999'].map(
          (count) => `${a}group g ${count} a\n`,
        ),
        'group g any none\n',
        `group g any a\n${a}`,
        'group g any g\n',
        `${a}group g any a a\n`,
        `${ab}group g any a\ngroup h any a b\n`,
        `${ab}group g any a\ngroup h any g\ngroup i any g b\n`,
      ].map((each) => `${each}quorum none\n`),
      `${'#'.repeat(maxPolicyLength)}\nquorum none\n`,
    ];
    for (const source of wrong) assert.throws(() => parsePolicy(source), LogError, source);
  });

  it('may have 64 logs, witnesses and groups', () => {
    const numbers = Array.from({ length: maxDefinitions + 1 }, (_, i) => i);
    const logs = numbers.map((i) => `log ${logKey(i)}\n`);
    const witnesses = numbers.map((i) => `witness w${i} ${key(i)}\n`);
    // Nested as deep as possible.
    const groups = numbers.map((i) => `group g${i} any ${i === 0 ? 'w0' : `w${i} g${i - 1}`}\n`);
    const join = (...kinds: string[][]) => `${kinds.flat().join('')}quorum none\n`;
    const some = [logs, witnesses, groups].map((each) => each.slice(0, -1));
    const { witnesses: parsed } = parsePolicy(join(...some));
    assert.equal(parsed.length, maxDefinitions);
    const deep = join(...some.slice(1)).replace('quorum none', 'quorum g63');
    assert.ok(evaluate(deep, 1));
    assert.ok(!evaluate(deep));
    for (const i of [0, 1])
      assert.throws(() => parsePolicy(join(...some.with(i, [logs, witnesses][i] ?? []))), LogError);
    const chain = numbers.map((i) => `group g${i} any ${i === 0 ? 'w0' : `g${i - 1}`}\n`);
    assert.ok(parsePolicy(join(witnesses.slice(0, 1), chain.slice(0, -1))));
    assert.throws(() => parsePolicy(join(witnesses.slice(0, 1), chain)), LogError);
  });
});
