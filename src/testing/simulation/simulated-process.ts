import { type Keyspace, openKeyspace } from '../../keyspace/index.js';
import type { Store } from '../../store/index.js';
import type { CallEvent } from '../faults/calls.js';
import { FaultStore } from '../faults/fault-store.js';
import type { FaultPlan } from '../faults/plan.js';
import { SequentialIds } from '../sequential-ids.js';
import { SimulatedClock } from '../simulated-clock.js';
import type { History } from './history.js';
import type { Judge } from './judge.js';

interface ProcessOptions {
  readonly name: string;
  readonly store: Store;
  readonly root: string | undefined;
  readonly quotaBytes: number;
  readonly plan: FaultPlan;
  /** What delays on the way to the store are measured by. */
  readonly network: SimulatedClock;
  /** What its own clock begins with. */
  readonly nowMs: number;
  readonly history: History;
  readonly judge: Judge;
  readonly onEvent: (event: CallEvent) => void;
}

/** One process that opens actors: it has a connection to the store and a clock of its own. */
export class SimulatedProcess {
  readonly name: string;
  readonly quotaBytes: number;
  readonly clock: SimulatedClock;
  readonly store: FaultStore;
  readonly keyspace: Keyspace;
  readonly history: History;
  readonly judge: Judge;

  private constructor(options: ProcessOptions, clock: SimulatedClock, store: FaultStore, keyspace: Keyspace) {
    this.name = options.name;
    this.quotaBytes = options.quotaBytes;
    this.history = options.history;
    this.judge = options.judge;
    this.clock = clock;
    this.store = store;
    this.keyspace = keyspace;
  }

  static async start(options: ProcessOptions): Promise<SimulatedProcess> {
    const { plan, network, onEvent, root, quotaBytes } = options;
    const clock = new SimulatedClock({ nowMs: options.nowMs });
    const store = new FaultStore(options.store, { plan, clock: network, onEvent });
    const ids = new SequentialIds(`${options.name}-`);
    const keyspace = await openKeyspace({ store, root, sharedStore: true, quotaBytes, clock, ids });
    return new SimulatedProcess(options, clock, store, keyspace);
  }

  /** Whether it has died. */
  get isDown(): boolean {
    return this.store.isCut;
  }
}
