import { createHash } from 'node:crypto';
import { concatBytes, equalBytes } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';

const FORMAT_VERSION = 1;
const HEAD_BYTES = 4;
const SEAL_BYTES = 8;

/** What a cursor may be used for, and nothing else. */
export interface CursorScope {
  readonly partition: Uint8Array;
  readonly namespace: number;
  readonly layoutVersion: number;
  readonly reverse: boolean;
}

/**
 * Encodes where a scan stopped, as base64url text.
 *
 * Layout: `01 ‖ namespace ‖ layout version ‖ 00 or 01 for reverse ‖ seal ‖ last key`. The seal is the first 8
 * bytes of SHA-256 over partition ‖ head ‖ last key, so that a damaged cursor, or one of another actor, is
 * told from a good one. It is no secret: a forged cursor reaches nothing its user could not scan anyway.
 */
export function encodeCursor(scope: CursorScope, lastKey: Uint8Array): string {
  const head = cursorHead(scope);
  return toText(concatBytes(head, seal(scope.partition, head, lastKey), lastKey));
}

/**
 * The last key that the scan returned.
 *
 * @throws {TypeError} If the cursor is not a string.
 * @throws {KeyspaceError} `cursor.invalid` if it was not made for this scope.
 */
export function decodeCursor(scope: CursorScope, cursor: string): Uint8Array {
  if (typeof cursor !== 'string') throw new TypeError('cursor must be a string');
  const bytes = new Uint8Array(Buffer.from(cursor, 'base64url'));
  // Buffer skips what is not base64url and drops spare bits.
  if (toText(bytes) !== cursor || bytes.length < HEAD_BYTES + SEAL_BYTES) throw invalid('it is damaged');
  const head = bytes.subarray(0, HEAD_BYTES);
  const lastKey = bytes.subarray(HEAD_BYTES + SEAL_BYTES);
  if (!equalBytes(head, cursorHead(scope))) throw invalid('it was made by another kind of scan');
  const sealed = bytes.subarray(HEAD_BYTES, HEAD_BYTES + SEAL_BYTES);
  if (!equalBytes(sealed, seal(scope.partition, head, lastKey))) {
    throw invalid('it is damaged or was made for another actor');
  }
  return lastKey;
}

function cursorHead({ namespace, layoutVersion, reverse }: CursorScope): Uint8Array {
  return Uint8Array.of(FORMAT_VERSION, namespace, layoutVersion, reverse ? 1 : 0);
}

function seal(partition: Uint8Array, head: Uint8Array, lastKey: Uint8Array): Uint8Array {
  const digest = createHash('sha256').update(partition).update(head).update(lastKey).digest();
  return new Uint8Array(digest).subarray(0, SEAL_BYTES);
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

function invalid(reason: string): KeyspaceError {
  return new KeyspaceError('cursor.invalid', `the cursor cannot be used here: ${reason}`, { reason });
}
