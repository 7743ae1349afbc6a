import { expect, test } from 'vitest';
import type { ActorQueue, MessageLease } from '../../src/queue/index.js';
import { openQueue, queueEntries } from '../queue/support.js';

// Threat 34: a message is settled by whoever received it, of this actor and in time, and by nobody else.

const settlements: readonly [string, (queue: ActorQueue, lease: MessageLease) => Promise<unknown>][] = [
  ['ack', (queue, lease) => queue.ack(lease)],
  ['nack', (queue, lease) => queue.nack(lease, { delayMs: 5 })],
  ['complete', (queue, lease) => queue.complete(lease, 'forged')],
  ['extend', (queue, lease) => queue.extend(lease, 1_000_000)],
];

test.each(settlements)(
  '%s with a lease that is not that of the message is refused and changes nothing',
  async (_name, settle) => {
    const { queue, keyspace, store, clock } = await openQueue();
    const other = await keyspace.openActor('b');
    for (const each of [queue, other.queue]) {
      await each.enqueueMany([1, 2, 3].map((body) => ({ name: 'x', body })));
    }
    const [first, second] = await queue.receive({ count: 2 });
    const [foreign] = await other.queue.receive();
    const before = await queueEntries(store);
    const { id, leaseId } = first as MessageLease;
    const forged: MessageLease[] = [
      { id, leaseId: '' },
      { id, leaseId: `${leaseId} ` },
      { id, leaseId: leaseId.slice(1) },
      { id, leaseId: second?.leaseId as string },
      { id, leaseId: foreign?.leaseId as string },
      { id: 2n, leaseId },
      // Neighbours: the message that nobody has, none at all, and the ends of the range.
      ...[0n, 3n, 4n, 2n ** 64n - 1n].map((neighbour) => ({ id: neighbour, leaseId })),
      ...Array.from({ length: 50 }, (_, at) => ({ id: BigInt(at), leaseId: crypto.randomUUID() })),
    ];
    for (const lease of forged) {
      await expect(settle(queue, lease)).rejects.toMatchObject({ code: 'queue.lease_invalid' });
    }
    await expect(settle(other.queue, { id: 2n, leaseId })).rejects.toMatchObject({
      code: 'queue.lease_invalid',
    });
    expect(await queueEntries(store)).toEqual(before);

    clock.advance(30_000);
    await expect(settle(queue, { id, leaseId })).rejects.toMatchObject({ code: 'queue.lease_invalid' });
    expect(await queueEntries(store)).toEqual(before);
    const [again] = await queue.receive();
    expect(again?.id).toBe(id);
    await expect(settle(queue, { id, leaseId })).rejects.toMatchObject({ code: 'queue.lease_invalid' });
    await again?.ack();
    await expect(settle(queue, again as MessageLease)).rejects.toMatchObject({ code: 'queue.lease_invalid' });
  },
);

test('no error tells a lease or a body', async () => {
  const { queue } = await openQueue();
  await queue.enqueue({ name: 'x', body: 'canary-body' });
  const [message] = await queue.receive();
  const error = await queue.ack({ id: 1n, leaseId: 'canary-lease' }).catch((caught) => caught);
  expect(`${error.message} ${JSON.stringify(error.details)}`).not.toMatch(
    new RegExp(`canary|${message?.leaseId}`),
  );
});
