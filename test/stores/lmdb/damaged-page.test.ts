import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isKeyspaceError } from '../../../src/errors.js';
import { actor, StoreFolders, set, utf8 } from './support.js';

const PAGE_BYTES = 4_096;
const KEYS = 400;
const keys = Array.from({ length: KEYS }, (_, n) => `key-${n}`.padEnd(200, '-'));

const folders = new StoreFolders();

test('reads go on after one that met a damaged page, which is named as damage', async () => {
  const path = join(await folders.make(), 'store');
  const before = await folders.open({ path });
  await before.commit({ writes: keys.map((key) => set(actor('a'), key, new Uint8Array(100))) });
  await before.close();

  // A page of entries: what is searched below the root of the tree.
  const file = await open(join(path, 'data.mdb'), 'r+');
  const { size } = await file.stat();
  const pages = Buffer.alloc(size);
  await file.read(pages, 0, size, 0);
  const needle = Buffer.from('key-77--');
  const at = pages.indexOf(needle);
  expect(at).toBeGreaterThan(0);
  const page = Math.floor(at / PAGE_BYTES) * PAGE_BYTES;
  await file.write(Buffer.alloc(PAGE_BYTES), 0, PAGE_BYTES, page);
  await file.close();

  const store = await folders.open({ path });
  const outcomes = keys.map((key) => {
    try {
      return store.sync.get(actor('a'), utf8(key))?.length;
    } catch (error) {
      expect(isKeyspaceError(error, 'store.corrupt') && error.details.path).toBe(path);
      return 'damaged';
    }
  });
  const damaged = outcomes.filter((outcome) => outcome === 'damaged').length;
  expect(damaged).toBeGreaterThan(0);
  expect(damaged).toBeLessThan(KEYS / 2);
  expect(outcomes.filter((outcome) => outcome === 100).length).toBe(KEYS - damaged);
});
