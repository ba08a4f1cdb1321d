import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LogError } from '../src/log/log-error.js';
import { isConsistent } from '../src/log/tree/consistency.js';
import { isIncluded } from '../src/log/tree/inclusion.js';
import { RightEdge } from '../src/log/tree/right-edge.js';
import { emptyRoot, leafHash, nodeHash } from '../src/log/tree/tree-hash.js';
import { flips } from './support/flips.js';
import { LogTree, treeOf } from './support/log-tree.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Sizes up to the one of a tree with three levels of incomplete subtrees beyond 128. */
const maxSize = 130;

const tree = treeOf(maxSize);
const { leaves } = tree;

const roots = Array.from({ length: maxSize + 1 }, (_, size) =>
  size === 0 ? emptyRoot() : tree.root(size),
);
const head = (size: number) => ({ size, root: roots[size] as Uint8Array });

function edgeOf(hashes: readonly Uint8Array[]): RightEdge {
  const edge = new RightEdge();
  for (const each of hashes) edge.append(each);
  return edge;
}

describe('The tree', () => {
  // The leaves and roots of the tests of certificate-transparency-go.
  const entries = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657']
    .concat('606162636465666768696a6b6c6d6e6f')
    .map((each) => Buffer.from(each, 'hex'));

  const known = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];

  it('has the known roots', () => {
    const edge = new RightEdge();
    for (const [size, root] of known.entries()) {
      assert.equal(hex(edge.root), root);
      if (size > 0) assert.equal(hex(new LogTree(entries.map(leafHash)).root(size)), root);
      edge.append(leafHash(entries[size] ?? new Uint8Array()));
    }
  });

  it('grows leaf by leaf, also from a stored edge', () => {
    let edge = new RightEdge();
    for (const [size, leaf] of leaves.entries()) {
      assert.equal(edge.size, size);
      assert.deepEqual(edge.root, roots[size]);
      edge = new RightEdge(edge.size, edge.hashes);
      edge.append(leaf);
    }
    assert.deepEqual(edge.root, roots[maxSize]);
  });

  it('has one edge for each size', () => {
    const { hashes } = edgeOf(leaves.slice(0, 6));
    for (const size of [0, 1, 7, -1, 0.5, Number.NaN, 2 ** 53])
      assert.throws(() => new RightEdge(size, hashes), LogError);
    for (const size of [-1, Number.NaN]) assert.throws(() => new RightEdge(size), LogError);
    assert.throws(() => new RightEdge(1, [new Uint8Array(31)]), LogError);
    const ones = Array(53).fill(new Uint8Array(32));
    const full = new RightEdge(Number.MAX_SAFE_INTEGER, ones);
    assert.throws(() => full.append(new Uint8Array(32)), LogError);
  });
});

describe('An inclusion proof', () => {
  it('verifies for each leaf of each size, and for no other leaf, size or root', () => {
    for (let size = 1; size <= maxSize; size++) {
      const { root } = head(size);
      for (let index = 0; index < size; index++) {
        const proof = tree.inclusion(index, size);
        const leaf = leaves[index] as Uint8Array;
        assert.ok(isIncluded(index, size, leaf, proof, root));
        const other = (index + 1) % size;
        if (other !== index) {
          assert.ok(!isIncluded(other, size, leaf, proof, root));
          assert.ok(!isIncluded(index, size, leaves[other] as Uint8Array, proof, root));
        }
        assert.ok(!isIncluded(index, size, leaf, proof, roots[size - 1] as Uint8Array));
        assert.ok(!isIncluded(index, size, leaf, [...proof, leaf], root));
        assert.ok(!isIncluded(index, size, leaf, [leaf, ...proof], root));
        if (proof.length > 0) {
          assert.ok(!isIncluded(index, size, leaf, proof.slice(1), root));
          assert.ok(!isIncluded(index, size, leaf, proof.slice(0, -1), root));
        }
      }
    }
  });

  it('does not verify if any bit was changed', () => {
    for (const [index, size] of [
      [0, 1],
      [0, 2],
      [4, 5],
      [5, 7],
      [70, 130],
      [129, 130],
    ] as const) {
      const proof = tree.inclusion(index, size);
      const leaf = leaves[index] as Uint8Array;
      const { root } = head(size);
      for (const changed of flips(leaf)) assert.ok(!isIncluded(index, size, changed, proof, root));
      for (const changed of flips(root)) assert.ok(!isIncluded(index, size, leaf, proof, changed));
      for (const [i, hash] of proof.entries())
        for (const changed of flips(hash))
          assert.ok(!isIncluded(index, size, leaf, proof.with(i, changed), root));
    }
  });

  it('does not verify for numbers that are none, or for hashes of another length', () => {
    const [leaf, { root }] = [leaves[0] as Uint8Array, head(1)];
    assert.ok(isIncluded(0, 1, leaf, [], root));
    for (const [index, size] of [
      [0, 0],
      [1, 1],
      [-1, 1],
      [0.5, 1],
      [Number.NaN, 1],
      [0, 2 ** 53],
    ] as const)
      assert.ok(!isIncluded(index, size, leaf, [], root));
    assert.ok(!isIncluded(0, 1, leaf.subarray(1), [], root));
    assert.ok(!isIncluded(0, 1, leaf, [], root.subarray(1)));
    assert.ok(!isIncluded(0, 2, leaf, [leaf.subarray(1)], root));
  });

  it('has the length of the path, whatever the root is', () => {
    const [leaf, other] = [leaves[0] as Uint8Array, leaves[1] as Uint8Array];
    assert.ok(!isIncluded(0, 2, leaf, [], leaf));
    assert.ok(!isIncluded(0, 1, leaf, [other], nodeHash(other, leaf)));
    assert.ok(!isIncluded(0, 1, leaf, [other], nodeHash(leaf, other)));
  });

  it('takes bounded work in the largest tree', () => {
    const size = Number.MAX_SAFE_INTEGER;
    const hash = leaves[0] as Uint8Array;
    for (const length of [52, 53, 64, 1000])
      for (const index of [0, size - 1, 2 ** 52])
        assert.ok(!isIncluded(index, size, hash, Array(length).fill(hash), hash));
  });
});

describe('A consistency proof', () => {
  it('verifies between all sizes, and for no other size or root', () => {
    for (let size = 0; size <= maxSize; size++)
      for (let old = 0; old <= size; old++) {
        const proof = tree.consistency(old, size);
        const [from, to] = [head(old), head(size)];
        assert.ok(isConsistent(from, to, proof), `${old} to ${size}`);
        assert.ok(!isConsistent(from, to, [...proof, from.root]));
        assert.ok(!isConsistent({ ...from, root: leaves[129] as Uint8Array }, to, proof));
        if (old > 0)
          assert.ok(!isConsistent(from, { ...to, root: leaves[129] as Uint8Array }, proof));
        if (proof.length > 0) {
          assert.ok(!isConsistent(from, to, proof.slice(1)));
          assert.ok(!isConsistent(from, to, proof.slice(0, -1)));
          assert.ok(!isConsistent(to, from, proof));
          assert.ok(!isConsistent({ ...from, size: old - 1 }, to, proof));
        }
      }
  });

  it('does not verify if any bit was changed', () => {
    for (const [old, size] of [
      [1, 2],
      [2, 3],
      [4, 7],
      [6, 7],
      [64, 130],
      [129, 130],
    ] as const) {
      const proof = tree.consistency(old, size);
      const [from, to] = [head(old), head(size)];
      for (const root of flips(from.root)) assert.ok(!isConsistent({ ...from, root }, to, proof));
      for (const root of flips(to.root)) assert.ok(!isConsistent(from, { ...to, root }, proof));
      for (const [i, hash] of proof.entries())
        for (const changed of flips(hash))
          assert.ok(!isConsistent(from, to, proof.with(i, changed)));
    }
  });

  it('does not verify for numbers that are none, or for hashes of another length', () => {
    const to = head(8);
    for (const size of [-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
      assert.ok(!isConsistent({ ...to, size }, to, []));
      assert.ok(!isConsistent(to, { ...to, size }, []));
    }
    const short = { ...to, root: to.root.subarray(1) };
    assert.ok(!isConsistent(short, short, []));
    assert.ok(!isConsistent(head(0), { size: 1, root: new Uint8Array(1) }, []));
  });

  it('has the length of the path, whatever the roots are', () => {
    const more = leaves[9] as Uint8Array;
    const above = (size: number) => ({ size, root: nodeHash(more, head(size).root) });
    assert.ok(!isConsistent(above(3), above(4), [...tree.consistency(3, 4), more]));
    assert.ok(!isConsistent(head(2), { size: 3, root: head(2).root }, []));
  });

  it('takes bounded work in the largest tree', () => {
    const hash = leaves[0] as Uint8Array;
    const to = { size: Number.MAX_SAFE_INTEGER, root: hash };
    for (const size of [1, 2 ** 52, 2 ** 53 - 2])
      for (const length of [0, 1, 52, 64, 1000])
        assert.ok(!isConsistent({ size, root: hash }, to, Array(length).fill(hash)));
  });
});
