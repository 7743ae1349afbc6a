import { decodeFirst } from 'cborg';
import { toHex } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { BIGINT_INTEGER_MAX, isBigintInteger, TAG } from './cbor-format.js';
import { Refusal, StrictTokenizer } from './cbor-tokenizer.js';

/**
 * Decodes the CBOR of one JavaScript value, as {@link encodeCbor} or cbor-x wrote it.
 *
 * An 8-byte integer is a bigint and every other integer a number, as cbor-x has it. Maps become objects whose
 * properties are all their own (`__proto__` and `constructor` too), in the order of the bytes; a plain byte string
 * is a Uint8Array, as one under tag 64 is.
 *
 * Refused: trailing bytes, truncation, numbers, bigints, dates and lengths in a form that neither encoder writes for
 * them, indefinite lengths, duplicate keys and members, keys of objects that are not text or that no object has in
 * this order (those that are indices ascend and come first), invalid UTF-8, unknown tags and simple values, more
 * than {@link CBOR_DEPTH_MAX} levels. Keys of Maps and members of Sets are duplicates where a Map or Set says so:
 * bytes, dates and everything that holds other values never are. Time and memory are proportional to the input,
 * whatever lengths it declares.
 *
 * @returns A value that shares no memory with `bytes`.
 * @throws {KeyspaceError} `value.malformed`, with the offset of the data item that was refused.
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  // A plain view: slices of a Buffer would share its memory instead of copying.
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const tokenizer = new StrictTokenizer(view);
  try {
    const decoded = decodeFirst(view, { tokenizer, rejectDuplicateMapKeys: true, tags: TAG_DECODERS });
    if (!tokenizer.done()) throw malformed(tokenizer.pos(), 'trailing bytes');
    return decoded[0];
  } catch (error) {
    if (error instanceof Refusal) throw malformed(tokenizer.tokenOffset, error.message, error);
    if (error instanceof Error && error.message.startsWith(CBORG_PREFIX)) {
      const byteOffset = tokenizer.done() ? view.length : tokenizer.tokenOffset;
      // What cborg quotes is a key of the value, which is not for messages.
      throw malformed(byteOffset, error.message.slice(CBORG_PREFIX.length).replace(/ ".*$/s, ''));
    }
    throw error;
  }
}

const CBORG_PREFIX = 'CBOR decode error: ';

function malformed(byteOffset: number, reason: string, cause?: unknown): KeyspaceError {
  return new KeyspaceError(
    'value.malformed',
    `cbor is malformed at byte ${byteOffset}: ${reason}`,
    { payload: 'cbor', byteOffset, reason },
    { cause },
  );
}

type Content = () => unknown;

const TAG_DECODERS = {
  [TAG.date]: (content: Content) => {
    const seconds = content();
    if (typeof seconds !== 'number') throw new Refusal('a date that is a bigint');
    const date = new Date(Math.round(seconds * 1000));
    if (!Number.isNaN(seconds) && date.getTime() / 1000 !== seconds)
      throw new Refusal('not whole milliseconds');
    return date;
  },
  [TAG.bigint]: (content: Content) => {
    const magnitude = decodeMagnitude(content() as Uint8Array);
    if (isBigintInteger(magnitude)) throw new Refusal('a bigint that 8 bytes hold');
    return magnitude;
  },
  [TAG.negativeBigint]: (content: Content) => {
    const magnitude = decodeMagnitude(content() as Uint8Array);
    // cbor-x writes -2^64 so, though 8 bytes would hold it.
    if (isBigintInteger(magnitude) && magnitude !== BIGINT_INTEGER_MAX) {
      throw new Refusal('a bigint that 8 bytes hold');
    }
    return -1n - magnitude;
  },
  [TAG.bytes]: (content: Content) => content(),
  [TAG.set]: (content: Content) => {
    const members = content() as unknown[];
    const set = new Set(members);
    if (set.size !== members.length) throw new Refusal('duplicate member');
    return set;
  },
  [TAG.map]: ({ entries }: { entries(): [unknown, unknown][] }) => {
    const list = entries();
    const map = new Map(list);
    if (map.size !== list.length) throw new Refusal('duplicate key');
    return map;
  },
};

function decodeMagnitude(bytes: Uint8Array): bigint {
  if (bytes.length === 0 || (bytes.length > 1 && bytes[0] === 0)) throw new Refusal('more bytes than needed');
  return BigInt(`0x${toHex(bytes)}`);
}
