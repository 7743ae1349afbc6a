import { onTestFinished } from 'vitest';
import {
  type ActorKeyspace,
  type Keyspace,
  type KeyspaceOptions,
  openKeyspace,
} from '../../src/keyspace/index.js';
import type { Store } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { SequentialIds, SimulatedClock } from '../../src/testing/index.js';
import { type OpenStore, userEntries } from '../keyspace/support.js';

export interface OpenedQueue extends OpenStore {
  readonly clock: SimulatedClock;
  readonly keyspace: Keyspace;
  readonly actor: ActorKeyspace;
  readonly queue: ActorKeyspace['queue'];
  /** The actor as its next owner opens it. */
  again(options?: Partial<KeyspaceOptions>): Promise<ActorKeyspace>;
}

/** The queue of the actor `a` of an empty store, with a clock that stands still. */
export async function openQueue(
  open: () => Promise<OpenStore> = openMemory,
  options: Partial<KeyspaceOptions> = {},
): Promise<OpenedQueue> {
  const opened = await open();
  const clock = new SimulatedClock();
  const ids = new SequentialIds('lease-');
  const openAgain = async (store: Store, more: Partial<KeyspaceOptions> = {}) => {
    const keyspace = await openKeyspace({ store, sharedStore: true, clock, ids, ...options, ...more });
    onTestFinished(() => keyspace.close().catch(() => {}));
    return { keyspace, actor: await keyspace.openActor('a') };
  };
  const { keyspace, actor } = await openAgain(opened.store);
  const again = async (more?: Partial<KeyspaceOptions>) => (await openAgain(opened.store, more)).actor;
  return { ...opened, clock, keyspace, actor, queue: actor.queue, again };
}

async function openMemory(): Promise<OpenStore> {
  const store = new MemoryStore();
  return { store, reopen: async () => store };
}

/** What the store has of the queue: key and value in hex. */
export async function queueEntries(store: Store): Promise<[string, string][]> {
  return (await userEntries(store)).filter(([key]) => key.startsWith('05'));
}

/** How often each part of the queue occurs, by its byte in hex. */
export async function partCounts(store: Store): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [key] of await queueEntries(store)) {
    const part = key.slice(4, 6);
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return counts;
}

/** Runs until nothing is left to run at once. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
