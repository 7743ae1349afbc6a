/**
 * A key as a string with one character per byte, for maps. Such strings compare as their bytes do, since
 * JavaScript orders strings by code unit.
 */
export function keyId(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
}
