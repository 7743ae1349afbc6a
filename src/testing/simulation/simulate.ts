import { inspect } from 'node:util';
import type { Store } from '../../store/index.js';
import { MemoryStore } from '../../stores/memory/index.js';
import { Random } from '../random.js';
import {
  connectionsWorkload,
  inspectorTokenWorkload,
  kvWorkload,
  queueWorkload,
  stateWorkload,
} from '../workloads/index.js';
import { Actions } from './actions.js';
import { History } from './history.js';
import { defaultInvariants } from './invariants.js';
import {
  DEFAULT_FAULTS,
  type SimulatedStore,
  type SimulationOptions,
  type SimulationReport,
} from './options.js';
import type { Workload } from './workload.js';
import { World } from './world.js';

/** Everything that an actor has. */
export const defaultWorkloads: readonly Workload[] = [
  kvWorkload,
  stateWorkload,
  connectionsWorkload,
  inspectorTokenWorkload,
  queueWorkload,
];

/**
 * Lives one history that the seed decides: several processes open several actors of one store, take them from each
 * other, and write, read and wait, often several things at once, while commits are delayed, lost, repeated and
 * refused, processes die and clocks jump. What the actors show and what is stored is compared all along:
 *
 * - What was acknowledged is stored, whatever happens afterwards.
 * - What is stored beyond that are the next of what an owner was asked for, in order, each whole, and nothing that
 *   was refused, or that came after another owner had the actor.
 * - An owner reads what it wrote, at once, and a call resolves to what the model says.
 * - Once a commit has failed, every call on the handle fails with `actor.fenced` or `actor.poisoned`.
 * - A quota is kept, usage is recorded exactly and the due index has every actor when it is due: the invariants.
 * - No stored key is malformed or left over, and every call settles once the store answers.
 *
 * The same seed and options give the same history on a store in memory. Stores, workloads and invariants of your own
 * take part by the options.
 *
 * @throws {SimulationFailure} The first thing that is not so.
 * @throws {RangeError} If `steps`, `actors` or `owners` is not a whole number of 1 or more.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { seed, steps = 100, actors = 2, owners = 3, onEvent = () => {} } = options;
  for (const [name, count] of Object.entries({ steps, actors, owners })) assertCount(name, count);
  const { faults = DEFAULT_FAULTS, workloads = defaultWorkloads, invariants = defaultInvariants } = options;
  const random = new Random(seed);
  const given = {
    seed,
    steps,
    actors,
    owners,
    ...('quotaBytes' in options && { quotaBytes: options.quotaBytes }),
  };
  const reproduction = `await simulate(${inspect(given, { breakLength: Number.POSITIVE_INFINITY })})`;
  const history = new History(String(seed), reproduction, onEvent);
  const setting = random.fork('setting');
  const { store, dispose } = await (options.open ?? (() => memoryStore(setting)))();
  try {
    const root = setting.chance(0.5) ? undefined : 'root';
    const quotaBytes = options.quotaBytes ?? quota(setting);
    const world = new World({
      store,
      root,
      quotaBytes,
      actors,
      owners,
      faults,
      workloads,
      invariants,
      random,
      history,
    });
    await world.startProcesses();
    const actions = new Actions(world, random.fork('actions'), store.capabilities.synchronousReads);
    while (history.step < steps) {
      history.step++;
      await actions.step();
    }
    await world.end();
  } finally {
    await close(store, dispose);
  }
  return { seed: history.seed, steps, counts: history.counts };
}

async function memoryStore(random: Random): Promise<SimulatedStore> {
  const synchronousReads = random.chance(0.5);
  // So little that what waits may need several commits.
  const commitBytesMax = random.chance(0.5) ? 1_000 + random.integer(400) : undefined;
  return { store: new MemoryStore({ synchronousReads, commitBytesMax }) };
}

/** None, or so little that some of what is written does not fit. */
function quota(random: Random): number {
  return random.chance(0.4) ? 450 + random.integer(450) : Number.POSITIVE_INFINITY;
}

async function close(store: Store, dispose: SimulatedStore['dispose']): Promise<void> {
  await store.close();
  await dispose?.();
}

function assertCount(name: string, count: number): void {
  if (!(Number.isSafeInteger(count) && count >= 1)) {
    throw new RangeError(`${name} must be a whole number of 1 or more, not ${String(count)}`);
  }
}
