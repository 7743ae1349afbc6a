import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { isKeyspaceError } from '../../../src/errors.js';
import { type LmdbStoreOptions, openLmdbStore } from '../../../src/stores/lmdb/index.js';
import { actor, StoreFolders, set, utf8 } from './support.js';

const ALL = { begin: new Uint8Array(0) };
const ENTRIES = 1_000;

const folders = new StoreFolders();

const partition = actor('a');

function fill(count = ENTRIES) {
  return Array.from({ length: count }, (_, i) => set(partition, `key-${String(i).padStart(5, '0')}`, `${i}`));
}

test('a store closes with snapshots and scans open, and they are then closed', async () => {
  const store = await folders.store();
  await store.commit({ writes: fill() });
  const snapshots = await Promise.all(Array.from({ length: 5 }, () => store.snapshot()));
  await store.commit({ writes: [set(partition, 'later', 'v')] });
  const later = await store.snapshot();
  const scans = [store, ...snapshots, later].flatMap((reader) => [
    reader.scan(partition, ALL)[Symbol.asyncIterator](),
    reader.scan(partition, ALL, { reverse: true })[Symbol.asyncIterator](),
    reader.listPartitions()[Symbol.asyncIterator](),
  ]);
  const syncScan = store.sync.scan(partition, ALL)[Symbol.iterator]();
  for (const scan of scans) expect((await scan.next()).done).toBe(false);
  expect(syncScan.next().done).toBe(false);

  await store.close();
  for (const scan of scans) {
    // A listing of one partition has nothing more to read.
    const next = scan.next().then(
      ({ done }) => done,
      (error: unknown) => error,
    );
    expect(await next).toMatchObject({ code: 'store.closed' });
  }
  expect(() => syncScan.next()).toThrow(expect.objectContaining({ code: 'store.closed' }));
  for (const snapshot of snapshots) {
    await expect(snapshot.get(partition, utf8('key-00000'))).rejects.toMatchObject({ code: 'store.closed' });
    snapshot.close();
  }
});

test('scans longer than any batch are whole, in both directions, from every side', async () => {
  const store = await folders.store();
  const writes = fill();
  await store.commit({ writes });
  const keys = writes.map(({ key }) => Buffer.from(key).toString());
  const scanned = (options: object) =>
    [...store.sync.scan(partition, ALL, options)].map(({ key }) => Buffer.from(key).toString());
  expect(scanned({})).toEqual(keys);
  expect(scanned({ reverse: true })).toEqual(keys.toReversed());
  for (const limit of [15, 16, 17, 47, 48, 49, 999]) {
    expect(scanned({ limit })).toEqual(keys.slice(0, limit));
    expect(scanned({ limit, reverse: true })).toEqual(keys.toReversed().slice(0, limit));
  }
});

test('a scan of large values is whole', async () => {
  const store = await folders.store();
  const writes = Array.from({ length: 60 }, (_, i) =>
    set(partition, `${1_000 + i}`, new Uint8Array(132_096).fill(i)),
  );
  await store.commit({ writes });
  const scanned: number[] = [];
  for await (const { value } of store.scan(partition, ALL)) {
    expect(value.length).toBe(132_096);
    scanned.push(value.at(-1)!);
  }
  expect(scanned).toEqual(writes.map((_, i) => i));
});

test('a process that died reading holds pages back only until it is looked for', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  folders.after(() => vi.useRealTimers());
  const path = join(await folders.make(), 'store');
  const store = await folders.open({ path });
  const rewrite = async (times: number) => {
    for (let i = 0; i < times; i++) await store.commit({ writes: fill(500) });
    return store.stats().fileBytes;
  };
  await rewrite(5);
  const child = folders.child('reader.mjs', path);
  expect(await child.hear()).toBe('reading');
  await child.kill('SIGKILL');

  const before = await rewrite(20);
  const pinned = await rewrite(20);
  expect(pinned).toBeGreaterThan(before);
  vi.advanceTimersByTime(30_000);
  await rewrite(5);
  const free = await rewrite(20);
  expect(await rewrite(20)).toBe(free);
});

test('a store opened for reading reads what others write, and writes nothing', async () => {
  const path = join(await folders.make(), 'store');
  const writer = await folders.open({ path });
  await writer.commit({ writes: [set(partition, 'k', 'v')] });
  await writer.close();
  const child = folders.child('read-only.mjs', path);
  expect(await child.hear()).toBe('v TypeError TypeError');
  const again = await folders.open({ path });
  await again.commit({ writes: [set(partition, 'k', new Uint8Array(100_000).fill(0x77)), ...fill(5_000)] });
  child.say('read');
  expect(await child.hear()).toBe(`${'w'.repeat(100_000)} 5001`);
  expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
});

test('a claim that lost to another ends before its store does', async () => {
  const path = join(await folders.make(), 'store');
  for (let round = 0; round < 10; round++) {
    const stores = [await folders.open({ path }), await folders.open({ path })];
    const claims = stores.map((store) => store.claim(partition));
    await Promise.all(stores.map((store) => store.close()));
    const epochs = (await Promise.all(claims)).map(({ epoch }) => epoch);
    expect(epochs.sort((a, b) => a - b)).toEqual([2 * round + 1, 2 * round + 2]);
  }
});

test('another store sees a commit from its next turn of the event loop on', async () => {
  const path = join(await folders.make(), 'store');
  const writer = await folders.open({ path });
  const readers = [await folders.open({ path }), await folders.open({ path, readOnly: true })];
  for (let n = 0; n < 50; n++) {
    await writer.commit({ writes: [set(partition, 'n', `${n}`)] });
    await new Promise((resolve) => setImmediate(resolve));
    // The first read of this turn; those after it in the turn may see what it saw.
    for (const reader of readers) expect(reader.sync.get(partition, utf8('n'))).toEqual(utf8(`${n}`));
  }
});

describe('a snapshot or scan that is held for too long', () => {
  const snapshotMsMax = 1_000;
  const expired = { code: 'snapshot.expired', details: { ageMs: 1_001, ageMsMax: snapshotMsMax } };

  async function reading() {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    folders.after(() => vi.useRealTimers());
    const store = await folders.store({ snapshotMsMax, storeBytesMax: 4_000_000 });
    await store.commit({ writes: fill() });
    const snapshot = await store.snapshot();
    const scan = store.scan(partition, ALL)[Symbol.asyncIterator]();
    const ofSnapshot = snapshot.sync!.scan(partition, ALL)[Symbol.iterator]();
    await scan.next();
    ofSnapshot.next();
    return { store, snapshot, scan, ofSnapshot };
  }

  test('is snapshot.expired, with its age', async () => {
    const { store, snapshot, scan, ofSnapshot } = await reading();
    const closed = await store.snapshot();
    closed.close();
    vi.advanceTimersByTime(1_000);
    expect((await scan.next()).done).toBe(false);
    expect(ofSnapshot.next().done).toBe(false);
    vi.advanceTimersByTime(1);
    await expect(scan.next()).rejects.toMatchObject(expired);
    expect(() => ofSnapshot.next()).toThrow(expect.objectContaining(expired));
    await expect(snapshot.get(partition, utf8('key-00000'))).rejects.toMatchObject(expired);
    await expect(closed.get(partition, utf8('key-00000'))).rejects.toMatchObject({ code: 'store.closed' });
    expect((await (await store.snapshot()).get(partition, utf8('key-00000')))!).toEqual(utf8('0'));
    snapshot.close();
    await store.close();
    await expect(snapshot.get(partition, utf8('key-00000'))).rejects.toMatchObject({ code: 'store.closed' });
  });

  test.each(['nobody writes', 'somebody writes'])('holds back no pages any more, when %s', async (when) => {
    const { store } = await reading();
    const rewrite = async (times: number) => {
      for (let i = 0; i < times; i++)
        await store.commit({ writes: [set(partition, 'k', new Uint8Array(100_000))] });
      return store.stats().fileBytes;
    };
    const pinned = await rewrite(20);
    expect(await rewrite(20)).toBeGreaterThan(pinned + 1_500_000);
    vi.advanceTimersByTime(when === 'nobody writes' ? 30_000 : 1_001);
    await rewrite(10);
    const free = store.stats().fileBytes;
    expect(await rewrite(100)).toBe(free);
  });
});

test('stats tell what is used', async () => {
  const store = await folders.store();
  const empty = store.stats();
  await store.commit({ writes: [set(partition, 'k', new Uint8Array(100_000))] });
  const full = store.stats();
  expect(full.usedBytes - empty.usedBytes).toBeGreaterThanOrEqual(100_000);
  expect(full.usedBytes).toBeLessThanOrEqual(full.fileBytes);
  await store.commit({ writes: [{ type: 'delete', partition, key: utf8('k') }] });
  expect(store.stats().usedBytes).toBeLessThan(full.usedBytes - 90_000);
  expect(full.pageBytes).toBe(4_096);
  expect(full.diskFreeBytes).toBeGreaterThan(0);
});

test.each<[string, Partial<LmdbStoreOptions>]>([
  ['an empty path', { path: '' }],
  ['a path with NUL', { path: 'a\0b' }],
  ['a negative limit', { storeBytesMax: -1 }],
  ['a fractional limit', { storeBytesMax: 1.5 }],
  ['a limit that is no number', { storeBytesMax: '1' as unknown as number }],
  ['a reserve without end', { reserveBytes: Number.POSITIVE_INFINITY }],
  ['a negative age', { snapshotMsMax: -1 }],
  ['an age of nothing', { snapshotMsMax: 0 }],
  ['an age that is NaN', { snapshotMsMax: Number.NaN }],
  ['a readOnly that is no boolean', { readOnly: 1 as unknown as boolean }],
])('%s is refused', async (_, options) => {
  const error = await openLmdbStore({ path: '/nowhere', ...options }).catch((reason: unknown) => reason);
  expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
});

test('a folder that cannot be made is store.failed', async () => {
  const error = await openLmdbStore({ path: '/proc/nothing/store' }).catch((reason: unknown) => reason);
  expect(isKeyspaceError(error, 'store.failed')).toBe(true);
});

test('the largest commit is stored, beside others', async () => {
  const store = await folders.store();
  const { commitBytesMax, valueBytesMax } = store.limits;
  const key = (i: number) => Uint8Array.of(4, i >> 8, i & 0xff);
  const count = Math.floor(commitBytesMax / (valueBytesMax + 3));
  const value = new Uint8Array(valueBytesMax).fill(5);
  const writes = Array.from({ length: count }, (_, i) => ({
    type: 'set' as const,
    partition,
    key: key(i),
    value,
  }));
  await Promise.all([
    store.commit({ writes }),
    ...['b', 'c', 'd'].map((name) => store.commit({ writes: [set(actor(name), 'k', 'v')] })),
  ]);
  expect(store.sync.get(partition, key(count - 1))).toEqual(value);
  await store.commit({ writes: [{ type: 'clearRange', partition, range: ALL }] });
  expect([...store.sync.scan(partition, ALL)]).toEqual([]);
  expect(store.sync.get(actor('d'), utf8('k'))).toEqual(utf8('v'));
});
