import { assertBytes, equalBytes, equalOptionalBytes, toHex } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import type { Check, Commit, StoreLimits, Write } from './contract.js';
import { assertKey, assertValue } from './limits.js';
import { assertPartition } from './partition.js';
import { assertScan } from './range.js';

const FENCES_MAX = 2;

/** Bytes of a commit as `commitBytesMax` counts them: keys, values and bounds, without partitions. */
export function commitBytes(writes: readonly Write[]): number {
  let total = 0;
  for (const write of writes) total += writeBytes(write);
  return total;
}

function writeBytes(write: Write): number {
  switch (write.type) {
    case 'set':
      return write.key.length + write.value.length;
    case 'delete':
      return write.key.length;
    case 'clearRange':
      return write.range.begin.length + (write.range.end?.length ?? 0);
  }
}

/**
 * @throws {KeyspaceError} The first limit that a check or write of the commit exceeds.
 * @throws {TypeError} If a check or write is not of its declared shape.
 */
export function assertCommitLimits(commit: Commit, limits: StoreLimits): void {
  for (const { key, value } of commit.checks ?? []) {
    assertKey(key, limits);
    if (value !== undefined) assertBytes(value, 'value of a check');
  }
  for (const write of commit.writes) assertWrite(write, limits);
  assertCommitBytes(commitBytes(commit.writes), limits.commitBytesMax);
}

function assertWrite(write: Write, limits: StoreLimits): void {
  switch (write.type) {
    case 'set':
      assertKey(write.key, limits);
      assertValue(write.value, limits.valueBytesMax);
      return;
    case 'delete':
      assertKey(write.key, limits);
      return;
    case 'clearRange':
      assertScan(write.range);
      return;
    default:
      throw new TypeError(`unknown write type ${String((write as { type: unknown }).type)}`);
  }
}

/**
 * @param fenced The partitions of `commit.fences` as the store recorded them when it issued them.
 * @throws {TypeError} If a check or write is in a partition that the commit may not touch.
 * @throws {RangeError} If there are more than two fences, or a partition is malformed.
 */
export function assertCommitPartitions(commit: Commit, fenced: readonly Uint8Array[]): void {
  if (fenced.length > FENCES_MAX) {
    throw new RangeError(`commit has ${fenced.length} fences, the limit is ${FENCES_MAX}`);
  }
  const { sharedPartition } = commit;
  if (sharedPartition !== undefined) assertPartition(sharedPartition);
  const open = sharedPartition === undefined ? fenced : [...fenced, sharedPartition];
  // Most commits name one array over and over.
  let asserted: Uint8Array | undefined;
  const assertOpen = ({ partition }: { readonly partition: Uint8Array }) => {
    if (asserted !== undefined && partition === asserted) return;
    assertPartition(partition);
    if (fenced.length > 0 && !open.some((allowed) => equalBytes(allowed, partition))) {
      throw new TypeError('a check or write is in a partition that is neither fenced nor shared');
    }
    asserted = partition;
  };
  commit.checks?.forEach(assertOpen);
  commit.writes.forEach(assertOpen);
}

/**
 * @param read The value of a key where the commit is about to be applied.
 * @throws {KeyspaceError} `commit.check_failed` for the first check that does not hold. Whatever `read` throws.
 */
export function assertChecks(
  checks: readonly Check[],
  read: (partition: Uint8Array, key: Uint8Array) => Uint8Array | undefined,
): void {
  for (const [checkIndex, { partition, key, value }] of checks.entries()) {
    if (equalOptionalBytes(value, read(partition, key))) continue;
    throw new KeyspaceError('commit.check_failed', `check ${checkIndex} of the commit does not hold`, {
      checkIndex,
      keyHex: toHex(key),
    });
  }
}

/** @throws {KeyspaceError} `commit.too_large`. */
export function assertCommitBytes(bytes: number, commitBytesMax: number): void {
  if (bytes > commitBytesMax) {
    throw new KeyspaceError(
      'commit.too_large',
      `commit has ${bytes} bytes, the store allows ${commitBytesMax}`,
      {
        commitBytes: bytes,
        commitBytesMax,
      },
    );
  }
}
