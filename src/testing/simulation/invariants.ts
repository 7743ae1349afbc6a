import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { concatBytes } from '../../bytes/index.js';
import {
  encodeActorPartition,
  encodeKeyspacePartition,
  encodeRoot,
  keyspaceDue,
  queuePending,
  queueState,
  systemUsage,
} from '../../layout/index.js';
import { WHOLE_PARTITION } from '../../store/index.js';
import { queueStatePayload, USAGE_NAMESPACES, type UsageCount, usagePayload } from '../../values/index.js';
import { collect } from './collect.js';
import type { Invariant, InvariantContext } from './options.js';

/** The usage that is recorded of each actor is what a count of its entries comes to. */
export const usageIsExact: Invariant = async (context) => {
  for (const actorId of context.actorIds) {
    const counted = await countEntries(context, actorId);
    const record = await context.store.get(partitionOf(context, actorId), systemUsage.encode({}));
    // Nothing is recorded before anything is set.
    const recorded = record ? usagePayload.decode(record).namespaces : emptyUsage();
    deepStrictEqual(recorded, counted, `usage of ${actorId}`);
    const reader = await context.keyspace.openActor(actorId, { readOnly: true });
    const { bytes, keyCount } = await reader.usage();
    await reader.close();
    deepStrictEqual({ bytes, keyCount }, total(counted), `usage of ${actorId}, as a reader has it`);
  }
};

/** The due index has each actor at the earliest of its scheduled events and of its queue, and nothing else. */
export const dueIndexIsExact: Invariant = async (context) => {
  const expected: { actorId: string; wakeAtMs: number }[] = [];
  for (const actorId of context.actorIds) {
    const reader = await context.keyspace.openActor(actorId, { readOnly: true });
    const events = (await reader.state.get())?.scheduledEvents ?? [];
    await reader.close();
    const times = events.map(({ dueAtMs }) => dueAtMs);
    times.push(...(await queueTimes(context, actorId)));
    if (times.length === 0) continue;
    const earliestMs = Math.min(...times);
    expected.push({ actorId, wakeAtMs: Math.max(0, earliestMs) });
  }
  expected.sort((a, b) => a.wakeAtMs - b.wakeAtMs || (a.actorId < b.actorId ? -1 : 1));
  const partition = concatBytes(encodeRoot(context.root), encodeKeyspacePartition());
  const entries = await collect(context.store.scan(partition, WHOLE_PARTITION));
  const indexed = entries.map(({ key, value }) => ({ ...keyspaceDue.decode(key), valueBytes: value.length }));
  const wanted = expected.map(({ actorId, wakeAtMs }) => ({ wakeAtMs, actorId, valueBytes: 0 }));
  deepStrictEqual(indexed, wanted, 'the due index');
  deepStrictEqual(await collect(context.keyspace.due(Number.POSITIVE_INFINITY)), expected, 'due()');
  strictEqual((await context.keyspace.nextDue())?.actorId, expected[0]?.actorId, 'nextDue()');
};

/** When the queue of an actor says that it has something to do, which it does exactly while messages are to come. */
async function queueTimes(context: InvariantContext, actorId: string): Promise<number[]> {
  const partition = partitionOf(context, actorId);
  const stored = await context.store.get(partition, queueState.encode({}));
  if (stored === undefined) return [];
  const { readyCount, isPaused, wakeAtMs } = queueStatePayload.decode(stored);
  const pending = await collect(context.store.scanSizes(partition, queuePending.range(), { limit: 1 }));
  const hasMore = !isPaused && readyCount + pending.length > 0;
  strictEqual(wakeAtMs !== undefined, hasMore, `whether ${actorId} is due for its queue`);
  return wakeAtMs === undefined ? [] : [wakeAtMs];
}

/** What is checked of every simulation unless others are given. */
export const defaultInvariants: readonly Invariant[] = [usageIsExact, dueIndexIsExact];

function partitionOf({ root }: InvariantContext, actorId: string): Uint8Array {
  return concatBytes(encodeRoot(root), encodeActorPartition(actorId));
}

interface Count {
  keyCount: number;
  bytes: number;
}

function emptyUsage(): Count[] {
  return Array.from({ length: USAGE_NAMESPACES + 1 }, () => ({ keyCount: 0, bytes: 0 }));
}

async function countEntries(context: InvariantContext, actorId: string): Promise<Count[]> {
  const counts = emptyUsage();
  const sizes = context.store.scanSizes(partitionOf(context, actorId), WHOLE_PARTITION);
  for await (const { key, valueBytes } of sizes) {
    const count = counts[Math.min(key[0] as number, USAGE_NAMESPACES)] as Count;
    count.keyCount++;
    count.bytes += key.length + valueBytes;
  }
  return counts;
}

function total(counts: readonly UsageCount[]): UsageCount {
  const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);
  return {
    bytes: sum(counts.map(({ bytes }) => bytes)),
    keyCount: sum(counts.map(({ keyCount }) => keyCount)),
  };
}
