import { encodeUtf8 } from '../bytes/index.js';
import { COMMIT_BYTES } from './chunks.js';

/**
 * What a blob is made of: bytes, text (its UTF-8), or either in parts of any size, as a stream, a generator or an
 * array gives them.
 */
export type BlobSource =
  | Uint8Array
  | string
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>;

/** @throws {TypeError} If it is none. */
export function asWhole(source: BlobSource): Uint8Array | undefined {
  if (typeof source === 'string') return encodeUtf8(source);
  if (source instanceof Uint8Array) return source;
  const isIterable =
    typeof source === 'object' &&
    source !== null &&
    (Symbol.asyncIterator in source || Symbol.iterator in source);
  if (!isIterable) throw new TypeError('a blob must be bytes, text, or an iterable of those');
  return undefined;
}

/**
 * The source in parts of exactly `COMMIT_BYTES`, the last of which may be shorter. Each is the consumer's until it
 * asks for the next.
 */
export async function* inParts(
  source: Exclude<BlobSource, string | Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let part = new Uint8Array(COMMIT_BYTES);
  let filled = 0;
  for await (const piece of source) {
    const bytes = asBytes(piece);
    let taken = 0;
    while (taken < bytes.length) {
      const count = Math.min(bytes.length - taken, COMMIT_BYTES - filled);
      part.set(bytes.subarray(taken, taken + count), filled);
      filled += count;
      taken += count;
      if (filled < COMMIT_BYTES) continue;
      yield part;
      part = new Uint8Array(COMMIT_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}

function asBytes(piece: Uint8Array | string): Uint8Array {
  if (typeof piece === 'string') return encodeUtf8(piece);
  if (piece instanceof Uint8Array) return piece;
  throw new TypeError(`a part of a blob must be a Uint8Array or a string, not ${typeof piece}`);
}
