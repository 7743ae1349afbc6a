/**
 * A key as a string with one character per byte, for maps. Such strings compare as their bytes do, since
 * JavaScript orders strings by code unit.
 */
export function keyId(key: Uint8Array): string {
  // A Buffer of the same memory would first move a short array's off the JavaScript heap: eight times the cost.
  return latin1Slice.call(key, 0, key.length);
}

const { latin1Slice } = Buffer.prototype as Buffer & {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
};
