import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { visible } from '../transfer/faulty-store.js';
import {
  dump,
  dumpOf,
  exportLines,
  importText,
  plantWorld,
  userKey,
  type World,
} from '../transfer/support.js';
import { startChild, storePath } from './support.js';

const ROUNDS = 4;

async function exportOf(fill: number): Promise<{ text: string; expected: string[] }> {
  const world: World = new Map(
    Array.from({ length: 30 }, (_, n) => [
      `actor ${n}`,
      { pairs: [1, 2, 3].map((i) => [userKey(`${fill}${i}`), new Uint8Array(n).fill(fill)] as const) },
    ]),
  );
  const store = new MemoryStore();
  await plantWorld(store, world);
  return { text: (await exportLines(store)).join(''), expected: dumpOf(world) };
}

test('of two processes that import the same actors at once at most one succeeds, and nothing is mixed', async () => {
  const exports = [await exportOf(1), await exportOf(2)] as const;
  for (let round = 0; round < ROUNDS; round++) {
    const path = await storePath();
    const store = await openLmdbStore({ path });
    const running = exports.map(async ({ text }, n) => {
      const file = join(dirname(path), `${n}.jsonl`);
      await writeFile(file, text);
      const child = startChild('import.mjs', path, file);
      let last = '';
      for await (const line of child.lines) last = line;
      expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
      return last;
    });
    const outcomes = await Promise.all(running);
    const winners = exports.filter((_, n) => outcomes[n] === 'imported');
    expect(winners.length, outcomes.join()).toBeLessThanOrEqual(1);
    expect(await visible(store)).toEqual(winners[0]?.expected ?? []);
    for (const outcome of outcomes) {
      expect(['imported', 'import.conflict', 'commit.fenced', 'commit.check_failed']).toContain(outcome);
    }
    if (winners.length === 0) {
      await importText(store, exports[0].text);
      expect(await dump(store)).toEqual(exports[0].expected);
    }
    await store.close();
  }
});
