import { compareBytes, copyBytes, toHex } from '../bytes/index.js';
import type { Entry, KeyRange, ScanOptions, Write } from './contract.js';
import { inRange } from './range.js';

/** What a key was last set to; `undefined` if it was deleted. */
interface Point {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** Writes of one partition that are not committed yet, and reads that see them. Copies what it is given. */
export class Overlay {
  /** By hex of the key; applied after the cleared ranges. */
  readonly #points = new Map<string, Point>();
  readonly #cleared: KeyRange[] = [];

  set(key: Uint8Array, value: Uint8Array): void {
    this.#points.set(toHex(key), { key: copyBytes(key), value: copyBytes(value) });
  }

  delete(key: Uint8Array): void {
    this.#points.set(toHex(key), { key: copyBytes(key), value: undefined });
  }

  clearRange(range: KeyRange): void {
    for (const [hex, { key }] of this.#points) {
      if (inRange(key, range)) this.#points.delete(hex);
    }
    this.#cleared.push({ begin: copyBytes(range.begin), end: range.end && copyBytes(range.end) });
  }

  /** The value these writes give the key, as a copy, or `undefined` if they say nothing of it. */
  lookup(key: Uint8Array): { readonly value: Uint8Array | undefined } | undefined {
    const point = this.#points.get(toHex(key));
    if (point !== undefined) return { value: point.value && copyBytes(point.value) };
    return this.#cleared.some((range) => inRange(key, range)) ? { value: undefined } : undefined;
  }

  /**
   * @param stored All entries of the range in the order asked for; no more of them are taken than are needed.
   * @returns What the range holds after the writes so far; later ones do not show in it.
   */
  async *scan(
    stored: AsyncIterable<Entry>,
    range: KeyRange,
    { reverse = false, limit = Number.POSITIVE_INFINITY }: ScanOptions,
  ): AsyncGenerator<Entry> {
    if (limit === 0) return;
    let count = 0;
    for await (const { key, value } of this.#merged(stored, range, reverse)) {
      if (value === undefined) continue;
      yield { key: copyBytes(key), value: copyBytes(value) };
      if (++count === limit) return;
    }
  }

  /** The fewest writes with the same effect, in the order they must apply. Their arrays belong to the overlay. */
  writes(partition: Uint8Array): Write[] {
    const writes: Write[] = this.#cleared.map((range) => ({ type: 'clearRange', partition, range }));
    for (const { key, value } of this.#points.values()) {
      writes.push(
        value === undefined ? { type: 'delete', partition, key } : { type: 'set', partition, key, value },
      );
    }
    return writes;
  }

  async *#merged(stored: AsyncIterable<Entry>, range: KeyRange, reverse: boolean): AsyncGenerator<Point> {
    const direction = reverse ? -1 : 1;
    const points = [...this.#points.values()]
      .filter(({ key }) => inRange(key, range))
      .sort((a, b) => direction * compareBytes(a.key, b.key));
    const cleared = [...this.#cleared];
    let next = 0;
    for await (const entry of stored) {
      let replaced = false;
      for (; next < points.length; next++) {
        const point = points[next] as Point;
        const order = direction * compareBytes(point.key, entry.key);
        if (order > 0) break;
        replaced = order === 0;
        yield point;
      }
      if (replaced || cleared.some((hidden) => inRange(entry.key, hidden))) continue;
      yield entry;
    }
    yield* points.slice(next);
  }
}
