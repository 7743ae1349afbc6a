import type { Keyspace } from '../../keyspace/index.js';
import type { Store } from '../../store/index.js';
import type { FaultRates } from '../faults/plan.js';
import type { SimulationCounts, SimulationEvent } from './history.js';
import type { Workload } from './workload.js';

/** A store to simulate on. */
export interface SimulatedStore {
  /** Empty; the simulation closes it. */
  readonly store: Store;
  /** Removes what it left behind, once it is closed. */
  dispose?(): Promise<void>;
}

/** What an invariant may look at. Nothing is under way. */
export interface InvariantContext {
  /** The store under test, without faults. */
  readonly store: Store;
  readonly root: string | undefined;
  /** Opened for this check alone, to read with: claiming an actor would take it from its owner. */
  readonly keyspace: Keyspace;
  readonly actorIds: readonly string[];
}

/** Throws if something that must always hold does not. */
export type Invariant = (context: InvariantContext) => Promise<void>;

export interface SimulationOptions {
  /** Decides everything that happens. */
  readonly seed: string | number;
  /** How many things to do. Default 100. */
  readonly steps?: number | undefined;
  /** How many actors there are. Default 2. */
  readonly actors?: number | undefined;
  /** How many processes open them. Default 3. */
  readonly owners?: number | undefined;
  /**
   * Makes the store. Default one in memory, with or without synchronous reads and with or without room for more than
   * about 1,000 bytes in a commit, as the seed decides.
   */
  readonly open?: (() => Promise<SimulatedStore>) | undefined;
  /** How often what goes wrong. Default a little of everything that a correct library survives. */
  readonly faults?: FaultRates | undefined;
  /**
   * The quota of every actor. Default none, or so little that some of what the library's workloads write is refused, as
   * the seed decides. Now and then a process has 0.6 of it.
   */
  readonly quotaBytes?: number | undefined;
  /** What the actors do. Default everything that an actor has. */
  readonly workloads?: readonly Workload[] | undefined;
  /** Checked again and again, besides everything that is always checked. Default `defaultInvariants`. */
  readonly invariants?: readonly Invariant[] | undefined;
  /** Told of everything that happens, at once. The same seed gives the same events, on a store in memory. */
  readonly onEvent?: ((event: SimulationEvent) => void) | undefined;
}

/** What happened in a simulation that found nothing wrong. */
export interface SimulationReport {
  readonly seed: string;
  readonly steps: number;
  readonly counts: Readonly<SimulationCounts>;
}

export const DEFAULT_FAULTS: FaultRates = {
  read: { fail: 0.004, delay: 0.03, hang: 0.001, cut: 0.0005 },
  claim: { fail: 0.03, applyThenFail: 0.03, delay: 0.2, hang: 0.01, cut: 0.01 },
  commit: {
    fail: 0.02,
    lose: 0.02,
    applyThenFail: 0.03,
    duplicate: 0.05,
    delay: 0.5,
    hang: 0.02,
    cut: 0.01,
  },
};
