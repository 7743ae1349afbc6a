import { Token, Tokenizer, Type } from 'cborg';
import { tokensToLength } from 'cborg/length';
import { decodeUtf8 } from '../bytes/index.js';
import { CBOR_DEPTH_MAX, isNumberInteger, TAG } from './cbor-format.js';

/** A reason to refuse the token being read; where that is, the tokenizer knows. */
export class Refusal extends Error {}

/** What may follow each tag. */
const TAG_CONTENT: ReadonlyMap<unknown, readonly Type[]> = new Map([
  [TAG.date, [Type.uint, Type.negint, Type.float]],
  [TAG.bigint, [Type.bytes]],
  [TAG.negativeBigint, [Type.bytes]],
  [TAG.bytes, [Type.bytes]],
  [TAG.set, [Type.array]],
  [TAG.map, [Type.map]],
]);

const MAJOR = { uint: 0, negint: 1, text: 3, map: 5, tag: 6 } as const;
const EMPTY_BYTES = 0x40;
const HALF_NAN = 0x7e00;
const NOT_ASCII = /[^\0-\x7f]/;
const INDEX = /^(0|[1-9][0-9]{0,9})$/;
/** Properties with greater names are no indices, and stay where they were put. */
const INDEX_MAX = 0xffff_fffe;

/** An array or map that is open. */
interface Container {
  readonly kind: 'array' | 'set' | 'object' | 'map';
  /** How many items are still to come, of a map two for each entry. */
  missing: number;
  /** The last key of an object if all so far were indices, -1 before any, infinite after one that is none. */
  lastIndex: number;
}

/** cborg's tokenizer, refusing what it takes leniently before its recursion sees it. */
export class StrictTokenizer extends Tokenizer {
  /** Where the current token begins. */
  tokenOffset = 0;
  /** Outermost first. */
  readonly #open: Container[] = [];
  /** The tag that the current token follows. */
  #tag: unknown;

  constructor(bytes: Uint8Array) {
    super(bytes, { allowBigInt: true, allowIndefinite: false, allowUndefined: true });
  }

  override next(): Token {
    this.tokenOffset = this.pos();
    if (this.done()) throw new Refusal('truncated');
    const token = this.#readToken();
    if (this.#tag !== undefined && !TAG_CONTENT.get(this.#tag)?.includes(token.type)) {
      throw new Refusal('content of another type than its tag');
    }
    if (token.type === Type.float) this.#checkFloat(token);
    if (token.type === Type.string) this.#checkKeyOrder(token.value);
    this.#countItems(token);
    this.#tag = token.type === Type.tag ? token.value : undefined;
    if (this.#tag !== undefined && !TAG_CONTENT.has(this.#tag)) throw new Refusal('unknown tag');
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
    if (major === MAJOR.map) return additional === 25 && this.#tag !== TAG.map;
    return major === MAJOR.uint && additional === 26 && this.#tag === TAG.date;
  }

  /** A 1-byte argument must not fit into the head, nor any other into half its bytes. */
  #checkShortest(additional: number): void {
    const start = this.tokenOffset + 1;
    const half = start + 2 ** (additional - 25);
    let high = 0;
    for (let at = start; at < half; at++) high |= this.data[at] as number;
    if (additional === 24 ? high < 24 : high === 0) throw new Refusal('more bytes than needed');
  }

  /** A float must be what our encoder writes for its number, or 8 bytes as cbor-x writes it. */
  #checkFloat(token: Token): void {
    const value = token.value as number;
    const isDate = this.#tag === TAG.date;
    const floatBytes = this.pos() - this.tokenOffset - 1;
    if (Object.is(value, -0)) {
      // cbor-x writes 0 for it, and as a date, a key or a member JavaScript has no -0.
      if (floatBytes > 2 || isDate || this.#isUnique()) throw new Refusal('-0');
      return;
    }
    // Dates before 1970 are doubles to cbor-x.
    if (isNumberInteger(value) && !(isDate && floatBytes === 8 && value < 0)) {
      throw new Refusal('a float that an integer is written for');
    }
    // cbor-x writes any number it does not write as an integer in 8 bytes, and the bits of a NaN as the engine has them.
    if (floatBytes === 8) return;
    const isOtherNan = Number.isNaN(value) && !(floatBytes === 2 && this.#uint16() === HALF_NAN);
    if (isOtherNan || tokensToLength(token) !== 1 + floatBytes) {
      throw new Refusal('a float that is written otherwise');
    }
  }

  #uint16(): number {
    return ((this.data[this.tokenOffset + 1] as number) << 8) | (this.data[this.tokenOffset + 2] as number);
  }

  /** Whether the next item is a member of a Set or a key of a Map. */
  #isUnique(): boolean {
    const container = this.#open.at(-1);
    return container?.kind === 'set' || (container?.kind === 'map' && container.missing % 2 === 0);
  }

  /** JavaScript puts keys that are indices first, in ascending order. */
  #checkKeyOrder(key: string): void {
    const object = this.#open.at(-1);
    if (object?.kind !== 'object' || object.missing % 2 !== 0) return;
    const index = INDEX.test(key) && Number(key) <= INDEX_MAX ? Number(key) : Number.POSITIVE_INFINITY;
    if (index < object.lastIndex) throw new Refusal('keys in an order that no object has');
    object.lastIndex = index;
  }

  #countItems(token: Token): void {
    // A tag and its content are one item.
    if (token.type === Type.tag) return;
    const open = this.#open;
    const container = open.at(-1);
    if (container !== undefined) container.missing--;
    if (token.type === Type.array || token.type === Type.map) {
      const kind = this.#kindOf(token);
      const missing = token.type === Type.map ? 2 * token.value : token.value;
      if (missing > this.data.length - this.pos()) throw new Refusal('more items than bytes');
      if (open.length === CBOR_DEPTH_MAX) throw new Refusal(`deeper than ${CBOR_DEPTH_MAX} levels`);
      open.push({ kind, missing, lastIndex: -1 });
    }
    while (open.at(-1)?.missing === 0) open.pop();
  }
  #kindOf(token: Token): Container['kind'] {
    if (token.type === Type.array) return this.#tag === TAG.set ? 'set' : 'array';
    return this.#tag === TAG.map ? 'map' : 'object';
  }
}
