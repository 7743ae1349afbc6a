import type { Clock } from '../../clock.js';
import { KeyspaceError } from '../../errors.js';
import type { Environment } from './environment.js';
import { closedError } from './failure.js';
import type { ViewSource } from './reader.js';
import type { View } from './view.js';

/** One instant, kept readable until released. */
export interface Lease {
  /** @throws {KeyspaceError} `store.closed` after release; `snapshot.expired`. */
  view(): View;
  /** Idempotent. */
  release(): void;
}

/** Between looks for leases to end where no commit looks. */
const EXPIRY_CHECK_MS = 30_000;

interface OpenLease extends Lease {
  readonly expire: () => void;
  readonly begunAtMs: number;
}

/**
 * The read transactions in use. All end before the environment does: one that is used after it, or that it
 * waits for, would crash or hang. None lives for ever, forgotten or not: the engine reuses no page that was
 * freed since the oldest of them began.
 */
export class Leases implements ViewSource {
  readonly #environment: Environment;
  readonly #current: View;
  readonly #ageMsMax: number;
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #open = new Set<OpenLease>();
  readonly #expiryCheck: NodeJS.Timeout;
  #isFresh = false;
  #closed = false;

  constructor(environment: Environment, ageMsMax: number, clock: Clock) {
    this.#environment = environment;
    const { data, readFailure } = environment;
    this.#current = { data, readFailure };
    this.#ageMsMax = ageMsMax;
    this.#clock = clock;
    this.#expiryCheck = setInterval(() => this.expire(), EXPIRY_CHECK_MS).unref();
  }

  /** Of the current turn of the event loop, and of every commit that has resolved here. */
  view(): View {
    this.#assertOpen();
    if (!this.#isFresh) {
      this.#environment.root.resetReadTxn();
      this.#isFresh = true;
      setImmediate(() => {
        this.#isFresh = false;
      }).unref();
    }
    return this.#current;
  }

  /** @throws {KeyspaceError} `store.closed`; `store.failed`, for example with the reader table full. */
  hold(): Lease {
    this.#assertOpen();
    const transaction = this.#environment.beginRead();
    const begunAtMs = this.#clock.monotonicMs();
    let view: View | undefined = { ...this.#current, transaction };
    let isExpired = false;
    const lease: OpenLease = {
      begunAtMs,
      view: () => {
        const ageMs = Math.ceil(this.#clock.monotonicMs() - begunAtMs);
        if (ageMs > this.#ageMsMax) lease.expire();
        if (view !== undefined) return view;
        if (this.#closed) throw closedError();
        throw isExpired ? expiredError(ageMs, this.#ageMsMax) : releasedError();
      },
      release: () => {
        if (view === undefined) return;
        view = undefined;
        this.#open.delete(lease);
        transaction.done();
      },
      expire: () => {
        isExpired ||= view !== undefined;
        lease.release();
      },
    };
    this.#open.add(lease);
    return lease;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** How long the oldest has been open, if any is. */
  get oldestMs(): number | undefined {
    for (const { begunAtMs } of this.#open) return this.#clock.monotonicMs() - begunAtMs;
    return undefined;
  }

  /** Releases what is too old. */
  expire(): void {
    const begunAtMsMin = this.#clock.monotonicMs() - this.#ageMsMax;
    for (const lease of this.#open) {
      if (lease.begunAtMs >= begunAtMsMin) return;
      lease.expire();
    }
  }

  /** Releases all, and lends no more. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#expiryCheck);
    for (const lease of this.#open) lease.release();
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError();
  }
}

function releasedError(): KeyspaceError<'store.closed'> {
  return new KeyspaceError('store.closed', 'the snapshot is closed', {});
}

function expiredError(ageMs: number, ageMsMax: number): KeyspaceError<'snapshot.expired'> {
  const message = `the snapshot is ${ageMs} ms old, the limit is ${ageMsMax} ms`;
  return new KeyspaceError('snapshot.expired', message, { ageMs, ageMsMax });
}
