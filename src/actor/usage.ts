import { USAGE_NAMESPACES, type UsageRecord, writeUsageRecord } from '../values/index.js';

/** One count for each namespace, and one for all bytes that are none. */
const SLOTS = USAGE_NAMESPACES + 1;

/** How many entries and bytes an actor has in each namespace, or by how much that changes. */
export class Usage {
  // Plain arrays: typed ones of this length have their memory outside the heap, at many times the cost.
  readonly #keyCounts: number[] = new Array(SLOTS).fill(0);
  readonly #bytes: number[] = new Array(SLOTS).fill(0);
  #totalBytes = 0;

  static of({ namespaces }: UsageRecord): Usage {
    const usage = new Usage();
    for (const [slot, { keyCount, bytes }] of namespaces.entries()) usage.#count(slot, keyCount, bytes);
    return usage;
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** @param sign 1 for an entry that comes, -1 for one that goes. */
  count(key: Uint8Array, valueBytes: number, sign: 1 | -1): void {
    this.#count(slotOf(key[0] as number), sign, sign * (key.length + valueBytes));
  }

  add(change: Usage): void {
    for (let slot = 0; slot < SLOTS; slot++) {
      this.#count(slot, change.#keyCounts[slot] as number, change.#bytes[slot] as number);
    }
  }

  /** Takes away all of a namespace that `usage` has. */
  removeNamespace(namespace: number, usage: Usage): void {
    const slot = slotOf(namespace);
    this.#count(slot, -(usage.#keyCounts[slot] as number), -(usage.#bytes[slot] as number));
  }

  /** Never below 0, although what somebody wrote past the owner may be taken away without having been added. */
  toRecord(): UsageRecord {
    const namespaces = this.#keyCounts.map((keyCount, slot) => ({
      keyCount: Math.max(0, keyCount),
      bytes: Math.max(0, this.#bytes[slot] as number),
    }));
    return { namespaces };
  }

  /** Writes what `usagePayload` encodes of {@link toRecord} into an array of its length. */
  writeRecord(target: Uint8Array): void {
    writeUsageRecord(target, this.#keyCounts, this.#bytes);
  }

  #count(slot: number, keyCount: number, bytes: number): void {
    this.#keyCounts[slot] = (this.#keyCounts[slot] as number) + keyCount;
    this.#bytes[slot] = (this.#bytes[slot] as number) + bytes;
    this.#totalBytes += bytes;
  }
}

function slotOf(namespace: number): number {
  return Math.min(namespace, USAGE_NAMESPACES);
}
