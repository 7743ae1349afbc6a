import type { KeyRange } from './contract.js';
import { keyId } from './key-id.js';

/** Above every {@link keyId}: where a range without an end ends. */
const END = '\u0100';

/** A union of key ranges. */
export class Cleared {
  /** Disjoint ranges in order: their begins, and the end of each. */
  readonly #begins: string[] = [];
  readonly #ends: string[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#begins.length === 0;
  }

  /** Of the bounds of {@link ranges}. */
  get bytes(): number {
    return this.#bytes;
  }

  has(key: Uint8Array): boolean {
    return this.hasId(keyId(key));
  }

  hasId(id: string): boolean {
    const index = firstAbove(this.#begins, id) - 1;
    return index >= 0 && id < (this.#ends[index] as string);
  }

  add(range: KeyRange): void {
    this.#add(keyId(range.begin), range.end === undefined ? END : keyId(range.end));
  }

  addAll(other: Cleared): void {
    for (const [index, begin] of other.#begins.entries()) this.#add(begin, other.#ends[index] as string);
  }

  ranges(): KeyRange[] {
    return this.#begins.map((begin, index) => {
      const end = this.#ends[index] as string;
      return { begin: bytesOf(begin), end: end === END ? undefined : bytesOf(end) };
    });
  }

  #add(from: string, to: string): void {
    if (from >= to) return;
    let begin = from;
    let end = to;
    const last = firstAbove(this.#begins, end);
    let first = firstAbove(this.#begins, begin);
    if (first > 0 && (this.#ends[first - 1] as string) >= begin) first--;
    if (first < last) {
      begin = min(begin, this.#begins[first] as string);
      const lastEnd = this.#ends[last - 1] as string;
      if (lastEnd > end) end = lastEnd;
    }
    for (let index = first; index < last; index++) this.#bytes -= this.#bytesAt(index);
    this.#begins.splice(first, last - first, begin);
    this.#ends.splice(first, last - first, end);
    this.#bytes += this.#bytesAt(first);
  }

  #bytesAt(index: number): number {
    const end = this.#ends[index] as string;
    return (this.#begins[index] as string).length + (end === END ? 0 : end.length);
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
