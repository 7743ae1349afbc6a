import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openKeyspace } from '../../src/index.js';
import { openLmdbStore } from '../../src/stores/lmdb/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { visible } from '../transfer/faulty-store.js';
import {
  dump,
  dumpOf,
  exportLines,
  HEADER_KEY,
  header,
  importText,
  plantWorld,
  userKey,
  type World,
} from '../transfer/support.js';
import { startChild, storePath } from './support.js';

const WORLD: World = new Map(
  Array.from({ length: 25 }, (_, n) => [
    `actor ${n}`,
    {
      pairs: [
        [HEADER_KEY, header()],
        // Some take several commits.
        ...Array.from(
          { length: n % 8 === 7 ? 1_050 : 3 },
          (_, i) => [userKey(`${i}`), new Uint8Array(n)] as const,
        ),
      ],
      wake: { stateAtMs: n },
    },
  ]),
);

test('killed anywhere, an import leaves nothing to be seen or everything, and importing again completes it', async () => {
  const source = new MemoryStore();
  await plantWorld(source, WORLD);
  const text = (await exportLines(source)).join('');
  const expected = dumpOf(WORLD);
  const ends = new Set<string>();
  for (const killAfter of [1, 20, 45, 'publish', 'publish', 'durable']) {
    const path = await storePath();
    const file = join(dirname(path), 'export.jsonl');
    await writeFile(file, text);
    const child = startChild('import.mjs', path, file);
    let isPublishing = false;
    for (let n = 1, line = await child.hear(); ; n++, line = await child.hear()) {
      isPublishing ||= line === 'publish';
      if (n === killAfter || (isPublishing && line === killAfter) || line === 'imported') break;
    }
    await child.kill('SIGKILL');

    const store = await openLmdbStore({ path });
    const seen = await visible(store);
    if (seen.length === 0) {
      ends.add('nothing');
      const keyspace = await openKeyspace({ store, sharedStore: true });
      expect(await keyspace.openActor('not of the export')).toBeDefined();
      await keyspace.close();
      await importText(store, text);
    } else {
      ends.add('everything');
      expect(isPublishing).toBe(true);
    }
    expect(await dump(store)).toEqual(expected);
    if (killAfter === 'durable') expect(seen).toEqual(expected);
    await store.close();
  }
  expect(ends).toEqual(new Set(['nothing', 'everything']));
});
