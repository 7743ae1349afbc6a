import assert from 'node:assert/strict';
import type { EntrySize, KeyRange, ScanOptions } from '../../index.js';
import type { Section } from './runner.js';
import {
  ALICE,
  ALL,
  BOB,
  bytes,
  collect,
  del,
  EDGE_KEYS,
  fill,
  hex,
  NEIGHBOURS,
  refused,
  set,
} from './support.js';

type Sizes = AsyncIterable<EntrySize> | Iterable<EntrySize>;

async function sizes(items: Sizes): Promise<string[]> {
  return (await collect(items)).map(({ key, valueBytes }) => `${hex(key)}=${valueBytes}`);
}

const RANGES: readonly KeyRange[] = [
  ALL,
  { begin: bytes('61'), end: bytes('62') },
  { begin: bytes('ff') },
  { begin: bytes('62'), end: bytes('61') },
  { begin: bytes(''), end: new Uint8Array(70_000).fill(0x61) },
];

const OPTIONS: readonly ScanOptions[] = [{}, { reverse: true }, { limit: 3 }, { reverse: true, limit: 0 }];

export const sizesOfEntries: Section = {
  'getSizes gives the length of each value in the order asked': async ({ store }) => {
    const longest = store.limits.valueBytesMax;
    const lengths = [0, 1, 99, 4_064, 4_096, longest];
    const keys = lengths.map((_, index) => Uint8Array.of(index));
    await store.commit({
      writes: keys.map((key, index) => set(ALICE, key, new Uint8Array(lengths[index] as number))),
    });
    const asked = [...keys.toReversed(), bytes('80'), ...keys];
    const expected = [...lengths.toReversed(), undefined, ...lengths];
    assert.deepEqual(await store.getSizes(ALICE, asked), expected);
    assert.deepEqual(
      await store.getSizes(BOB, keys),
      keys.map(() => undefined),
    );
    assert.deepEqual(await store.getSizes(ALICE, []), []);
    if (store.sync) assert.deepEqual(store.sync.getSizes(ALICE, asked), expected);
  },

  'scanSizes gives the keys of a scan with the lengths of their values': async ({ store }) => {
    await store.commit({ writes: [...NEIGHBOURS.flatMap(fill), ...fill(ALICE)] });
    for (const range of RANGES) {
      for (const options of OPTIONS) {
        const entries = await collect(store.scan(ALICE, range, options));
        const expected = entries.map(({ key, value }) => `${hex(key)}=${value.length}`);
        assert.deepEqual(await sizes(store.scanSizes(ALICE, range, options)), expected);
        if (store.sync) assert.deepEqual(await sizes(store.sync.scanSizes(ALICE, range, options)), expected);
      }
    }
  },

  'a snapshot has the sizes of its instant, and a scan those of its first entry': async ({ store }) => {
    await store.commit({ writes: fill(ALICE) });
    const before = await sizes(store.scanSizes(ALICE, ALL));
    const snapshot = await store.snapshot();
    const scan = store.scanSizes(ALICE, ALL)[Symbol.asyncIterator]();
    const first = await scan.next();
    await store.commit({ writes: [set(ALICE, '6100', new Uint8Array(500)), del(ALICE, 'ffff')] });
    const rest = await collect({ [Symbol.asyncIterator]: () => scan });
    assert.deepEqual(
      [first.value, ...rest].map(({ key, valueBytes }) => `${hex(key)}=${valueBytes}`),
      before,
    );
    assert.deepEqual(await sizes(snapshot.scanSizes(ALICE, ALL)), before);
    assert.deepEqual(await snapshot.getSizes(ALICE, [bytes('6100')]), [ALICE.length + 2]);
    if (snapshot.sync) assert.deepEqual(await sizes(snapshot.sync.scanSizes(ALICE, ALL)), before);
    snapshot.close();
    await refused(() => snapshot.getSizes(ALICE, [bytes('61')]), 'store.closed');
    await refused(() => collect(snapshot.scanSizes(ALICE, ALL)), 'store.closed');
    assert.deepEqual(await store.getSizes(ALICE, [bytes('6100'), bytes('ffff')]), [500, undefined]);
    assert.equal((await collect(store.scanSizes(ALICE, ALL))).length, EDGE_KEYS.length - 1);
  },

  'sizes are asked for under the same limits as values': async ({ store }) => {
    const tooLong = new Uint8Array(store.limits.keyBytesMax + 1);
    await refused(() => store.getSizes(ALICE, [tooLong]), 'key.too_large');
    await refused(() => store.getSizes(ALICE, [bytes('')]), 'key.empty');
    await assert.rejects(async () => store.getSizes(bytes('ff'), [bytes('61')]), RangeError);
    await assert.rejects(async () => collect(store.scanSizes(bytes('ff'), ALL)), RangeError);
  },
};
