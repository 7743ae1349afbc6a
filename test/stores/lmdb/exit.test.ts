import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { actor, StoreFolders, utf8 } from './support.js';

const REPEATS = 3;

const folders = new StoreFolders();

describe.each(['end', 'exit', 'end pending', 'exit pending', 'end reading', 'exit reading pending'])(
  'a process that leaves its store open (%s)',
  (how) => {
    test('ends by itself, and what it was told is durable is there', async () => {
      await Promise.all(
        Array.from({ length: REPEATS }, async () => {
          const path = join(await folders.make(), 'store');
          const child = folders.child('leave.mjs', path, how);
          expect(await child.hear()).toBe('committed');
          expect(await child.exit).toMatchObject({ code: 0, stderr: '' });
          const store = await folders.open({ path });
          expect(store.sync.get(actor('a'), utf8('key-first'))).toEqual(utf8('first'));
          const kept = [...store.sync.scan(actor('a'), { begin: new Uint8Array(0) })];
          if (how === 'end pending') expect(kept).toHaveLength(2_001);
        }),
      );
    });
  },
);
