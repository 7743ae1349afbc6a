import { queuePausedName, queueReady, queueReadyByName } from '../layout/index.js';
import { indexed, readable, usable } from './index-entries.js';
import type { Ledger } from './ledger.js';

/** A message that the index has as ready. */
export interface Candidate {
  readonly id: bigint;
  readonly name: string;
}

/**
 * The first ready messages, in order of their ids: of some names, or of all that are not paused. Reads what it
 * returns; with names, so many of each name. With names paused and none given, it looks at each name there is.
 */
export async function readyCandidates(
  ledger: Ledger,
  names: readonly string[] | undefined,
  count: number,
): Promise<Candidate[]> {
  const paused = await pausedNames(ledger);
  if (names === undefined && paused.size === 0) return firstReady(ledger, count);
  const found: Candidate[] = [];
  for await (const name of names === undefined ? namesReady(ledger) : new Set(names)) {
    if (!paused.has(name)) found.push(...(await firstNamed(ledger, name, count)));
  }
  found.sort((a, b) => (a.id < b.id ? -1 : 1));
  return found.slice(0, count);
}

/** The names that are paused. What is no name pauses nothing. */
export async function pausedNames({ access }: Pick<Ledger, 'access'>): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const { key } of access.scanSizes(queuePausedName.range())) {
    const paused = usable(() => queuePausedName.decode(key));
    if (paused !== undefined) names.add(paused.name);
  }
  return names;
}

async function firstReady({ access }: Ledger, count: number): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for await (const { key, value } of readable(access.scan(queueReady.range(), { limit: count }))) {
    found.push({ id: indexed(() => queueReady.decode(key)).id, name: decoder.decode(value) });
  }
  return found;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

async function firstNamed({ access }: Ledger, name: string, count: number): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for await (const { key } of access.scanSizes(queueReadyByName.range({ name }), { limit: count })) {
    found.push(indexed(() => queueReadyByName.decode(key)));
  }
  return found;
}

/** Each name of which a message is ready, found by looking behind the one before. */
async function* namesReady({ access }: Ledger): AsyncGenerator<string> {
  let { begin, end } = queueReadyByName.range();
  for (;;) {
    let name: string | undefined;
    for await (const { key } of access.scanSizes({ begin, end }, { limit: 1 })) {
      name = indexed(() => queueReadyByName.decode(key)).name;
    }
    if (name === undefined) return;
    yield name;
    begin = queueReadyByName.range({ name }).end;
  }
}
