// @ts-check

/** Whole numbers from a fixed seed, the same on every machine: a Weyl sequence, mixed. */
export class Random {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /**
   * @param {number} end At most 2^32.
   * @returns A whole number from 0, less than `end`.
   */
  below(end) {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return Math.floor((((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32) * end);
  }

  /** @param {number} length */
  bytes(length) {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /**
   * @template Item
   * @param {readonly Item[]} items At least one.
   * @param {number} count
   * @returns {Item[]} So many of them, some perhaps more than once.
   */
  pick(items, count) {
    return Array.from({ length: count }, () => /** @type {Item} */ (items[this.below(items.length)]));
  }
}
