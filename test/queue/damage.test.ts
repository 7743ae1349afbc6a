import { expect, test } from 'vitest';
import { toHex } from '../../src/bytes/index.js';
import { queueMessage, queueMetadata } from '../../src/layout/index.js';
import { encodeCbor, queueMessagePayload, queueMetadataPayload } from '../../src/values/index.js';
import { onEveryStore, plant } from '../keyspace/support.js';
import { openQueue } from './support.js';

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
});
