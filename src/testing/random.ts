import { createHash } from 'node:crypto';

const UINT32 = 2 ** 32;
const FLOAT_BITS_LOW = 2 ** 26;

/**
 * Pseudo-random numbers that a seed decides: the same seed gives the same numbers on every machine.
 *
 * The generator is xoshiro128** (Blackman and Vigna, 2018). Its state is the first 16 bytes of SHA-256 of the seed.
 * Not for secrets.
 */
export class Random {
  readonly seed: string;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed Any text or number; a number is the same seed as its text. */
  constructor(seed: string | number) {
    this.seed = String(seed);
    const digest = createHash('sha256').update(this.seed).digest();
    this.#a = digest.readUInt32LE(0);
    this.#b = digest.readUInt32LE(4);
    this.#c = digest.readUInt32LE(8);
    this.#d = digest.readUInt32LE(12);
  }

  /** Another generator, decided by the seed and the label alone and not by what was drawn here before. */
  fork(label: string): Random {
    return new Random(`${this.seed}/${label}`);
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  /** A number from 0 (inclusive) to 1 (exclusive), of 53 random bits. */
  float(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * FLOAT_BITS_LOW + low) / 2 ** 53;
  }

  /**
   * A whole number from 0 to `count - 1`, each as likely.
   *
   * @throws {RangeError} If `count` is not a whole number from 1 to 2^32.
   */
  integer(count: number): number {
    if (!(Number.isInteger(count) && count >= 1 && count <= UINT32)) {
      throw new RangeError(`count must be a whole number from 1 to 2^32, not ${String(count)}`);
    }
    // What is left over at the end of the range would make its first numbers likelier.
    const end = UINT32 - (UINT32 % count);
    for (;;) {
      const drawn = this.uint32();
      if (drawn < end) return drawn % count;
    }
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.float() < probability;
  }

  /**
   * One of the items, each as likely.
   *
   * @throws {RangeError} If there are none.
   */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)] as T;
  }

  /**
   * One of the items, each as likely as its weight says.
   *
   * @param weighted Items with weights of 0 or more, which need not add up to anything.
   * @throws {RangeError} If a weight is negative or not finite, or none is above 0.
   */
  weighted<T>(weighted: readonly (readonly [weight: number, item: T])[]): T {
    let total = 0;
    for (const [weight] of weighted) {
      if (!(weight >= 0 && Number.isFinite(weight))) {
        throw new RangeError(`a weight must be a finite number of 0 or more, not ${String(weight)}`);
      }
      total += weight;
    }
    let left = this.float() * total;
    for (const [weight, item] of weighted) {
      if (left < weight) return item;
      left -= weight;
    }
    // Rounding may leave a trace behind the last weight.
    const last = weighted.findLast(([weight]) => weight > 0);
    if (last === undefined) throw new RangeError('no weight is above 0');
    return last[1];
  }

  /** The items in random order, as a new array. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let at = shuffled.length - 1; at > 0; at--) {
      const other = this.integer(at + 1);
      [shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T];
    }
    return shuffled;
  }

  /** So many random bytes, as a new array. */
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.uint32() >>> 24);
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
