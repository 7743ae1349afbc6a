import { expect } from 'vitest';
import type { ActorKeyspace } from '../../src/keyspace/index.js';
import { encodeActorPartition, systemUsage } from '../../src/layout/index.js';
import { type Store, WHOLE_PARTITION } from '../../src/store/index.js';
import { USAGE_NAMESPACES, usagePayload } from '../../src/values/index.js';

interface Count {
  keyCount: number;
  bytes: number;
}

/** What is really there, by namespace byte; all that are none together. */
async function recount(store: Store, actorId: string): Promise<Count[]> {
  const counts = Array.from({ length: USAGE_NAMESPACES + 1 }, () => ({ keyCount: 0, bytes: 0 }));
  for await (const { key, value } of store.scan(encodeActorPartition(actorId), WHOLE_PARTITION)) {
    const count = counts[Math.min(key[0] as number, USAGE_NAMESPACES)] as Count;
    count.keyCount++;
    count.bytes += key.length + value.length;
  }
  return counts;
}

async function recorded(store: Store, actorId: string) {
  const record = await store.get(encodeActorPartition(actorId), systemUsage.encode({}));
  return record && usagePayload.decode(record).namespaces;
}

/** What the actor says and what is recorded of it is what a recount gives. */
export async function expectExactUsage(store: Store, actor: ActorKeyspace): Promise<void> {
  const counts = await recount(store, actor.id);
  const { namespaces, keyCount, bytes } = await actor.usage();
  expect(Object.values(namespaces)).toEqual(counts);
  expect([keyCount, bytes]).toEqual([
    counts.reduce((sum, count) => sum + count.keyCount, 0),
    counts.reduce((sum, count) => sum + count.bytes, 0),
  ]);
  expect(await recorded(store, actor.id)).toEqual(keyCount === 0 ? undefined : counts);
}
