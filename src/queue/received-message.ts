import type { WriteOptions } from '../actor/index.js';
import type { ActorQueue } from './queue.js';
import type { LeasedMessage } from './receiving.js';
import type { NackOptions } from './settling.js';

/** A message that was received, with what its receiver does with it on the queue it came from. */
export class ReceivedMessage<Body = unknown> implements LeasedMessage<Body> {
  readonly id: bigint;
  readonly name: string;
  readonly body: Body;
  readonly enqueuedAtMs: number;
  readonly failureCount: number;
  readonly deliveryCount: number;
  readonly leaseId: string;
  readonly #queue: ActorQueue;
  #leaseEndsAtMs: number;

  /** Use `queue.receive`. */
  constructor(queue: ActorQueue, message: LeasedMessage<Body>) {
    this.#queue = queue;
    this.id = message.id;
    this.name = message.name;
    this.body = message.body;
    this.enqueuedAtMs = message.enqueuedAtMs;
    this.failureCount = message.failureCount;
    this.deliveryCount = message.deliveryCount;
    this.leaseId = message.leaseId;
    this.#leaseEndsAtMs = message.leaseEndsAtMs;
  }

  get leaseEndsAtMs(): number {
    return this.#leaseEndsAtMs;
  }

  /** See {@link ActorQueue.ack}. */
  ack(options?: WriteOptions): Promise<void> {
    return this.#queue.ack(this, options);
  }

  /** See {@link ActorQueue.nack}. */
  nack(options?: NackOptions & WriteOptions): Promise<void> {
    return this.#queue.nack(this, options);
  }

  /** See {@link ActorQueue.complete}. */
  complete(response: unknown, options?: WriteOptions): Promise<void> {
    return this.#queue.complete(this, response, options);
  }

  /** See {@link ActorQueue.extend}. */
  async extend(visibilityMs?: number, options?: WriteOptions): Promise<void> {
    this.#leaseEndsAtMs = await this.#queue.extend(this, visibilityMs, options);
  }
}
