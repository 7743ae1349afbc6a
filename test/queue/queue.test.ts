import { describe, expect, test } from 'vitest';
import type { ReceivedMessage } from '../../src/queue/index.js';
import { collect, onEveryStore } from '../keyspace/support.js';
import { openQueue, partCounts, queueEntries, quiet } from './support.js';

const bodies = (messages: readonly { body: unknown }[]) => messages.map(({ body }) => body);
const mail = (body: unknown) => ({ name: 'mail', body });

onEveryStore((open) => {
  test('a message is enqueued, received once, and gone once it is acknowledged', async () => {
    const { queue, store } = await openQueue(open);
    expect(await queue.receive()).toEqual([]);
    expect(await queueEntries(store)).toEqual([]);
    expect(await queue.enqueue(mail({ to: 'Ada' }))).toEqual({ id: 1n, isDuplicate: false });
    expect(await queue.size()).toMatchObject({ messages: 1, ready: 1 });
    const [message] = await queue.receive();
    expect(message).toMatchObject({ id: 1n, name: 'mail', body: { to: 'Ada' }, deliveryCount: 1 });
    expect(await queue.receive()).toEqual([]);
    expect(await queue.size()).toMatchObject({ messages: 1, ready: 0 });
    await message?.ack();
    expect(await queue.size()).toMatchObject({ messages: 0, ready: 0 });
    expect(await partCounts(store)).toEqual({ '01': 1, '03': 1 });
  });

  test('messages are handed out in the order they came, of all names and of each', async () => {
    const { queue } = await openQueue(open);
    await queue.enqueueMany(['a', 'b', 'a', 'c', 'b'].map((name, body) => ({ name, body })));
    expect(bodies(await queue.receive({ names: ['b'], count: 1 }))).toEqual([1]);
    expect(bodies(await queue.receive({ names: ['c', 'b', 'b'], count: 10 }))).toEqual([3, 4]);
    expect(bodies(await queue.receive({ count: 10 }))).toEqual([0, 2]);
  });

  test('each kind of operation writes few entries', async () => {
    const { queue, store } = await openQueue(open);
    await queue.enqueueMany([mail(1), mail(2)]);
    expect(await partCounts(store)).toEqual({ '01': 1, '02': 2, '03': 1, '04': 2, '05': 2 });
    const [message] = await queue.receive();
    expect(await partCounts(store)).toEqual({ '01': 1, '02': 2, '03': 1, '04': 1, '05': 1, '06': 1 });
    await message?.ack();
    expect(await partCounts(store)).toEqual({ '01': 1, '02': 1, '03': 1, '04': 1, '05': 1 });
  });

  test('a lease that ends is a failed delivery, and the last one makes a dead letter', async () => {
    const { queue, clock } = await openQueue(open, { queue: { deliveriesMax: 2, visibilityMs: 100 } });
    await queue.enqueue(mail('x'));
    const [first] = await queue.receive();
    expect(first?.leaseEndsAtMs).toBe(clock.nowMs() + 100);
    clock.advance(99);
    expect(await queue.receive()).toEqual([]);
    clock.advance(1);
    const [second] = await queue.receive();
    expect(second).toMatchObject({ id: 1n, deliveryCount: 2, failureCount: 1 });
    expect(second?.leaseId).not.toBe(first?.leaseId);
    clock.advance(100);
    expect(await queue.receive()).toEqual([]);
    expect(await queue.size()).toMatchObject({ messages: 0, ready: 0 });
    const [letter] = await queue.deadLetters.list();
    expect(letter).toMatchObject({ id: 1n, body: 'x', reason: 'the lease ended', failureCount: 2 });
    expect(await queue.deadLetters.redrive(1n)).toBe(true);
    expect(await queue.deadLetters.redrive(1n)).toBe(false);
    const [again] = await queue.receive();
    expect(again).toMatchObject({ id: 1n, deliveryCount: 1, body: 'x' });
  });

  test('a message that is given back comes again, at once, after a delay or after a growing one', async () => {
    const { queue, clock } = await openQueue(open);
    await queue.enqueueMany([mail(1), mail(2)]);
    const receive = async () => (await queue.receive())[0] as ReceivedMessage;
    await (await receive()).nack();
    const again = await receive();
    expect(again).toMatchObject({ id: 1n, deliveryCount: 2 });
    await again.nack({ delayMs: 50 });
    expect(await receive()).toMatchObject({ id: 2n });
    clock.advance(49);
    expect(await queue.receive()).toEqual([]);
    clock.advance(1);
    await (await receive()).nack({ backoff: { initialMs: 10, factor: 3, maxMs: 80 } });
    clock.advance(79);
    expect(await queue.receive()).toEqual([]);
    clock.advance(1);
    expect(await receive()).toMatchObject({ id: 1n, deliveryCount: 4 });
  });

  test('a delayed message waits for its time, and the actor is due then', async () => {
    const { queue, keyspace, clock } = await openQueue(open);
    const start = clock.nowMs();
    await queue.enqueue({ ...mail('later'), delayMs: 500 });
    await queue.enqueue({ ...mail('sooner'), availableAtMs: start + 200 });
    await queue.enqueue({ ...mail('past'), availableAtMs: start - 5 });
    expect((await keyspace.nextDue())?.wakeAtMs).toBe(start);
    const [past] = await queue.receive();
    expect(past?.body).toBe('past');
    await past?.ack();
    expect(await keyspace.nextDue()).toEqual({ actorId: 'a', wakeAtMs: start + 200 });
    expect(await queue.receive()).toEqual([]);
    clock.advance(200);
    const [sooner] = await queue.receive({ visibilityMs: 10_000 });
    expect(sooner?.body).toBe('sooner');
    await sooner?.ack();
    expect(await keyspace.nextDue()).toEqual({ actorId: 'a', wakeAtMs: start + 500 });
    clock.advance(300);
    const [later] = await queue.receive();
    await later?.ack();
    expect(await keyspace.nextDue()).toBeUndefined();
  });

  test('whoever waits is woken by a message, by a delay that ends and by a lease that ends', async () => {
    const { queue, clock } = await openQueue(open);
    const waiting = queue.receive({ waitMs: 1_000 });
    await quiet();
    await queue.enqueue(mail(1));
    expect(bodies(await waiting)).toEqual([1]);
    const woken = queue.receive({ waitMs: Number.POSITIVE_INFINITY, visibilityMs: 40_000 });
    await quiet();
    await queue.enqueue({ ...mail(2), delayMs: 300 });
    await quiet();
    clock.advance(299);
    await quiet();
    clock.advance(1);
    expect(bodies(await woken)).toEqual([2]);
    const released = queue.receive({ waitMs: 60_000 });
    await quiet();
    clock.advance(29_700);
    expect(bodies(await released)).toEqual([1]);
    const inVain = queue.receive({ waitMs: 10 });
    await quiet();
    clock.advance(10);
    expect(await inVain).toEqual([]);
  });

  test('waiting ends with its signal, and with the actor', async () => {
    const { queue, actor } = await openQueue(open);
    const controller = new AbortController();
    const aborted = queue.receive({ waitMs: 1_000, signal: controller.signal });
    await quiet();
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    await expect(queue.receive({ signal: controller.signal })).rejects.toThrow('enough');
    const left = queue.receive({ waitMs: Number.POSITIVE_INFINITY });
    left.catch(() => {});
    await quiet();
    await actor.close();
    await expect(left).rejects.toMatchObject({ code: 'actor.closed' });
  });

  test('messages come one after the other in a loop, until its signal ends it', async () => {
    const { queue } = await openQueue(open);
    await queue.enqueueMany([mail(1), mail(2)]);
    const controller = new AbortController();
    const seen: unknown[] = [];
    const consumer = (async () => {
      for await (const message of queue.messages({ signal: controller.signal })) {
        seen.push(message.body);
        await message.ack();
        if (message.body === 3) setImmediate(() => controller.abort());
      }
    })();
    await quiet();
    await queue.enqueue(mail(3));
    await consumer;
    expect(seen).toEqual([1, 2, 3]);
  });

  test('a lease is extended from now on, and only by who has it', async () => {
    const { queue, clock } = await openQueue(open, { queue: { visibilityMs: 100 } });
    await queue.enqueue(mail(1));
    const [message] = await queue.receive();
    clock.advance(90);
    await message?.extend(500);
    expect(message?.leaseEndsAtMs).toBe(clock.nowMs() + 500);
    clock.advance(499);
    expect(await queue.receive()).toEqual([]);
    clock.advance(1);
    await expect(message?.extend(10)).rejects.toMatchObject({ code: 'queue.lease_invalid' });
    expect(bodies(await queue.receive())).toEqual([1]);
    await expect(message?.ack()).rejects.toMatchObject({ code: 'queue.lease_invalid' });
  });

  test('a transaction acknowledges and writes in one commit, or neither', async () => {
    const { actor, queue } = await openQueue(open);
    await queue.enqueueMany([mail(1), mail(2)]);
    const [message] = await queue.receive();
    const change = (fails: boolean) =>
      actor.transaction(async (tx) => {
        await tx.queue.ack(message as ReceivedMessage);
        await tx.queue.enqueue(mail(3));
        await tx.kv.set('done', '1');
        if (fails) throw new Error('no');
      });
    await expect(change(true)).rejects.toThrow('no');
    expect(await queue.size()).toMatchObject({ messages: 2, ready: 1 });
    const waiting = queue.receive({ count: 2, names: ['mail'], waitMs: 1_000 });
    expect(bodies(await waiting)).toEqual([2]);
    const woken = queue.receive({ waitMs: 1_000 });
    await quiet();
    await change(false);
    expect(bodies(await woken)).toEqual([3]);
    expect(await actor.kv.getText('done')).toBe('1');
    await expect(actor.transaction((tx) => tx.queue.receive({ waitMs: 5 }))).rejects.toThrow(TypeError);
  });

  test('several messages are acknowledged together, or none of them', async () => {
    const { queue, store } = await openQueue(open);
    await queue.enqueueMany([mail(1), mail(2), mail(3)]);
    const received = await queue.receive({ count: 2 });
    const before = await queueEntries(store);
    const [first] = received as [ReceivedMessage];
    for (const leases of [
      [...received, first],
      [...received, { id: 3n, leaseId: first.leaseId }],
    ]) {
      await expect(queue.ackMany(leases)).rejects.toMatchObject({ code: 'queue.lease_invalid' });
      expect(await queueEntries(store)).toEqual(before);
    }
    await queue.ackMany(received);
    expect(await queue.size()).toMatchObject({ messages: 1, ready: 1 });
  });

  test('an idempotency key enqueues once, until it is forgotten', async () => {
    const { queue, clock, store, again } = await openQueue(open, { queue: { idempotencyMs: 1_000 } });
    const message = { ...mail(1), idempotencyKey: 'k' };
    const [first, second] = await queue.enqueueMany([message, { ...message, body: 2 }]);
    expect([first, second]).toEqual([
      { id: 1n, isDuplicate: false },
      { id: 1n, isDuplicate: true },
    ]);
    const [received] = await queue.receive();
    await received?.ack();
    const { queue: later } = await again();
    expect(await later.enqueue(message)).toEqual({ id: 1n, isDuplicate: true });
    clock.advance(999);
    expect((await later.enqueue(message)).isDuplicate).toBe(true);
    clock.advance(1);
    expect(await later.enqueue(message)).toEqual({ id: 2n, isDuplicate: false });
    clock.advance(1_000);
    await later.enqueue({ ...mail(3), idempotencyKey: 'other' });
    expect(await partCounts(store)).toMatchObject({ '07': 1, '0a': 1 });
  });

  test('a queue that is full refuses, or lets wait', async () => {
    const { queue } = await openQueue(open, { queue: { messagesMax: 2 } });
    await expect(queue.enqueueMany([mail(1), mail(2), mail(3)])).rejects.toMatchObject({
      code: 'queue.full',
      details: { messages: 0, messagesMax: 2 },
    });
    expect(await queue.size()).toMatchObject({ messages: 0, ready: 0 });
    await queue.enqueueMany([mail(1), mail(2)]);
    await expect(queue.enqueue(mail(3))).rejects.toMatchObject({ code: 'queue.full' });
    const waiting = queue.enqueue(mail(3), { waitMs: 1_000 });
    await quiet();
    const [message] = await queue.receive();
    await message?.ack();
    expect(await waiting).toEqual({ id: 3n, isDuplicate: false });
  });

  test('an answer reaches who waits for it, across restarts of either', async () => {
    const { queue, again, clock } = await openQueue(open, { queue: { responseMs: 1_000 } });
    const request = { name: 'sum', body: [1, 2], idempotencyKey: 'request-1' };
    const answer = queue.enqueueAndWait(request, { timeoutMs: 500 });
    await quiet();
    const [message] = await queue.receive();
    await message?.complete({ sum: 3 });
    expect(await answer).toEqual({ sum: 3 });
    const { queue: restarted } = await again();
    expect(await restarted.enqueueAndWait(request)).toEqual({ sum: 3 });
    clock.advance(1_000);
    await expect(restarted.response(1n)).rejects.toMatchObject({ code: 'queue.no_response' });
  });

  test('an answer that does not come is an error that says why', async () => {
    const { queue, clock } = await openQueue(open, { queue: { deliveriesMax: 1 } });
    const { id } = await queue.enqueue(mail(1));
    const late = queue.response(id, { timeoutMs: 100 });
    late.catch(() => {});
    await quiet();
    clock.advance(100);
    await expect(late).rejects.toMatchObject({
      code: 'queue.response_timeout',
      details: { messageId: '1', timeoutMs: 100 },
    });
    const waiting = queue.response(id);
    waiting.catch(() => {});
    await quiet();
    const [message] = await queue.receive();
    await message?.nack({ reason: 'cannot' });
    await expect(waiting).rejects.toMatchObject({ code: 'queue.dead_lettered' });
    expect(await queue.deadLetters.list()).toMatchObject([{ id, reason: 'cannot' }]);
    expect(await queue.deadLetters.delete(id)).toBe(true);
    expect(await queue.deadLetters.delete(id)).toBe(false);
    await expect(queue.response(id)).rejects.toMatchObject({ code: 'queue.no_response' });
  });

  test('what is paused is not handed out, also after a restart', async () => {
    const { queue, again, keyspace } = await openQueue(open);
    await queue.enqueueMany(['a', 'b', 'a'].map((name, body) => ({ name, body })));
    await queue.pause('a');
    expect(bodies(await queue.receive({ names: ['a', 'b'], count: 5, visibilityMs: 1 }))).toEqual([1]);
    await queue.pause();
    expect(await keyspace.nextDue()).toBeUndefined();
    const { queue: restarted } = await again();
    expect(await restarted.receive({ count: 5 })).toEqual([]);
    const waiting = restarted.receive({ count: 5, waitMs: 1_000 });
    await quiet();
    await restarted.resume();
    await restarted.resume('a');
    expect(bodies(await waiting)).not.toHaveLength(0);
  });

  test('purging deletes the messages of a name or all, and never an id', async () => {
    const { queue, store } = await openQueue(open);
    await queue.enqueueMany(['a', 'b', 'a', 'a'].map((name, body) => ({ name, body })));
    await queue.enqueue({ name: 'a', body: 9, delayMs: 10 });
    await queue.receive({ names: ['a'] });
    expect(await queue.size('a')).toEqual({ messages: 4, ready: 2 });
    expect(await queue.purge('a')).toBe(4);
    expect(await queue.size()).toMatchObject({ messages: 1, ready: 1 });
    expect(await queue.purge()).toBe(1);
    expect(await partCounts(store)).toEqual({ '01': 1, '03': 1 });
    expect((await queue.enqueue(mail(1))).id).toBe(6n);
  });

  test('peeking leases nothing, and works read-only', async () => {
    const { queue, keyspace } = await openQueue(open);
    await queue.enqueueMany([mail(1), mail(2)]);
    await queue.enqueue({ ...mail(3), delayMs: 5 });
    await queue.receive();
    const { queue: reader } = await keyspace.openActor('a', { readOnly: true });
    const peeked = await reader.peek();
    expect(peeked.map(({ body, status }) => [body, status])).toEqual([
      [1, 'leased'],
      [2, 'ready'],
      [3, 'delayed'],
    ]);
    expect(bodies(await reader.peek({ afterId: 1n, limit: 1 }))).toEqual([2]);
    expect(await reader.size()).toEqual({ messages: 3, ready: 1, nextId: 4n });
    await expect(reader.receive()).rejects.toMatchObject({ code: 'actor.read_only' });
    expect(await reader.deadLetters.list()).toEqual([]);
    expect(await reader.quarantine.list()).toEqual([]);
  });

  test('the encoded message may have 65,536 bytes, and no more', async () => {
    const { queue } = await openQueue(open);
    // Version 2, name 5, length of the body 3, head of the text 3 or 5, time 8, four absent fields 4.
    const largest = 'x'.repeat(65_536 - 2 - 5 - 3 - 3 - 8 - 4);
    await queue.enqueue(mail(largest));
    await expect(queue.enqueue(mail(`${largest}x`))).rejects.toMatchObject({
      code: 'queue.message_too_large',
      details: { messageBytes: 65_537, messageBytesMax: 65_536 },
    });
    const [message] = await queue.receive();
    expect(message?.body === largest).toBe(true);
    await message?.nack({ reason: 'r'.repeat(500) });
  });

  test('what cannot be stored is refused with its place, and nothing is written', async () => {
    const { queue, store } = await openQueue(open);
    await expect(queue.enqueueMany([mail(1), mail({ a: [() => 1] })])).rejects.toMatchObject({
      code: 'value.unserialisable',
      details: { path: '$.a[0]' },
    });
    expect(await queueEntries(store)).toEqual([]);
    await queue.enqueue(mail(Uint8Array.of(1, 2)));
    const [message] = await queue.receive();
    expect(message?.body).toEqual(Uint8Array.of(1, 2));
    await expect(message?.complete(() => 1)).rejects.toMatchObject({ code: 'value.unserialisable' });
    expect(await collect(await queue.peek())).toHaveLength(1);
  });
});

describe('arguments', () => {
  test.each([
    [{ name: '', body: 1 }, RangeError],
    [{ name: 'x'.repeat(513), body: 1 }, RangeError],
    [{ name: '\ud800', body: 1 }, RangeError],
    [{ name: 1, body: 1 }, TypeError],
    [{ name: 'a', body: 1, delayMs: -1 }, RangeError],
    [{ name: 'a', body: 1, delayMs: 1.5 }, RangeError],
    [{ name: 'a', body: 1, delayMs: 1, availableAtMs: 1 }, TypeError],
    [{ name: 'a', body: 1, availableAtMs: Number.NaN }, RangeError],
    [{ name: 'a', body: 1, idempotencyKey: '' }, RangeError],
    [null, TypeError],
  ])('enqueue refuses %j', async (message, error) => {
    const { queue } = await openQueue();
    await expect(queue.enqueue(message as never)).rejects.toThrow(error);
  });

  test.each([
    [{ count: 0 }, RangeError],
    [{ count: 1_001 }, RangeError],
    [{ visibilityMs: 0 }, RangeError],
    [{ waitMs: -1 }, RangeError],
    [{ names: 'mail' }, TypeError],
    [{ names: [1] }, TypeError],
  ])('receive refuses %j', async (options, error) => {
    const { queue } = await openQueue();
    await expect(queue.receive(options as never)).rejects.toThrow(error);
  });

  test.each([
    [{ messageBytesMax: 0 }, RangeError],
    [{ messageBytesMax: 131_073 }, RangeError],
    [{ messagesMax: 0 }, RangeError],
    [{ messagesMax: 1.5 }, RangeError],
    [{ visibilityMs: 0 }, RangeError],
    [{ deliveriesMax: 0 }, RangeError],
    [{ idempotencyMs: Number.POSITIVE_INFINITY }, RangeError],
    [{ responseMs: -1 }, RangeError],
    [{ messageBytesMaximum: 1 }, TypeError],
    [null, TypeError],
  ])('settings %j are refused when the keyspace is opened, and the actor', async (queue, error) => {
    await expect(openQueue(undefined, { queue: queue as never })).rejects.toThrow(error);
    const { keyspace } = await openQueue(undefined, { queue: { messagesMax: Number.POSITIVE_INFINITY } });
    await expect(keyspace.openActor('a', { queue: queue as never })).rejects.toThrow(error);
  });
});
