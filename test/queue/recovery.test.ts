import { expect, test } from 'vitest';
import { toHex } from '../../src/bytes/index.js';
import { queueMessage, queueMetadata, queueReady, queueState } from '../../src/layout/index.js';
import {
  encodeCbor,
  queueMessagePayload,
  queueMetadataPayload,
  queueStatePayload,
} from '../../src/values/index.js';
import { PARTITION } from '../actor/support.js';
import { onEveryStore, plant } from '../keyspace/support.js';
import { payloadVectors } from '../keyspace/vectors.js';
import { openQueue, partCounts, queueEntries } from './support.js';

const METADATA = toHex(queueMetadata.encode({}));
const STATE = toHex(queueState.encode({}));
const mail = (body: unknown) => ({ name: 'mail', body });
const messageKey = (id: bigint) => toHex(queueMessage.encode({ id }));
const metadata = (nextId: bigint, messageCount: number) =>
  toHex(queueMetadataPayload.encode({ nextId, messageCount }));
const foreign = (body: unknown, more = {}) =>
  toHex(queueMessagePayload.encode({ name: 'mail', body: encodeCbor(body), enqueuedAtMs: 1, ...more }));

/** Deletes entries past every layer. */
async function remove(store: Parameters<typeof plant>[0], keys: readonly string[]): Promise<void> {
  await store.commit({
    writes: keys.map((key) => ({ type: 'delete', partition: PARTITION, key: Buffer.from(key, 'hex') })),
  });
}

/** Everything that the queue has of itself but its metadata and messages, gone. */
async function removeIndex(store: Parameters<typeof plant>[0]): Promise<void> {
  const ours = (await queueEntries(store)).map(([key]) => key).filter((key) => key > '050103');
  await remove(store, ['050103', ...ours]);
}

onEveryStore((open) => {
  test('messages that published packages wrote are delivered', async () => {
    const { queue, store, clock } = await openQueue(open);
    const vectors = payloadVectors('queue.message', 4);
    expect(vectors.length).toBeGreaterThan(2);
    const entries = vectors.map(({ valueHex }, at) => [messageKey(BigInt(at + 1)), valueHex] as const);
    await plant(store, [...entries, [METADATA, metadata(BigInt(vectors.length + 1), vectors.length)]]);
    const received = await queue.receive({ count: 100 });
    expect(received).toEqual([]);
    // The record with an empty body, which no CBOR has.
    expect(await queue.quarantine.list()).toHaveLength(1);
    expect((await queue.peek()).map(({ status }) => status)).toEqual(['delayed', 'leased']);
    clock.setNowMs(1_771_900_000_005);
    const delivered = await queue.receive({ count: 100 });
    expect(delivered.map(({ name, failureCount }) => [name, failureCount])).toEqual([
      ['jobs', 4_294_967_295],
      ['j', 1],
    ]);
    expect((await queue.enqueue(mail(1))).id).toBe(BigInt(vectors.length + 1));
  });

  test('metadata that is missing is made anew, above every id there is', async () => {
    const { queue, store, again } = await openQueue(open);
    await queue.enqueueMany([mail(1), mail(2), mail(3)]);
    await remove(store, [METADATA]);
    const { queue: next } = await again();
    expect(await next.enqueue(mail(4))).toMatchObject({ id: 4n });
    expect((await next.receive({ count: 10 })).map(({ body }) => body)).toEqual([1, 2, 3, 4]);
  });

  test('ids of messages that are long gone are known from the state when the metadata is lost', async () => {
    const { queue, store, again } = await openQueue(open);
    await queue.enqueueMany([mail(1), mail(2)]);
    await queue.ackMany(await queue.receive({ count: 2 }));
    for (const value of [undefined, 'ff', metadata(1n, 0)]) {
      if (value === undefined) await remove(store, [METADATA]);
      else await plant(store, [[METADATA, value]]);
      const { queue: next } = await again();
      const { id } = await next.enqueue(mail(3));
      expect(id).toBe(value === undefined ? 3n : value === 'ff' ? 4n : 5n);
      await next.ackMany(await next.receive());
    }
  });

  test.each([
    ['corrupt', 'ff'],
    ['empty', ''],
    ['behind', metadata(2n, 1)],
    ['ahead', metadata(50n, 3)],
    ['of another size', metadata(4n, 99)],
  ])('metadata that is %s is set right, and no id is used again', async (what, value) => {
    const { queue, store, again } = await openQueue(open);
    await queue.enqueueMany([mail(1), mail(2), mail(3)]);
    await plant(store, [[METADATA, value]]);
    const { queue: next } = await again();
    expect(await next.enqueue(mail(4))).toMatchObject({ id: what === 'ahead' ? 50n : 4n });
    expect(await next.size()).toMatchObject({ messages: 4, ready: 4 });
  });

  test('ids of dead letters, quarantine, answers and idempotency keys are not used again', async () => {
    const { queue, store, again } = await openQueue(open, { queue: { deliveriesMax: 1 } });
    const forget = async () => {
      await remove(store, [METADATA, STATE]);
      return (await again({ queue: { deliveriesMax: 1 } })).queue;
    };
    await queue.enqueue(mail('dead'));
    await (await queue.receive())[0]?.nack();
    const second = await forget();
    expect((await second.enqueue(mail('answered'))).id).toBe(2n);
    await (await second.receive())[0]?.complete('done');
    const third = await forget();
    expect((await third.enqueue({ ...mail('once'), idempotencyKey: 'k' })).id).toBe(3n);
    await (await third.receive())[0]?.ack();
    const fourth = await forget();
    expect((await fourth.enqueue(mail('next'))).id).toBe(4n);
    await plant(store, [['05010200000000000000ff', '']]);
    const fifth = await forget();
    expect((await fifth.enqueue(mail('next'))).id).toBe(256n);
    const sixth = await forget();
    expect((await sixth.enqueue(mail('next'))).id).toBe(257n);
    // No message had the id in a key that is none.
    await plant(store, [['050102000000000000ffff00', '']]);
    const seventh = await forget();
    expect((await seventh.enqueue(mail('next'))).id).toBe(258n);
  });

  test('newer metadata is refused and left alone', async () => {
    const { queue, store } = await openQueue(open);
    await plant(store, [[METADATA, '0500']]);
    await expect(queue.enqueue(mail(1))).rejects.toMatchObject({ code: 'value.version_unsupported' });
    expect(await queueEntries(store)).toEqual([[METADATA, '0500']]);
  });

  test('an index that is missing is made anew from the messages alone, with leases and delays', async () => {
    const { queue, store, again, clock } = await openQueue(open);
    await queue.enqueueMany([mail(1), mail(2), { ...mail(3), delayMs: 400 }]);
    const [leased] = await queue.receive({ visibilityMs: 300 });
    const before = await partCounts(store);
    await removeIndex(store);
    const { queue: next } = await again();
    expect(await next.receive({ names: ['other'] })).toEqual([]);
    expect(await partCounts(store)).toEqual(before);
    await expect(next.ack(leased as never)).rejects.toMatchObject({ code: 'queue.lease_invalid' });
    expect((await next.receive({ count: 9 })).map(({ body }) => body)).toEqual([2]);
    clock.advance(300);
    expect(
      (await next.receive({ count: 9 })).map(({ body, deliveryCount }) => [body, deliveryCount]),
    ).toEqual([[1, 2]]);
    clock.advance(100);
    expect((await next.receive({ count: 9 })).map(({ body }) => body)).toEqual([3]);
  });

  test('what a writer that knows no index did is seen', async () => {
    const { queue, store, again } = await openQueue(open);
    await queue.enqueueMany([mail(1), mail(2)]);
    // Takes message 1 and adds message 3, as RivetKit does.
    await remove(store, [messageKey(1n)]);
    await plant(store, [
      [messageKey(3n), foreign('theirs')],
      [METADATA, metadata(4n, 2)],
    ]);
    const { queue: next } = await again();
    expect((await next.receive({ count: 10 })).map(({ body }) => body)).toEqual([2, 'theirs']);
  });

  test('an index without entries that its count has is made anew', async () => {
    const { queue, store } = await openQueue(open);
    await queue.enqueueMany([mail(1), mail(2)]);
    await remove(
      store,
      (await queueEntries(store)).map(([key]) => key).filter((key) => /^05010[45]/.test(key)),
    );
    const { queue: next } = await openAgain(store);
    expect((await next.receive({ count: 10 })).map(({ body }) => body)).toEqual([1, 2]);
  });

  test('an undecodable message is put aside with its bytes and reason, and the rest is delivered', async () => {
    const { queue, store } = await openQueue(open);
    await plant(store, [
      [messageKey(1n), 'ff'],
      [messageKey(2n), foreign('good')],
      [messageKey(3n), `${foreign('longer')}00`],
      [`${messageKey(4n)}00`, foreign('trailing')],
      [messageKey(5n), `${foreign(0).slice(0, 4)}0161${'01ff'}${'00'.repeat(12)}`],
      [METADATA, metadata(6n, 5)],
    ]);
    expect((await queue.receive({ count: 10 })).map(({ body }) => body)).toEqual(['good']);
    const aside = await queue.quarantine.list();
    expect(aside.map(({ keyHex }) => keyHex)).toEqual([
      '0000000000000001',
      '0000000000000003',
      '000000000000000400',
      '0000000000000005',
    ]);
    expect(aside[0]).toMatchObject({
      bytes: Uint8Array.of(0xff),
      reason: expect.stringContaining('version'),
    });
    expect(aside[2]?.reason).toContain('9 bytes');
    expect(await queue.size()).toMatchObject({ messages: 1, ready: 0 });
    expect(await queue.quarantine.retry('0000000000000001')).toBe(false);
    expect(await queue.quarantine.drop('0000000000000001')).toBe(true);
    expect(await queue.quarantine.drop('0000000000000001')).toBe(false);
    await plant(store, [['05010b0000000000000003', foreign('repaired')]]);
    expect(await queue.quarantine.retry('0000000000000003')).toBe(true);
    expect((await queue.receive({ count: 10 })).map(({ id, body }) => [id, body])).toEqual([
      [3n, 'repaired'],
    ]);
    // The key with a trailing byte has touched no other message.
    expect((await queueEntries(store)).some(([key]) => key === messageKey(4n))).toBe(false);
    expect((await queue.enqueue(mail(1))).id).toBe(6n);
  });

  test('a message that is too large to be leased or to become a dead letter is put aside', async () => {
    const { queue, store } = await openQueue(open, { queue: { messageBytesMax: 131_072, deliveriesMax: 1 } });
    const largest = 'x'.repeat(131_072 - 2 - 5 - 3 - 5 - 8 - 4);
    await queue.enqueue(mail(largest));
    await plant(store, [
      [messageKey(2n), foreign('y'.repeat(131_072 + 50))],
      [messageKey(3n), foreign('z', { name: 'n'.repeat(1_690) })],
      [METADATA, metadata(4n, 3)],
    ]);
    const [message, ...others] = await queue.receive({ count: 3 });
    expect(message?.body === largest).toBe(true);
    expect(others).toEqual([]);
    expect((await queue.quarantine.list()).map(({ reason }) => reason)).toEqual([
      'it has 131149 bytes',
      'its name is too long',
    ]);
    await message?.nack({ reason: '\u{10ffff}'.repeat(300) });
    const [letter] = await queue.deadLetters.list();
    expect(letter?.body === largest).toBe(true);
    expect(letter?.reason).toMatch(/^\u{10ffff}+\ufffd?…$/u);
  });

  test('a message that turns bad after it was indexed is put aside when it is reached', async () => {
    const { queue, store } = await openQueue(open);
    await queue.enqueueMany([mail(1), mail(2)]);
    await plant(store, [[messageKey(1n), '']]);
    expect((await queue.receive({ count: 2 })).map(({ body }) => body)).toEqual([2]);
    expect(await queue.quarantine.list()).toHaveLength(1);
    expect(await queue.size()).toMatchObject({ messages: 1, ready: 0 });
  });

  test('many messages are indexed in many commits, and a rebuild that was cut is begun again', async () => {
    const settings = { queue: { messagesMax: Number.POSITIVE_INFINITY } };
    const { queue, store, again } = await openQueue(open, settings);
    const count = 700;
    await queue.enqueueMany(Array.from({ length: count }, (_, at) => mail(at)));
    await removeIndex(store);
    const begun = queueStatePayload.encode({
      metadata: new Uint8Array(14),
      readyCount: 0,
      isPaused: false,
      clockMs: 0,
    });
    await plant(store, [
      [STATE, toHex(begun)],
      [toHex(queueReady.encode({ id: 5n })), ''],
    ]);
    const { queue: next } = await again();
    expect(await next.size()).toMatchObject({ messages: count, ready: count });
    expect((await next.receive({ count: 1_000 })).map(({ body }) => body)).toEqual(
      Array.from({ length: count }, (_, at) => at),
    );
  });

  test('inside a transaction the queue is put in order too', async () => {
    const { actor, queue, store } = await openQueue(open);
    await queue.enqueue(mail(1));
    await removeIndex(store);
    const bodies = await actor.transaction(async (tx) => (await tx.queue.receive()).map(({ body }) => body));
    expect(bodies).toEqual([1]);
  });

  async function openAgain(store: Parameters<typeof plant>[0]) {
    return openQueue(async () => ({ store, reopen: async () => store }));
  }
});

onEveryStore((open) => {
  const YEARS_MS = 10 * 365 * 86_400_000;

  test('a clock that is set back delays nothing for longer than it was to be delayed', async () => {
    const { queue, clock } = await openQueue(open);
    await queue.enqueueMany([mail('leased'), { ...mail('delayed'), delayMs: 1_000 }]);
    await queue.enqueue({ ...mail('dated'), availableAtMs: clock.nowMs() + 2_000 });
    const [leased] = await queue.receive({ visibilityMs: 500 });
    clock.setNowMs(clock.nowMs() - YEARS_MS);
    expect(await queue.receive({ count: 9 })).toEqual([]);
    await leased?.extend(500);
    clock.advance(500);
    expect((await queue.receive({ count: 9 })).map(({ body }) => body)).toEqual(['leased']);
    clock.advance(500);
    expect((await queue.receive({ count: 9 })).map(({ body }) => body)).toEqual(['delayed']);
    expect((await queue.peek({ afterId: 2n })).map(({ status }) => status)).toEqual(['delayed']);
    clock.setNowMs(clock.nowMs() + YEARS_MS + 2_000);
    expect((await queue.receive({ names: ['mail'], count: 9 })).map(({ body }) => body)).toContain('dated');
  });

  test('a clock that is set ahead ends leases and delays early, and loses nothing', async () => {
    const { queue, clock, again, keyspace } = await openQueue(open);
    await queue.enqueueMany([mail('leased'), { ...mail('delayed'), delayMs: 1_000 }]);
    await queue.receive();
    clock.setNowMs(clock.nowMs() + YEARS_MS);
    expect((await queue.receive({ count: 9, visibilityMs: 100 })).map(({ body }) => body)).toEqual([
      'leased',
      'delayed',
    ]);
    clock.setNowMs(clock.nowMs() - YEARS_MS);
    const { queue: next } = await again();
    expect(await next.receive()).toEqual([]);
    expect((await keyspace.nextDue())?.wakeAtMs).toBe(clock.nowMs() + 100);
    clock.advance(100);
    expect(await next.receive({ count: 9 })).toHaveLength(2);
  });
});
