import { isDeepStrictEqual } from 'node:util';
import { type ErrorCode, type ErrorDetails, isKeyspaceError } from '../../errors.js';
import type { ActorKeyspace } from '../../keyspace/index.js';
import { injectedFault } from '../faults/fault.js';
import type { History } from './history.js';
import type { Judge } from './judge.js';
import type { SimulatedActor } from './simulated-actor.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { Timeline } from './timeline.js';
import { ChangedMind, type Part, type Unit } from './unit.js';

/** With these a call is refused, and the handle goes on. */
const REFUSALS: readonly ErrorCode[] = ['transaction.timeout', 'commit.too_large', 'store.full'];

/** Where things stood when a call was made. */
interface Issued {
  readonly text: string;
  /** What every call must fail with, since the handle had failed or was closed. */
  readonly refusal: ErrorCode | undefined;
}

/** One handle of an actor, and what must come of every call on it. */
export class Owner {
  readonly actor: SimulatedActor;
  readonly process: SimulatedProcess;
  readonly epoch: number;
  readonly timeline: Timeline;
  readonly #handle: ActorKeyspace;
  readonly #history: History;
  readonly #judge: Judge;
  readonly #name: string;
  #end: { readonly code: ErrorCode; readonly error: unknown } | undefined;
  #closing: 'no' | 'begun' | 'done' = 'no';
  #openCount = 0;
  /** Transactions that may be pausing, with others waiting behind them. */
  #pausingCount = 0;
  /** So many changes are accepted: whatever is read shows them. */
  #acceptedCount = 0;
  /** The last of so many changes was told to be accepted. */
  #fulfilledCount = 0;
  /** Whether a deferred write was accepted that came too late to be stored. */
  #acceptedLate = false;
  #lossTold = false;

  constructor(handle: ActorKeyspace, actor: SimulatedActor, process: SimulatedProcess, timeline: Timeline) {
    this.actor = actor;
    this.process = process;
    this.epoch = handle.epoch as number;
    this.timeline = timeline;
    this.#handle = handle;
    this.#history = process.history;
    this.#judge = process.judge;
    this.#name = `${process.name} ${actor.id}#${this.epoch}`;
  }

  get isSuperseded(): boolean {
    return this.epoch < this.actor.epochMax;
  }

  /** Whether it may be given more to do: it may well have failed. */
  get isAvailable(): boolean {
    return !this.process.isDown && this.#closing !== 'begun';
  }

  /** Whether it is the one that reads and writes the actor. */
  get isCurrent(): boolean {
    return this.isAvailable && !this.isSuperseded && this.#refusal === undefined;
  }

  /** Calls that have not settled. */
  get openCount(): number {
    return this.#openCount;
  }

  get #refusal(): ErrorCode | undefined {
    return this.#closing === 'done' ? 'actor.closed' : this.#end?.code;
  }

  issue(unit: Unit): void {
    const { timeline } = this;
    const issued = this.#issue(unit.text);
    const isLate = this.isSuperseded;
    const index = issued.refusal === undefined && !isLate ? timeline.add(unit) : undefined;
    this.#history.counts[unit.isTransaction ? 'transactions' : 'operations']++;
    if (unit.pauses) this.#pausingCount++;
    this.#track(
      unit.text,
      unit.run(this.#handle).finally(() => {
        if (unit.pauses) this.#pausingCount--;
      }),
      (results) => this.#unitDone(unit, issued, index, results),
      (error) => this.#unitFailed(unit, issued, index, error),
    );
  }

  /** Reads outside of transactions, and so at any instant until it is answered. */
  read({ at, operation }: Part): void {
    const issued = this.#issue(operation.text);
    const acceptedCount = this.#acceptedCount;
    this.#history.counts.operations++;
    this.#track(
      operation.text,
      operation.run(this.#handle, {}),
      (result) => {
        if (this.#wentThrough(issued) || this.isSuperseded) return;
        const possible: unknown[] = [];
        for (let count = acceptedCount; count <= this.timeline.length; count++) {
          possible.push(operation.apply(this.timeline.state(count)[at]).result);
          if (isDeepStrictEqual(result, possible.at(-1))) return;
        }
        this.#wrong(`${operation.text} shows what was not accepted`, possible, result);
      },
      (error) => this.#readFailed(issued, error),
    );
  }

  durable(): void {
    const issued = this.#issue('durable()');
    const fulfilledCount = this.#fulfilledCount;
    const acceptedLate = this.#acceptedLate;
    this.#track(
      issued.text,
      this.#handle.durable(),
      () => {
        if (this.#wentThrough(issued)) return;
        this.#vouched('durable()', fulfilledCount, acceptedLate);
      },
      (error) => {
        if (this.#isExpected(issued, error)) this.#lossTold ||= !isKeyspaceError(error, 'actor.closed');
      },
    );
  }

  close(): void {
    if (this.#closing === 'no') this.#closing = 'begun';
    this.#history.note(`${this.#name} close()`);
    this.#track(
      'close()',
      this.#handle.close(),
      () => {
        this.#closing = 'done';
        if (!this.#lossTold) this.#vouched('close()', this.#fulfilledCount, this.#acceptedLate);
      },
      (error) => {
        this.#closing = isKeyspaceError(error, 'transaction.timeout') ? 'no' : 'done';
        this.#isExpected({ text: 'close()', refusal: undefined }, error);
        this.#lossTold = true;
      },
    );
  }

  /** The store answered a commit of this handle with an error. */
  commitFailed(error: unknown): void {
    const isFenced = isKeyspaceError(error, 'commit.fenced');
    if (this.#end === undefined) this.#history.counts.failedOwners++;
    this.#end ??= { code: isFenced ? 'actor.fenced' : 'actor.poisoned', error };
    if (isFenced ? !this.actor.isContested(this.epoch) : injectedFault(error) === undefined) {
      this.#wrong('a commit failed without a reason', 'done', error);
    }
  }

  /** Nothing moves any more: what was issued has been accepted, unless something is in its way. */
  quiet(): void {
    const isReading = this.process.store.waiting.some(({ operation }) => operation !== 'commit');
    if (this.#pausingCount === 0 && !isReading) this.#acceptedCount = this.timeline.length;
  }

  #issue(text: string): Issued {
    this.#history.note(`${this.#name} ${text}`);
    return { text, refusal: this.#refusal };
  }

  #track<T>(
    text: string,
    running: Promise<T>,
    done: (value: T) => void,
    failed: (error: unknown) => void,
  ): void {
    this.#openCount++;
    const settled = (how: string, judge: () => void) => () => {
      this.#openCount--;
      this.#history.note(`${this.#name} ${text}: ${how}`);
      judge();
    };
    running.then(
      (value) => this.#judge.fulfilled(settled('done', () => done(value))),
      (error) => {
        const how = isKeyspaceError(error) ? error.code : String(error);
        this.#judge.rejected(settled(how, () => failed(error)));
      },
    );
  }

  #unitDone(unit: Unit, issued: Issued, index: number | undefined, results: unknown[]): void {
    if (this.#wentThrough(issued)) return;
    if (unit.throws) this.#wrong(`${unit.text} resolved`, ChangedMind.name, results);
    if (index === undefined) {
      this.#doneLate(unit);
      return;
    }
    const expected = unit.outcome(this.timeline.state(index)).results;
    if (!isDeepStrictEqual(results, expected)) {
      // Whoever is superseded may read what the next owner wrote, and decide by it.
      if (!this.isSuperseded) this.#wrong(`the results of ${unit.text}`, expected, results);
      this.timeline.refuse(index);
      this.#doneLate(unit);
      return;
    }
    // What changed nothing has nothing to lose.
    if (this.timeline.changes(index)) this.#fulfilledCount = Math.max(this.#fulfilledCount, index + 1);
    if (unit.isDurable) this.#vouched(unit.text, index + 1, false);
  }

  /** It resolved after another owner had the actor, so that nothing it wrote can be stored. */
  #doneLate(unit: Unit): void {
    if (!unit.surelyWrites) return;
    this.#acceptedLate = true;
    if (!unit.isDurable) return;
    this.#wrong(`a superseded owner was told that it wrote: ${unit.text}`, 'actor.fenced', 'done');
  }

  #unitFailed(unit: Unit, issued: Issued, index: number | undefined, error: unknown): void {
    const isRight = this.#isExpected(issued, error, unit);
    // What fails with its handle may be stored all the same.
    if (!isRight || index === undefined || this.#isEnd(error)) return;
    this.#history.counts.refused++;
    this.timeline.refuse(index);
  }

  #readFailed(issued: Issued, error: unknown): void {
    if (this.#isExpected(issued, error)) this.#history.counts.refused++;
  }

  /** Something was acknowledged: the first so many changes, and those that came too late if there are any. */
  #vouched(by: string, count: number, acceptedLate: boolean): void {
    this.#history.counts.acknowledged++;
    if (acceptedLate || !this.timeline.acknowledge(count)) {
      this.#wrong(`${by} of ${this.#name} acknowledged what is not stored`, 'a failure', 'done');
    }
  }

  #wentThrough({ text, refusal }: Issued): boolean {
    if (refusal === undefined) return false;
    this.#wrong(`${text} went through on a handle that had ended`, refusal, 'done');
    return true;
  }

  /** Whether it is the error that ended this handle, or says that it has ended. */
  #isEnd(error: unknown): boolean {
    return this.#end !== undefined && (error === this.#end.error || isKeyspaceError(error, this.#end.code));
  }

  /** Whether a call may fail so, `unit` if it is one. */
  #isExpected({ text, refusal }: Issued, error: unknown, unit?: Unit): boolean {
    // Nobody is there any more to be told anything.
    if (this.process.isDown) return true;
    const isRight = refusal === undefined ? this.#mayFail(error, unit) : isKeyspaceError(error, refusal);
    if (!isRight) this.#wrong(`${text} was rejected`, refusal ?? this.#end?.code ?? 'done', error);
    return isRight;
  }

  #mayFail(error: unknown, unit: Unit | undefined): boolean {
    if (this.#isEnd(error)) return true;
    // It may find out before any of its commits does.
    if (this.isSuperseded && isKeyspaceError(error, 'actor.fenced')) return true;
    if (error instanceof ChangedMind) return unit?.throws === true;
    if (isKeyspaceError(error, 'actor.quota_exceeded')) return this.#isOverQuota(error.details, unit);
    const injected = injectedFault(error);
    if (injected !== undefined) return injected.operation !== 'commit';
    if (!isKeyspaceError(error)) return false;
    return REFUSALS.includes(error.code) || (this.#closing !== 'no' && error.code === 'actor.closed');
  }

  #isOverQuota({ usageBytes, quotaBytes }: ErrorDetails['actor.quota_exceeded'], unit?: Unit): boolean {
    this.#history.counts.overQuota++;
    // Whoever is superseded counts what the next owner has left of what it replaces.
    const mayGrow = unit?.neverGrows === false || this.isSuperseded;
    return mayGrow && quotaBytes === this.process.quotaBytes && usageBytes > quotaBytes;
  }

  #wrong(what: string, expected: unknown, found: unknown): void {
    this.#history.report({ what: `${this.#name}: ${what}`, expected, found });
  }
}
