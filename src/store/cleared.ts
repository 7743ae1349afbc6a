import type { KeyRange } from './contract.js';
import { keyId } from './key-id.js';

/** Above every {@link keyId}: where a range without an end ends. */
const END = '\u0100';

/** A union of key ranges. */
export class Cleared {
  /** Disjoint ranges in order: their begins, and the end of each. */
  readonly #begins: string[] = [];
  readonly #ends: string[] = [];

  has(key: Uint8Array): boolean {
    const id = keyId(key);
    const index = firstAbove(this.#begins, id) - 1;
    return index >= 0 && id < (this.#ends[index] as string);
  }

  add(range: KeyRange): void {
    let begin = keyId(range.begin);
    let end = range.end === undefined ? END : keyId(range.end);
    if (begin >= end) return;
    const to = firstAbove(this.#begins, end);
    let from = firstAbove(this.#begins, begin);
    if (from > 0 && (this.#ends[from - 1] as string) >= begin) from--;
    if (from < to) {
      begin = min(begin, this.#begins[from] as string);
      const last = this.#ends[to - 1] as string;
      if (last > end) end = last;
    }
    this.#begins.splice(from, to - from, begin);
    this.#ends.splice(from, to - from, end);
  }

  ranges(): KeyRange[] {
    return this.#begins.map((begin, index) => {
      const end = this.#ends[index] as string;
      return { begin: bytesOf(begin), end: end === END ? undefined : bytesOf(end) };
    });
  }
}

function firstAbove(sorted: readonly string[], id: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as string) <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function min(a: string, b: string): string {
  return a < b ? a : b;
}

function bytesOf(id: string): Uint8Array {
  return new Uint8Array(Buffer.from(id, 'latin1'));
}
