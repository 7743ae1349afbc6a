import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/index.js';
import { type ActorKeyspace, openKeyspace } from '../../src/keyspace/index.js';
import { queueMetadata, queueState } from '../../src/layout/index.js';
import type { LeasedMessage } from '../../src/queue/index.js';
import type { Store } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { SequentialIds, SimulatedClock } from '../../src/testing/index.js';
import { PARTITION } from '../actor/support.js';
import { expectExactUsage } from '../keyspace/usage-support.js';

const DELIVERIES_MAX = 3;
const VISIBILITY_MS = 50;
const NAMES = ['a', 'b', 'c'];

interface ModelMessage {
  readonly id: bigint;
  readonly name: string;
  readonly body: number;
  failures: number;
  /** When it becomes ready; `undefined`: it is. */
  readyAtMs: number | undefined;
  lease: LeasedMessage | undefined;
}

/** The reference: a list, gone through from the front. */
class Model {
  messages: ModelMessage[] = [];
  readonly dead = new Map<bigint, ModelMessage>();
  readonly acked = new Set<bigint>();
  readonly keys = new Map<string, bigint>();
  readonly paused = new Set<string>();
  isPaused = false;
  /** Whether entries were deleted past the actor, which counts them still. */
  isDamaged = false;
  lastId = 0n;
  bodyCount = 0;
  /** Every lease ever given out. */
  readonly leases: LeasedMessage[] = [];

  settle(nowMs: number): void {
    for (const message of [...this.messages]) {
      if (message.readyAtMs === undefined || message.readyAtMs > nowMs) continue;
      message.readyAtMs = undefined;
      if (message.lease === undefined) continue;
      this.fail(message);
    }
  }

  fail(message: ModelMessage, readyAtMs?: number): void {
    message.lease = undefined;
    message.readyAtMs = readyAtMs;
    message.failures++;
    if (message.failures >= DELIVERIES_MAX) {
      this.dead.set(message.id, message);
      this.remove(message);
    }
  }

  remove(message: ModelMessage): void {
    this.messages = this.messages.filter((other) => other !== message);
  }

  ready(names: readonly string[] | undefined): ModelMessage[] {
    return this.messages.filter(
      ({ name, readyAtMs }) =>
        readyAtMs === undefined && !this.paused.has(name) && (names?.includes(name) ?? true),
    );
  }

  /** Whose lease this is, if it still is one. */
  holder(lease: LeasedMessage, nowMs: number): ModelMessage | undefined {
    return this.messages.find(
      (message) => message.lease?.leaseId === lease.leaseId && (message.readyAtMs ?? 0) > nowMs,
    );
  }
}

interface Real {
  readonly store: Store;
  readonly clock: SimulatedClock;
  readonly ids: SequentialIds;
  actor: ActorKeyspace;
}

type Command = fc.AsyncCommand<Model, Real>;

/** A command that is always possible. */
function command(text: string, run: (model: Model, real: Real) => Promise<void>): Command {
  return { check: () => true, run, toString: () => text };
}

async function open(store: Store, clock: SimulatedClock, ids: SequentialIds): Promise<ActorKeyspace> {
  const queue = { deliveriesMax: DELIVERIES_MAX, visibilityMs: VISIBILITY_MS, messagesMax: 40 };
  const keyspace = await openKeyspace({ store, sharedStore: true, clock, ids, queue });
  return keyspace.openActor('a');
}

const enqueue = (
  names: readonly string[],
  delayMs: number,
  key: string | undefined,
  inTransaction: boolean,
) =>
  command(
    `enqueue(${names}, ${delayMs}, ${key}${inTransaction ? ', in a transaction' : ''})`,
    async (model, { actor, clock }) => {
      const messages = names.map((name) => ({
        name,
        body: ++model.bodyCount,
        delayMs,
        ...(key !== undefined && { idempotencyKey: key }),
      }));
      const run = () =>
        inTransaction
          ? actor.transaction((tx) => tx.queue.enqueueMany(messages))
          : actor.queue.enqueueMany(messages);
      const known = key !== undefined && model.keys.has(key);
      const addedCount = known ? 0 : key === undefined ? names.length : Math.min(1, names.length);
      if (model.messages.length + addedCount > 40) {
        await expect(run()).rejects.toMatchObject({ code: 'queue.full' });
        return;
      }
      const results = await run();
      for (const [at, { name, body }] of messages.entries()) {
        const before = key === undefined ? undefined : model.keys.get(key);
        if (before !== undefined) {
          expect(results[at]).toEqual({ id: before, isDuplicate: true });
          continue;
        }
        const id = ++model.lastId;
        expect(results[at]).toEqual({ id, isDuplicate: false });
        if (key !== undefined) model.keys.set(key, id);
        const readyAtMs = delayMs === 0 ? undefined : clock.nowMs() + delayMs;
        model.messages.push({ id, name, body, failures: 0, readyAtMs, lease: undefined });
      }
    },
  );

const receive = (names: readonly string[] | undefined, count: number) =>
  command(`receive(${names ?? 'all'}, ${count})`, async (model, { actor, clock }) => {
    const received = await actor.queue.receive({ names, count });
    if (model.isPaused) {
      expect(received).toEqual([]);
      return;
    }
    model.settle(clock.nowMs());
    const expected = model.ready(names).slice(0, count);
    expect(received.map(({ id, name, body, deliveryCount }) => ({ id, name, body, deliveryCount }))).toEqual(
      expected.map(({ id, name, body, failures }) => ({ id, name, body, deliveryCount: failures + 1 })),
    );
    for (const [at, message] of expected.entries()) {
      message.lease = received[at];
      message.readyAtMs = clock.nowMs() + VISIBILITY_MS;
      model.leases.push(received[at] as LeasedMessage);
    }
  });

/** What is done with one of the leases that were ever given out. */
const settle = (
  text: string,
  pick: number,
  use: (actor: ActorKeyspace, lease: LeasedMessage) => Promise<unknown>,
  apply: (model: Model, message: ModelMessage, nowMs: number) => void,
) =>
  command(`${text} #${pick}`, async (model, { actor, clock }) => {
    const lease = model.leases.at(-1 - (pick % Math.max(1, model.leases.length)));
    if (lease === undefined) return;
    const message = model.holder(lease, clock.nowMs());
    const using = use(actor, lease);
    if (message === undefined) {
      await expect(using).rejects.toMatchObject({ code: 'queue.lease_invalid' });
      return;
    }
    await using;
    apply(model, message, clock.nowMs());
  });

const done = (model: Model, message: ModelMessage) => {
  expect(model.acked.has(message.id)).toBe(false);
  model.acked.add(message.id);
  model.remove(message);
};

const redrive = (pick: number) =>
  command(`redrive #${pick}`, async (model, { actor }) => {
    const id = [...model.dead.keys()][pick % Math.max(1, model.dead.size)];
    if (id === undefined) return;
    const message = model.dead.get(id) as ModelMessage;
    if (model.messages.length >= 40) {
      await expect(actor.queue.deadLetters.redrive(id)).rejects.toMatchObject({ code: 'queue.full' });
      return;
    }
    expect(await actor.queue.deadLetters.redrive(id)).toBe(true);
    model.dead.delete(id);
    model.messages.push({ ...message, failures: 0, readyAtMs: undefined, lease: undefined });
    model.messages.sort((a, b) => (a.id < b.id ? -1 : 1));
  });

const forget = (key: string, text: string, isState: boolean) =>
  command(text, async (model, real) => {
    model.isDamaged = true;
    // It also says whether all is paused.
    if (isState) model.isPaused = false;
    await real.store.commit({
      writes: [{ type: 'delete', partition: PARTITION, key: Buffer.from(key, 'hex') }],
    });
    real.actor = await open(real.store, real.clock, real.ids);
    // The ids of leases are nowhere but in the index.
    for (const message of model.messages) {
      if (message.lease !== undefined) message.lease = { ...message.lease, leaseId: 'void' };
    }
    // Its messages are read again at the first use.
    if (model.messages.length === 0 && model.lastId === 0n) return;
    await real.actor.queue.pause('unused');
  });

const pause = (name: string | undefined, isPaused: boolean) =>
  command(`${isPaused ? 'pause' : 'resume'}(${name ?? ''})`, async (model, { actor }) => {
    await (isPaused ? actor.queue.pause(name ?? null) : actor.queue.resume(name ?? null));
    if (name === undefined) model.isPaused = isPaused;
    else if (isPaused) model.paused.add(name);
    else model.paused.delete(name);
  });

const agree = async (model: Model, { actor, store, clock }: Real) => {
  const { messages } = await actor.queue.size();
  expect(messages).toBe(model.messages.length);
  const peeked = await actor.queue.peek({ limit: 1_000 });
  expect(peeked.map(({ id, body }) => [id, body])).toEqual(model.messages.map(({ id, body }) => [id, body]));
  const due = await (await openKeyspace({ store, sharedStore: true })).nextDue();
  const times = model.messages.map(({ readyAtMs }) => readyAtMs ?? 0);
  if (model.isPaused || times.length === 0) expect(due).toBeUndefined();
  else if (Math.min(...times) > clock.nowMs()) expect(due?.wakeAtMs).toBe(Math.min(...times));
  else expect(due?.wakeAtMs).toBeLessThanOrEqual(clock.nowMs());
  const letters = await actor.queue.deadLetters.list({ limit: 1_000 });
  expect(letters.map(({ id }) => id)).toEqual([...model.dead.keys()].sort((a, b) => (a < b ? -1 : 1)));
};

const names = fc.constantFrom(...NAMES);
const pick = fc.nat(8);
const COMMANDS: fc.Arbitrary<Command>[] = [
  fc
    .tuple(
      fc.array(names, { maxLength: 5 }),
      fc.constantFrom(0, 0, 0, 10, 70),
      fc.constantFrom(undefined, undefined, undefined, 'k1', 'k2'),
      fc.boolean(),
    )
    .map((args) => enqueue(...args)),
  fc
    .tuple(fc.option(fc.array(names, { maxLength: 3 }), { nil: undefined }), fc.integer({ min: 1, max: 4 }))
    .map((args) => receive(...args)),
  fc
    .tuple(fc.option(fc.array(names, { maxLength: 3 }), { nil: undefined }), fc.integer({ min: 1, max: 4 }))
    .map((args) => receive(...args)),
  pick.map((at) => settle('ack', at, (actor, lease) => actor.queue.ack(lease), done)),
  pick.map((at) =>
    settle(
      'ack in a transaction',
      at,
      (actor, lease) => actor.transaction((tx) => tx.queue.ack(lease)),
      done,
    ),
  ),
  pick.map((at) => settle('complete', at, (actor, lease) => actor.queue.complete(lease, 'ok'), done)),
  fc.tuple(pick, fc.constantFrom(0, 30)).map(([at, delayMs]) =>
    settle(
      `nack ${delayMs}`,
      at,
      (actor, lease) => actor.queue.nack(lease, { delayMs }),
      (model, message, nowMs) => model.fail(message, delayMs === 0 ? undefined : nowMs + delayMs),
    ),
  ),
  pick.map((at) =>
    settle(
      'extend',
      at,
      (actor, lease) => actor.queue.extend(lease, 90),
      (_model, message, nowMs) => {
        message.readyAtMs = nowMs + 90;
      },
    ),
  ),
  pick.map(redrive),
  fc
    .constantFrom(1, 10, 49, 50, 51)
    .map((ms) => command(`advance ${ms}`, async (_model, { clock }) => clock.advance(ms))),
  fc.tuple(fc.option(names, { nil: undefined }), fc.boolean()).map((args) => pause(...args)),
  fc.constant(
    command('take over', async (_model, real) => {
      real.actor = await open(real.store, real.clock, real.ids);
    }),
  ),
  fc.constantFrom(
    forget(toHex(queueMetadata.encode({})), 'lose the metadata', false),
    forget(toHex(queueState.encode({})), 'lose the state', true),
  ),
];

describe.each([true, false])('with synchronous reads: %s', (synchronousReads) => {
  test('the queue does what a list would', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(COMMANDS, { maxCommands: 60, size: 'max' }), async (commands) => {
        const store = new MemoryStore({ synchronousReads });
        const clock = new SimulatedClock();
        const ids = new SequentialIds();
        const model = new Model();
        const real: Real = { store, clock, ids, actor: await open(store, clock, ids) };
        await fc.asyncModelRun(() => ({ model, real }), commands);
        await agree(model, real);
        if (!model.isDamaged) await expectExactUsage(store, real.actor);
        await drain(model, real);
      }),
      { numRuns: Number(process.env.QUEUE_MODEL_RUNS ?? 60) },
    );
  });
});

/** Everything that was enqueued comes in the end, of each name in order, or was acknowledged or given up. */
async function drain(model: Model, { actor, clock }: Real): Promise<void> {
  await actor.queue.resume();
  for (const name of NAMES) await actor.queue.resume(name);
  clock.advance(1_000);
  model.settle(clock.nowMs());
  const received = await actor.queue.receive({ count: 1_000 });
  expect(received.map(({ id }) => id)).toEqual(model.messages.map(({ id }) => id));
  for (const message of received) await message.ack();
  expect(await actor.queue.size()).toMatchObject({ messages: 0, ready: 0 });
}
