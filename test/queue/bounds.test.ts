import { expect, test } from 'vitest';
import { toHex } from '../../src/bytes/index.js';
import { queueMessage, queueMetadata } from '../../src/layout/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { onEveryStore, plant } from '../keyspace/support.js';
import { openQueue, partCounts } from './support.js';

/** A store of small commits. */
async function openSmall() {
  const store = new MemoryStore({ commitBytesMax: 1_000_000 });
  return { store, reopen: async () => store };
}

onEveryStore((open) => {
  test('idempotency keys that expire in batches do not build up', async () => {
    const { queue, store, clock } = await openQueue(open, { queue: { idempotencyMs: 1_000 } });
    for (let batch = 0; batch < 6; batch++) {
      const keys = Array.from({ length: 50 }, (_, at) => `${batch} ${at}`);
      await queue.enqueueMany(keys.map((idempotencyKey) => ({ name: 'mail', body: 1, idempotencyKey })));
      clock.advance(2_000);
    }
    expect(await partCounts(store)).toMatchObject({ '07': 50, '0a': 50 });
  });
});

test('large messages whose leases have ended, or that wait while the clock is set back, fit commits', async () => {
  for (const how of ['ended', 'set back']) {
    const { queue, clock } = await openQueue(openSmall, { queue: { deliveriesMax: 2 } });
    for (let id = 0; id < 20; id++) {
      await queue.enqueue({ name: 'mail', body: new Uint8Array(60_000) });
      await queue.receive({ visibilityMs: 1_000 });
    }
    if (how === 'set back') clock.setNowMs(clock.nowMs() - 60_000);
    else clock.advance(1_000);
    expect(await queue.receive({ visibilityMs: 1_000 })).toHaveLength(how === 'ended' ? 1 : 0);
    clock.advance(1_000);
    let count = 0;
    while ((await queue.receive()).length > 0) count++;
    expect(count + (await queue.deadLetters.list()).length).toBe(20);
  }
});

test('large entries that are no messages fit commits', async () => {
  const { queue, store } = await openQueue(openSmall);
  await queue.enqueue({ name: 'mail', body: 1 });
  const junk = Array.from(
    { length: 20 },
    (_, at) => [toHex(queueMessage.encode({ id: BigInt(at + 2) })), 'ff'.repeat(60_000)] as const,
  );
  for (const entry of junk) await plant(store, [entry]);
  await plant(store, [[toHex(queueMetadata.encode({})), 'ff']]);
  expect(await queue.receive({ count: 9 })).toHaveLength(1);
  expect(await queue.quarantine.list()).toHaveLength(20);
});

test('what is due is found behind what becomes dead letters', async () => {
  const { queue, clock } = await openQueue(openSmall, { queue: { deliveriesMax: 1 } });
  for (let id = 0; id < 9; id++) await queue.enqueue({ name: 'mail', body: new Uint8Array(60_000) });
  for (let id = 0; id < 9; id++) await queue.receive({ visibilityMs: 1_000 });
  await queue.enqueue({ name: 'mail', body: 'due', delayMs: 2_000 });
  clock.advance(2_000);
  expect(await queue.receive()).toMatchObject([{ body: 'due' }]);
});

test('a name that is undefined does not stand for all', async () => {
  const { queue } = await openQueue();
  await queue.enqueue({ name: 'mail', body: 1 });
  const missing = undefined as unknown as string;
  for (const call of [queue.purge(missing), queue.pause(missing), queue.resume(missing)])
    await expect(call).rejects.toThrow(TypeError);
  await queue.pause(null, { durability: 'durable' });
  expect(await queue.receive()).toEqual([]);
  await queue.resume(null);
  expect(await queue.receive()).toHaveLength(1);
  expect(await queue.purge()).toBe(1);
});
