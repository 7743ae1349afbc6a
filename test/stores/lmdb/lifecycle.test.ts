import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { isKeyspaceError } from '../../../src/errors.js';
import { type LmdbStoreOptions, openLmdbStore } from '../../../src/stores/lmdb/index.js';
import { actor, set, utf8, Workplace } from './support.js';

const ALL = { begin: new Uint8Array(0) };
const ENTRIES = 1_000;

const workplace = new Workplace();

const partition = actor('a');

function fill(count = ENTRIES) {
  return Array.from({ length: count }, (_, i) => set(partition, `key-${String(i).padStart(5, '0')}`, `${i}`));
}

test('a store closes with snapshots and scans open, and they are then closed', async () => {
  const store = await workplace.store();
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
  const store = await workplace.store();
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
  const store = await workplace.store();
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
  workplace.after(() => vi.useRealTimers());
  const path = join(await workplace.folder(), 'store');
  const store = await workplace.open({ path });
  const rewrite = async (times: number) => {
    for (let i = 0; i < times; i++) await store.commit({ writes: fill(500) });
    return store.stats().fileBytes;
  };
  await rewrite(5);
  const child = workplace.child('reader.mjs', path);
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
  const path = join(await workplace.folder(), 'store');
  const writer = await workplace.open({ path });
  await writer.commit({ writes: [set(partition, 'k', 'v')] });
  await writer.close();
  const child = workplace.child('read-only.mjs', path);
  expect(await child.hear()).toBe('v TypeError TypeError');
  const again = await workplace.open({ path });
  await again.commit({ writes: [set(partition, 'k', new Uint8Array(100_000).fill(0x77)), ...fill(5_000)] });
  child.say('read');
  expect(await child.hear()).toBe(`${'w'.repeat(100_000)} 5001`);
  expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
});

test('stats tell what is used', async () => {
  const store = await workplace.store();
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
  const store = await workplace.store();
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
