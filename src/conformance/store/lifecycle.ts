import assert from 'node:assert/strict';
import type { Section } from './runner.js';
import {
  ALICE,
  ALL,
  BOB,
  bytes,
  clear,
  commitAs,
  contents,
  entries,
  fill,
  hex,
  partitions,
  refused,
  rejectsWith,
  set,
} from './support.js';

export const lifecycle: Section = {
  'a closed store answers store.closed to everything': async ({ store }) => {
    const fence = await store.claim(ALICE);
    await store.commit({ writes: fill(ALICE) });
    const snapshot = await store.snapshot();
    const scans = [store.scan(ALICE, ALL), snapshot.scan(ALICE, ALL)].map((scan) =>
      scan[Symbol.asyncIterator](),
    );
    const listings = [store, snapshot].map((reader) => reader.listPartitions()[Symbol.asyncIterator]());
    for (const begun of [...scans, ...listings]) await begun.next();
    const { sync } = store;
    const syncScan = sync?.scan(ALICE, ALL)[Symbol.iterator]();
    syncScan?.next();
    await store.close();
    const key = bytes('61');
    const attempts: (() => unknown)[] = [
      () => store.claim(ALICE),
      () => store.commit({ writes: [] }),
      () => store.commit({ fences: [fence], writes: [set(ALICE, '61', '01')] }),
      () => store.snapshot(),
      ...[...scans, ...listings].map((begun) => () => begun.next()),
    ];
    for (const reader of [store, snapshot]) {
      attempts.push(
        () => reader.get(ALICE, key),
        () => reader.getMany(ALICE, [key]),
        () => contents(reader, ALICE),
        () => partitions(reader),
      );
    }
    if (sync) {
      attempts.push(
        () => sync.get(ALICE, key),
        () => sync.getMany(ALICE, [key]),
        () => entries(sync.scan(ALICE, ALL)),
        () => snapshot.sync?.get(ALICE, key),
        () => syncScan?.next(),
      );
    }
    for (const attempt of attempts) await refused(attempt, 'store.closed');
    snapshot.close();
  },

  'closing is idempotent': async ({ store }) => {
    await Promise.all([store.close(), store.close()]);
    await store.close();
  },

  'closing waits for commits and claims under way': async ({ store, reopen }) => {
    const fence = await store.claim(ALICE);
    const settled: string[] = [];
    const pending = Array.from({ length: 10 }, (_, index) =>
      commitAs(store, fence, set(ALICE, Uint8Array.of(index), '01')).then(() => settled.push('commit')),
    );
    const claimed = store.claim(BOB).then(({ epoch }) => settled.push(`claim ${epoch}`));
    await store.close();
    // Whoever awaits them has a turn to hear of it, but none of them goes on.
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(settled.toSorted(), ['claim 1', ...Array.from({ length: 10 }, () => 'commit')]);
    await Promise.all([...pending, claimed]);
    if (!store.capabilities.durable) return;
    assert.equal((await contents(await reopen(), ALICE)).length, 10);
  },

  'entries outlive a durable store being reopened': async ({ store, reopen }) => {
    if (!store.capabilities.durable) return;
    await store.commit({
      writes: [...fill(ALICE), set(BOB, '61', new Uint8Array(store.limits.valueBytesMax))],
    });
    const before = [await contents(store, ALICE), await contents(store, BOB)];
    let again = await reopen();
    assert.deepEqual([await contents(again, ALICE), await contents(again, BOB)], before);
    await again.commit({ writes: [clear(ALICE, ALL), set(BOB, '61', '01')] });
    again = await reopen();
    assert.deepEqual(await partitions(again), [hex(BOB)]);
    assert.deepEqual(await contents(again, BOB), ['61=01']);
  },

  'epochs outlive a durable store being reopened': async ({ store, reopen }) => {
    if (!store.capabilities.durable) return;
    await store.claim(ALICE, { epochMin: 5 });
    const fence = await store.claim(BOB);
    await commitAs(store, fence, set(BOB, '61', '01'));
    await commitAs(store, fence, clear(BOB, ALL));
    const again = await reopen();
    // A fence is of the store that issued it, and that one is closed.
    await rejectsWith(() => commitAs(again, fence, set(BOB, '61', '02')), TypeError);
    assert.equal((await again.claim(ALICE)).epoch, 6);
    assert.equal((await again.claim(BOB)).epoch, 2);
    assert.deepEqual(await partitions(again), []);
  },
};
