import { describe, expect, test } from 'vitest';
import { storeSuite } from '../../src/conformance/index.js';
import { MemoryStore, type MemoryStoreOptions } from '../../src/stores/memory/index.js';
import { MEMORY } from './support.js';

for (const subject of MEMORY) storeSuite({ describe, test }, subject);

test.each<[string, object, unknown]>([
  ['a commit size that is NaN', { commitBytesMax: Number.NaN }, RangeError],
  ['a negative commit size', { commitBytesMax: -1 }, RangeError],
  ['a fractional commit size', { commitBytesMax: 1.5 }, RangeError],
  ['an endless commit size', { commitBytesMax: Number.POSITIVE_INFINITY }, RangeError],
  ['a commit size that is no number', { commitBytesMax: '1' }, RangeError],
  ['synchronousReads that is no boolean', { synchronousReads: 'no' }, TypeError],
])('%s is refused', (_, options, error) => {
  expect(() => new MemoryStore(options as MemoryStoreOptions)).toThrow(error as ErrorConstructor);
});
