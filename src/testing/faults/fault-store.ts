import { type Clock, systemClock } from '../../clock.js';
import type {
  Commit,
  Fence,
  KeyRange,
  Snapshot,
  Store,
  StoreCapabilities,
  StoreLimits,
  SyncReader,
} from '../../store/index.js';
import { type CallEvent, type CallRecord, Calls, type Variants } from './calls.js';
import { failed, injectedInto, unknown, unsupported } from './fault.js';
import { FaultReader, FaultSnapshot, FaultSyncReader, faultyItems } from './fault-reader.js';
import { type FaultPlan, type ScriptedFault, type StoreCall, scriptedFaults } from './plan.js';

export interface FaultStoreOptions {
  /** What happens to which operation: a script, or whoever decides. Default nothing. */
  readonly plan?: FaultPlan | readonly ScriptedFault[] | undefined;
  /** What delays are measured by. Default the system's. */
  readonly clock?: Clock | undefined;
  /** How many operations `log` keeps. Default 100. */
  readonly logLength?: number | undefined;
  /** Told of every step of every operation, at once. Must not throw. */
  readonly onEvent?: ((event: CallEvent) => void) | undefined;
}

/**
 * A store with faults on the way to it. Without any it is the store.
 *
 * Several may be around one store, as the connections of several processes: each counts and cuts its own
 * operations. A fence is valid at all of them. Every error made up here has an `InjectedFault` as its cause.
 */
export class FaultStore extends FaultReader implements Store {
  readonly limits: StoreLimits;
  readonly capabilities: StoreCapabilities;
  readonly sync?: SyncReader | undefined;
  readonly assertRoom?: (setCount: number, setBytes: number) => void;
  readonly #store: Store;
  readonly #calls: Calls;

  /** @throws {RangeError} If a script counts from less than 1. */
  constructor(store: Store, options: FaultStoreOptions = {}) {
    const { plan = [], clock = systemClock, logLength = 100, onEvent = () => {} } = options;
    const decide = typeof plan === 'function' ? plan : scriptedFaults(plan);
    const calls = new Calls({ plan: decide, clock, logLength, onEvent });
    super(store, calls);
    this.#store = store;
    this.#calls = calls;
    this.limits = store.limits;
    this.capabilities = store.capabilities;
    if (store.sync !== undefined) this.sync = new FaultSyncReader(store.sync, calls);
    if (store.assertRoom !== undefined) {
      this.assertRoom = (setCount, setBytes) => store.assertRoom?.(setCount, setBytes);
    }
  }

  /** The last operations, oldest first, and what became of them. */
  get log(): readonly CallRecord[] {
    return this.#calls.log;
  }

  /** The operations that hang or are delayed, oldest first. */
  get waiting(): readonly StoreCall[] {
    return this.#calls.waiting;
  }

  /** How many operations the store has and has not settled. */
  get deliveredCount(): number {
    return this.#calls.deliveredCount;
  }

  /** Whether it has been cut off from the store. */
  get isCut(): boolean {
    return this.#calls.isCut;
  }

  /** Lets every operation that hangs or is delayed go on to the store, oldest first. */
  release(): void {
    this.#calls.release();
  }

  /**
   * Cuts the connection to the store, now and for good: nothing more reaches it. What waits is `store.failed`, and
   * so is whatever comes later. What the store has already may be applied or not: such a commit is
   * `commit.unknown`, and other operations are `store.failed`.
   */
  cut(): void {
    this.#calls.cut();
  }

  async snapshot(): Promise<Snapshot> {
    const deliver = () => this.#store.snapshot();
    const close = (snapshot: Snapshot) => snapshot.close();
    const snapshot = await this.#calls.perform({ operation: 'snapshot' }, deliver, undefined, close);
    return new FaultSnapshot(snapshot, this.#calls);
  }

  listPartitions(range?: KeyRange): AsyncIterable<Uint8Array> {
    return faultyItems(this.#calls, 'listPartitions', undefined, this.#store.listPartitions(range));
  }

  claim(partition: Uint8Array, options?: { readonly epochMin?: number | undefined }): Promise<Fence> {
    const deliver = () => this.#store.claim(partition, options);
    return this.#calls.perform({ operation: 'claim', partition }, deliver, claimUnder);
  }

  async commit(commit: Commit): Promise<void> {
    const partition = commit.fences?.[0]?.partition ?? commit.writes[0]?.partition;
    const deliver = () => this.#store.commit(commit);
    return this.#calls.perform({ operation: 'commit', partition, commit }, deliver, (call, fault, whole) => {
      const isPart = typeof fault === 'object' && 'applyWrites' in fault;
      return isPart ? this.#commitPart(call, commit, fault) : commitUnder(call, fault, whole);
    });
  }

  /** Refuses what waits as `store.closed`, and closes the store. */
  close(): Promise<void> {
    this.#calls.close();
    return this.#store.close();
  }

  async #commitPart(
    call: StoreCall,
    commit: Commit,
    fault: { readonly applyWrites: number },
  ): Promise<never> {
    await this.#store.commit({ ...commit, writes: commit.writes.slice(0, fault.applyWrites) });
    throw failed(injectedInto(call, fault));
  }
}

const claimUnder: Variants<Fence> = async (call, fault, deliver) => {
  if (fault !== 'applyThenFail') throw unsupported(call.operation, fault);
  await deliver();
  throw failed(injectedInto(call, fault));
};

const commitUnder: Variants<void> = async (call, fault, deliver) => {
  const lost = unknown(injectedInto(call, fault));
  switch (fault) {
    case 'lose':
      throw lost;
    case 'applyThenFail':
      await deliver().catch(() => {});
      throw lost;
    case 'duplicate': {
      // Both before either is settled, so that nothing of the same owner comes in between.
      const [first] = await Promise.allSettled([deliver(), deliver()]);
      if (first.status === 'rejected') throw first.reason;
      return;
    }
    default:
      throw unsupported(call.operation, fault);
  }
};
