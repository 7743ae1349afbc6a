import { isKeyspaceError } from '../errors.js';

/** Thrown inside a transaction of the queue that found its index wrong; what it wrote vanishes with it. */
export class IndexMismatch extends Error {}

/** What `decode` makes of a key of the index. @throws {IndexMismatch} If the key is malformed. */
export function indexed<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (isKeyspaceError(error, 'key.malformed')) throw new IndexMismatch();
    throw error;
  }
}

/** Entries of the index. @throws {IndexMismatch} At one whose value does not match its checksum. */
export async function* readable<T>(entries: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  try {
    yield* entries;
  } catch (error) {
    if (isKeyspaceError(error, 'value.corrupt')) throw new IndexMismatch();
    throw error;
  }
}

const USELESS = ['value.malformed', 'value.version_unsupported', 'key.malformed'] as const;

/** What `decode` returns; `undefined` if what it reads is damaged, also to look like a newer version's. */
export function usable<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (USELESS.some((code) => isKeyspaceError(error, code))) return undefined;
    throw error;
  }
}
