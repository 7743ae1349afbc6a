import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LmdbStore } from '../../../src/stores/lmdb/index.js';
import { parseReaderTable } from '../../../src/stores/lmdb/readers.js';
import { ManualClock } from '../manual-clock.js';
import { actor, StoreFolders, set, utf8 } from './support.js';

const PAGE_BYTES = 4_096;
const partition = actor('a');

const folders = new StoreFolders();

async function commitEach(store: LmdbStore, count: number, valueBytes = 10): Promise<void> {
  for (let i = 0; i < count; i++) {
    await store.commit({ writes: [set(partition, `k${i}`, new Uint8Array(valueBytes))] });
  }
}

describe('stats', () => {
  test('of an empty store', async () => {
    const store = await folders.store();
    const empty = { entryCount: 0, treeDepth: 0, branchPages: 0, leafPages: 0, overflowPages: 0 };
    expect(store.stats()).toMatchObject({
      pageBytes: PAGE_BYTES,
      storeBytesMax: Number.POSITIVE_INFINITY,
      reserveBytes: 16_777_216,
      data: empty,
      owners: empty,
      readers: { readerCountMax: 2_000, snapshotCount: 0, otherReaderCount: 0, otherProcessCount: 0 },
    });
  });

  test('count entries, claims, pages and transactions', async () => {
    const store = await folders.store();
    for (const name of ['a', 'b', 'b', 'c']) await store.claim(actor(name));
    await commitEach(store, 200);
    await store.commit({ writes: [set(partition, 'large', new Uint8Array(10_000))] });
    const { data, owners, usedBytes, fileBytes, reusableBytes, lastTransactionId } = store.stats();
    expect(data).toMatchObject({ entryCount: 201, treeDepth: 2, branchPages: 1, overflowPages: 3 });
    expect(data.leafPages).toBeGreaterThan(1);
    expect(owners).toEqual({ entryCount: 3, treeDepth: 1, branchPages: 0, leafPages: 1, overflowPages: 0 });
    expect(usedBytes + reusableBytes).toBeLessThanOrEqual(fileBytes);
    await commitEach(store, 3);
    expect(store.stats().lastTransactionId).toBe(lastTransactionId + 3);
  });

  test('tell what can be used again', async () => {
    const store = await folders.store();
    await commitEach(store, 3, 100_000);
    const before = store.stats();
    await store.commit({ writes: [0, 1, 2].map((i) => ({ type: 'delete', partition, key: utf8(`k${i}`) })) });
    const after = store.stats();
    expect(after.reusableBytes - before.reusableBytes).toBeGreaterThan(290_000);
    // What was freed last is used again from the commit after the next on.
    await commitEach(store, 2);
    const { fileBytes, reusableBytes } = store.stats();
    await commitEach(store, 2, 100_000);
    expect(store.stats().fileBytes).toBe(fileBytes);
    expect(store.stats().reusableBytes).toBeLessThan(reusableBytes - 190_000);
  });

  test('tell the room that sets then have', async () => {
    const store = await folders.store({ storeBytesMax: 2_000_000, reserveBytes: 1 });
    const { roomBytes, usedBytes, storeBytesMax, reserveBytes } = store.stats();
    expect({ storeBytesMax, reserveBytes }).toEqual({ storeBytesMax: 2_000_000, reserveBytes: 1 });
    expect(roomBytes).toBe(storeBytesMax - usedBytes);
    for (let i = 0; store.stats().roomBytes > 300_000; i++) {
      await store.commit({ writes: [set(partition, `k${i}`, new Uint8Array(50_000))] });
    }
    expect(() => store.assertRoom(1, 200_000)).toThrow(expect.objectContaining({ code: 'store.full' }));
    const full = await folders.store({ reserveBytes: Number.MAX_SAFE_INTEGER });
    expect(full.stats().roomBytes).toBe(0);
  });

  test('tell readers: how old the oldest snapshot is, and what was committed since', async () => {
    const clock = new ManualClock();
    const store = await folders.store({ clock });
    await commitEach(store, 1);
    const first = await store.snapshot();
    await first.get(partition, utf8('k0'));
    await commitEach(store, 4);
    clock.advance(250);
    const second = await store.snapshot();
    expect(store.stats().readers).toMatchObject({
      snapshotCount: 2,
      oldestSnapshotTransactions: 4,
      oldestOwnSnapshotMs: 250,
      otherReaderCount: 0,
    });
    first.close();
    expect(store.stats().readers).toMatchObject({
      snapshotCount: 1,
      oldestSnapshotTransactions: 0,
      oldestOwnSnapshotMs: 0,
    });
    second.close();
    expect(store.stats().readers).toMatchObject({ snapshotCount: 0, oldestOwnSnapshotMs: 0 });
  });

  test('tell readers of other processes, whose places are freed once they are dead', async () => {
    const path = join(await folders.make(), 'store');
    const store = await folders.open({ path });
    await commitEach(store, 1);
    const before = store.stats().readers;
    const child = folders.child('reader.mjs', path);
    expect(await child.hear()).toBe('reading');
    await commitEach(store, 3);
    const { readers } = store.stats();
    expect(readers).toMatchObject({ otherProcessCount: 1, snapshotCount: 1, oldestSnapshotTransactions: 3 });
    expect(readers.otherReaderCount).toBeGreaterThanOrEqual(1);
    expect(readers.readerCount).toBe(before.readerCount + readers.otherReaderCount);
    expect(store.checkReaders()).toBe(0);

    await child.kill('SIGKILL');
    expect(store.stats().readers).toMatchObject({ otherProcessCount: 1, snapshotCount: 1 });
    expect(store.checkReaders()).toBe(readers.otherReaderCount);
    expect(store.stats().readers).toMatchObject({ ...before, oldestSnapshotTransactions: 0 });
    await store.close();
    expect(() => store.checkReaders()).toThrow(expect.objectContaining({ code: 'store.closed' }));
    expect(() => store.stats()).toThrow(expect.objectContaining({ code: 'store.closed' }));
  });
});

test('a snapshot ages by the clock of the store', async () => {
  const clock = new ManualClock();
  const store = await folders.store({ clock, snapshotMsMax: 1_000 });
  await commitEach(store, 1);
  const snapshot = await store.snapshot();
  clock.advance(1_000);
  expect(await snapshot.get(partition, utf8('k0'))).toBeDefined();
  clock.advance(1);
  await expect(snapshot.get(partition, utf8('k0'))).rejects.toMatchObject({
    code: 'snapshot.expired',
    details: { ageMs: 1_001, ageMsMax: 1_000 },
  });
});

test('the reader table is read whatever its numbers', () => {
  const place = fc.record({
    pid: fc.integer({ min: 1, max: 4_194_304 }),
    thread: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    transactionId: fc.option(fc.nat(Number.MAX_SAFE_INTEGER), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(place), (places) => {
      const lines = places.map(
        ({ pid, thread, transactionId }) =>
          `${String(pid).padStart(10)} ${thread.toString(16)} ${transactionId ?? '-'}\n`,
      );
      const text =
        places.length === 0 ? '(no active readers)\n' : `\t\tpid\t\t thread\t\t txnid\n${lines.join('')}`;
      expect(parseReaderTable(text)).toEqual(
        places.map(({ pid, transactionId }) => ({ pid, transactionId })),
      );
    }),
  );
});
