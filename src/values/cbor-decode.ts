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
 * Refused: trailing bytes, truncation, integers and lengths in more bytes than needed (but for bigints, and where
 * cbor-x always writes 2 bytes of length or 4 of seconds), indefinite lengths, duplicate keys and members, keys of objects that are
 * not text, invalid UTF-8, unknown tags and simple values, more than {@link CBOR_DEPTH_MAX} levels. Time and memory
 * are proportional to the input, whatever lengths it declares.
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

const MAJOR = { negint: 1, text: 3, map: 5, tag: 6 } as const;
const EMPTY_BYTES = 0x40;
const NOT_ASCII = /[^\0-\x7f]/;

/** cborg's tokenizer, refusing what it takes leniently before its recursion sees it. */
class StrictTokenizer extends Tokenizer {
  /** Where the current token begins. */
  tokenOffset = 0;
  /** How many items are still to come in each array and map that is open, outermost first. */
  readonly #missing: number[] = [];
  #tag: unknown;

  constructor(bytes: Uint8Array) {
    super(bytes, { allowBigInt: true, allowIndefinite: false, allowUndefined: true });
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
    const additional = head & 31;
    const token = super.next();
    if (additional >= 24 && major <= MAJOR.tag) {
      if (major <= MAJOR.negint && additional === 27) return new Token(token.type, BigInt(token.value));
      if (!this.#isFixedWidth(major, additional)) this.#checkShortest(additional);
    }
    if (major === MAJOR.text) return this.#checkText(token, additional);
    // cborg hands out one and the same empty array, of which a Set would hold only one.
    return head === EMPTY_BYTES ? new Token(Type.bytes, new Uint8Array(0)) : token;
  }

  /** cborg replaces invalid UTF-8 and drops a leading U+FEFF; ASCII of the whole length has neither. */
  #checkText(token: Token, additional: number): Token {
    const start = this.tokenOffset + (additional < 24 ? 1 : 1 + 2 ** (additional - 24));
    if (token.value.length === this.pos() - start && !NOT_ASCII.test(token.value)) return token;
    const text = decodeUtf8(this.data.subarray(start, this.pos()));
    if (text === undefined) throw new Refusal('invalid UTF-8');
    return new Token(Type.string, text);
  }

  /** What cbor-x writes at one width: lengths of objects in 2 bytes, whole seconds of dates in 4. */
  #isFixedWidth(major: number, additional: number): boolean {
    return (major === MAJOR.map && additional === 25) || (this.#tag === TAG.date && additional === 26);
  }

  /** A 1-byte argument must not fit into the head, nor any other into half its bytes. */
  #checkShortest(additional: number): void {
    const start = this.tokenOffset + 1;
    const half = start + 2 ** (additional - 25);
    let high = 0;
    for (let at = start; at < half; at++) high |= this.data[at] as number;
    if (additional === 24 ? high < 24 : high === 0) throw new Refusal('more bytes than needed');
  }

  #checkTag(token: Token): void {
    if (this.#tag !== undefined && !TAG_CONTENT.get(this.#tag)?.includes(token.type)) {
      throw new Refusal('content of another type than its tag');
    }
    this.#tag = token.type === Type.tag ? token.value : undefined;
    if (this.#tag !== undefined && !TAG_CONTENT.has(this.#tag)) throw new Refusal('unknown tag');
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
