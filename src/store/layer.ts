import { copyBytes } from '../bytes/index.js';
import type { KeyRange, StoreLimits, Write } from './contract.js';
import { keyId } from './key-id.js';
import { assertKey, assertValue } from './limits.js';

/** A key range by {@link keyId}. */
export interface IdRange {
  readonly begin: string;
  readonly end: string | undefined;
  readonly range: KeyRange;
}

/** A write of one key: its new value, or `null` for a delete. */
export interface LayerEntry {
  readonly id: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

// Most layers are a few writes that nobody scans before they are committed.
const NOTHING_CLEARED: readonly IdRange[] = [];
const NO_IDS: string[] = [];

/**
 * Writes that a commit will apply, readable before it does. The newest write of a key wins; a cleared range
 * hides what lies below it but not what is set after it.
 *
 * Owns every array given to it.
 */
export class Layer {
  readonly #entries = new Map<string, LayerEntry>();
  #cleared: readonly IdRange[] = NOTHING_CLEARED;
  /** Ids of the entries in order, from the first scan on, and those that came since. */
  #sorted: string[] | undefined;
  #unsorted: string[] = NO_IDS;
  #bytes = 0;
  #setCount = 0;
  #setBytes = 0;

  /** What `commitBytes` counts for {@link writes}. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0 && this.#cleared.length === 0;
  }

  /** How many entries it sets. */
  get setCount(): number {
    return this.#setCount;
  }

  /** Keys and values of the entries it sets. */
  get setBytes(): number {
    return this.#setBytes;
  }

  /** @throws {KeyspaceError} `key.empty`, `key.too_large` or `value.too_large`. */
  set(key: Uint8Array, value: Uint8Array, limits: StoreLimits): void {
    assertKey(key, limits);
    assertValue(value, limits.valueBytesMax);
    this.#put({ id: keyId(key), key, value });
  }

  /** @throws {KeyspaceError} `key.empty` or `key.too_large`. */
  delete(key: Uint8Array, limits: StoreLimits): void {
    assertKey(key, limits);
    this.#put({ id: keyId(key), key, value: null });
  }

  clearRange(range: KeyRange): void {
    const cleared = toIdRange(range);
    for (const id of this.#idsIn(cleared)) this.#remove(id);
    this.#sorted = this.#sorted?.filter((id) => this.#entries.has(id));
    this.#cleared = [...this.#cleared, cleared];
    this.#bytes += range.begin.length + (range.end?.length ?? 0);
  }

  /** Applies another layer on top of this one. */
  absorb(newer: Layer): void {
    for (const { range } of newer.#cleared) this.clearRange(range);
    for (const entry of newer.#entries.values()) this.#put(entry);
  }

  /** The value set, `null` if deleted or cleared, `undefined` if this layer says nothing about the key. */
  lookup(id: string): Uint8Array | null | undefined {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry.value;
    return isCleared(id, this.#cleared) ? null : undefined;
  }

  /** Ranges cleared below what is set here. The array never changes; a later clear makes a new one. */
  get cleared(): readonly IdRange[] {
    return this.#cleared;
  }

  /** Every write of a key, in no order. */
  entries(): Iterable<LayerEntry> {
    return this.#entries.values();
  }

  /** Writes of keys in the range, in key order. */
  entriesIn(range: KeyRange): LayerEntry[] {
    return this.#idsIn(toIdRange(range)).map((id) => this.#entries.get(id) as LayerEntry);
  }

  /** The same change as store writes, to be applied in order. */
  writes(partition: Uint8Array): Write[] {
    const writes: Write[] = this.#cleared.map(({ range }) => ({ type: 'clearRange', partition, range }));
    for (const { key, value } of this.#entries.values()) {
      writes.push(
        value === null ? { type: 'delete', partition, key } : { type: 'set', partition, key, value },
      );
    }
    return writes;
  }

  #put(entry: LayerEntry): void {
    const replaced = this.#entries.get(entry.id);
    if (replaced !== undefined) this.#count(replaced, -1);
    else if (this.#sorted !== undefined) this.#unsorted.push(entry.id);
    this.#entries.set(entry.id, entry);
    this.#count(entry, 1);
  }

  #remove(id: string): void {
    this.#count(this.#entries.get(id) as LayerEntry, -1);
    this.#entries.delete(id);
  }

  #count({ key, value }: LayerEntry, sign: 1 | -1): void {
    const entryBytes = key.length + (value?.length ?? 0);
    this.#bytes += sign * entryBytes;
    if (value === null) return;
    this.#setCount += sign;
    this.#setBytes += sign * entryBytes;
  }

  #idsIn(range: IdRange): string[] {
    if (this.#entries.size === 0) return NO_IDS;
    const sorted = this.#sortedIds();
    const from = firstAtLeast(sorted, range.begin);
    const to = range.end === undefined ? sorted.length : firstAtLeast(sorted, range.end);
    return sorted.slice(from, to);
  }

  #sortedIds(): string[] {
    if (this.#sorted === undefined) {
      this.#sorted = [...this.#entries.keys()].sort(compareIds);
      this.#unsorted = [];
    } else if (this.#unsorted.length > 0) {
      // Sorting a long sorted run with a short tail costs one merge.
      this.#sorted = this.#sorted.concat(this.#unsorted).sort(compareIds);
      this.#unsorted = [];
    }
    return this.#sorted;
  }
}

/** What {@link Layer.lookup} found of a key it knows, as callers get it: a copy, or `undefined` for a delete. */
export function foundValue(found: Uint8Array | null): Uint8Array | undefined {
  return found === null ? undefined : copyBytes(found);
}

/** Whether one of the ranges contains the key. */
export function isCleared(id: string, ranges: readonly IdRange[]): boolean {
  return ranges.some((range) => id >= range.begin && (range.end === undefined || id < range.end));
}

function toIdRange(range: KeyRange): IdRange {
  return { begin: keyId(range.begin), end: range.end && keyId(range.end), range };
}

function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function firstAtLeast(sorted: readonly string[], id: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as string) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
