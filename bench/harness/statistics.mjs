// @ts-check

/**
 * What several measurements of one thing come to. `mad` is the median distance from the median.
 *
 * @typedef {{ median: number, min: number, max: number, mad: number }} Summary
 */

/** @param {readonly number[]} numbers At least one. */
export function median(numbers) {
  if (numbers.length === 0) throw new RangeError('there is no median of nothing');
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const lower = /** @type {number} */ (sorted[Math.floor(middle)]);
  const upper = /** @type {number} */ (sorted[Math.ceil(middle)]);
  return lower === upper ? lower : (lower + upper) / 2;
}

/**
 * @param {readonly number[]} numbers At least one.
 * @returns {Summary}
 */
export function summarise(numbers) {
  const middle = median(numbers);
  return {
    median: middle,
    min: Math.min(...numbers),
    max: Math.max(...numbers),
    mad: median(numbers.map((number) => Math.abs(number - middle))),
  };
}

/**
 * Ours to the reference, round by round: what slows a whole round down slows both.
 *
 * @param {readonly number[]} ours
 * @param {readonly number[]} reference As many.
 */
export function ratios(ours, reference) {
  return ours.map((figure, round) => figure / /** @type {number} */ (reference[round]));
}
