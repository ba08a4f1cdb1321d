import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromHex, toHex } from '../src/content/hex.js';

describe('Hex', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const hex = Buffer.from(bytes).toString('hex');

  it('is lower-case', () => assert.equal(toHex(bytes), hex));

  it('is read in either case', () => {
    assert.deepEqual(fromHex(hex), bytes);
    assert.deepEqual(fromHex(hex.toUpperCase()), bytes);
    assert.deepEqual(fromHex(''), new Uint8Array());
  });

  it('has an even number of digits', () => assert.equal(fromHex('abc'), undefined));

  for (const wrong of ['/', ':', '@', 'G', '`', 'g', ' ', '\0', '\u0080', '\u0130', '０'])
    it(`has no other characters: ${JSON.stringify(wrong)}`, () => {
      for (const text of [`${wrong}0`, `0${wrong}`, `ab${wrong}0ab`, `ab0${wrong}ab`])
        assert.equal(fromHex(text), undefined);
    });
});
