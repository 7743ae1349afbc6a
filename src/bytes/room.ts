/**
 * Typed arrays ignore writes past their end, so looking once, after them, is enough.
 *
 * @throws {RangeError} If what was written ends after the target.
 */
export function assertRoom(target: Uint8Array, end: number): void {
  if (end > target.length) throw noRoom(target, end);
}

function noRoom(target: Uint8Array, end: number): RangeError {
  return new RangeError(`target has ${target.length} bytes, ${end} are needed`);
}
