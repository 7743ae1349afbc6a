import { afterEach, describe, expect, test, vi } from 'vitest';
import { CommitPipeline } from '../../src/actor/pipeline.js';
import { KeyspaceError } from '../../src/errors.js';
import { type Commit, type Fence, WHOLE_PARTITION } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import {
  InjectedFault,
  type Invariant,
  kvWorkload,
  type SimulationEvent,
  SimulationFailure,
  type SimulationOptions,
  simulate,
  type Workload,
} from '../../src/testing/index.js';
import { LMDB } from '../stores/lmdb/support.js';

const { SIMULATION_SEED } = process.env;
const HISTORIES = 200;
const seeds = (count: number) =>
  SIMULATION_SEED === undefined ? Array.from({ length: count }, (_, index) => `${index}`) : [SIMULATION_SEED];

/** Hundreds of histories, in which everything that can happen has happened. */
test('nothing is wrong in any history in memory', async () => {
  const totals: Record<string, number> = {};
  for (const seed of seeds(HISTORIES)) {
    const { counts } = await simulate({ seed });
    for (const [name, count] of Object.entries(counts)) totals[name] = (totals[name] ?? 0) + count;
  }
  if (SIMULATION_SEED !== undefined) return;
  for (const count of Object.values(totals)) expect(count).toBeGreaterThan(0);
  expect(totals.failedOwners).toBeGreaterThan(HISTORIES);
  expect(totals.acknowledged).toBeGreaterThan(10 * HISTORIES);
});

test('nor on LMDB', async () => {
  for (const seed of seeds(6)) expect((await simulate({ seed, open: LMDB.open })).steps).toBe(100);
});

test('a quota given is the quota', async () => {
  expect((await simulate({ seed: 1, quotaBytes: 350 })).counts.overQuota).toBeGreaterThan(0);
  expect((await simulate({ seed: 1, quotaBytes: Number.POSITIVE_INFINITY })).counts.overQuota).toBe(0);
});

describe('the same seed', () => {
  const eventsOf = async (options: SimulationOptions) => {
    const events: SimulationEvent[] = [];
    await simulate({ ...options, onEvent: (event) => events.push(event) });
    return events;
  };

  test.each(['one', 'two', 'three'])('%s is the same history again', async (seed) => {
    const events = await eventsOf({ seed });
    expect(events.length).toBeGreaterThan(100);
    expect(await eventsOf({ seed })).toEqual(events);
  });

  test('is the same beside another simulation', async () => {
    const [one, other] = await Promise.all([eventsOf({ seed: 'one' }), eventsOf({ seed: 'one' })]);
    expect(other).toEqual(one);
  });

  test('is another history with other options, and another seed too', async () => {
    const events = await eventsOf({ seed: 1 });
    expect(await eventsOf({ seed: 1, actors: 1 })).not.toEqual(events);
    expect(await eventsOf({ seed: 2 })).not.toEqual(events);
  });
});

/** By it the simulation knows that the failure itself is no surprise. */
const CUT = new InjectedFault('commit', 1, 'cut');

/** The first failure in so many histories. */
async function failureOf(
  options: Omit<SimulationOptions, 'seed'>,
  histories = 40,
): Promise<SimulationFailure> {
  for (let seed = 0; seed < histories; seed++) {
    try {
      await simulate({ ...options, seed });
    } catch (error) {
      if (error instanceof SimulationFailure) return error;
      throw error;
    }
  }
  throw new Error(`nothing was found in ${histories} histories`);
}

/** A store in memory that does something else than committing as it should. */
function broken(
  commit: (store: MemoryStore, commit: Commit) => Promise<void>,
): Omit<SimulationOptions, 'seed'> {
  class BrokenStore extends MemoryStore {
    override commit(given: Commit): Promise<void> {
      return given.fences === undefined ? super.commit(given) : commit(new Proxy(this, honest), given);
    }
  }
  const honest: ProxyHandler<BrokenStore> = {
    get: (store, name) => (name === 'commit' ? MemoryStore.prototype.commit.bind(store) : undefined),
  };
  return { open: async () => ({ store: new BrokenStore() }) };
}

describe('found is', () => {
  afterEach(() => vi.restoreAllMocks());

  test('a store that does not check fences', async () => {
    const { message } = await failureOf(broken((store, { writes }) => store.commit({ writes })));
    expect(message).toMatch(/what is stored|acknowledged|superseded/);
  });

  test('a store that splits a commit in two', async () => {
    let count = 0;
    const options = broken(async (store, commit) => {
      const half = commit.writes.length >> 1;
      await store.commit({ ...commit, writes: commit.writes.slice(0, half) });
      count++;
      // Now and then the second never comes, as when a process dies in between.
      if (count % 20 === 0) throw new KeyspaceError('commit.unknown', 'cut in half', {}, { cause: CUT });
      await store.commit({ ...commit, writes: commit.writes.slice(half) });
    });
    expect((await failureOf(options)).message).toMatch(/what is stored|the keys|usageIsExact/);
  });

  test('a store that applies a part of a commit that fails', async () => {
    const faults = { commit: { applyPart: 0.1 } };
    expect((await failureOf({ faults })).message).toMatch(/what is stored|the keys|usageIsExact/);
  });

  test('a store that acknowledges what it loses', async () => {
    let count = 0;
    const options = broken(async (store, commit) => {
      count++;
      if (count % 10 !== 0) await store.commit(commit);
    });
    expect((await failureOf(options)).message).toMatch(/what is stored|read|shows|IsExact/);
  });

  test('a store that forgets the last commit when another owner comes', async () => {
    class ForgetfulStore extends MemoryStore {
      #undo: (() => Promise<void>) | undefined;
      override async commit(commit: Commit): Promise<void> {
        const partition = commit.fences?.[0]?.partition as Uint8Array;
        const entries = [...(this.sync?.scan(partition, WHOLE_PARTITION) ?? [])];
        await super.commit(commit);
        const sets = entries.map(({ key, value }) => ({ type: 'set', partition, key, value }) as const);
        const clear = { type: 'clearRange', partition, range: WHOLE_PARTITION } as const;
        this.#undo = () => super.commit({ writes: [clear, ...sets] });
      }
      override async claim(partition: Uint8Array): Promise<Fence> {
        await this.#undo?.();
        this.#undo = undefined;
        return super.claim(partition);
      }
    }
    const open = async () => ({ store: new ForgetfulStore() });
    const { message } = await failureOf({ open, actors: 1, invariants: [] });
    expect(message).toContain('what is stored of a1');
  });

  test('a call that resolves to something else', async () => {
    const choose: Workload['choose'] = () => ({
      text: 'nothing',
      kind: 'update',
      needsTransaction: true,
      run: async () => 1,
      apply: (model) => ({ model, result: 2 }),
    });
    const { message } = await failureOf({ workloads: [{ ...kvWorkload, choose } as Workload] });
    expect(message).toContain('the results of transaction { nothing }');
  });

  test('an actor that goes on after a failed commit', async () => {
    vi.spyOn(CommitPipeline.prototype, 'assertUsable').mockImplementation(() => {});
    expect((await failureOf({})).message).toMatch(/had ended|was rejected|what is stored|IsExact/);
  });

  test('an actor that does not show what it has accepted', async () => {
    vi.spyOn(CommitPipeline.prototype, 'lookup').mockImplementation(() => undefined);
    vi.spyOn(CommitPipeline.prototype, 'layers').mockImplementation(() => []);
    expect((await failureOf({})).message).toMatch(
      /the results of|shows what was not accepted|what is stored|IsExact/,
    );
  });

  test('an invariant that does not hold, by its name', async () => {
    const nothingIsStored: Invariant = async ({ keyspace }) => {
      for await (const actorId of keyspace.actors()) throw new Error(`${actorId} is stored`);
    };
    const { message } = await failureOf({ invariants: [nothingIsStored] });
    expect(message).toContain('the invariant nothingIsStored');
  });

  test('a workload that expects something else', async () => {
    const forgetful = { ...kvWorkload, read: async () => new Map() };
    const failure = await failureOf({ workloads: [forgetful] });
    expect(failure.message).toContain(`step ${failure.step} of seed ${failure.seed}`);
    expect(failure.message).toContain('expected: ');
    expect(failure.message).toContain('found:    ');
    expect(failure.events.length).toBeGreaterThan(0);
    const { seed } = failure;
    expect(failure.reproduction).toBe(`await simulate({ seed: ${seed}, steps: 100, actors: 2, owners: 3 })`);
    expect(failure.message.endsWith(`reproduce: ${failure.reproduction}`)).toBe(true);
    await expect(simulate({ seed: Number(seed), workloads: [forgetful] })).rejects.toThrow(failure.message);
  });
});

test.each([{ steps: 0 }, { actors: 0 }, { owners: 1.5 }])('%j is refused', async (options) => {
  await expect(simulate({ seed: 1, ...options })).rejects.toThrow(RangeError);
});
