import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LogError } from '../src/log/log-error.js';
import { readEntryBundle } from '../src/log/tiles/entry-bundle.js';
import { formatTilePath, parseTilePath, type TilePath } from '../src/log/tiles/tile-path.js';

const paths: [string, TilePath][] = [
  ['tile/0/000', { level: 0, index: 0, width: 256 }],
  ['tile/63/999.p/255', { level: 63, index: 999, width: 255 }],
  ['tile/1/x001/000.p/1', { level: 1, index: 1000, width: 1 }],
  ['tile/0/x001/x234/067', { level: 0, index: 1_234_067, width: 256 }],
  ['tile/entries/x001/x234/067.p/112', { level: 'entries', index: 1_234_067, width: 112 }],
  [
    'tile/entries/x009/x007/x199/x254/x740/991',
    { level: 'entries', index: Number.MAX_SAFE_INTEGER, width: 256 },
  ],
];

const wrong = [
  ...['', 'tile', 'tile/', 'tile/0', 'tile/0/', 'tile//000', '/tile/0/000', 'tile/0/000/'],
  ...['Tile/0/000', 'tiles/0/000', ' tile/0/000', 'tile/0/000 ', 'tile/0/000\n', 'tile/0/000?x'],
  ...['tile/00/000', 'tile/01/000', 'tile/64/000', 'tile/-1/000', 'tile/+1/000', 'tile/1e1/000'],
  ...['tile/Entries/000', 'tile/entry/000', 'tile/data/000', 'tile/0/entries', 'tile/٣/000'],
  ...['tile/0/0', 'tile/0/00', 'tile/0/0000', 'tile/0/x000', 'tile/0/x000/000', 'tile/0/x00/000'],
  ...['tile/0/001/000', 'tile/0/x001x000', 'tile/0/X001/000', 'tile/0/x001/x000', 'tile/0/x01/00'],
  ...['tile/0/x000/x001/000', 'tile/0/x001//000', 'tile/0/-01', 'tile/0/00a', 'tile/0/٣٣٣'],
  ...['tile/0/x009/x007/x199/x254/x740/992', 'tile/0/x999/x999/x999/x999/x999/999'],
  ...[`tile/0/${'x001/'.repeat(6)}000`, `tile/0/${'x001/'.repeat(10_000)}000`],
  ...['tile/0/000.p/0', 'tile/0/000.p/256', 'tile/0/000.p/01', 'tile/0/000.p/', 'tile/0/000.p'],
  ...['tile/0/000.p/-1', 'tile/0/000.p/1.p/1', 'tile/0/000.P/1', 'tile/0/000/.p/1', 'tile/0/.p/1'],
  ...['checkpoint', 'tile/0/000.p/1000', 'tile/0/000.p/9999999999', 'tile/0/../000'],
];

describe('A path of a tile', () => {
  for (const [text, path] of paths)
    it(`is ${text}`, () => {
      assert.equal(formatTilePath(path), text);
      assert.deepEqual(parseTilePath(text), path);
    });

  it('has one form', () => {
    for (const text of wrong) assert.throws(() => parseTilePath(text), LogError, text);
  });

  it('is read as it is written', () => {
    for (let power = 0; power < 53; power++)
      for (const index of [2 ** power - 1, 2 ** power, 2 ** power + 1])
        for (const level of [0, 7, 'entries'] as const)
          for (const width of [1, 99, 256])
            assert.deepEqual(parseTilePath(formatTilePath({ level, index, width })), {
              level,
              index,
              width,
            });
  });
});

describe('An entry bundle', () => {
  const bundleOf = (entries: readonly Uint8Array[]) =>
    Buffer.concat(entries.flatMap((each) => [Buffer.of(each.length >> 8, each.length), each]));

  it('holds entries of up to 65,535 bytes', () => {
    const entries = [0, 1, 106, 65_535].map((length) => new Uint8Array(length).fill(7));
    assert.deepEqual(
      readEntryBundle(bundleOf(entries), 4).map((each) => Uint8Array.from(each)),
      entries,
    );
    const full = Array<Uint8Array>(256).fill(Uint8Array.of(1, 2));
    assert.equal(readEntryBundle(bundleOf(full), 256).length, 256);
  });

  it('holds as many as expected, and nothing else', () => {
    const bundle = bundleOf([Uint8Array.of(1), Uint8Array.of(2, 3)]);
    for (const width of [0, 1, 3]) assert.throws(() => readEntryBundle(bundle, width), LogError);
    for (let length = 0; length < bundle.length; length++)
      assert.throws(() => readEntryBundle(bundle.subarray(0, length), 2), LogError);
    assert.throws(() => readEntryBundle(Buffer.concat([bundle, Buffer.of(0)]), 2), LogError);
  });
});
