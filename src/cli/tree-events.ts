import { isKeyspaceError } from '../errors.js';
import type { Reader } from '../index.js';
import type { Layout } from '../layout/index.js';
import { describeKey, type KeyDescription, type Namespace, namespaceOf } from './describe-key.js';
import { toHex } from './hex.js';
import { summaryOf } from './summaries.js';

/** An entry as stored, or its key and why its value cannot be trusted. */
export type StoredItem =
  | { readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly key: Uint8Array; readonly corrupt: string };

/** Which partition the events until its totals are of. */
export type PartitionName = { readonly actor: string } | { readonly keyspace: true };

export interface KeyEvent extends Partial<KeyDescription> {
  readonly type: 'key';
  readonly keyHex: string;
  /** Instead of a family: why the key is none of this library's. */
  readonly malformed?: { readonly byteOffset: number; readonly reason: string };
  /** Absent if the value is corrupt. */
  readonly valueBytes?: number;
  /** Why the value cannot be read. */
  readonly corrupt?: string;
  /** What a known payload says of itself, in a few words. */
  readonly summary?: string;
  readonly valueHex?: string;
}

export interface Counts {
  readonly keys: number;
  readonly keyBytes: number;
  /** Of the values that could be read. */
  readonly valueBytes: number;
  readonly malformedKeys: number;
  readonly corruptValues: number;
}

export interface NamespaceCounts extends Counts {
  /** Absent in the keyspace partition. */
  readonly byte?: number;
  readonly name: string;
}

/** What a walk through one partition tells, in key order; `totals` is last. */
export type PartitionEvent =
  | KeyEvent
  /** Keys that were left out of a family, or of the malformed ones where no family is named. */
  | { readonly type: 'more'; readonly family?: string; readonly keys: number }
  | ({ readonly type: 'totals'; readonly namespaces: readonly NamespaceCounts[] } & Counts);

export interface WalkOptions {
  readonly kind: 'actor' | 'keyspace';
  /** The actor's layout, if known: malformed keys do not tell. */
  readonly layout?: Layout | undefined;
  /** Keys told of each family; all are counted. */
  readonly keysMax: number;
  /** Tells values too, the user's data among them. */
  readonly values: boolean;
}

/** Names and counts the entries of one partition. Holds one entry at a time. */
export async function* walkPartition(
  items: AsyncIterable<StoredItem> | Iterable<StoredItem>,
  options: WalkOptions,
): AsyncGenerator<PartitionEvent, void, undefined> {
  const tallies = new Map<string, Tally>();
  const malformed = new Run(options.keysMax);
  let run = new Run(options.keysMax);
  for await (const item of items) {
    const event = keyEvent(item, options);
    tallyFor(tallies, event.namespace).add(item, event);
    // Malformed keys may stand anywhere; those of a family follow each other.
    if (event.family === undefined) {
      if (malformed.take(event)) yield event;
      continue;
    }
    if (event.family !== run.family) {
      yield* run.end();
      run = new Run(options.keysMax, event.family);
    }
    if (run.take(event)) yield summarised(event, item, options);
  }
  yield* run.end();
  yield* malformed.end();
  const namespaces = [...tallies.values()].map((tally) => tally.counts());
  yield { type: 'totals', namespaces, ...sumCounts(namespaces) };
}

export function sumCounts(all: Iterable<Counts>): Counts {
  const sum = { keys: 0, keyBytes: 0, valueBytes: 0, malformedKeys: 0, corruptValues: 0 };
  for (const counts of all) {
    for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
  }
  return sum;
}

/** Keys of one family. Corrupt values are told in addition to the first keys, up to as many. */
class Run {
  readonly family: string | undefined;
  readonly #keysMax: number;
  #shown = 0;
  #corruptShown = 0;
  #hidden = 0;

  constructor(keysMax: number, family?: string) {
    this.family = family;
    this.#keysMax = keysMax;
  }

  take({ corrupt }: KeyEvent): boolean {
    if (this.#shown < this.#keysMax) {
      this.#shown++;
      return true;
    }
    if (corrupt !== undefined && this.#corruptShown < this.#keysMax) {
      this.#corruptShown++;
      return true;
    }
    this.#hidden++;
    return false;
  }

  *end(): Generator<PartitionEvent> {
    if (this.#hidden === 0) return;
    yield { type: 'more', ...(this.family !== undefined && { family: this.family }), keys: this.#hidden };
  }
}

class Tally {
  readonly #name: Pick<NamespaceCounts, 'byte' | 'name'>;
  #keys = 0;
  #keyBytes = 0;
  #valueBytes = 0;
  #malformedKeys = 0;
  #corruptValues = 0;

  constructor(name: Pick<NamespaceCounts, 'byte' | 'name'>) {
    this.#name = name;
  }

  add(item: StoredItem, event: KeyEvent): void {
    this.#keys++;
    this.#keyBytes += item.key.length;
    if ('value' in item) this.#valueBytes += item.value.length;
    else this.#corruptValues++;
    if (event.malformed) this.#malformedKeys++;
  }

  counts(): NamespaceCounts {
    return {
      ...this.#name,
      keys: this.#keys,
      keyBytes: this.#keyBytes,
      valueBytes: this.#valueBytes,
      malformedKeys: this.#malformedKeys,
      corruptValues: this.#corruptValues,
    };
  }
}

function tallyFor(tallies: Map<string, Tally>, namespace: Namespace | undefined): Tally {
  const name = namespace ?? { name: 'keyspace' };
  const id = namespaceId(namespace);
  let tally = tallies.get(id);
  if (tally === undefined) {
    tally = new Tally(name);
    tallies.set(id, tally);
  }
  return tally;
}

/** Tells namespaces apart: a byte stands for different ones in different layouts. */
export function namespaceId(namespace: Namespace | undefined): string {
  return namespace ? `${namespace.byte} ${namespace.name}` : '';
}

function keyEvent(item: StoredItem, options: WalkOptions): KeyEvent {
  const keyHex = toHex(item.key);
  const value = 'value' in item ? item.value : undefined;
  const state = {
    ...(value ? { valueBytes: value.length } : { corrupt: (item as { corrupt: string }).corrupt }),
    ...(value && options.values && { valueHex: toHex(value) }),
  };
  let description: KeyDescription;
  try {
    description = describeKey(item.key, options.kind);
  } catch (error) {
    if (!isKeyspaceError(error, 'key.malformed')) throw error;
    const { byteOffset, reason } = error.details;
    return {
      type: 'key',
      keyHex,
      ...(options.kind === 'actor' && { namespace: namespaceOf(item.key[0] as number, options.layout) }),
      malformed: { byteOffset, reason },
      ...state,
    };
  }
  return { type: 'key', keyHex, ...description, ...state };
}

function summarised(event: KeyEvent, item: StoredItem, { kind, values }: WalkOptions): KeyEvent {
  const summary = 'value' in item ? summaryOf(kind, item.key, item.value, values) : undefined;
  return summary === undefined ? event : { ...event, summary };
}

const NOTHING = new Uint8Array(0);

/**
 * Every entry of a partition, going on behind values whose checksum does not match.
 *
 * @throws {KeyspaceError} As `Reader.scan`, but for `value.corrupt`.
 */
export async function* readItems(
  reader: Pick<Reader, 'scan'>,
  partition: Uint8Array,
): AsyncGenerator<StoredItem, void, undefined> {
  let begin = NOTHING;
  for (;;) {
    let corrupt: { key: Uint8Array; corrupt: string };
    try {
      yield* reader.scan(partition, { begin });
      return;
    } catch (error) {
      if (!isKeyspaceError(error, 'value.corrupt')) throw error;
      corrupt = {
        key: new Uint8Array(Buffer.from(error.details.keyHex, 'hex')),
        corrupt: error.details.reason,
      };
      // Going on from there would never end.
      if (Buffer.compare(corrupt.key, begin) < 0) throw error;
    }
    yield corrupt;
    begin = Uint8Array.of(...corrupt.key, 0);
  }
}
