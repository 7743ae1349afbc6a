import assert from 'node:assert/strict';
import type { KeyRange, ScanOptions } from '../../index.js';
import type { Section } from './runner.js';
import {
  ALICE,
  ALL,
  BOB,
  bytes,
  collect,
  contents,
  del,
  EDGE_KEYS,
  entries,
  fill,
  hex,
  KEYSPACE,
  NEIGHBOURS,
  partitions,
  set,
  valueAt,
} from './support.js';

const BOUNDS = [bytes(''), ...EDGE_KEYS, bytes('80'), bytes('ffffff')];

/** What a scan over the edge keys must give, computed from their order alone. */
function expected(
  partition: Uint8Array,
  { begin, end }: KeyRange,
  { reverse, limit }: ScanOptions = {},
): string[] {
  const keys = EDGE_KEYS.filter(
    (key) => Buffer.compare(key, begin) >= 0 && (end === undefined || Buffer.compare(key, end) < 0),
  );
  if (reverse) keys.reverse();
  return keys.slice(0, limit).map((key) => `${hex(key)}=${hex(valueAt(partition, key))}`);
}

export const reads: Section = {
  'get gives the value last set, and undefined for a key never set': async ({ store }) => {
    await store.commit({ writes: [set(ALICE, '61', '01'), set(ALICE, '62', '')] });
    await store.commit({ writes: [set(ALICE, '61', '02')] });
    assert.equal(hex(await store.get(ALICE, bytes('61'))), '02');
    assert.equal(hex(await store.get(ALICE, bytes('62'))), '');
    assert.equal(await store.get(ALICE, bytes('6100')), undefined);
    assert.equal(await store.get(ALICE, bytes('60')), undefined);
    assert.equal(await store.get(BOB, bytes('61')), undefined);
  },

  'getMany answers each key in the order asked': async ({ store }) => {
    await store.commit({ writes: fill(ALICE) });
    const keys = [...EDGE_KEYS, bytes('80'), ...EDGE_KEYS.toReversed(), bytes('7f')];
    const values = await store.getMany(ALICE, keys);
    assert.deepEqual(
      values.map((value) => hex(value)),
      keys.map((key) => (key[0] === 0x80 || key[0] === 0x7f ? undefined : hex(valueAt(ALICE, key)))),
    );
    assert.deepEqual(await store.getMany(ALICE, []), []);
  },

  'every edge range holds exactly its keys, in both directions': async ({ store }) => {
    await store.commit({ writes: [...NEIGHBOURS.flatMap(fill), ...fill(ALICE)] });
    for (const begin of BOUNDS) {
      for (const end of [...BOUNDS, undefined]) {
        for (const options of [{}, { reverse: true }]) {
          const range = { begin, end };
          assert.deepEqual(
            await entries(store.scan(ALICE, range, options)),
            expected(ALICE, range, options),
            `${hex(begin)} to ${hex(end)}`,
          );
        }
      }
    }
  },

  'a limit takes the first entries of the direction': async ({ store }) => {
    await store.commit({ writes: fill(ALICE) });
    for (const limit of [0, 1, 2, EDGE_KEYS.length - 1, EDGE_KEYS.length, EDGE_KEYS.length + 1]) {
      for (const reverse of [false, true]) {
        for (const range of [ALL, { begin: bytes('01'), end: bytes('ff') }]) {
          const options = { reverse, limit };
          assert.deepEqual(await entries(store.scan(ALICE, range, options)), expected(ALICE, range, options));
        }
      }
    }
  },

  'empty and inverted ranges hold nothing': async ({ store }) => {
    await store.commit({ writes: fill(ALICE) });
    for (const [begin, end] of [
      ['61', '61'],
      ['62', '61'],
      ['ff', ''],
      ['', ''],
    ] as const) {
      for (const reverse of [false, true]) {
        const range = { begin: bytes(begin), end: bytes(end) };
        assert.deepEqual(await entries(store.scan(ALICE, range, { reverse })), []);
      }
    }
  },

  'a bound may be longer than any key': async ({ store }) => {
    await store.commit({ writes: fill(ALICE) });
    for (const length of [store.limits.keyBytesMax, store.limits.keyBytesMax + 1, 70_000]) {
      for (const byte of [0x00, 0x61, 0xff]) {
        const bound = new Uint8Array(length).fill(byte);
        for (const range of [{ begin: bound }, { begin: bytes(''), end: bound }]) {
          for (const reverse of [false, true]) {
            assert.deepEqual(
              await entries(store.scan(ALICE, range, { reverse })),
              expected(ALICE, range, { reverse }),
            );
          }
        }
      }
    }
  },

  'a bound longer than any key separates the longest keys': async ({ store }) => {
    const { keyBytesMax } = store.limits;
    const partition = new Uint8Array(store.limits.partitionBytesMax).fill(0x61);
    partition[0] = 0x02;
    partition[partition.length - 1] = 0x00;
    const longest = new Uint8Array(keyBytesMax).fill(0x61);
    const above = longest.with(keyBytesMax - 1, 0x62);
    await store.commit({ writes: [set(partition, longest, '01'), set(partition, above, '02')] });
    const bound = new Uint8Array(70_000).fill(0x61);
    assert.deepEqual(await collectValues(store.scan(partition, { begin: bound })), ['02']);
    assert.deepEqual(await collectValues(store.scan(partition, { begin: bound }, { reverse: true })), ['02']);
    const below = { begin: bytes(''), end: bound };
    assert.deepEqual(await collectValues(store.scan(partition, below)), ['01']);
    assert.deepEqual(await collectValues(store.scan(partition, below, { reverse: true })), ['01']);
  },

  'no scan leaves its partition, whatever its bounds': async ({ store }) => {
    await store.commit({ writes: NEIGHBOURS.flatMap(fill) });
    const ends = [undefined, bytes('ff'), new Uint8Array(64).fill(0xff), ...NEIGHBOURS];
    for (const partition of NEIGHBOURS) {
      for (const begin of [bytes(''), bytes('ffff'), bytes('ffffff')]) {
        for (const end of ends) {
          for (const reverse of [false, true]) {
            const range = { begin, end };
            assert.deepEqual(
              await entries(store.scan(partition, range, { reverse })),
              expected(partition, range, { reverse }),
            );
          }
        }
      }
    }
  },

  'a partition without entries is empty between full neighbours': async ({ store }) => {
    const [middle, ...others] = [NEIGHBOURS[2]!, ...NEIGHBOURS.toSpliced(2, 1)];
    await store.commit({ writes: others.flatMap(fill) });
    assert.deepEqual(await contents(store, middle), []);
    assert.deepEqual(await entries(store.scan(middle, ALL, { reverse: true })), []);
    for (const key of EDGE_KEYS) assert.equal(await store.get(middle, key), undefined);
  },

  'listPartitions gives each partition with entries once, in byte order': async ({ store }) => {
    assert.deepEqual(await partitions(store), []);
    await store.commit({ writes: [...NEIGHBOURS].reverse().flatMap(fill) });
    assert.deepEqual(
      await partitions(store),
      NEIGHBOURS.map((partition) => hex(partition)),
    );
  },

  'listPartitions with a range gives those that lie in it, wherever its bounds fall': async ({ store }) => {
    await store.commit({ writes: NEIGHBOURS.flatMap(fill) });
    const inside = NEIGHBOURS.map((partition) => bytes(`${hex(partition)}61`));
    const bounds = [bytes(''), ...NEIGHBOURS, ...inside, bytes('ff')];
    for (const begin of bounds) {
      for (const end of [...bounds, undefined]) {
        const wanted = NEIGHBOURS.filter(
          (partition) =>
            Buffer.compare(partition, begin) >= 0 &&
            (end === undefined || Buffer.compare(partition, end) < 0),
        );
        assert.deepEqual(
          await partitions(store, { begin, end }),
          wanted.map((partition) => hex(partition)),
        );
      }
    }
  },

  'listPartitions leaves out partitions that were emptied or only claimed': async ({ store }) => {
    await store.claim(BOB);
    await store.commit({ writes: [set(ALICE, '61', '01'), set(BOB, '61', '01'), set(KEYSPACE, '61', '01')] });
    await store.commit({ writes: [del(BOB, '61')] });
    await store.claim(NEIGHBOURS[0]!);
    assert.deepEqual(await partitions(store), [hex(ALICE), hex(KEYSPACE)]);
  },

  'scans that run at once do not disturb each other': async ({ store }) => {
    await store.commit({ writes: [...fill(ALICE), ...fill(BOB)] });
    const forward = store.scan(ALICE, ALL)[Symbol.asyncIterator]();
    const backward = store.scan(BOB, ALL, { reverse: true })[Symbol.asyncIterator]();
    const seen: [string[], string[]] = [[], []];
    for (let i = 0; i < EDGE_KEYS.length; i++) {
      const [a, b] = await Promise.all([forward.next(), backward.next()]);
      seen[0].push(hex(a.value.key));
      seen[1].push(hex(b.value.key));
    }
    const keys = EDGE_KEYS.map((key) => hex(key));
    assert.deepEqual(seen, [keys, keys.toReversed()]);
    assert.equal((await forward.next()).done, true);
    assert.equal((await backward.next()).done, true);
  },

  'synchronous reads give what the others give': async ({ store }) => {
    assert.equal(store.sync !== undefined, store.capabilities.synchronousReads);
    const { sync } = store;
    if (sync === undefined) return;
    await store.commit({ writes: NEIGHBOURS.flatMap(fill) });
    for (const partition of [NEIGHBOURS[3]!, ALICE]) {
      const keys = [...EDGE_KEYS, bytes('80')];
      const values = await store.getMany(partition, keys);
      assert.deepEqual(sync.getMany(partition, keys), values);
      assert.deepEqual(
        keys.map((key) => sync.get(partition, key)),
        values,
      );
      for (const begin of BOUNDS) {
        for (const end of [...BOUNDS, undefined]) {
          const reverse = end === undefined;
          const options = { reverse, limit: 5 };
          const range = { begin, end };
          assert.deepEqual(
            await entries(sync.scan(partition, range, options)),
            await entries(store.scan(partition, range, options)),
          );
        }
      }
    }
  },

  'a read sees every commit that has resolved': async ({ store }) => {
    for (const value of ['01', '02', '03', '04']) {
      await store.commit({ writes: [set(ALICE, '61', value)] });
      if (store.sync) assert.equal(hex(store.sync.get(ALICE, bytes('61'))), value);
      const snapshot = await store.snapshot();
      assert.equal(hex(await snapshot.get(ALICE, bytes('61'))), value);
      if (snapshot.sync) assert.equal(hex(snapshot.sync.get(ALICE, bytes('61'))), value);
      snapshot.close();
      assert.deepEqual(await contents(store, ALICE), [`61=${value}`]);
      assert.equal(hex(await store.get(ALICE, bytes('61'))), value);
    }
  },
};

async function collectValues(items: AsyncIterable<{ value: Uint8Array }>): Promise<string[]> {
  return (await collect(items)).map(({ value }) => hex(value));
}
