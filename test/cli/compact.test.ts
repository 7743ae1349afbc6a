import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openKeyspace } from '../../src/index.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { jsonLines, makeStore, setKv } from './store-support.js';
import { runCli, runHere } from './support.js';

const storeFolder = () => makeStore((store) => setKv(store, { alice: { a: 'b', c: 'x'.repeat(100_000) } }));

test('a store in use is copied, and the copy is a store', async () => {
  const path = await storeFolder();
  const target = join(dirname(path), 'copy');
  const keyspace = await openKeyspace({ store: await openLmdbStore({ path }) });
  const actor = await keyspace.openActor('alice');
  await actor.kv.delete('c');
  const ended = await runCli(['compact', path, target]);
  expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(ended.stdout).toMatch(/^copied [\d,]+ bytes as [\d,]+ bytes to .*copy\n$/);
  await actor.kv.set('a', 'c');
  await keyspace.close();

  const copy = await openKeyspace({ store: await openLmdbStore({ path: target }) });
  const copied = await copy.openActor('alice');
  expect(await copied.kv.getText('a')).toBe('b');
  expect(copied.epoch).toBe(3);
  await copy.close();
});

test('as JSON it tells the sizes', async () => {
  const path = await storeFolder();
  const target = join(dirname(path), 'copy');
  const { exitCode, stdout } = await runHere(['compact', path, target, '--json']);
  expect(exitCode).toBe(0);
  const sizeOf = async (folder: string) => {
    const store = await openLmdbStore({ path: folder, readOnly: true });
    const { fileBytes } = store.stats();
    await store.close();
    return fileBytes;
  };
  expect(jsonLines(stdout)).toEqual([
    { type: 'end', target, sourceBytes: await sizeOf(path), targetBytes: await sizeOf(target) },
  ]);
});

test('what cannot be copied, or has no place, fails in one line and leaves nothing', async () => {
  const path = await storeFolder();
  const folder = dirname(path);
  const target = join(folder, 'copy');
  await mkdir(target);
  await writeFile(join(target, 'file'), 'kept');
  expect(await runHere(['compact', path, target])).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `the folder ${target} is there and not empty\n`,
  });
  expect(await readdir(target)).toEqual(['file']);
  const missing = await runHere(['compact', join(folder, 'missing'), join(folder, 'other')]);
  expect(missing).toMatchObject({ exitCode: 1, stdout: '' });
  expect(missing.stderr).toMatch(/^store\.not_recognised: /);
  const inside = await runHere(['compact', path, join(path, 'copy')]);
  expect(inside).toMatchObject({ exitCode: 1, stderr: "path lies in the store's own folder\n" });
  expect((await readdir(folder)).sort()).toEqual(['copy', 'store']);
  expect(await runHere(['compact', path])).toMatchObject({ exitCode: 2, stdout: '' });
});
