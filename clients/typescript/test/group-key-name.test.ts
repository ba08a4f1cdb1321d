import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isGroupId } from '../src/keys/group-key-name.js';

describe('A group id', () => {
  for (const [id, isValid] of [
    ['did:plc:ewvi7nxzyoun6zhxrhs64oiz#x', true],
    ['did:web:alice.example.com#a.b_c:d~e-f', true],
    ['did:web:xn--bcher-kva.de#x', true],
    ['did:web:localhost#x', true],
    ['did:web:localhost%3A7071#x', true],
    ['did:web:localhost%3A#x', false],
    ['did:web:localhost%3Ax#x', false],
    ['did:web:alice.example.com%3A7071#x', false],
    ['did:web:a..com#x', false],
    ['did:web:.a.com#x', false],
    ['did:web:a.com.#x', false],
    ['did:web:nodots#x', false],
    ['did:web:-a.com#x', false],
    ['did:web:a-.com#x', false],
    ['did:web:127.0.0.1#x', false],
    ['did:web:%%%#x', false],
    ['did:web:Alice.com#x', false],
    ['did:web:#x', false],
    ['did:web:a.com', false],
    ['did:web:a.com#', false],
    ['did:web:a.com#x#y', false],
  ] as const)
    it(`is valid if its owner is an account: ${id}`, () => assert.equal(isGroupId(id), isValid));

  for (const [length, isValid] of [
    [63, true],
    [64, false],
  ] as const)
    it(`has an owner with labels of up to 63 characters: ${length}`, () =>
      assert.equal(isGroupId(`did:web:${'a'.repeat(length)}.com#x`), isValid));
});
