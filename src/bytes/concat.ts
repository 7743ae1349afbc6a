/** Joins byte strings into a new array the caller owns. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/**
 * Copies bytes into a new plain `Uint8Array`.
 *
 * `slice` would not do: on a `Buffer` it aliases the original instead of copying it.
 */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** Up to this length a loop is faster than `set`. */
const LOOPED_BYTES_MAX = 64;

/**
 * Copies the bytes from `start` on into a new plain `Uint8Array`.
 *
 * A view to copy from would not do: making one moves the memory of a short array off the JavaScript heap, which takes
 * several times as long as copying it.
 */
export function copyBytesFrom(bytes: Uint8Array, start: number): Uint8Array {
  const copy = new Uint8Array(bytes.length - start);
  if (copy.length > LOOPED_BYTES_MAX) copy.set(bytes.subarray(start));
  else for (let i = 0; i < copy.length; i++) copy[i] = bytes[start + i] as number;
  return copy;
}
