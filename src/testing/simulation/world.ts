import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { concatBytes, equalBytes } from '../../bytes/index.js';
import { isKeyspaceError } from '../../errors.js';
import type { ActorKeyspace } from '../../keyspace/index.js';
import { openKeyspace } from '../../keyspace/index.js';
import { encodeActorPartition, encodeRoot } from '../../layout/index.js';
import type { Store } from '../../store/index.js';
import type { CallEvent } from '../faults/calls.js';
import { describeFault, injectedFault } from '../faults/fault.js';
import { type FaultRates, seededFaults } from '../faults/plan.js';
import type { Random } from '../random.js';
import { SimulatedClock } from '../simulated-clock.js';
import type { History } from './history.js';
import { Judge } from './judge.js';
import type { Invariant } from './options.js';
import { Owner } from './owner.js';
import { SimulatedActor } from './simulated-actor.js';
import { SimulatedProcess } from './simulated-process.js';
import { readStored } from './stored.js';
import { type State, Timeline } from './timeline.js';
import type { Workload } from './workload.js';

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
/** By so much the library's own records may exceed a quota, when something else becomes smaller. */
const RECORDS_BYTES = 64;
/** Turns of the event loop in which nothing happens, after which nothing will. */
const QUIET_TURNS = 2;

/** The processes, the actors and the store, and what is always checked of them. */
export class World {
  readonly actors: readonly SimulatedActor[];
  readonly processes: SimulatedProcess[] = [];
  /** What delays on the way to the store, and pauses inside transactions, are measured by. */
  readonly network = new SimulatedClock({ nowMs: START_MS });
  readonly history: History;
  readonly workloads: readonly Workload[];
  readonly #options: WorldOptions;
  readonly #judge = new Judge();
  #startedCount = 0;
  #isCalm = false;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.history = options.history;
    this.workloads = options.workloads;
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
    const found = await this.check(actor);
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

  /** Compares all that is stored of an actor with what may be. */
  async check(actor: SimulatedActor): Promise<readonly unknown[]> {
    const { history, workloads } = this;
    const { store, quotaBytes } = this.#options;
    history.counts.checks++;
    const { state, bytes, problems } = await readStored(store, actor.partition, actor.id, workloads);
    if (problems.length > 0) {
      history.report({ what: `the keys of ${actor.id}`, expected: 'those of its parts', found: problems });
    }
    if (bytes > quotaBytes + RECORDS_BYTES) {
      history.report({ what: `the bytes of ${actor.id}`, expected: quotaBytes, found: bytes });
    }
    const { timeline } = actor;
    if (!timeline.mayBeStored(state)) {
      const possible = timeline.possible().map((each) => this.#difference(each, state));
      const expected = possible.length === 1 ? possible[0] : { oneOf: possible };
      const found = this.#difference(state, timeline.state(timeline.length));
      history.report({ what: `what is stored of ${actor.id}`, expected, found });
    }
    history.assertSound();
    return state;
  }

  /** The models in which a state differs from another, by workload. */
  #difference(state: State, other: State): Readonly<Record<string, unknown>> {
    const named = this.workloads.map(({ name }, at) => [name, at] as const);
    const different = named.filter(([, at]) => !isDeepStrictEqual(state[at], other[at]));
    return Object.fromEntries(different.map(([name, at]) => [name, state[at]]));
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
    await this.checkAll();
    this.#isCalm = false;
  }

  /** Compares all that is stored, and checks the invariants. */
  async checkAll(): Promise<void> {
    for (const actor of this.actors) await this.check(actor);
    const { store, root, invariants } = this.#options;
    const keyspace = await openKeyspace({ store, root, sharedStore: true });
    const actorIds = this.actors.map(({ id }) => id);
    for (const invariant of invariants) {
      try {
        await invariant({ store, root, keyspace, actorIds });
      } catch (error) {
        this.history.report({ what: `the invariant ${invariant.name}`, expected: 'to hold', found: error });
      }
    }
    await keyspace.close();
    this.history.assertSound();
  }

  /** Ends every process and reads everything once more. */
  async end(): Promise<void> {
    await this.calm();
    this.#isCalm = true;
    for (const { owners } of this.actors) {
      for (const owner of owners) if (owner.isAvailable) owner.close();
    }
    await this.quiet();
    await this.checkAll();
  }
}

function isIdleAt({ store }: SimulatedProcess): boolean {
  return store.deliveredCount === 0;
}
