import type { Random } from '../random.js';
import type { Owner } from './owner.js';
import type { SimulatedActor } from './simulated-actor.js';
import type { SimulatedProcess } from './simulated-process.js';
import { type Part, readingEverything, Unit } from './unit.js';
import type { WorkloadContext } from './workload.js';
import type { World } from './world.js';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const JUMPS_MS = [-30 * YEAR_MS, -HOUR_MS, -1_000, 1_000, HOUR_MS, 24 * HOUR_MS, 40 * YEAR_MS];
const PARTS_MAX = 5;
const BURST_MAX = 8;
const ADVANCE_MS_MAX = 40;
const PAUSE_MS_MAX = 60;
/** Of the owners that an actor had, those that are still called now and then. */
const OWNERS_USED = 4;

/** Chooses what happens next, and does it. */
export class Actions {
  readonly #world: World;
  readonly #random: Random;
  readonly #synchronousReads: boolean;
  readonly #choices: readonly (readonly [number, () => void | Promise<void>])[];
  #uniqueCount = 0;

  constructor(world: World, random: Random, synchronousReads: boolean) {
    this.#world = world;
    this.#random = random;
    this.#synchronousReads = synchronousReads;
    // Some histories are all takeovers; in others much builds up before the next.
    const unrest = random.pick([0.2, 1]);
    this.#choices = [
      [40, () => this.#withOwner((owner) => this.#operation(owner))],
      [20, () => this.#withOwner((owner) => this.#transaction(owner))],
      [5, () => this.#withOwner((owner) => this.#burst(owner))],
      [8, () => this.#withOwner((owner) => owner.issue(readingEverything(world.workloads)))],
      [4, () => this.#withOwner((owner) => owner.durable())],
      [8, () => this.#readStored()],
      [1, () => this.#withOwner((owner) => owner.close())],
      [25, () => world.advance(1 + random.integer(ADVANCE_MS_MAX))],
      [3 * unrest, () => world.open(random.pick(world.processes), random.pick(world.actors))],
      [0.5 * unrest, () => world.delete(random.pick(world.processes), random.pick(world.actors))],
      [1.5 * unrest, () => this.#crash()],
      [1, () => this.#jump()],
      [1, () => this.#release()],
      [6, () => this.#check()],
      [1, () => world.calm()],
    ];
  }

  async step(): Promise<void> {
    await this.#random.weighted(this.#choices)();
    await this.#world.quiet();
    await this.#world.startProcesses();
  }

  /** Mostly whoever has the actor, and now and then one that had it. */
  #withOwner(use: (owner: Owner) => void): void {
    const actor = this.#random.pick(this.#world.actors);
    const { current } = actor;
    const others = actor.owners.slice(-OWNERS_USED).filter((owner) => owner.isAvailable && owner !== current);
    if (others.length > 0 && this.#random.chance(0.15)) use(this.#random.pick(others));
    else if (current !== undefined) use(current);
    else this.#world.open(this.#random.pick(this.#world.processes), actor);
  }

  #operation(owner: Owner): void {
    const part = this.#part(owner);
    const isTransaction = part.operation.needsTransaction === true;
    if (part.operation.kind === 'read' && !isTransaction) owner.read(part);
    else owner.issue(new Unit([part], { ...this.#ending(), isTransaction, throws: false }));
  }

  #transaction(owner: Owner): void {
    const random = this.#random;
    const parts = Array.from({ length: 1 + random.integer(PARTS_MAX) }, () => this.#part(owner));
    const pauseMs = 1 + random.integer(PAUSE_MS_MAX);
    const pause = () => new Promise<void>((resolve) => this.#world.network.after(pauseMs, resolve));
    owner.issue(
      new Unit(parts, {
        ...this.#ending(),
        isTransaction: true,
        throws: random.chance(0.1),
        ...(random.chance(0.2) && { pause }),
      }),
    );
  }

  /** Several calls in one turn, none of which waits for another. */
  #burst(owner: Owner): void {
    for (let left = 2 + this.#random.integer(BURST_MAX - 1); left > 0; left--) {
      if (this.#random.chance(0.3)) this.#transaction(owner);
      else this.#operation(owner);
    }
  }

  #ending(): { durability: 'durable' | 'deferred' } {
    return { durability: this.#random.chance(0.5) ? 'durable' : 'deferred' };
  }

  #part({ timeline, process }: Pick<Owner, 'timeline' | 'process'>): Part {
    const at = this.#random.integer(this.#world.workloads.length);
    const model = timeline.state(timeline.length)[at];
    const operation = this.#world.workloads[at]?.choose(this.#random, model, this.#context(process));
    return { at, operation: operation as Part['operation'] };
  }

  #context({ clock }: SimulatedProcess): WorkloadContext {
    return {
      nowMs: () => clock.nowMs(),
      unique: () => {
        this.#uniqueCount++;
        return `v${this.#uniqueCount}`;
      },
      synchronousReads: this.#synchronousReads,
    };
  }

  #readStored(): void {
    const actor = this.#random.pick(this.#world.actors);
    const process = this.#random.pick(this.#world.processes);
    const part = this.#part({ timeline: actor.timeline, process });
    const { kind, needsTransaction } = part.operation;
    if (kind === 'read' && needsTransaction !== true) this.#world.read(process, actor, part);
  }

  async #crash(): Promise<void> {
    const process = this.#random.pick(this.#world.processes);
    this.#world.crash(process);
    await this.#world.quiet();
    await this.#world.checks.all(this.#world.actors);
  }

  #jump(): void {
    const { clock, name } = this.#random.pick(this.#world.processes);
    const jumpMs = this.#random.pick(JUMPS_MS);
    this.#world.history.note(`the clock of ${name} jumps by ${jumpMs} ms`);
    this.#world.history.counts.clockJumps++;
    clock.setNowMs(clock.nowMs() + jumpMs);
  }

  #release(): void {
    const { store, name } = this.#random.pick(this.#world.processes);
    this.#world.history.note(`what waits in ${name} goes on`);
    store.release();
  }

  async #check(): Promise<void> {
    const actor: SimulatedActor = this.#random.pick(this.#world.actors);
    await this.#world.checks.actor(actor);
  }
}
