import { isKeyspaceError } from '../../errors.js';
import type { ActorSubsystems } from '../../keyspace/index.js';
import type { Random } from '../random.js';
import type { Operation, Workload, WorkloadContext } from '../simulation/workload.js';

interface Message {
  readonly name: string;
  readonly body: string;
  readonly failureCount: number;
}

/** The messages in their order, and what was given up. Nothing is leased between operations. */
export interface QueueModel {
  readonly messages: readonly Message[];
  readonly dead: readonly string[];
  /** Whether anything was ever enqueued. */
  readonly isUsed: boolean;
}

type Chooser = (random: Random, context: WorkloadContext) => Operation<QueueModel>;

const NAMES = ['a', 'b'];
const PEEK_MAX = 100_000;
/** A hundred years: clocks jump by decades between two calls. */
const VISIBILITY_MS = 3_155_760_000_000;
/** As the settings have it unless told otherwise. */
const DELIVERIES_MAX = 10;
/** What a message is stored in while it is ready: itself and two entries of the index. */
const KEYS_A_MESSAGE = 3;

/**
 * Uses and checks `actor.queue`: messages are enqueued, taken and acknowledged or given back, given up and purged. All
 * of it inside transactions, since a queue that puts itself in order first commits several times otherwise.
 */
export const queueWorkload: Workload<QueueModel> = {
  name: 'queue',
  initial: { messages: [], dead: [], isUsed: false },
  choose: (random, _model, context) => random.weighted(CHOOSERS)(random, context),
  async read({ queue }) {
    const peeked = await queue.peek({ limit: PEEK_MAX });
    const letters = await queue.deadLetters.list({ limit: PEEK_MAX });
    return {
      messages: peeked.map(({ name, body, failureCount }) => ({ name, body: body as string, failureCount })),
      dead: letters.map(({ body }) => body as string),
      isUsed: (await queue.size()).nextId > 1n,
    };
  },
  keyCounts: ({ messages, dead, isUsed }) => ({
    5: (isUsed ? 2 : 0) + KEYS_A_MESSAGE * messages.length + dead.length,
  }),
};

const enqueue: Chooser = (random, context) => {
  const messages = Array.from({ length: 1 + random.integer(2) }, () => ({
    name: random.pick(NAMES),
    body: context.unique(),
  }));
  return {
    text: `queue.enqueueMany ${messages.map(({ name, body }) => `${name}=${body}`).join(',')}`,
    kind: 'update',
    needsTransaction: true,
    run: async ({ queue }) => (await queue.enqueueMany(messages)).length,
    apply: (model) => ({
      model: {
        ...model,
        messages: [...model.messages, ...messages.map((message) => ({ ...message, failureCount: 0 }))],
        isUsed: true,
      },
      result: messages.length,
    }),
  };
};

const workOff: Chooser = (random) => {
  const names = random.chance(0.5) ? [random.pick(NAMES)] : undefined;
  const count = 1 + random.integer(3);
  return {
    text: `queue.receive ${names ?? 'all'} by ${count} and ack`,
    kind: 'update',
    needsTransaction: true,
    async run({ queue }) {
      const received = await queue.receive({ names, count, visibilityMs: VISIBILITY_MS });
      if (received.length > 0 && !(await isSettled(queue.ackMany(received)))) return LOST;
      return received.map(({ body }) => body);
    },
    apply(model) {
      const taken = takenOf(model, names, count);
      const messages = model.messages.filter((message) => !taken.includes(message));
      return { model: { ...model, messages }, result: taken.map(({ body }) => body) };
    },
  };
};

const giveBack: Chooser = (random) => {
  const names = random.chance(0.5) ? [random.pick(NAMES)] : undefined;
  return {
    text: `queue.receive ${names ?? 'all'} and nack`,
    kind: 'update',
    needsTransaction: true,
    async run({ queue }) {
      const [message] = await queue.receive({ names, visibilityMs: VISIBILITY_MS });
      if (message && !(await isSettled(message.nack({ reason: 'simulated' })))) return LOST;
      return message?.deliveryCount;
    },
    apply(model) {
      const [taken] = takenOf(model, names, 1);
      if (taken === undefined) return { model, result: undefined };
      const failureCount = taken.failureCount + 1;
      const isDead = failureCount === DELIVERIES_MAX;
      const messages = model.messages.flatMap((message) => {
        if (message !== taken) return [message];
        return isDead ? [] : [{ ...message, failureCount }];
      });
      const dead = isDead ? [...model.dead, taken.body] : model.dead;
      return { model: { ...model, messages, dead }, result: failureCount };
    },
  };
};

const purge: Chooser = () => ({
  text: 'queue.purge',
  kind: 'update',
  needsTransaction: true,
  run: ({ queue }) => queue.purge(),
  apply: (model) => ({ model: { ...model, messages: [] }, result: model.messages.length }),
});

const count: Chooser = () => ({
  text: 'queue.size',
  kind: 'read',
  run: async ({ queue }: ActorSubsystems) => (await queue.size()).messages,
  apply: (model) => ({ model, result: model.messages.length }),
});

const LOST = 'the lease was lost at once';

/** Whether it went well. An owner that was superseded may find that the next one has the message. */
async function isSettled(settling: Promise<void>): Promise<boolean> {
  try {
    await settling;
    return true;
  } catch (error) {
    if (isKeyspaceError(error, 'queue.lease_invalid')) return false;
    throw error;
  }
}

function takenOf({ messages }: QueueModel, names: readonly string[] | undefined, most: number): Message[] {
  return messages.filter(({ name }) => names?.includes(name) ?? true).slice(0, most);
}

const CHOOSERS: readonly (readonly [number, Chooser])[] = [
  [5, enqueue],
  [4, workOff],
  [3, giveBack],
  [0.3, purge],
  [1, count],
];
