import { copyBytes } from '../bytes/index.js';
import { Cleared } from './cleared.js';
import type { KeyRange, StoreLimits, Write } from './contract.js';
import { keyId } from './key-id.js';
import { assertKey, assertValue } from './limits.js';

/** A write of one key: its new value, or `null` for a delete. */
export interface LayerEntry {
  readonly id: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

// Most layers are a few writes that nobody scans before they are committed.
const NO_IDS: string[] = [];

/**
 * Writes that a commit will apply, readable before it does. The newest write of a key wins; a cleared range
 * hides what lies below it but not what is set after it.
 *
 * Owns every array given to it.
 */
export class Layer {
  readonly #entries = new Map<string, LayerEntry>();
  #cleared: Cleared | undefined;
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
    return this.#entries.size === 0 && this.#cleared === undefined;
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
    const [from, to] = this.#span(range);
    // One run of the sorted ids, which are all there are: `#span` has sorted them.
    const removed = this.#sorted?.splice(from, to - from) ?? NO_IDS;
    for (const id of removed) this.#remove(id);
    this.#cleared ??= new Cleared();
    const { bytes } = this.#cleared;
    this.#cleared.add(range);
    this.#bytes += this.#cleared.bytes - bytes;
  }

  /** Applies another layer on top of this one. */
  absorb(newer: Layer): void {
    for (const range of newer.#cleared?.ranges() ?? []) this.clearRange(range);
    for (const entry of newer.#entries.values()) this.#put(entry);
  }

  /** The value set, `null` if deleted or cleared, `undefined` if this layer says nothing about the key. */
  lookup(id: string): Uint8Array | null | undefined {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry.value;
    return this.#cleared?.hasId(id) ? null : undefined;
  }

  /** What is cleared below what is set here, if anything; not to be changed. */
  get cleared(): Cleared | undefined {
    return this.#cleared;
  }

  /** Every write of a key, in no order. */
  entries(): Iterable<LayerEntry> {
    return this.#entries.values();
  }

  /** Writes of keys in the range, in key order. */
  entriesIn(range: KeyRange): LayerEntry[] {
    const [from, to] = this.#span(range);
    return (this.#sorted ?? NO_IDS).slice(from, to).map((id) => this.#entries.get(id) as LayerEntry);
  }

  /** The same change as store writes, to be applied in order. */
  writes(partition: Uint8Array): Write[] {
    const cleared = this.#cleared?.ranges() ?? [];
    const writes: Write[] = cleared.map((range) => ({ type: 'clearRange', partition, range }));
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

  /** Where the range begins and ends among the sorted ids. */
  #span(range: KeyRange): [from: number, to: number] {
    if (this.#entries.size === 0) return [0, 0];
    const sorted = this.#sortedIds();
    const from = firstAtLeast(sorted, keyId(range.begin));
    const to = range.end === undefined ? sorted.length : firstAtLeast(sorted, keyId(range.end));
    return [from, Math.max(from, to)];
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
