import type { ActorAccess, ActorWrites } from '../../actor/index.js';
import { concatBytes, copyBytes, strinc } from '../../bytes/index.js';
import type { LayoutRange } from '../../layout/index.js';
import type { Entry } from '../../store/index.js';

/**
 * The keys that a package of RivetKit works on: its own bytes behind the namespace and layout version. What it passes
 * is copied, since callers may change their arrays while a commit waits.
 */
export class KeySpace {
  readonly #prefix: Uint8Array;
  readonly #range: LayoutRange;

  /** @param range What the package may touch: beyond it are families that it does not know. */
  constructor(prefix: Uint8Array, range: LayoutRange) {
    this.#prefix = prefix;
    this.#range = range;
  }

  /** @throws {RangeError} If the key is beyond what the package may touch. */
  stored(key: Uint8Array): Uint8Array {
    const stored = concatBytes(this.#prefix, key);
    if (Buffer.compare(stored, this.#range.begin) < 0 || Buffer.compare(stored, this.#range.end) >= 0) {
      throw new RangeError('the key is in none of the families that this package has');
    }
    return stored;
  }

  set(writes: ActorWrites, key: Uint8Array, value: Uint8Array): void {
    writes.set(this.stored(key), copyBytes(value));
  }

  /** The keys that begin with `prefix`, as far as the package may touch them. */
  prefixRange(prefix: Uint8Array): LayoutRange {
    const begin = concatBytes(this.#prefix, prefix);
    return this.#clamp({ begin, end: strinc(begin) });
  }

  /** Keys from `begin` (inclusive) to `end` (exclusive), as far as the package may touch them. */
  range(begin: Uint8Array, end: Uint8Array): LayoutRange {
    return this.#clamp({ begin: concatBytes(this.#prefix, begin), end: concatBytes(this.#prefix, end) });
  }

  async list(
    access: ActorAccess,
    range: LayoutRange,
    options?: { reverse?: boolean | undefined; limit?: number | undefined },
  ): Promise<{ key: Uint8Array; value: Uint8Array }[]> {
    const found: Entry[] = [];
    if (Buffer.compare(range.begin, range.end) >= 0) return found;
    for await (const { key, value } of access.scan(range, options)) {
      found.push({ key: key.slice(this.#prefix.length), value });
    }
    return found;
  }

  #clamp({ begin, end }: LayoutRange): LayoutRange {
    return {
      begin: Buffer.compare(begin, this.#range.begin) < 0 ? this.#range.begin : begin,
      end: Buffer.compare(end, this.#range.end) > 0 ? this.#range.end : end,
    };
  }
}
