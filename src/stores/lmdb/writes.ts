import { equalBytes, toHex } from '../../bytes/index.js';
import { KeyspaceError } from '../../errors.js';
import { type Check, inRange, type Write, writeBytes } from '../../store/index.js';
import { seal } from './envelope.js';
import type { BytesDatabase } from './environment.js';
import { readKeys, storedRange } from './range.js';
import { storedKey } from './stored-key.js';
import { readValue, type View } from './view.js';

/** Bytes that the commit adds; deletes need none that count. */
export function setBytes(writes: readonly Write[]): number {
  let bytes = 0;
  for (const write of writes) if (write.type === 'set') bytes += writeBytes(write);
  return bytes;
}

/** @throws {KeyspaceError} `commit.check_failed`; `value.corrupt`. */
export function assertChecks(view: View, checks: readonly Check[]): void {
  for (const [checkIndex, { partition, key, value }] of checks.entries()) {
    const current = readValue(view, partition, key);
    const holds =
      value === undefined || current === undefined ? value === current : equalBytes(value, current);
    if (holds) continue;
    throw new KeyspaceError('commit.check_failed', `check ${checkIndex} of the commit does not hold`, {
      checkIndex,
      keyHex: toHex(key),
    });
  }
}

/** Stored keys that each `clearRange` of a commit finds, by the index of the write. */
export type Cleared = ReadonlyMap<number, readonly Uint8Array[]>;

/** Looks up what to clear, apart from writing: a failure between two writes would leave the first of them. */
export function findCleared(view: View, writes: readonly Write[]): Cleared {
  const cleared = new Map<number, readonly Uint8Array[]>();
  for (const [index, write] of writes.entries()) {
    if (write.type !== 'clearRange') continue;
    cleared.set(index, readKeys(view, storedRange(write.partition, write.range)));
  }
  return cleared;
}

export const NOTHING_CLEARED: Cleared = new Map();

/** Queues or applies, wherever the database is in, the writes in order. Never throws on asserted writes. */
export function applyWrites(data: BytesDatabase, writes: readonly Write[], cleared: Cleared): void {
  for (let index = 0; index < writes.length; index++) {
    const write = writes[index] as Write;
    const { partition } = write;
    switch (write.type) {
      case 'set': {
        const key = storedKey(partition, write.key);
        data.put(key, seal(key, write.value));
        break;
      }
      case 'delete':
        data.remove(storedKey(partition, write.key));
        break;
      case 'clearRange':
        for (const key of cleared.get(index) ?? []) data.remove(key);
        clearEarlierSets(data, writes, index);
    }
  }
}

/** What the commit itself has set was not there to be found. */
function clearEarlierSets(data: BytesDatabase, writes: readonly Write[], index: number): void {
  const clear = writes[index];
  if (clear?.type !== 'clearRange') return;
  for (const write of writes.slice(0, index)) {
    if (write.type !== 'set' || !equalBytes(write.partition, clear.partition)) continue;
    if (inRange(write.key, clear.range)) data.remove(storedKey(write.partition, write.key));
  }
}
