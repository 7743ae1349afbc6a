import assert from 'node:assert/strict';
import type { Section } from './runner.js';
import {
  ALICE,
  ALL,
  BOB,
  bytes,
  clear,
  collect,
  contents,
  hex,
  partitions,
  refused,
  set,
} from './support.js';

/** As a caller who goes on using its arrays. */
function scribble(...arrays: (Uint8Array | undefined)[]): void {
  for (const array of arrays) array?.fill(0xee);
}

function assertPlain(...arrays: (Uint8Array | undefined)[]): void {
  for (const array of arrays) {
    assert.ok(array);
    assert.equal(Object.getPrototypeOf(array), Uint8Array.prototype);
    // A structured clone or a sum of sizes would otherwise take a whole pool along.
    assert.equal(array.buffer.byteLength, array.length);
  }
}

export const ownership: Section = {
  'arrays given to a resolved commit may be reused': async ({ store }) => {
    const [partition, key, value] = [bytes(hex(ALICE)), bytes('61'), bytes('01')];
    await store.commit({ writes: [{ type: 'set', partition, key, value }] });
    scribble(partition, key, value);
    assert.deepEqual(await contents(store, ALICE), ['61=01']);
    const again = [bytes(hex(ALICE)), bytes('61'), bytes('01')] as const;
    await store.commit({
      checks: [{ partition: again[0], key: again[1], value: again[2] }],
      writes: [{ type: 'set', partition: again[0], key: again[1], value: again[2] }],
    });
    scribble(...again);
    assert.deepEqual(await contents(store, ALICE), ['61=01']);
    const range = { begin: bytes('61'), end: bytes('62') };
    await store.commit({ writes: [set(ALICE, '62', '02'), clear(ALICE, range)] });
    scribble(range.begin, range.end);
    assert.deepEqual(await contents(store, ALICE), ['62=02']);
  },

  'a claimed partition array may be reused, and a fence written into': async ({ store }) => {
    const partition = bytes(hex(ALICE));
    const fence = await store.claim(partition);
    scribble(partition);
    assert.equal(hex(fence.partition), hex(ALICE));
    fence.partition.set(bytes(hex(BOB)).subarray(0, fence.partition.length));
    await store.commit({ fences: [fence], writes: [set(ALICE, '61', '01')] });
    assert.deepEqual(await partitions(store), [hex(ALICE)]);
    await store.claim(ALICE);
    await refused(() => store.commit({ fences: [fence], writes: [] }), 'commit.fenced');
  },

  'writing into what a read returned changes nothing': async ({ store }) => {
    const expected = ['61=01', '6161=0203'];
    await store.commit({ writes: [set(ALICE, '61', '01'), set(ALICE, '6161', '0203')] });
    const key = bytes('6161');
    const snapshot = await store.snapshot();
    for (const reader of [store, snapshot]) {
      scribble(await reader.get(ALICE, key), ...(await reader.getMany(ALICE, [key, key])));
      for (const reverse of [false, true]) {
        for await (const entry of reader.scan(ALICE, ALL, { reverse })) scribble(entry.key, entry.value);
      }
      scribble(...(await collect(reader.listPartitions())));
      assert.deepEqual(await contents(reader, ALICE), expected);
      assert.deepEqual(await partitions(reader), [hex(ALICE)]);
      const { sync } = reader;
      if (sync === undefined) continue;
      scribble(sync.get(ALICE, key), ...sync.getMany(ALICE, [key, key]));
      for (const entry of sync.scan(ALICE, ALL)) scribble(entry.key, entry.value);
      assert.deepEqual(await contents(reader, ALICE), expected);
    }
    snapshot.close();
  },

  'what a read returned is not changed by later reads and writes': async ({ store }) => {
    await store.commit({ writes: [set(ALICE, '61', '01'), set(ALICE, '62', '02')] });
    const value = await store.get(ALICE, bytes('61'));
    const [first, second] = await store.getMany(ALICE, [bytes('61'), bytes('61')]);
    const all = await collect(store.scan(ALICE, ALL));
    const syncValue = store.sync?.get(ALICE, bytes('61'));
    await store.commit({ writes: [set(ALICE, '61', '03'), set(ALICE, '62', '04')] });
    await store.get(ALICE, bytes('62'));
    store.sync?.get(ALICE, bytes('62'));
    scribble(second);
    assert.deepEqual([hex(value), hex(first)], ['01', '01']);
    if (syncValue) assert.equal(hex(syncValue), '01');
    assert.deepEqual(
      all.map((entry) => `${hex(entry.key)}=${hex(entry.value)}`),
      ['61=01', '62=02'],
    );
  },

  'Buffers and views into larger memory are taken by their own bytes': async ({ store }) => {
    const memory = new Uint8Array(64).fill(0xaa);
    memory.set(ALICE, 8);
    memory.set(bytes('6162'), 32);
    const partition = memory.subarray(8, 8 + ALICE.length);
    const key = Buffer.from(memory.buffer, 32, 2);
    const value = Buffer.from('0102', 'hex');
    const fence = await store.claim(Buffer.from(partition));
    await store.commit({ fences: [fence], writes: [{ type: 'set', partition, key, value }] });
    const checks = [{ partition: Buffer.from(partition), key: memory.subarray(32, 34), value }];
    await store.commit({ fences: [fence], checks, writes: [] });
    value.fill(0);
    assert.deepEqual(await contents(store, ALICE), ['6162=0102']);
    assert.equal(hex(await store.get(partition, key)), '0102');
    assert.equal(hex((await store.getMany(partition, [key]))[0]), '0102');
    const range = { begin: key.subarray(0, 1), end: Buffer.from('ff', 'hex') };
    assert.equal((await collect(store.scan(partition, range))).length, 1);
    await store.commit({ writes: [{ type: 'clearRange', partition, range }] });
    assert.deepEqual(await contents(store, ALICE), []);
  },

  'what comes out are plain arrays of their own': async ({ store }) => {
    const lengths = [0, 2, 64, 65, 1_000, 4_064, 5_000, store.limits.valueBytesMax];
    await store.commit({
      writes: [
        set(ALICE, '6162', Buffer.from('0102', 'hex')),
        // Keys of several lengths too.
        ...lengths.map((length, n) =>
          set(ALICE, new Uint8Array(1 + n * 30).fill(0x62), new Uint8Array(length)),
        ),
        set(BOB, '61', ''),
      ],
    });
    const key = bytes('6162');
    const snapshot = await store.snapshot();
    const keys = (await collect(store.scanSizes(ALICE, ALL))).map((size) => size.key);
    for (const reader of [store, snapshot]) {
      assertPlain(...(await reader.getMany(ALICE, keys)));
      for await (const size of reader.scanSizes(ALICE, ALL)) assertPlain(size.key);
      assertPlain(await reader.get(ALICE, key), ...(await reader.getMany(ALICE, [key, key])));
      for await (const entry of reader.scan(ALICE, ALL)) assertPlain(entry.key, entry.value);
      assertPlain(...(await collect(reader.listPartitions())));
      const { sync } = reader;
      if (sync === undefined) continue;
      assertPlain(sync.get(ALICE, key), ...sync.getMany(ALICE, [key]));
      for (const entry of sync.scan(ALICE, ALL)) assertPlain(entry.key, entry.value);
    }
    snapshot.close();
    assertPlain((await store.claim(Buffer.from(ALICE))).partition);
  },
};
