import { assertValue, VALUE_BYTES_MAX } from '../store/index.js';
import { encodeCbor } from '../values/index.js';

/**
 * A JavaScript value of the user's as CBOR.
 *
 * @returns A new array the caller owns, of at most 131,072 bytes.
 * @throws {KeyspaceError} `value.unserialisable` naming the path inside the value; `value.too_large`.
 */
export function encodeUserValue(value: unknown): Uint8Array {
  const bytes = encodeCbor(value);
  assertValue(bytes, VALUE_BYTES_MAX);
  return bytes;
}
