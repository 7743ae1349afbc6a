import { expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/index.js';
import { queueDeadLetter, queueMessage, queueMetadata, queueReadyByName } from '../../src/layout/index.js';
import type { Store } from '../../src/store/index.js';
import {
  encodeCbor,
  queueDeadLetterPayload,
  queueMessagePayload,
  queueMetadataPayload,
} from '../../src/values/index.js';
import { PARTITION } from '../actor/support.js';
import { onEveryStore, plant } from '../keyspace/support.js';
import { openQueue, queueEntries } from './support.js';
import { unreadable } from './unreadable.js';

const LAST_ID = 2n ** 64n - 1n;
const mail = (body: unknown) => ({ name: 'mail', body });
const bodies = (messages: readonly { body: unknown }[]) => messages.map(({ body }) => body);
const messageKey = (id: bigint) => toHex(queueMessage.encode({ id }));
const metadataEntry = (nextId: bigint, messageCount: number): [string, string] => [
  toHex(queueMetadata.encode({})),
  toHex(queueMetadataPayload.encode({ nextId, messageCount })),
];
const message = (body: unknown, more = {}) =>
  toHex(queueMessagePayload.encode({ name: 'mail', body: encodeCbor(body), enqueuedAtMs: 1, ...more }));

/** Deletes entries past every layer. */
async function remove(store: Store, keys: readonly string[]): Promise<void> {
  await store.commit({
    writes: keys.map((key) => ({ type: 'delete', partition: PARTITION, key: fromHex(key) })),
  });
}

onEveryStore((open) => {
  test('the last id there is, and one in a key that is none, stop nothing', async () => {
    const { queue, store } = await openQueue(open);
    await queue.enqueue(mail(1));
    await plant(store, [
      [messageKey(LAST_ID), message('last')],
      [`${messageKey(LAST_ID)}ff`, '00'],
      metadataEntry(2n, 3),
    ]);
    expect(await queue.size()).toMatchObject({ nextId: 2n });
    expect(bodies(await queue.receive({ count: 9 }))).toEqual([1]);
    expect(await queue.quarantine.list()).toMatchObject([
      { keyHex: 'ff'.repeat(8), reason: 'its id leaves no next one' },
      { keyHex: 'ff'.repeat(9) },
    ]);
    expect(await queue.quarantine.retry('ff'.repeat(8))).toBe(false);
    expect(await queue.enqueue(mail(2))).toMatchObject({ id: 2n });
  });

  test('a queue without ids left says so, and hands out what it has', async () => {
    const { queue, store } = await openQueue(open);
    await queue.enqueue(mail(1));
    await plant(store, [metadataEntry(LAST_ID - 1n, 1)]);
    expect(await queue.enqueue(mail(2))).toMatchObject({ id: LAST_ID - 1n });
    await expect(queue.enqueue(mail(3))).rejects.toMatchObject({ code: 'queue.ids_exhausted' });
    expect(bodies(await queue.receive({ count: 9 }))).toEqual([1, 2]);
  });

  test('a purge takes along what could not be read, and dropping what is gone counts nothing', async () => {
    for (const how of ['purge', 'remove']) {
      const damaged = new Set<string>();
      const { queue, store } = await openQueue(async () => {
        const opened = await open();
        return { ...opened, store: unreadable(opened.store, damaged) };
      });
      await queue.enqueue(mail(0));
      damaged.add(messageKey(1n));
      expect(await queue.receive()).toEqual([]);
      expect(await queue.quarantine.list()).toHaveLength(1);
      if (how === 'purge') expect(await queue.purge()).toBe(1);
      else {
        await remove(store, [messageKey(1n)]);
        await plant(store, [metadataEntry(2n, 0)]);
      }
      damaged.clear();
      await queue.enqueueMany([mail(1), mail(2), mail(3)]);
      expect(await queue.quarantine.drop('0000000000000001')).toBe(how === 'remove');
      expect(await queue.size()).toMatchObject({ messages: 3 });
      await queue.ackMany(await queue.receive({ count: 9 }));
      expect(await queue.size()).toMatchObject({ messages: 0 });
    }
  });

  test('a request that could not be waited for is not enqueued', async () => {
    const { actor, queue } = await openQueue(open);
    await expect(queue.enqueueAndWait(mail(1), { timeoutMs: -1 })).rejects.toThrow(RangeError);
    await actor.transaction(async (transaction) => {
      await expect(transaction.queue.enqueueAndWait(mail(1))).rejects.toThrow(TypeError);
    });
    expect(await queue.size()).toMatchObject({ messages: 0, nextId: 1n });
  });

  test('a lost entry of the index is missed by the next owner, and no message with it', async () => {
    for (const part of ['04', '05', '06']) {
      const { queue, store, clock, again } = await openQueue(open);
      await queue.enqueueMany([mail(1), mail(2), { ...mail(3), delayMs: 50 }]);
      expect(bodies(await queue.receive())).toEqual([1]);
      const lost = (await queueEntries(store)).filter(([key]) => key.startsWith(`0501${part}`));
      await remove(store, [lost[0]?.[0] as string]);
      const { queue: next } = await again();
      const received = await next.receive({ names: ['mail'], count: 9, visibilityMs: 60_000 });
      clock.advance(30_000);
      received.push(...(await next.receive({ names: ['mail'], count: 9 })));
      expect(bodies(received).sort()).toEqual([1, 2, 3]);
    }
  });

  test('a damaged entry of the index has it made anew', async () => {
    const parts = ['03', '04', '06'].flatMap((part) => [
      [part, 'unreadable'],
      [part, 'newer'],
    ]);
    const keys = ['05010400', `0501${'04'}${'00'.repeat(9)}`, '0501050161', '05010600', '05010dff'];
    for (const [what, how] of [...parts, ...keys.map((key) => [key, 'planted'])] as [string, string][]) {
      const damaged = new Set<string>();
      const { queue, clock, store } = await openQueue(async () => {
        const opened = await open();
        return { ...opened, store: unreadable(opened.store, damaged) };
      });
      await queue.enqueueMany([mail(1), mail(2), { ...mail(3), delayMs: 50 }]);
      expect(bodies(await queue.receive())).toEqual([1]);
      const [key = what] = (await queueEntries(store))
        .map(([each]) => each)
        .filter((each) => each.startsWith(`0501${what}`));
      if (how === 'unreadable') damaged.add(key);
      else await plant(store, [[key, how === 'newer' ? 'ff00' : '']]);
      clock.advance(30_000);
      expect(bodies(await queue.receive({ names: ['mail'], count: 1 }))).toHaveLength(1);
      expect(bodies(await queue.receive({ count: 9 }))).toHaveLength(2);
      expect(await queue.receive()).toEqual([]);
    }
  });

  test('damage of the index is mended also when the clock is set back', async () => {
    const { queue, clock, store } = await openQueue(open);
    await queue.enqueue({ ...mail(1), delayMs: 50 });
    await plant(store, [['05010600', '']]);
    clock.setNowMs(clock.nowMs() - 5_000);
    expect(await queue.receive()).toEqual([]);
    clock.advance(5_050);
    expect(bodies(await queue.receive())).toEqual([1]);
  });

  test('a damaged idempotency key is written anew', async () => {
    const damaged = new Set<string>();
    const { queue, store } = await openQueue(async () => {
      const opened = await open();
      return { ...opened, store: unreadable(opened.store, damaged) };
    });
    const once = { ...mail(1), idempotencyKey: 'k' };
    await queue.enqueue(once);
    await plant(store, [['0501076b', 'ff']]);
    expect(await queue.enqueue(once)).toEqual({ id: 2n, isDuplicate: false });
    damaged.add('0501076b');
    expect(await queue.enqueue(once)).toEqual({ id: 3n, isDuplicate: false });
    expect(await queue.enqueue(once)).toEqual({ id: 3n, isDuplicate: true });
  });

  test('a message that two names have is received once', async () => {
    const { queue, store } = await openQueue(open);
    await queue.enqueue(mail(1));
    await plant(store, [[toHex(queueReadyByName.encode({ name: 'a', id: 1n })), '']]);
    expect(bodies(await queue.receive({ names: ['a', 'mail'], count: 9 }))).toEqual([1]);
    expect(await queue.receive({ names: ['a'] })).toEqual([]);
  });

  test('lists pass over what cannot be read', async () => {
    const damaged = new Set<string>();
    const settings = { queue: { deliveriesMax: 1 } };
    const { queue, store } = await openQueue(async () => {
      const opened = await open();
      return { ...opened, store: unreadable(opened.store, damaged) };
    }, settings);
    await queue.enqueueMany([1, 2, 3, 4].map(mail));
    damaged.add(messageKey(1n));
    expect(bodies(await queue.peek())).toEqual([2, 3, 4]);
    for (const received of await queue.receive({ count: 9 })) await received.nack();
    const letterKey = (id: bigint) => toHex(queueDeadLetter.encode({ id }));
    damaged.add(letterKey(2n));
    const letter = { message: fromHex(message(0).replace(/00$/, '')), reason: 'damaged', deadAtMs: 1 };
    await plant(store, [[letterKey(3n), toHex(queueDeadLetterPayload.encode(letter))]]);
    expect(bodies(await queue.deadLetters.list())).toEqual([4]);
    expect(await queue.deadLetters.delete(2n)).toBe(true);
    expect(await queue.deadLetters.delete(3n)).toBe(true);
  });

  test('a full queue takes nothing back from quarantine', async () => {
    const { queue, store } = await openQueue(open, { queue: { messagesMax: 1 } });
    await plant(store, [[messageKey(1n), 'ff'], metadataEntry(2n, 1)]);
    await queue.receive();
    await plant(store, [['05010b0000000000000001', message('repaired')]]);
    await queue.enqueue(mail(2));
    await expect(queue.quarantine.retry('0000000000000001')).rejects.toMatchObject({ code: 'queue.full' });
    await queue.purge();
    expect(await queue.quarantine.retry('0000000000000001')).toBe(true);
    expect(bodies(await queue.receive())).toEqual(['repaired']);
  });

  test('what is not hex is refused by a rejection', async () => {
    const { queue } = await openQueue(open);
    const refused = [queue.quarantine.retry('zz'), queue.quarantine.drop('zz')];
    for (const call of refused) await expect(call).rejects.toThrow(RangeError);
  });
});
