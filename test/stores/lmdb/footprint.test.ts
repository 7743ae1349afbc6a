import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Write } from '../../../src/store/index.js';
import { footprintMax, writesFootprint } from '../../../src/stores/lmdb/footprint.js';
import { actor, StoreFolders } from './support.js';

/** Pages of the trees above the entries, at most: of three trees, for so few entries. */
const TREES_BYTES = 16 * 4_096;

const folders = new StoreFolders();

const sizes = fc.record({
  partitionBytes: fc.integer({ min: 3, max: 278 }),
  keyBytes: fc.oneof(fc.integer({ min: 4, max: 60 }), fc.integer({ min: 4, max: 1_700 })),
  valueBytes: fc.oneof(
    fc.nat(100),
    fc.integer({ min: 1_500, max: 2_500 }),
    fc.integer({ min: 4_000, max: 4_200 }),
    fc.nat(132_096),
  ),
});

/** Where the n-th entry goes: pages split otherwise in each order. */
const order = fc.constantFrom(
  (n: number) => n,
  (n: number) => 1_000_000 - n,
  (n: number) => n * 2_654_435_761,
);

function setOf(
  { partitionBytes, keyBytes, valueBytes }: typeof sizes extends fc.Arbitrary<infer T> ? T : never,
  i = 0,
): Write {
  const key = Buffer.alloc(keyBytes, 0x61);
  key.writeUInt32BE(i >>> 0);
  const partition = actor('p'.repeat(partitionBytes - 2));
  return { type: 'set', partition, key: new Uint8Array(key), value: new Uint8Array(valueBytes) };
}

test('what a commit takes up is within its footprint', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, order, fc.integer({ min: 1, max: 40 }), async (shape, place, commits) => {
      const store = await folders.store();
      const perCommit = Math.min(50, Math.ceil(500_000 / (commits * (shape.valueBytes + 1))));
      const before = store.stats().usedBytes;
      let footprint = 0;
      for (let commit = 0; commit < commits; commit++) {
        const writes = Array.from({ length: perCommit }, (_, i) =>
          setOf(shape, place(commit * perCommit + i)),
        );
        footprint += writesFootprint(writes);
        await store.commit({ writes });
      }
      const grownBytes = store.stats().usedBytes - before;
      await store.close();
      expect(grownBytes).toBeLessThanOrEqual(1.1 * footprint + TREES_BYTES);
    }),
    { numRuns: 60 },
  );
});

test('room for so many bytes is never less than what a commit of them needs', () => {
  fc.assert(
    fc.property(fc.array(sizes, { maxLength: 20 }), (shapes) => {
      const writes = shapes.map((shape) => setOf(shape));
      const bytes = shapes.reduce(
        (sum, { partitionBytes, keyBytes, valueBytes }) => sum + partitionBytes + keyBytes + valueBytes,
        0,
      );
      const most = footprintMax(writes.length, bytes);
      expect(most).toBeGreaterThanOrEqual(writesFootprint(writes));
      expect(most).toBeLessThanOrEqual(6 * writesFootprint(writes));
    }),
  );
});
