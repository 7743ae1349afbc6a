import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { concatBytes, equalBytes } from '../../bytes/index.js';
import { isKeyspaceError } from '../../errors.js';
import type { ActorKeyspace } from '../../keyspace/index.js';
import { encodeActorPartition, encodeRoot } from '../../layout/index.js';
import type { Store } from '../../store/index.js';
import type { CallEvent } from '../faults/calls.js';
import { describeFault, injectedFault } from '../faults/fault.js';
import { type FaultRates, seededFaults } from '../faults/plan.js';
import type { Random } from '../random.js';
import { SimulatedClock } from '../simulated-clock.js';
import { Checks } from './checks.js';
import type { History } from './history.js';
import { Judge } from './judge.js';
import type { Invariant } from './options.js';
import { Owner } from './owner.js';
import { SimulatedActor } from './simulated-actor.js';
import { SimulatedProcess } from './simulated-process.js';
import { Timeline } from './timeline.js';
import type { Part } from './unit.js';
import type { Operation, Workload } from './workload.js';

interface WorldOptions {
  readonly store: Store;
  readonly root: string | undefined;
  readonly quotaBytes: number;
  readonly actors: number;
  readonly owners: number;
  readonly faults: FaultRates;
  readonly workloads: readonly Workload[];
  readonly invariants: readonly Invariant[];
  readonly random: Random;
  readonly history: History;
}

const START_MS = 1_750_000_000_000;
const SKEW_MS_MAX = 600_000;
/** Turns of the event loop in which nothing happens, after which nothing will. */
const QUIET_TURNS = 2;

/** The processes and the actors, and what can be done to them. */
export class World {
  readonly actors: readonly SimulatedActor[];
  readonly processes: SimulatedProcess[] = [];
  /** What delays on the way to the store, and pauses inside transactions, are measured by. */
  readonly network = new SimulatedClock({ nowMs: START_MS });
  readonly history: History;
  readonly workloads: readonly Workload[];
  readonly checks: Checks;
  readonly #options: WorldOptions;
  readonly #judge = new Judge();
  #startedCount = 0;
  #isCalm = false;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.history = options.history;
    this.workloads = options.workloads;
    this.checks = new Checks(options);
    const initial = options.workloads.map((workload) => workload.initial);
    this.actors = Array.from({ length: options.actors }, (_, at) => {
      const id = `a${at + 1}`;
      const partition = concatBytes(encodeRoot(options.root), encodeActorPartition(id));
      return new SimulatedActor(id, partition, initial, options.history);
    });
  }

  /** Starts every process that is not running. */
  async startProcesses(): Promise<void> {
    for (let at = 0; at < this.#options.owners; at++) {
      if (this.processes[at]?.isDown === false) continue;
      this.processes[at] = await this.#start();
    }
  }

  async #start(): Promise<SimulatedProcess> {
    const { random, faults, store, root, history } = this.#options;
    this.#startedCount++;
    const name = `p${this.#startedCount}`;
    const own = random.fork(name);
    const plan = seededFaults(own, faults);
    const skewMs = own.integer(2 * SKEW_MS_MAX) - SKEW_MS_MAX;
    history.note(`${name} starts`);
    return SimulatedProcess.start({
      name,
      store,
      root,
      // Less than what others have let in, now and then: it must still let everything be deleted.
      quotaBytes: Math.floor(this.#options.quotaBytes * own.pick([1, 1, 0.6])),
      plan: (call) => (this.#isCalm ? undefined : plan(call)),
      network: this.network,
      nowMs: START_MS + this.network.monotonicMs() + skewMs,
      history,
      judge: this.#judge,
      onEvent: (event) => this.#observe(name, event),
    });
  }

  #observe(name: string, event: CallEvent): void {
    const { history } = this;
    history.activity++;
    const { operation, nth, partition } = event.call;
    if (event.type === 'called' && event.fault !== undefined) {
      history.counts.faults++;
      history.note(`${name} ${operation} ${nth}: ${describeFault(event.fault)}`);
      if (event.fault === 'cut') history.counts.crashes++;
    }
    if (event.type === 'answered' && event.error !== undefined && injectedFault(event.error) === undefined) {
      history.note(`${name} ${operation} ${nth} is refused: ${String(event.error)}`);
    }
    const actor = partition && this.actors.find((each) => equalBytes(each.partition, partition));
    actor?.observe(event);
  }

  /** Opens an actor for writing, which takes it from whoever has it. */
  open(process: SimulatedProcess, actor: SimulatedActor): void {
    this.history.note(`${process.name} opens ${actor.id}`);
    process.keyspace.openActor(actor.id).then(
      (handle) => this.#judge.fulfilled(() => this.#opened(process, actor, handle)),
      (error) =>
        this.#judge.rejected(() => this.#mayFail(process, `${process.name} opens ${actor.id}`, error)),
    );
  }

  /** Deletes an actor, which takes it from whoever has it. */
  delete(process: SimulatedProcess, actor: SimulatedActor): void {
    const what = `${process.name} deletes ${actor.id}`;
    this.history.note(what);
    process.keyspace.deleteActor(actor.id).then(
      () =>
        this.#judge.fulfilled(() => {
          this.history.note(`${what}: done`);
          this.history.counts.deleted++;
        }),
      (error) => this.#judge.rejected(() => this.#mayFail(process, what, error)),
    );
  }

  async #opened(process: SimulatedProcess, actor: SimulatedActor, handle: ActorKeyspace): Promise<void> {
    const { history } = this;
    const epoch = handle.epoch as number;
    history.note(`${process.name} has ${actor.id}#${epoch}`);
    history.counts.opened++;
    if (actor.owners.some(({ isAvailable }) => isAvailable)) history.counts.takeovers++;
    const found = await this.checks.actor(actor);
    const timeline = new Timeline(found);
    // It may have been superseded before it heard of its own claim.
    if (epoch === actor.epochMax) actor.timeline = timeline;
    else timeline.seal();
    actor.owners.push(new Owner(handle, actor, process, timeline));
  }

  #mayFail(process: SimulatedProcess, what: string, error: unknown): void {
    this.history.note(`${what}: ${String(error)}`);
    if (process.isDown || injectedFault(error) !== undefined) return;
    // Whoever deletes may be superseded as well.
    if (isKeyspaceError(error, 'commit.fenced')) return;
    this.history.report({ what, expected: 'done', found: error });
  }

  /** Reads an actor without claiming it: what is durable, at some instant until it is answered. */
  read(process: SimulatedProcess, actor: SimulatedActor, { at, operation }: Part): void {
    const what = `${process.name} reads what is stored of ${actor.id}: ${operation.text}`;
    this.history.note(what);
    const { timeline } = actor;
    const before = timeline.possible();
    readOnce(process, actor.id, operation).then(
      (found) =>
        this.#judge.fulfilled(() => {
          this.history.note(`${what}: done`);
          // Whoever has it since may have changed more than is known here.
          if (actor.timeline !== timeline) return;
          const possible = [...before, ...timeline.possible()].map(
            (state) => operation.apply(state[at]).result,
          );
          if (possible.some((result) => isDeepStrictEqual(result, found))) return;
          this.history.report({ what, expected: { oneOf: possible }, found });
        }),
      (error) => this.#judge.rejected(() => this.#mayFail(process, what, error)),
    );
  }

  /** Kills a process: nothing of it reaches the store any more, and nobody uses what it had open. */
  crash(process: SimulatedProcess): void {
    this.history.note(`${process.name} crashes`);
    this.history.counts.crashes++;
    process.store.cut();
  }

  advance(ms: number): void {
    this.history.note(`${ms} ms pass`);
    for (const clock of [this.network, ...this.processes.map((process) => process.clock)]) clock.advance(ms);
  }

  /** Waits until nothing moves, and judges what has settled. */
  async quiet(): Promise<void> {
    const { history } = this;
    for (let turns = 0; turns < QUIET_TURNS; ) {
      const { activity } = history;
      await setImmediate();
      const isIdle = activity === history.activity && this.processes.every((each) => isIdleAt(each));
      turns = isIdle ? turns + 1 : 0;
    }
    await this.#judge.judge();
    for (const { owners } of this.actors) for (const owner of owners) owner.quiet();
    history.assertSound();
  }

  /** Lets everything end that has begun, with no more faults, and then checks all there is to check. */
  async calm(): Promise<void> {
    this.history.note('calm');
    this.#isCalm = true;
    for (let isDone = false; !isDone; ) {
      for (const { store } of this.processes) store.release();
      await this.quiet();
      isDone =
        !this.network.advanceToNext() && this.processes.every(({ store }) => store.waiting.length === 0);
      await this.quiet();
    }
    const owners = this.actors.flatMap((actor) => actor.owners).filter(({ process }) => !process.isDown);
    for (const owner of owners) {
      if (owner.openCount === 0) continue;
      const what = `${owner.openCount} calls on ${owner.actor.id}#${owner.epoch} never settled`;
      this.history.report({ what, expected: 0, found: owner.openCount });
    }
    for (const actor of this.actors) actor.current?.durable();
    await this.quiet();
    await this.checks.all(this.actors);
    this.#isCalm = false;
  }

  /** Ends every process and reads everything once more. */
  async end(): Promise<void> {
    await this.calm();
    this.#isCalm = true;
    for (const { owners } of this.actors) {
      for (const owner of owners) if (owner.isAvailable) owner.close();
    }
    await this.quiet();
    await this.checks.all(this.actors);
  }
}

async function readOnce({ keyspace }: SimulatedProcess, actorId: string, operation: Operation) {
  const reader = await keyspace.openActor(actorId, { readOnly: true });
  try {
    return await operation.run(reader, {});
  } finally {
    await reader.close();
  }
}

function isIdleAt({ store }: SimulatedProcess): boolean {
  return store.deliveredCount === 0;
}
