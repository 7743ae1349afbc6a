import { statSync } from 'node:fs';
import { cp, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LmdbStore } from '../../../src/stores/lmdb/index.js';
import { actor, type Exit, StoreFolders } from './support.js';

const PAGE_BYTES = 4_096;
const KEYS = 60;

const folders = new StoreFolders();

/** Every value consists of its key's first byte; some lie in leaves, some on pages of their own. */
async function fill(store: LmdbStore): Promise<void> {
  await store.commit({
    writes: Array.from({ length: KEYS }, (_, i) => ({
      type: 'set' as const,
      partition: actor('a'),
      key: Uint8Array.of(i, 0),
      value: new Uint8Array(i * 150).fill(i),
    })),
  });
}

async function outcomes(paths: readonly string[]): Promise<{ lines: string[]; exit: Exit }> {
  const child = folders.child('open-damaged.mjs', ...paths);
  const lines: string[] = [];
  for await (const line of child.lines) lines.push(line);
  return { lines, exit: await child.exit };
}

test('a truncated file is store.corrupt, wherever it was cut, and never ends the process', async () => {
  const folder = await folders.make();
  const path = join(folder, 'store');
  const store = await folders.open({ path });
  await fill(store);
  await store.close();
  const fileBytes = statSync(join(path, 'data.mdb')).size;
  const cuts: number[] = [0, 1, 100, 8_191];
  for (let at = PAGE_BYTES; at < fileBytes; at += PAGE_BYTES) cuts.push(at, at + 1_234);
  const copies = await Promise.all(
    cuts.map(async (fileBytesLeft) => {
      const copy = join(folder, `cut-${fileBytesLeft}`);
      await cp(path, copy, { recursive: true });
      await truncate(join(copy, 'data.mdb'), fileBytesLeft);
      return copy;
    }),
  );
  const { lines, exit } = await outcomes([...copies, path]);
  expect(exit).toMatchObject({ code: 0, stderr: '' });
  expect(lines).toHaveLength(cuts.length + 1);
  // A cut that takes nothing but free pages leaves a whole store.
  expect(new Set(lines)).toEqual(new Set(['store.corrupt', `entries ${KEYS}`]));
  expect(lines.at(-1)).toBe(`entries ${KEYS}`);
  const whole = lines.slice(0, -1).map((line, i) => (line === 'store.corrupt' ? 0 : (cuts[i] as number)));
  expect(lines.filter((line) => line === 'store.corrupt').length).toBeGreaterThan(0.8 * cuts.length);
  const wholeFrom = Math.min(...whole.filter((cut) => cut > 0), fileBytes);
  expect(lines.every((line, i) => (line === 'store.corrupt') === (cuts[i] ?? fileBytes) < wholeFrom)).toBe(
    true,
  );
});

test('a file whose last pages were freed before they were written is whole', async () => {
  const path = join(await folders.make(), 'store');
  const store = await folders.open({ path });
  await fill(store);
  const partition = actor('b');
  const key = Uint8Array.of(1);
  await store.commit({
    writes: [
      { type: 'set', partition, key, value: new Uint8Array(100_000) },
      { type: 'delete', partition, key },
    ],
  });
  await store.close();
  const { lines, exit } = await outcomes([path]);
  expect(lines).toEqual([`entries ${KEYS}`]);
  expect(exit).toMatchObject({ code: 0, stderr: '' });
});
