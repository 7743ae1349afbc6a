import type { ActorAccess, WriteOptions } from '../actor/index.js';
import { isKeyspaceError } from '../errors.js';
import { queuePausedName } from '../layout/index.js';
import { DeadLetters } from './dead-letters.js';
import { assertName, type EnqueuedMessage, enqueueInto, type NewMessage, prepare } from './enqueueing.js';
import { NO_BYTES } from './ledger.js';
import {
  countsOf,
  type PeekedMessage,
  peek,
  type QueueCounts,
  type QueueListOptions,
  type QueueSize,
  sizeOf,
} from './listing.js';
import type { MessageLease } from './message-records.js';
import { purgeAll, purgeName } from './purging.js';
import { Quarantine } from './quarantined.js';
import { ReceivedMessage } from './received-message.js';
import { take } from './receiving.js';
import { type AnswerOptions, answerOf, answerWait } from './responses.js';
import type { QueueRoom } from './room.js';
import { QueueSession } from './session.js';
import { assertDuration, assertWhole, type QueueSettings } from './settings.js';
import {
  ack,
  ackMany,
  assertNack,
  complete,
  encodeAnswer,
  extend,
  type NackOptions,
  nack,
} from './settling.js';
import { verifyIndex } from './verifying.js';
import { assertWait, Wait } from './waiting.js';

export interface EnqueueOptions extends WriteOptions {
  /** How long to wait for room in a full queue, in milliseconds; `Infinity` allowed. Default 0. */
  readonly waitMs?: number | undefined;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
}

export interface ReceiveOptions extends WriteOptions {
  /** Only messages of these names. Default all that are not paused. */
  readonly names?: readonly string[] | undefined;
  /** At most so many: a whole number from 1 to 1,000. Default 1. */
  readonly count?: number | undefined;
  /** How long the messages are leased, a whole number of milliseconds of 1 or more. Default the queue's setting. */
  readonly visibilityMs?: number | undefined;
  /** How long to wait for a message if there is none, in milliseconds; `Infinity` allowed. Default 0. */
  readonly waitMs?: number | undefined;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
}

const COUNT_MAX = 1_000;

/**
 * The actor's queue: named messages, each delivered until it is acknowledged. Of each name, what is ready is handed
 * out in the order of enqueueing.
 *
 * A message that was received is leased: nobody else gets it until the lease ends, which counts as a failed delivery.
 * After so many of those it is a dead letter. Everything is also there inside a transaction, and then part of its
 * commit, but for waiting.
 *
 * @throws {KeyspaceError} Every method: as `ActorAccess`, and `value.version_unsupported` if a newer version wrote the
 * queue's metadata.
 */
export class ActorQueue {
  readonly deadLetters: DeadLetters;
  readonly quarantine: Quarantine;
  readonly #session: QueueSession;

  constructor(access: ActorAccess, settings: QueueSettings, room: QueueRoom, isInTransaction: boolean) {
    this.#session = new QueueSession(access, settings, room, isInTransaction);
    this.deadLetters = new DeadLetters(this.#session);
    this.quarantine = new Quarantine(this.#session);
  }

  /**
   * Puts a message at the end of the queue.
   *
   * @throws {TypeError} If a part of it is of another type.
   * @throws {RangeError} If one is out of range.
   * @throws {KeyspaceError} `queue.full`; `queue.message_too_large`; `queue.ids_exhausted`; `value.unserialisable` naming
   * the path inside the body; `value.too_large`.
   */
  async enqueue(message: NewMessage, options?: EnqueueOptions): Promise<EnqueuedMessage> {
    const [enqueued] = await this.enqueueMany([message], options);
    return enqueued as EnqueuedMessage;
  }

  /** As {@link enqueue} of each, in this order, all or nothing. */
  async enqueueMany(
    messages: readonly NewMessage[],
    options: EnqueueOptions = {},
  ): Promise<EnqueuedMessage[]> {
    const { waitMs = 0, signal } = options;
    assertWait(waitMs, 'waitMs');
    const prepared = messages.map(prepare);
    const session = this.#session;
    const wait = new Wait(session, waitMs, signal);
    for (;;) {
      const { version } = session.room;
      try {
        return await session.run((ledger) => enqueueInto(ledger, prepared), options);
      } catch (error) {
        if (!isKeyspaceError(error, 'queue.full') || prepared.length > session.settings.messagesMax)
          throw error;
        if (!(await wait.for(version))) throw error;
      }
    }
  }

  /**
   * Enqueues a message and waits for what it is answered with. Enqueued again with its idempotency key, also by another
   * process after a crash, it gives the same answer.
   *
   * @throws {RangeError} As {@link enqueue}, and if `timeoutMs` is out of range: nothing is enqueued.
   * @throws {TypeError} As {@link enqueue}, and inside a transaction unless `timeoutMs` is 0: nothing is enqueued.
   * @throws {KeyspaceError} As {@link enqueue} and {@link response}.
   */
  async enqueueAndWait(message: NewMessage, options: EnqueueOptions & AnswerOptions = {}): Promise<unknown> {
    // What cannot be waited for is refused before there is a message.
    answerWait(this.#session, options);
    const { id } = await this.enqueue(message, options);
    return this.response(id, options);
  }

  /**
   * Waits for what a message is answered with; an answer is there for as long as the queue's settings say.
   *
   * @throws {KeyspaceError} `queue.response_timeout`; `queue.dead_lettered` once it is given up; `queue.no_response` if
   * it is gone without an answer.
   */
  response(id: bigint, options: AnswerOptions = {}): Promise<unknown> {
    return answerOf(this.#session, id, options);
  }

  /**
   * Leases the first messages that are ready. Reads what it returns, whatever else is in the queue.
   *
   * @returns None if none was ready in time.
   * @throws {RangeError} If an option is out of range.
   */
  async receive(options: ReceiveOptions = {}): Promise<ReceivedMessage[]> {
    const session = this.#session;
    const { names, count = 1, visibilityMs = session.settings.visibilityMs, waitMs = 0, signal } = options;
    if (names !== undefined && !Array.isArray(names)) throw new TypeError('names must be an array');
    for (const name of names ?? []) assertText(name);
    assertWhole(count, 'count', 1, COUNT_MAX);
    assertDuration(visibilityMs, 'visibilityMs', 1);
    assertWait(waitMs, 'waitMs');
    const wait = new Wait(session, waitMs, signal);
    const { room } = session;
    // Once a call, so that nothing the index could not be made to match has it made anew for ever.
    let { isVerified } = room;
    for (;;) {
      const { version } = room;
      let nowMs = 0;
      const { messages, nextPendingMs } = await session.run(async (ledger) => {
        nowMs = ledger.nowMs;
        const taken = await take(ledger, names, count, visibilityMs);
        if (isVerified || ledger.isPaused || taken.messages.length === count) return taken;
        isVerified = true;
        await verifyIndex(ledger);
        room.isVerified = true;
        return taken;
      }, options);
      // Inside a transaction it may not stay put in order.
      if (isVerified && !session.isInTransaction) room.isVerified = true;
      if (messages.length > 0) return messages.map((message) => new ReceivedMessage(this, message));
      // More is due than one commit makes ready.
      if (nextPendingMs !== undefined && nextPendingMs <= nowMs && !session.isInTransaction) continue;
      const mostMs = nextPendingMs === undefined ? undefined : nextPendingMs - nowMs;
      if (!(await wait.for(version, mostMs))) return [];
    }
  }

  /** Receives one message after the other, waiting for each, until the signal aborts. */
  async *messages(
    options: Omit<ReceiveOptions, 'count' | 'waitMs'> = {},
  ): AsyncGenerator<ReceivedMessage, void, undefined> {
    while (!options.signal?.aborted) {
      let received: ReceivedMessage[];
      try {
        received = await this.receive({ ...options, count: 1, waitMs: Number.POSITIVE_INFINITY });
      } catch (error) {
        if (options.signal?.aborted && error === options.signal.reason) return;
        throw error;
      }
      yield* received;
    }
  }

  /**
   * A message is done with, and gone.
   *
   * @throws {KeyspaceError} `queue.lease_invalid` if the lease is not, or no longer, that of the message: nothing
   * is changed, and it may be delivered again.
   */
  ack(lease: MessageLease, options?: WriteOptions): Promise<void> {
    return this.#session.run((ledger) => ack(ledger, lease), options);
  }

  /** As {@link ack} of each, all or nothing. */
  async ackMany(leases: Iterable<MessageLease>, options?: WriteOptions): Promise<void> {
    const all = [...leases];
    await this.#session.run((ledger) => ackMany(ledger, all), options);
  }

  /** As {@link ack}, with an answer for whoever waits for it. @throws {KeyspaceError} `value.unserialisable`. */
  async complete(lease: MessageLease, response: unknown, options?: WriteOptions): Promise<void> {
    const body = encodeAnswer(response);
    await this.#session.run((ledger) => complete(ledger, lease, body), options);
  }

  /**
   * The delivery of a message has failed: it is delivered again, after a delay if one is given, or is a dead letter.
   *
   * @throws {KeyspaceError} As {@link ack}.
   */
  async nack(lease: MessageLease, options: NackOptions & WriteOptions = {}): Promise<void> {
    assertNack(options);
    await this.#session.run((ledger) => nack(ledger, lease, options), options);
  }

  /**
   * Has a lease end `visibilityMs` from now, by default what the queue's settings say.
   *
   * @returns When it ends, in milliseconds since the Unix epoch.
   * @throws {KeyspaceError} As {@link ack}.
   */
  async extend(
    lease: MessageLease,
    visibilityMs: number = this.#session.settings.visibilityMs,
    options?: WriteOptions,
  ): Promise<number> {
    assertDuration(visibilityMs, 'visibilityMs', 1);
    return this.#session.run((ledger) => extend(ledger, lease, visibilityMs), options);
  }

  /** Messages in the order of their ids, leasing none. Also read-only. */
  peek(options: QueueListOptions = {}): Promise<PeekedMessage[]> {
    return peek(this.#session.access, options);
  }

  /** How many messages there are, and the next id. Also read-only. */
  size(): Promise<QueueSize>;
  /** How many messages of a name there are; it costs these and all that wait. Also read-only. */
  size(name: string): Promise<QueueCounts>;
  async size(name?: string): Promise<QueueCounts> {
    const { access } = this.#session;
    return name === undefined ? sizeOf(access) : countsOf(access, name);
  }

  /**
   * Deletes all messages, in one commit; or those of a name, some hundred in each commit. Dead letters and answers stay.
   *
   * @returns How many there were.
   * @throws {TypeError} If a name is given that is no text: `undefined` does not stand for all.
   */
  purge(): Promise<number>;
  purge(name: string): Promise<number>;
  async purge(...args: readonly string[]): Promise<number> {
    if (args.length === 0) return this.#session.run(purgeAll);
    const [name] = args as [string];
    assertText(name);
    return purgeName(this.#session, name);
  }

  /**
   * Hands out no more messages, of a name or, with none or `null`, at all. It outlives restarts.
   *
   * @throws {TypeError} If a name is given that is no text: `undefined` does not stand for all.
   * @throws {RangeError} If the name is out of range.
   */
  pause(): Promise<void>;
  pause(name: string | null, options?: WriteOptions): Promise<void>;
  async pause(...args: [name?: string | null, options?: WriteOptions]): Promise<void> {
    const name = nameOrAll(args);
    await this.#session.run(async (ledger) => {
      if (name === null) ledger.isPaused = true;
      else ledger.set(queuePausedName.encode({ name }), NO_BYTES);
    }, args[1]);
  }

  /** Ends a {@link pause}: that of a name, or that of all, beside which names may stay paused. @throws As it. */
  resume(): Promise<void>;
  resume(name: string | null, options?: WriteOptions): Promise<void>;
  async resume(...args: [name?: string | null, options?: WriteOptions]): Promise<void> {
    const name = nameOrAll(args);
    await this.#session.run(async (ledger) => {
      if (name === null) ledger.isPaused = false;
      else ledger.delete(queuePausedName.encode({ name }));
    }, args[1]);
  }
}

function assertText(name: string): void {
  if (typeof name !== 'string') throw new TypeError(`a name must be a string, not ${typeof name}`);
}

/** The name that was given, or `null` for all. A variable that was not set is not to stand for all. */
function nameOrAll(args: readonly unknown[]): string | null {
  if (args.length === 0 || args[0] === null) return null;
  assertName(args[0] as string, 'name');
  return args[0] as string;
}
