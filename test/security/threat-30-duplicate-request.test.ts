import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openQueue } from '../queue/support.js';

// Threat 30: a request that is sent twice, out of order or much later is applied at most once.

test('requests that are duplicated, reordered and late enqueue one message each', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 6 }),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1, 10_000), fc.boolean()), { maxLength: 20 }),
      async (requests, sendings) => {
        const { queue, clock, again } = await openQueue();
        let current = queue;
        const applied = new Map<number, bigint>();
        const frames = [
          ...requests.map((request) => [request, 0, false] as const),
          ...sendings.map(
            ([pick, delayMs, isRestarted]) =>
              [requests[pick % requests.length] as number, delayMs, isRestarted] as const,
          ),
        ];
        for (const [request, delayMs, isRestarted] of frames) {
          clock.advance(delayMs);
          if (isRestarted) current = (await again()).queue;
          const { id, isDuplicate } = await current.enqueue({
            name: 'request',
            body: request,
            idempotencyKey: `request-${request}`,
          });
          expect(isDuplicate).toBe(applied.has(request));
          expect(id).toBe(applied.get(request) ?? id);
          applied.set(request, id);
          // Done long before the last duplicate comes.
          for (const message of await current.receive({ count: 3 })) await message.ack();
        }
        expect(applied.size).toBe(requests.length);
        expect(await current.size()).toMatchObject({ messages: 0, ready: 0 });
      },
    ),
    { numRuns: 30 },
  );
});

test('duplicates sent at once enqueue one message, and get one answer', async () => {
  const { queue } = await openQueue();
  const request = { name: 'request', body: 1, idempotencyKey: 'k' };
  const answers = Promise.all(Array.from({ length: 20 }, () => queue.enqueueAndWait(request)));
  const [message, ...others] = await queue.receive({ count: 10, waitMs: 1_000 });
  expect(others).toEqual([]);
  await message?.complete({ done: true });
  expect(await answers).toEqual(Array.from({ length: 20 }, () => ({ done: true })));
});

test('a transaction that fails has applied no request, and may be tried again', async () => {
  const { actor, queue } = await openQueue();
  const request = { name: 'request', body: 1, idempotencyKey: 'k' };
  await expect(
    actor.transaction(async (tx) => {
      await tx.queue.enqueue(request);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await queue.enqueue(request)).toEqual({ id: 1n, isDuplicate: false });
});
