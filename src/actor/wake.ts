import { encodeKeyspacePartition, keyspaceDue } from '../layout/index.js';
import type { Write } from '../store/index.js';
import type { WakeRecord } from '../values/index.js';

/** The part of an actor that has something to do at a time. */
export type WakeSource = 'state' | 'queue' | 'workflow';

/** The keyspace's partition, in which each actor's owner keeps at most one entry: when the actor is due. */
export const DUE_PARTITION = encodeKeyspacePartition();

const NO_BYTES = new Uint8Array(0);

/** The record with one source's time, the same one if it has it already. A time before 1970 is 0: due as well. */
export function withWake(record: WakeRecord, source: WakeSource, atMs: number | undefined): WakeRecord {
  const name = `${source}AtMs` as const;
  const wakeAtMs = atMs === undefined ? undefined : Math.max(0, atMs);
  if (record[name] === wakeAtMs) return record;
  const { [name]: _replaced, ...others } = record;
  return wakeAtMs === undefined ? others : { ...others, [name]: wakeAtMs };
}

/** Moves the actor's due entry. */
export function dueWrites(actorId: string, from: number | undefined, to: number | undefined): Write[] {
  if (from === to) return [];
  const partition = DUE_PARTITION;
  const writes: Write[] = [];
  if (from !== undefined) {
    writes.push({ type: 'delete', partition, key: keyspaceDue.encode({ wakeAtMs: from, actorId }) });
  }
  if (to !== undefined) {
    const key = keyspaceDue.encode({ wakeAtMs: to, actorId });
    writes.push({ type: 'set', partition, key, value: NO_BYTES });
  }
  return writes;
}
