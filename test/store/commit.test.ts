import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equalBytes, fromHex } from '../../src/bytes/index.js';
import {
  assertCommitLimits,
  assertCommitPartitions,
  COMMON_LIMITS,
  commitBytes,
  nextEpoch,
  type Write,
} from '../../src/store/index.js';

const PARTITIONS = ['026100', '02616200', '14'].map(fromHex);
const KEY = fromHex('61');

const set = (partition: Uint8Array, value = KEY): Write => ({ type: 'set', partition, key: KEY, value });
const partitionOf = fc.constantFrom(...PARTITIONS).map((partition) => partition.slice());

describe('commits before they reach a store', () => {
  test.each([undefined, null, 'a', 1])('a partition %o is refused, wherever it stands', (wrong) => {
    const partition = wrong as never;
    const check = { partition, key: KEY, value: undefined };
    const valid = set(PARTITIONS[0]!);
    for (const commit of [
      { checks: [check], writes: [] },
      { checks: [check], writes: [valid] },
      { writes: [set(partition)] },
      { writes: [valid, set(partition)] },
      { writes: [set(partition), set(partition)] },
    ]) {
      expect(() => assertCommitPartitions(commit, [])).toThrow(TypeError);
      expect(() => assertCommitPartitions(commit, [PARTITIONS[0]!])).toThrow(TypeError);
    }
  });

  test('with fences exactly the fenced and the shared partition may be touched', () => {
    fc.assert(
      fc.property(
        fc.array(partitionOf, { maxLength: 2 }),
        fc.option(partitionOf, { nil: undefined }),
        fc.array(partitionOf, { maxLength: 3 }),
        fc.array(partitionOf, { maxLength: 3 }),
        (fenced, sharedPartition, checked, written) => {
          const checks = checked.map((partition) => ({ partition, key: KEY, value: undefined }));
          const commit = { sharedPartition, checks, writes: written.map((partition) => set(partition)) };
          const open = [...fenced, ...(sharedPartition ? [sharedPartition] : [])];
          const isCovered = [...checked, ...written].every((one) =>
            open.some((other) => equalBytes(one, other)),
          );
          if (fenced.length === 0 || isCovered) assertCommitPartitions(commit, fenced);
          else expect(() => assertCommitPartitions(commit, fenced)).toThrow(TypeError);
        },
      ),
    );
  });

  test('the size of a commit is that of its keys, values and bounds', () => {
    const [partition] = PARTITIONS as [Uint8Array];
    const range = { begin: new Uint8Array(5), end: new Uint8Array(7) };
    const writes: Write[] = [
      set(partition, new Uint8Array(100)),
      { type: 'delete', partition, key: KEY },
      { type: 'clearRange', partition, range },
      { type: 'clearRange', partition, range: { begin: new Uint8Array(3) } },
    ];
    expect(commitBytes(writes)).toBe(1 + 100 + 1 + 12 + 3);
    assertCommitLimits({ writes }, { ...COMMON_LIMITS, commitBytesMax: 117 });
    expect(() => assertCommitLimits({ writes }, { ...COMMON_LIMITS, commitBytesMax: 116 })).toThrow(
      'commit has 117 bytes, the store allows 116',
    );
  });

  test('epochs end at the largest safe integer', () => {
    expect(nextEpoch(0)).toBe(1);
    expect(nextEpoch(Number.MAX_SAFE_INTEGER - 1)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => nextEpoch(Number.MAX_SAFE_INTEGER)).toThrow(RangeError);
  });

  test('no owner can take the epochs that others would need', () => {
    expect(nextEpoch(0, 2 ** 52)).toBe(2 ** 52);
    expect(nextEpoch(2 ** 52, 2 ** 52)).toBe(2 ** 52 + 1);
    for (const epochMin of [2 ** 52 + 1, Number.MAX_SAFE_INTEGER]) {
      expect(() => nextEpoch(0, epochMin)).toThrow(
        new RangeError(`epochMin must be a whole number of at most 4503599627370496, not ${epochMin}`),
      );
    }
  });
});
