import { KeyspaceError } from '../errors.js';

/** @param byteOffset Of the first byte that cannot stand there; the length of the input where bytes are missing. */
export function malformed(byteOffset: number, reason: string): KeyspaceError<'tuple.malformed'> {
  return new KeyspaceError('tuple.malformed', `tuple is malformed at byte ${byteOffset}: ${reason}`, {
    byteOffset,
    reason,
  });
}

/** @throws {KeyspaceError} `tuple.malformed` if the bytes end before `end`. */
export function assertWithin(bytes: Uint8Array, end: number, what: string): void {
  if (end > bytes.length) throw malformed(bytes.length, `${what} is cut off`);
}
