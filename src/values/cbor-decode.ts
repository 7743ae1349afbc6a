import { decodeFirst, Token, Tokenizer, Type } from 'cborg';
import { decodeUtf8, toHex } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { CBOR_DEPTH_MAX, TAG } from './cbor-format.js';

/**
 * Decodes the CBOR of one JavaScript value, as {@link encodeCbor} or cbor-x wrote it.
 *
 * An 8-byte integer is a bigint and every other integer a number, as cbor-x has it. Maps become objects whose
 * properties are all their own (`__proto__` and `constructor` too), in the order of the bytes; a plain byte string
 * is a Uint8Array, as one under tag 64 is.
 *
 * Refused: trailing bytes, truncation, integers and lengths in more bytes than needed (but for bigints and for the
 * 2-byte map lengths cbor-x always writes), indefinite lengths, duplicate keys and members, keys of objects that are
 * not text, invalid UTF-8, unknown tags and simple values, more than {@link CBOR_DEPTH_MAX} levels. Time and memory
 * are proportional to the input, whatever lengths it declares.
 *
 * @returns A value that shares no memory with `bytes`.
 * @throws {KeyspaceError} `value.malformed`, with the offset of the data item that was refused.
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  // A plain view: slices of a Buffer would share its memory instead of copying.
  const view = bytes;
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

/** A reason to refuse the token being read; where that is, the tokenizer knows. */
class Refusal extends Error {}

function malformed(byteOffset: number, reason: string, cause?: unknown): KeyspaceError {
  return new KeyspaceError(
    'value.malformed',
    `cbor is malformed at byte ${byteOffset}: ${reason}`,
    { payload: 'cbor', byteOffset, reason },
    { cause },
  );
}

/** What may follow each tag. */
const TAG_CONTENT: ReadonlyMap<unknown, readonly Type[]> = new Map([
  [TAG.date, [Type.uint, Type.negint, Type.float]],
  [TAG.bigint, [Type.bytes]],
  [TAG.negativeBigint, [Type.bytes]],
  [TAG.bytes, [Type.bytes]],
  [TAG.set, [Type.array]],
  [TAG.map, [Type.map]],
]);

const MAJOR = { uint: 0, negint: 1, map: 5, tag: 6 } as const;

/** cborg's tokenizer, refusing what it takes leniently before its recursion sees it. */
class StrictTokenizer extends Tokenizer {
  /** Where the current token begins. */
  tokenOffset = 0;
  /** How many items are still to come in each array and map that is open, outermost first. */
  readonly #missing: number[] = [];
  #tag: unknown;

  constructor(bytes: Uint8Array) {
    super(bytes, {
      allowBigInt: true,
      allowIndefinite: false,
      allowUndefined: true,
      retainStringBytes: true,
    });
  }

  override next(): Token {
    this.tokenOffset = this.pos();
    if (this.done()) throw new Refusal('truncated');
    const token = this.#readToken();
    this.#checkTag(token);
    this.#countItems(token);
    return token;
  }

  #readToken(): Token {
    const head = this.data[this.tokenOffset] as number;
    const major = head >> 5;
    const token = super.next();
    const isInteger = major === MAJOR.uint || major === MAJOR.negint;
    if (isInteger && (head & 31) === 27)
      return new Token(token.type, BigInt(token.value), token.encodedLength);
    if (major <= MAJOR.tag && !(major === MAJOR.map && (head & 31) === 25)) this.#checkShortest(head & 31);
    if (token.type === Type.string && token.encodedLength !== 1) {
      // cborg replaces invalid UTF-8 and drops a leading U+FEFF.
      const text = decodeUtf8(token.byteValue as Uint8Array);
      if (text === undefined) throw new Refusal('invalid UTF-8');
      return new Token(Type.string, text, token.encodedLength);
    }
    // cborg hands out one and the same empty array, of which a Set would hold only one.
    if (token.type === Type.bytes && token.encodedLength === 1)
      return new Token(Type.bytes, new Uint8Array(0), 1);
    return token;
  }

  /** The high half of an argument must not be zero, and a 1-byte argument not fit into the head. */
  #checkShortest(additional: number): void {
    if (additional < 24) return;
    const start = this.tokenOffset + 1;
    const high = this.data.subarray(start, start + 2 ** (additional - 25));
    if (additional === 24 ? (this.data[start] as number) < 24 : high.every((byte) => byte === 0)) {
      throw new Refusal('more bytes than needed');
    }
  }

  #checkTag(token: Token): void {
    const content = TAG_CONTENT.get(this.#tag);
    if (content !== undefined && !content.includes(token.type))
      throw new Refusal('content of another type than its tag');
    this.#tag = token.type === Type.tag ? token.value : undefined;
    if (token.type === Type.tag && !TAG_CONTENT.has(token.value)) throw new Refusal('unknown tag');
  }

  #countItems(token: Token): void {
    // A tag and its content are one item.
    if (token.type === Type.tag) return;
    const missing = this.#missing;
    if (missing.length > 0) (missing[missing.length - 1] as number)--;
    if (token.type === Type.array || token.type === Type.map) {
      const items = token.type === Type.map ? 2 * token.value : token.value;
      if (items > this.data.length - this.pos()) throw new Refusal('more items than bytes');
      if (missing.length === CBOR_DEPTH_MAX) throw new Refusal(`deeper than ${CBOR_DEPTH_MAX} levels`);
      missing.push(items);
    }
    while (missing.at(-1) === 0) missing.pop();
  }
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
  [TAG.bigint]: (content: Content) => decodeMagnitude(content() as Uint8Array),
  [TAG.negativeBigint]: (content: Content) => -1n - decodeMagnitude(content() as Uint8Array),
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
