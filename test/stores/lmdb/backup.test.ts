import { execFileSync } from 'node:child_process';
import { statfsSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../src/bytes/index.js';
import type { LmdbBackupProgress, LmdbStore } from '../../../src/stores/lmdb/index.js';
import { CAN_MOUNT } from './abilities.js';
import { actor, StoreFolders, set, utf8 } from './support.js';

const ALL = { begin: new Uint8Array(0) };
const ACTORS = ['a', 'b', 'c'];
const ENTRIES = 300;

const folders = new StoreFolders();

/** With entries of every kind of page, more than half of them deleted again. */
async function filledStore(path: string): Promise<LmdbStore> {
  const store = await folders.open({ path });
  for (const name of ACTORS) {
    const partition = actor(name);
    await store.claim(partition);
    const sizes = [0, 10, 1_000, 5_000, 20_000];
    const writes = Array.from({ length: ENTRIES }, (_, i) =>
      set(partition, `key-${i}`, new Uint8Array(sizes[i % sizes.length]!).fill(i)),
    );
    await store.commit({ writes });
    await store.commit({
      writes: writes.slice(0, 250).map(({ key }) => ({ type: 'delete', partition, key })),
    });
  }
  await store.claim(actor('a'));
  await store.claim(actor('empty'));
  return store;
}

async function contents(store: LmdbStore): Promise<string[]> {
  const found: string[] = [];
  const snapshot = await store.snapshot();
  for await (const partition of snapshot.listPartitions()) {
    for (const { key, value } of snapshot.sync!.scan(partition, ALL)) {
      found.push([partition, key, value].map(toHex).join());
    }
  }
  snapshot.close();
  return found;
}

const pathsIn = async () => {
  const folder = await folders.make();
  return { folder, path: join(folder, 'store'), target: join(folder, 'copy') };
};

test('a backup goes where links lead, and never into the store', async () => {
  const folder = await folders.make();
  const path = join(folder, 'store');
  const store = await filledStore(path);
  await symlink(path, join(folder, 'link to store'));
  for (const inside of [join(folder, 'link to store'), join(folder, 'link to store', 'copy')]) {
    await expect(store.backup(inside)).rejects.toThrow(RangeError);
  }
  await mkdir(join(folder, 'empty'));
  await symlink(join(folder, 'empty'), join(folder, 'link'));
  await store.backup(join(folder, 'link'));
  expect(await readdir(join(folder, 'empty'))).toContain('data.mdb');
});

describe('a backup', () => {
  test('holds the same entries and claims in less space, and the store goes on', async () => {
    const { folder, path, target } = await pathsIn();
    const store = await filledStore(path);
    const before = await contents(store);
    await store.backup(target);
    expect((await readdir(folder)).sort()).toEqual(['copy', 'store']);
    expect((await readdir(target)).sort()).toEqual(['data.mdb', 'format.json']);
    expect(await readFile(join(target, 'format.json'))).toEqual(await readFile(join(path, 'format.json')));

    const copy = await folders.open({ path: target });
    expect(await contents(copy)).toEqual(before);
    expect(copy.stats().fileBytes).toBeLessThan(store.stats().fileBytes / 2);
    expect(copy.stats()).toMatchObject({ reusableBytes: 0, fileBytes: copy.stats().usedBytes });
    expect(copy.stats().data.entryCount).toBe(before.length);

    await store.commit({ writes: [set(actor('a'), 'later', 'v')] });
    expect(await contents(copy)).toEqual(before);
    await copy.commit({ writes: [set(actor('b'), 'later', 'v')] });
    expect(await contents(copy)).toHaveLength(before.length + 1);
  });

  test('takes the place of its store, where claims go on counting and fences of the store are not valid', async () => {
    const { folder, path, target } = await pathsIn();
    const store = await filledStore(path);
    const held = await store.claim(actor('a'));
    await store.backup(target);
    await store.close();
    await rename(path, join(folder, 'old'));
    await rename(target, path);
    const swapped = await folders.open({ path });
    const write = set(actor('a'), 'key', 'stale');
    await expect(swapped.commit({ fences: [held], writes: [write] })).rejects.toThrow(TypeError);
    const epochs = [];
    for (const name of [...ACTORS, 'empty', 'new']) epochs.push((await swapped.claim(actor(name))).epoch);
    expect(epochs).toEqual([4, 2, 2, 2, 1]);
  });

  test('can be made of a store that is open for reading, and read as such', async () => {
    const { path, target } = await pathsIn();
    const before = await contents(await filledStore(path));
    await (await folders.open({ path, readOnly: true })).backup(join(target, 'in', 'a', 'new', 'place'));
    const copy = await folders.open({ path: join(target, 'in', 'a', 'new', 'place'), readOnly: true });
    expect(await contents(copy)).toEqual(before);
  });

  test('made while others write has every commit whole, and all that were durable before it', async () => {
    const { path, target } = await pathsIn();
    const store = await filledStore(path);
    const names = Array.from({ length: 8 }, (_, i) => `w${i}`);
    const rounds = new Map(names.map((name) => [name, 0]));
    const write = async (name: string, round: number) => {
      // Two keys that say the same, and one that moves pages around.
      await store.commit({
        writes: ['x', 'y', `z${round % 7}`].map((key) =>
          set(actor(name), key, new Uint8Array(3_000).fill(round)),
        ),
      });
      rounds.set(name, round);
    };
    for (const name of names) await write(name, 1);
    const atLeast = new Map(rounds);
    let isOver = false;
    const backup = store.backup(target).finally(() => {
      isOver = true;
    });
    const writers = names.map(async (name) => {
      while (!isOver) await write(name, (rounds.get(name) as number) + 1);
    });
    await backup;
    await Promise.all(writers);
    const copy = await folders.open({ path: target });
    for (const name of names) {
      const [x, y] = ['x', 'y'].map((key) => copy.sync.get(actor(name), utf8(key))!);
      expect(x).toEqual(y);
      expect(x![0]).toBeGreaterThanOrEqual(atLeast.get(name)!);
    }
  });

  test('of an empty store is one', async () => {
    const { path, target } = await pathsIn();
    await (await folders.open({ path })).backup(target);
    const copy = await folders.open({ path: target });
    expect(await contents(copy)).toEqual([]);
    expect((await copy.claim(actor('a'))).epoch).toBe(1);
  });

  test('tells how far it is, from nothing to all', async () => {
    const { path, target } = await pathsIn();
    const store = await filledStore(path);
    const told: LmdbBackupProgress[] = [];
    await store.backup(target, { onProgress: (progress) => told.push(progress) });
    const { usedBytes, fileBytes } = (await folders.open({ path: target })).stats();
    expect(told.at(0)).toEqual({ writtenBytes: 0, totalBytes: store.stats().usedBytes });
    expect(told.at(-1)).toEqual({ writtenBytes: fileBytes, totalBytes: usedBytes });
    for (const { writtenBytes, totalBytes } of told) expect(writtenBytes).toBeLessThanOrEqual(totalBytes);
  });

  test('may be one of two at once, each whole; of two with one target one fails', async () => {
    const { folder, path, target } = await pathsIn();
    const store = await filledStore(path);
    const before = await contents(store);
    const other = join(folder, 'other');
    await mkdir(target);
    const outcomes = await Promise.allSettled([target, other, other].map((to) => store.backup(to)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(outcomes[0]).toMatchObject({ status: 'fulfilled' });
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'store.failed', details: { operation: 'back up' } },
    });
    expect((await readdir(folder)).sort()).toEqual(['copy', 'other', 'store']);
    for (const to of [target, other])
      expect(await contents(await folders.open({ path: to }))).toEqual(before);
  });

  test('is waited for when the store is closed', async () => {
    const { path, target } = await pathsIn();
    const store = await filledStore(path);
    const before = await contents(store);
    const backup = store.backup(target);
    await store.close();
    await backup;
    expect(await contents(await folders.open({ path: target }))).toEqual(before);
    await expect(store.backup(target)).rejects.toMatchObject({ code: 'store.closed' });
  });
});

describe('a backup that fails leaves nothing', () => {
  const reason = new Error('enough');

  test.each<[string, (abort: AbortController) => Parameters<LmdbStore['backup']>[1]]>([
    ['aborted before', () => ({ signal: AbortSignal.abort(reason) })],
    ['aborted when it begins', (abort) => ({ signal: abort.signal, onProgress: () => abort.abort(reason) })],
    [
      'aborted when it is written',
      (abort) => ({
        signal: abort.signal,
        onProgress: ({ writtenBytes }) => writtenBytes > 0 && abort.abort(reason),
      }),
    ],
    [
      'ended by its callback',
      () => ({
        onProgress: () => {
          throw reason;
        },
      }),
    ],
  ])('%s', async (_, options) => {
    const { folder, path, target } = await pathsIn();
    const store = await filledStore(path);
    await expect(store.backup(target, options(new AbortController()))).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual(['store']);
    // While the engine may still be at the copy that was given up.
    await store.backup(target);
    await store.close();
    expect((await readdir(folder)).sort()).toEqual(['copy', 'store']);
  });

  test('aborted while the engine copies, however long that goes on', async () => {
    const { folder, path, target } = await pathsIn();
    const store = await filledStore(path);
    const abort = new AbortController();
    const backup = store.backup(target, {
      signal: abort.signal,
      onProgress: () => setImmediate(() => abort.abort(reason)),
    });
    await expect(backup).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual(['store']);
    await store.close();
    expect(await readdir(folder)).toEqual(['store']);
  });

  test('where something is in its place, or none can be made', async () => {
    const { folder, path, target } = await pathsIn();
    const store = await filledStore(path);
    await mkdir(target);
    await writeFile(join(target, 'file'), 'kept');
    for (const place of [target, join(target, 'file'), join(target, 'file', 'deeper')]) {
      await expect(store.backup(place)).rejects.toMatchObject({ code: 'store.failed' });
    }
    expect(await readFile(join(target, 'file'), 'utf8')).toBe('kept');
    expect(await readdir(target)).toEqual(['file']);
    expect((await readdir(folder)).sort()).toEqual(['copy', 'store']);
  });

  test('where the disk has less than it needs and the reserve', async () => {
    const { folder, path, target } = await pathsIn();
    await filledStore(path);
    const store = await folders.open({ path, reserveBytes: Number.MAX_SAFE_INTEGER });
    await expect(store.backup(target)).rejects.toMatchObject({
      code: 'store.full',
      details: { neededBytes: store.stats().usedBytes },
    });
    expect(await readdir(folder)).toEqual(['store']);
  });

  test.runIf(CAN_MOUNT)('where the disk fills up meanwhile', async () => {
    const { path } = await pathsIn();
    const store = await filledStore(path);
    const disk = await folders.make();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk]);
    folders.after(() => execFileSync('umount', [disk]));
    const roomy = await folders.open({ path, reserveBytes: 0 });
    const { usedBytes } = roomy.stats();
    expect(usedBytes).toBeLessThan(6 * 1024 * 1024);
    const backup = roomy.backup(join(disk, 'copy'), {
      // Somebody else takes the room that there was.
      onProgress: ({ writtenBytes }) => {
        if (writtenBytes > 0) return;
        const { bavail, bsize } = statfsSync(disk);
        writeFileSync(join(disk, 'other'), new Uint8Array(bavail * bsize - 400_000));
      },
    });
    await expect(backup).rejects.toMatchObject({ code: 'store.full' });
    expect(await readdir(disk)).toEqual(['other']);
    await store.commit({ writes: [set(actor('a'), 'k', 'v')] });
  });

  test.each<[string, unknown, unknown]>([
    ['no path', undefined, undefined],
    ['an empty path', '', undefined],
    ['a path with NUL', 'a\0b', undefined],
    ['a signal that is none', 'copy', { signal: {} }],
    ['a callback that is none', 'copy', { onProgress: 1 }],
  ])('with %s', async (_, path, options) => {
    const store = await folders.store();
    await expect(store.backup(path as string, options as object)).rejects.toThrow(TypeError);
  });

  test('with a path in the store itself', async () => {
    const { path } = await pathsIn();
    const store = await folders.open({ path });
    for (const place of [path, join(path, 'copy')]) {
      await expect(store.backup(place)).rejects.toThrow(RangeError);
    }
    expect((await readdir(path)).sort()).toEqual(['data.mdb', 'format.json', 'lock.mdb']);
  });
});
