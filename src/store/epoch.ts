/**
 * The epoch of a partition's next claim: one above the last, and at least `epochMin`.
 *
 * @param epoch Of the last claim; 0 if there was none.
 * @throws {RangeError} If `epochMin` is not a safe integer, or no safe integer is left.
 */
export function nextEpoch(epoch: number, epochMin = 1): number {
  if (!Number.isSafeInteger(epochMin)) {
    throw new RangeError(`epochMin must be a safe integer, not ${String(epochMin)}`);
  }
  const next = Math.max(epoch + 1, epochMin);
  if (!Number.isSafeInteger(next)) throw new RangeError(`no epoch is left above ${epoch}`);
  return next;
}
