import { equalBytes, toHex } from '../../bytes/index.js';
import { openKeyspace } from '../../keyspace/index.js';
import { decodeKey, encodeActorPartition, NAMESPACE, systemLayout } from '../../layout/index.js';
import { type Entry, type Store, WHOLE_PARTITION } from '../../store/index.js';
import { MemoryStore } from '../../stores/memory/index.js';
import type { State } from './timeline.js';
import type { Workload } from './workload.js';

const HEADER_KEY = systemLayout.encode({});

/** What is stored of one actor at one instant. */
export interface Stored {
  readonly state: State;
  /** Of all keys and values. */
  readonly bytes: number;
  /** What is wrong with its keys whatever the state. */
  readonly problems: readonly string[];
}

/** Reads all of an actor from the store under test, as a process that has only just started would. */
export async function readStored(
  store: Store,
  partition: Uint8Array,
  actorId: string,
  workloads: readonly Workload[],
): Promise<Stored> {
  const entries = await entriesOf(store, partition);
  const state = await readFrozen(entries, actorId, workloads);
  const bytes = entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  return { state, bytes, problems: problemsOf(entries, state, workloads) };
}

async function entriesOf(store: Store, partition: Uint8Array): Promise<Entry[]> {
  const snapshot = await store.snapshot();
  try {
    const entries: Entry[] = [];
    for await (const entry of snapshot.scan(partition, WHOLE_PARTITION)) entries.push(entry);
    return entries;
  } finally {
    snapshot.close();
  }
}

/** A copy of one instant, so that several reads of it fit together on any store. */
async function readFrozen(entries: Entry[], actorId: string, workloads: readonly Workload[]): Promise<State> {
  const store = new MemoryStore();
  const partition = encodeActorPartition(actorId);
  const writes = entries.map(({ key, value }) => ({ type: 'set', partition, key, value }) as const);
  await store.commit({ writes });
  const keyspace = await openKeyspace({ store });
  const actor = await keyspace.openActor(actorId, { readOnly: true });
  const state: unknown[] = [];
  for (const workload of workloads) state.push(await workload.read(actor));
  await keyspace.close();
  return state;
}

function problemsOf(entries: readonly Entry[], state: State, workloads: readonly Workload[]): string[] {
  const problems: string[] = [];
  const counts = new Map<number, number>();
  for (const { key } of entries) {
    const namespace = key[0] as number;
    counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
    const problem = problemOf(key);
    if (problem !== undefined) problems.push(problem);
  }
  for (const [at, workload] of workloads.entries()) {
    for (const [namespace, count] of Object.entries(workload.keyCounts(state[at]))) {
      if (count === 'any') counts.delete(Number(namespace));
      else counts.set(Number(namespace), (counts.get(Number(namespace)) ?? 0) - count);
    }
  }
  if (entries.some(({ key }) => key[0] !== NAMESPACE.system) && !entries.some(({ key }) => isHeader(key))) {
    problems.push('there is no layout header');
  }
  for (const [namespace, count] of counts) {
    if (namespace === NAMESPACE.system || count === 0) continue;
    problems.push(`${count} keys too many in namespace ${toHex(Uint8Array.of(namespace))}`);
  }
  return problems;
}

function isHeader(key: Uint8Array): boolean {
  return equalBytes(key, HEADER_KEY);
}

function problemOf(key: Uint8Array): string | undefined {
  try {
    const { status, family } = decodeKey(key);
    return status === 'current' ? undefined : `a key of ${family}, which is ${status}: ${toHex(key)}`;
  } catch (error) {
    return `${String(error)}: ${toHex(key)}`;
  }
}
