import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';
import { describe, expect, test } from 'vitest';
import { openLmdbStore } from '../../../src/stores/lmdb/index.js';
import { actor, StoreFolders, set, utf8 } from './support.js';

const folders = new StoreFolders();

async function closedStore(): Promise<string> {
  const path = join(await folders.make(), 'store');
  const store = await folders.open({ path });
  await store.commit({ writes: [set(actor('a'), 'k', 'v')] });
  await store.close();
  return path;
}

async function rewriteFormat(path: string, change: object): Promise<void> {
  const file = join(path, 'format.json');
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...change }));
}

describe('not a store of this library', () => {
  async function refused(path: string): Promise<void> {
    await expect(openLmdbStore({ path })).rejects.toMatchObject({
      code: 'store.not_recognised',
      details: { path, reason: expect.any(String) },
    });
  }

  test.each([
    ['an empty file', new Uint8Array(0)],
    ['a text file', utf8('dear diary\n')],
    ['random bytes', randomBytes(65_536)],
  ])('%s in its place', async (_, contents) => {
    const path = join(await folders.make(), 'store');
    await writeFile(path, contents);
    await refused(path);
    expect(await readFile(path)).toEqual(Buffer.from(contents));
  });

  test('a file within the path', async () => {
    const file = join(await folders.make(), 'file');
    await writeFile(file, 'text');
    await expect(openLmdbStore({ path: join(file, 'store') })).rejects.toMatchObject({
      code: expect.stringMatching(/^store\.(not_recognised|failed)$/),
    });
  });

  test('a folder of something else', async () => {
    const path = await folders.make();
    await writeFile(join(path, 'readme.txt'), 'text');
    await refused(path);
  });

  test('a foreign LMDB environment', async () => {
    const path = join(await folders.make(), 'foreign');
    const foreign = open({ path, noSubdir: false });
    await foreign.put('key', 'value');
    await foreign.close();
    await refused(path);
  });

  test.each([
    'null',
    '[]',
    '{}',
    '{"magic":"something else","formatVersion":1}',
    'not JSON',
    '',
    ' '.repeat(100_000),
  ])('a folder with another format record: %j', async (format) => {
    const path = await closedStore();
    await writeFile(join(path, 'format.json'), format);
    await refused(path);
  });

  test('nothing at all, to be read only', async () => {
    const path = join(await folders.make(), 'store');
    await expect(openLmdbStore({ path, readOnly: true })).rejects.toMatchObject({
      code: 'store.not_recognised',
    });
  });
});

test('a newer format is refused with both versions, and not touched', async () => {
  const path = await closedStore();
  await rewriteFormat(path, { formatVersion: 7, checksum: 'something new' });
  const before = await readFile(join(path, 'data.mdb'));
  await expect(openLmdbStore({ path })).rejects.toMatchObject({
    code: 'store.version_unsupported',
    details: { path, formatVersion: 7, formatVersionMax: 1 },
  });
  expect(await readFile(join(path, 'data.mdb'))).toEqual(before);
});

describe('a damaged store', () => {
  async function corrupt(path: string): Promise<void> {
    await expect(openLmdbStore({ path })).rejects.toMatchObject({
      code: 'store.corrupt',
      details: { path, reason: expect.any(String) },
    });
  }

  test.each([{ formatVersion: 0 }, { formatVersion: 'one' }, { pageBytes: 8_192 }, { checksum: 'none' }])(
    'with the format %j',
    async (change) => {
      const path = await closedStore();
      await rewriteFormat(path, change);
      await corrupt(path);
    },
  );

  test('without its data file', async () => {
    const path = await closedStore();
    await rm(join(path, 'data.mdb'));
    await corrupt(path);
  });

  test.each([
    ['empty', new Uint8Array(0)],
    ['text', utf8('dear diary\n'.repeat(2_000))],
    ['random bytes', randomBytes(65_536)],
  ])('whose data file is %s', async (_, contents) => {
    const path = await closedStore();
    await writeFile(join(path, 'data.mdb'), contents);
    await corrupt(path);
  });

  test('whose data file is a foreign environment', async () => {
    const path = await closedStore();
    const foreignPath = join(await folders.make(), 'foreign');
    const foreign = open({ path: foreignPath, noSubdir: false, pageSize: 4_096 });
    await foreign.put('key', 'value');
    await foreign.close();
    await writeFile(join(path, 'data.mdb'), await readFile(join(foreignPath, 'data.mdb')));
    await corrupt(path);
  });

  test('whose data file has pages of another size', async () => {
    const path = await closedStore();
    const otherPath = join(await folders.make(), 'other');
    await open({ path: otherPath, noSubdir: false, pageSize: 8_192 }).close();
    await writeFile(join(path, 'data.mdb'), await readFile(join(otherPath, 'data.mdb')));
    await corrupt(path);
  });
});

test('a folder in place of the data file is no crash', async () => {
  const path = await closedStore();
  await rm(join(path, 'data.mdb'));
  await mkdir(join(path, 'data.mdb'));
  await expect(openLmdbStore({ path })).rejects.toMatchObject({ code: expect.stringMatching(/^store\./) });
});
