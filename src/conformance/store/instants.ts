import assert from 'node:assert/strict';
import type { Entry } from '../../index.js';
import type { Section } from './runner.js';
import {
  ALICE,
  ALL,
  BOB,
  bytes,
  clear,
  contents,
  del,
  EDGE_KEYS,
  entries,
  fill,
  hex,
  partitions,
  refused,
  set,
} from './support.js';

/** More than the readers that an engine with a fixed table of them has by default. */
const MANY = 300;

export const instants: Section = {
  'a scan sees one instant while commits go on': async ({ store }) => {
    for (const reverse of [false, true]) {
      await store.commit({ writes: [clear(ALICE, ALL), ...fill(ALICE)] });
      const before = await entries(store.scan(ALICE, ALL, { reverse }));
      const seen: Entry[] = [];
      for await (const entry of store.scan(ALICE, ALL, { reverse })) {
        seen.push(entry);
        const next = reverse ? bytes('0001') : bytes('80');
        if (seen.length === 1) await store.commit({ writes: [clear(ALICE, ALL), set(ALICE, next, '01')] });
        if (seen.length === 3) await store.commit({ writes: [set(ALICE, '62', '02'), del(ALICE, next)] });
      }
      assert.deepEqual(await entries(seen), before);
      assert.deepEqual(await contents(store, ALICE), ['62=02']);
    }
  },

  'a synchronous scan sees one instant while commits go on': async ({ store }) => {
    if (store.sync === undefined) return;
    await store.commit({ writes: fill(ALICE) });
    const before = await contents(store, ALICE);
    const seen: Entry[] = [];
    for (const entry of store.sync.scan(ALICE, ALL)) {
      seen.push(entry);
      await store.commit({ writes: [clear(ALICE, { begin: entry.key }), set(ALICE, '80', '01')] });
    }
    assert.deepEqual(await entries(seen), before);
  },

  'the instant of a scan is when its first entry is asked for': async ({ store }) => {
    await store.commit({ writes: [set(ALICE, '61', '01')] });
    const scan = store.scan(ALICE, ALL);
    const syncScan = store.sync?.scan(ALICE, ALL);
    await store.commit({ writes: [set(ALICE, '61', '02')] });
    assert.deepEqual(await entries(scan), ['61=02']);
    if (syncScan) assert.deepEqual(await entries(syncScan), ['61=02']);
  },

  'every read of a snapshot is of its instant': async ({ store }) => {
    await store.commit({ writes: [...fill(ALICE), set(BOB, '61', '01')] });
    const before = await contents(store, ALICE);
    const values = await store.getMany(ALICE, EDGE_KEYS);
    const snapshot = await store.snapshot();
    await store.commit({ writes: [clear(ALICE, ALL), set(ALICE, '80', '01'), clear(BOB, ALL)] });
    await store.commit({ writes: [set(ALICE, '61', '02')] });
    assert.deepEqual(await contents(snapshot, ALICE), before);
    assert.deepEqual(await entries(snapshot.scan(ALICE, ALL, { reverse: true })), before.toReversed());
    assert.deepEqual(await snapshot.getMany(ALICE, EDGE_KEYS), values);
    assert.equal(hex(await snapshot.get(BOB, bytes('61'))), '01');
    assert.equal(await snapshot.get(ALICE, bytes('80')), undefined);
    assert.deepEqual(await partitions(snapshot), [hex(ALICE), hex(BOB)]);
    assert.equal(snapshot.sync !== undefined, store.capabilities.synchronousReads);
    if (snapshot.sync) {
      assert.deepEqual(await entries(snapshot.sync.scan(ALICE, ALL)), before);
      assert.deepEqual(snapshot.sync.getMany(ALICE, EDGE_KEYS), values);
      assert.equal(hex(snapshot.sync.get(BOB, bytes('61'))), '01');
    }
    assert.deepEqual(await contents(store, ALICE), ['61=02', '80=01']);
    snapshot.close();
  },

  'snapshots of different instants live side by side': async ({ store }) => {
    const snapshots = [];
    for (const value of ['00', '01', '02', '03', '04']) {
      await store.commit({ writes: [set(ALICE, '61', value)] });
      snapshots.push({ value, snapshot: await store.snapshot() });
    }
    for (const { value, snapshot } of snapshots.toReversed()) {
      assert.deepEqual(await contents(snapshot, ALICE), [`61=${value}`]);
      snapshot.close();
    }
  },

  'a listing of partitions sees one instant while commits go on': async ({ store }) => {
    await store.commit({ writes: [...fill(ALICE), ...fill(BOB)] });
    const seen: string[] = [];
    for await (const partition of store.listPartitions()) {
      seen.push(hex(partition));
      await store.commit({ writes: [clear(ALICE, ALL), clear(BOB, ALL)] });
    }
    assert.deepEqual(seen, [hex(ALICE), hex(BOB)]);
    assert.deepEqual(await partitions(store), []);
  },

  'a closed snapshot answers store.closed': async ({ store }) => {
    await store.commit({ writes: fill(ALICE) });
    const snapshot = await store.snapshot();
    const scan = snapshot.scan(ALICE, ALL)[Symbol.asyncIterator]();
    await scan.next();
    const listing = snapshot.listPartitions()[Symbol.asyncIterator]();
    await listing.next();
    snapshot.close();
    snapshot.close();
    await refused(() => snapshot.get(ALICE, bytes('61')), 'store.closed');
    await refused(() => snapshot.getMany(ALICE, [bytes('61')]), 'store.closed');
    await refused(() => contents(snapshot, ALICE), 'store.closed');
    await refused(() => partitions(snapshot), 'store.closed');
    await refused(() => scan.next(), 'store.closed');
    await refused(() => listing.next(), 'store.closed');
    if (snapshot.sync) {
      const { sync } = snapshot;
      await refused(() => sync.get(ALICE, bytes('61')), 'store.closed');
      await refused(() => sync.getMany(ALICE, [bytes('61')]), 'store.closed');
      await refused(() => entries(sync.scan(ALICE, ALL)), 'store.closed');
    }
    assert.equal((await contents(store, ALICE)).length, EDGE_KEYS.length);
  },

  'scans ended early, or never begun, hold nothing back': async ({ store }) => {
    await store.commit({ writes: [...fill(ALICE), ...fill(BOB)] });
    for (let i = 0; i < MANY; i++) {
      store.scan(ALICE, ALL);
      store.listPartitions();
      for await (const entry of store.scan(ALICE, ALL, { reverse: i % 2 === 0 })) {
        assert.ok(entry);
        break;
      }
      for await (const partition of store.listPartitions()) {
        assert.ok(partition);
        break;
      }
      if (store.sync === undefined) continue;
      store.sync.scan(ALICE, ALL);
      for (const entry of store.sync.scan(ALICE, ALL)) {
        assert.ok(entry);
        break;
      }
    }
    await store.commit({ writes: [set(ALICE, '61', '01')] });
    assert.equal(hex(await store.get(ALICE, bytes('61'))), '01');
  },

  'closed snapshots hold nothing back': async ({ store }) => {
    await store.commit({ writes: fill(ALICE) });
    for (let i = 0; i < MANY; i++) {
      const snapshot = await store.snapshot();
      for await (const entry of snapshot.scan(ALICE, ALL)) {
        assert.ok(entry);
        break;
      }
      snapshot.close();
    }
    assert.equal((await contents(store, ALICE)).length, EDGE_KEYS.length);
  },
};
