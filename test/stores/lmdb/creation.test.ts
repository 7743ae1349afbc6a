import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { toHex } from '../../../src/bytes/index.js';
import { actor, StoreFolders, set, utf8 } from './support.js';

const CREATORS = 6;
const LEFTOVER = '.store.creating-8f14e45f';

const folders = new StoreFolders();

test('a store is made with its missing parents, and nothing is left beside it', async () => {
  const folder = await folders.make();
  const path = join(folder, 'a', 'b', 'store');
  await folders.open({ path });
  expect(await readdir(dirname(path))).toEqual(['store']);
  expect((await readdir(path)).sort()).toEqual(['data.mdb', 'format.json', 'lock.mdb']);
});

test('an empty folder becomes a store', async () => {
  const path = await folders.make();
  const store = await folders.open({ path });
  await store.commit({ writes: [set(actor('a'), 'k', 'v')] });
  expect(store.sync.get(actor('a'), utf8('k'))).toEqual(utf8('v'));
});

test('of processes that create at once, all end up in one store', async () => {
  const path = join(await folders.make(), 'store');
  const names = Array.from({ length: CREATORS }, (_, i) => `creator-${i}`);
  const children = names.map((name) => folders.child('create.mjs', path, name));
  for (const child of children) expect(await child.hear()).toBe('ready');
  for (const child of children) child.say('create');
  for (const child of children) expect(await child.hear()).toBe('written');
  for (const child of children) child.say('list');
  const partitions = names.map((name) => toHex(actor(name))).join();
  for (const child of children) expect(await child.hear()).toBe(partitions);
  for (const child of children) expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
  expect(await readdir(dirname(path))).toEqual(['store']);
});

test('of stores opened at once in one process, all are one', async () => {
  const path = join(await folders.make(), 'store');
  const stores = await Promise.all(Array.from({ length: 4 }, () => folders.open({ path })));
  await Promise.all(stores.map((store, i) => store.commit({ writes: [set(actor('a'), `k${i}`, 'v')] })));
  for (const store of stores) {
    const snapshot = await store.snapshot();
    expect([...snapshot.sync!.scan(actor('a'), { begin: new Uint8Array(0) })]).toHaveLength(stores.length);
  }
});

test('what a killed creation left is ignored, and removed once it is old', async () => {
  const folder = await folders.make();
  const leftover = join(folder, LEFTOVER);
  await mkdir(leftover);
  await writeFile(join(leftover, 'data.mdb'), 'half a file');
  await (await folders.open({ path: join(folder, 'store') })).close();
  expect((await readdir(folder)).sort()).toEqual([LEFTOVER, 'store']);

  const twoHoursAgo = Date.now() / 1000 - 2 * 60 * 60;
  await utimes(leftover, twoHoursAgo, twoHoursAgo);
  await folders.open({ path: join(folder, 'other') });
  expect(await readdir(folder)).toContain(LEFTOVER);
  const again = join(folder, 'again', 'store');
  await mkdir(join(dirname(again), LEFTOVER), { recursive: true });
  await utimes(join(dirname(again), LEFTOVER), twoHoursAgo, twoHoursAgo);
  await folders.open({ path: again });
  expect(await readdir(dirname(again))).toEqual(['store']);
});

test('what somebody still writes to is not taken for what was left', async () => {
  const folder = await folders.make();
  const building = join(folder, LEFTOVER);
  await mkdir(building);
  await writeFile(join(building, 'data.mdb'), 'a long copy');
  const twoHoursAgo = Date.now() / 1000 - 2 * 60 * 60;
  await utimes(building, twoHoursAgo, twoHoursAgo);
  await folders.open({ path: join(folder, 'store') });
  expect(await readdir(building)).toEqual(['data.mdb']);
});
