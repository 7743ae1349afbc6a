/** Leaves as many claims again above it: from the last safe integer a partition could not be claimed again. */
const EPOCH_MIN_MAX = 2 ** 52;

/**
 * The epoch of a partition's next claim: one above the last, and at least `epochMin`.
 *
 * @param epoch Of the last claim; 0 if there was none.
 * @throws {RangeError} If `epochMin` is not a whole number of at most 2^52, or no safe integer is left.
 */
export function nextEpoch(epoch: number, epochMin = 1): number {
  if (!Number.isSafeInteger(epochMin) || epochMin > EPOCH_MIN_MAX) {
    throw new RangeError(
      `epochMin must be a whole number of at most ${EPOCH_MIN_MAX}, not ${String(epochMin)}`,
    );
  }
  const next = Math.max(epoch + 1, epochMin);
  if (!Number.isSafeInteger(next)) throw new RangeError(`no epoch is left above ${epoch}`);
  return next;
}
