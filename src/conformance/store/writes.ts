import assert from 'node:assert/strict';
import type { Section } from './runner.js';
import {
  ALICE,
  ALL,
  BOB,
  bytes,
  check,
  clear,
  commitAs,
  contents,
  del,
  EDGE_KEYS,
  fill,
  hex,
  KEYSPACE,
  NEIGHBOURS,
  refused,
  set,
  valueAt,
} from './support.js';

const RANGE_BOUNDS = ['', '00', '0000', '0001', '61', '6100', '80', 'ff', 'ff01', 'ffffff'].map(bytes);

export const writes: Section = {
  'writes of one commit apply in order': async ({ store }) => {
    const from = { begin: bytes('61'), end: bytes('63') };
    await store.commit({ writes: [set(ALICE, '60', '01'), set(ALICE, '61', '01'), set(ALICE, '62', '01')] });
    await store.commit({
      writes: [
        set(ALICE, '61', '02'),
        set(ALICE, '6200', '02'),
        clear(ALICE, from),
        set(ALICE, '6200', '03'),
        del(ALICE, '60'),
        set(ALICE, '60', '03'),
        set(ALICE, '64', '03'),
        del(ALICE, '64'),
      ],
    });
    assert.deepEqual(await contents(store, ALICE), ['60=03', '6200=03']);
  },

  'the last of several values for a key stays': async ({ store }) => {
    await store.commit({ writes: ['01', '', '02', '03'].map((value) => set(ALICE, '61', value)) });
    assert.deepEqual(await contents(store, ALICE), ['61=03']);
  },

  'deleting what is not there is done, not refused': async ({ store }) => {
    await store.commit({ writes: [del(ALICE, '61'), clear(ALICE, ALL), clear(KEYSPACE, ALL)] });
    await store.commit({
      writes: [set(ALICE, '61', '01'), del(ALICE, '6100'), del(ALICE, '60'), del(BOB, '61')],
    });
    assert.deepEqual(await contents(store, ALICE), ['61=01']);
  },

  'an empty commit is done': async ({ store }) => {
    await store.commit({ writes: [] });
    await store.commit({ fences: [], checks: [], writes: [] });
    await commitAs(store, await store.claim(ALICE));
  },

  'clearRange removes exactly the keys of its range': async ({ store }) => {
    await store.commit({ writes: NEIGHBOURS.flatMap(fill) });
    const partition = NEIGHBOURS[3]!;
    for (const begin of RANGE_BOUNDS) {
      for (const end of [...RANGE_BOUNDS, undefined]) {
        await store.commit({ writes: [...fill(partition), clear(partition, { begin, end })] });
        const left = EDGE_KEYS.filter(
          (key) => Buffer.compare(key, begin) < 0 || (end !== undefined && Buffer.compare(key, end) >= 0),
        );
        assert.deepEqual(
          await contents(store, partition),
          left.map((key) => `${hex(key)}=${hex(valueAt(partition, key))}`),
          `${hex(begin)} to ${hex(end)}`,
        );
      }
    }
    for (const neighbour of NEIGHBOURS) {
      if (neighbour !== partition) assert.equal((await contents(store, neighbour)).length, EDGE_KEYS.length);
    }
  },

  'clearRange with bounds longer than any key is exact': async ({ store }) => {
    const bound = new Uint8Array(70_000).fill(0x61);
    await store.commit({
      writes: [...fill(ALICE), ...fill(BOB), clear(ALICE, { begin: bytes('01'), end: bound })],
    });
    await store.commit({ writes: [clear(ALICE, { begin: bound })] });
    assert.deepEqual(
      await contents(store, ALICE),
      ['00', '0000', '00ff'].map((key) => `${key}=${hex(ALICE)}${key}`),
    );
    assert.equal((await contents(store, BOB)).length, EDGE_KEYS.length);
  },

  'clearRange to the end of a partition leaves the next one alone': async ({ store }) => {
    for (const partition of NEIGHBOURS) {
      await store.commit({ writes: NEIGHBOURS.flatMap(fill) });
      await store.commit({ writes: [clear(partition, { begin: bytes('61') })] });
      for (const neighbour of NEIGHBOURS) {
        const count = EDGE_KEYS.length;
        assert.equal((await contents(store, neighbour)).length, neighbour === partition ? 4 : count);
      }
    }
  },

  'one commit reaches several partitions': async ({ store }) => {
    await store.commit({ writes: NEIGHBOURS.map((partition) => set(partition, '61', partition)) });
    await store.commit({ writes: NEIGHBOURS.slice(1).map((partition) => clear(partition, ALL)) });
    const [first, ...others] = NEIGHBOURS;
    assert.deepEqual(await contents(store, first!), [`61=${hex(first)}`]);
    for (const partition of others) assert.deepEqual(await contents(store, partition), []);
  },

  'commits issued without waiting apply in the order issued': async ({ store }) => {
    const pending: Promise<void>[] = [];
    for (let i = 0; i < 60; i++) {
      const value = Uint8Array.of(i);
      pending.push(
        store.commit({ writes: [clear(ALICE, ALL), set(ALICE, value, value), set(BOB, '61', value)] }),
      );
    }
    await Promise.all(pending);
    assert.deepEqual(await contents(store, ALICE), ['3b=3b']);
    assert.deepEqual(await contents(store, BOB), ['61=3b']);
  },

  'checks of commits issued without waiting see those before them': async ({ store }) => {
    await store.commit({ writes: [set(ALICE, '61', '00')] });
    const pending: Promise<void>[] = [];
    for (let i = 0; i < 40; i++) {
      const checks = [{ partition: ALICE, key: bytes('61'), value: Uint8Array.of(i) }];
      pending.push(store.commit({ checks, writes: [set(ALICE, '61', Uint8Array.of(i + 1))] }));
    }
    await Promise.all(pending);
    assert.equal(hex(await store.get(ALICE, bytes('61'))), '28');
  },

  'fenced commits issued without waiting apply in the order issued': async ({ store }) => {
    const [alice, bob] = [await store.claim(ALICE), await store.claim(BOB)];
    const pending: Promise<void>[] = [];
    for (let i = 0; i < 60; i++) {
      const value = Uint8Array.of(i);
      pending.push(commitAs(store, alice, clear(ALICE, ALL), set(ALICE, value, value)));
      pending.push(commitAs(store, bob, set(BOB, '61', value), set(BOB, value, value)));
    }
    await Promise.all(pending);
    assert.deepEqual(await contents(store, ALICE), ['3b=3b']);
    assert.equal((await contents(store, BOB)).length, 61);
    assert.equal(hex(await store.get(BOB, bytes('61'))), '3b');
  },

  'owners that share a partition each have their commits in order there': async ({ store }) => {
    const owners = [await store.claim(ALICE), await store.claim(BOB)];
    const pending: Promise<void>[] = [];
    for (let i = 0; i < 40; i++) {
      for (const [index, fence] of owners.entries()) {
        const own = Uint8Array.of(0x61 + index);
        const writes = [set(KEYSPACE, own, Uint8Array.of(i)), set(fence.partition, '61', Uint8Array.of(i))];
        pending.push(store.commit({ fences: [fence], sharedPartition: KEYSPACE, writes }));
      }
    }
    await Promise.all(pending);
    assert.deepEqual(await contents(store, KEYSPACE), ['61=27', '62=27']);
    assert.deepEqual([await contents(store, ALICE), await contents(store, BOB)], [['61=27'], ['61=27']]);
  },

  'a refused commit does not hold up those behind it': async ({ store }) => {
    const failing = store.commit({ checks: [check(ALICE, '61', '01')], writes: [set(ALICE, '61', '02')] });
    const next = store.commit({ writes: [set(ALICE, '62', '01')] });
    await refused(() => failing, 'commit.check_failed');
    await next;
    assert.deepEqual(await contents(store, ALICE), ['62=01']);
  },
};
