import { encode, Token, Type } from 'cborg';
import { copyBytes, fromHex, isUtf8Encodable } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { CBOR_DEPTH_MAX, isBigintInteger, isNumberInteger, TAG } from './cbor-format.js';
import { type PathStep, renderPath } from './cbor-path.js';

/**
 * Encodes a JavaScript value as CBOR (RFC 8949), faithfully or not at all: {@link decodeCbor} and cbor-x both
 * read back an equal value.
 *
 * Accepted: undefined, null, booleans, numbers (-0, NaN and infinities too), bigints, strings, arrays without
 * holes, plain objects, Date, Map, Set and Uint8Array. Properties keep their order. An object without a prototype
 * comes back with one, and an object that occurs twice as two. As with JSON, what a getter returns is stored, and
 * properties that are not enumerable are not. A Uint8Array of any class stands for its bytes alone: a Buffer comes
 * back as a Uint8Array, and properties set on one are not stored, since looking for them costs far more than the bytes.
 *
 * Integers from -2^32 to 2^32 - 1 are CBOR integers, other numbers the shortest exact float. Bigints are 8-byte
 * integers if they need so many bytes, and tag 2 or 3 otherwise. Date is tag 1, Uint8Array 64, Set 258, Map 259.
 *
 * @returns A new array the caller owns.
 * @throws {KeyspaceError} `value.unserialisable`, whose `path` names the place inside the value, for anything else:
 * functions, symbols, other classes, properties that are symbols, cycles, holes, lone surrogates, dates over
 * 100,000 years away whose millisecond would be lost, and more than
 * {@link CBOR_DEPTH_MAX} levels.
 */
export function encodeCbor(value: unknown): Uint8Array {
  const writer = new TokenWriter();
  writer.add(value);
  // The tokens take the place of a root value, which is how cborg is handed tokens instead of a value.
  return copyBytes(encode(null, { typeEncoders: { null: () => writer.tokens } }));
}

/** Turns one value into the flat sequence of its CBOR tokens. */
class TokenWriter {
  readonly tokens: Token[] = [];
  readonly #path: PathStep[] = [];
  readonly #ancestors: object[] = [];

  add(value: unknown): void {
    if (value === null) this.#push(Type.null, value);
    else if (value === undefined) this.#push(Type.undefined, value);
    else if (typeof value === 'boolean') this.#push(value ? Type.true : Type.false, value);
    else if (typeof value === 'number') this.#addNumber(value);
    else if (typeof value === 'bigint') this.#addBigint(value);
    else if (typeof value === 'string') this.#addString(value);
    else if (typeof value === 'object') this.#addObject(value);
    else throw this.#refuse(`a ${typeof value}`);
  }

  #addNumber(value: number): void {
    const integer = value < 0 ? Type.negint : Type.uint;
    this.#push(isNumberInteger(value) ? integer : Type.float, value);
  }

  #addBigint(value: bigint): void {
    const negative = value < 0n;
    const magnitude = negative ? -1n - value : value;
    if (isBigintInteger(magnitude)) {
      this.#push(negative ? Type.negint : Type.uint, value);
      return;
    }
    const hex = magnitude.toString(16);
    this.#push(Type.tag, negative ? TAG.negativeBigint : TAG.bigint);
    this.#push(Type.bytes, fromHex(hex.length % 2 === 0 ? hex : `0${hex}`));
  }

  #addString(value: string): void {
    if (!isUtf8Encodable(value)) throw this.#refuse('a lone surrogate');
    this.#push(Type.string, value);
  }

  #addObject(value: object): void {
    if (isUint8Array(value)) {
      this.#push(Type.tag, TAG.bytes);
      this.#push(Type.bytes, value);
      return;
    }
    if (Object.getOwnPropertySymbols(value).length > 0) throw this.#refuse('a property that is a symbol');
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Date.prototype && isDate(value)) {
      this.#addDate(value);
      return;
    }
    this.#enter(value);
    if (prototype === Object.prototype || prototype === null) this.#addProperties(value);
    else if (Array.isArray(value) && prototype === Array.prototype) this.#addArray(value);
    else if (prototype === Map.prototype && isMap(value)) this.#addMap(value);
    else if (prototype === Set.prototype && isSet(value)) this.#addSet(value);
    else throw this.#refuse('an instance of another class');
    this.#ancestors.pop();
  }

  #enter(value: object): void {
    if (this.#ancestors.includes(value)) throw this.#refuse('a cycle');
    if (this.#ancestors.length === CBOR_DEPTH_MAX) throw this.#refuse(`deeper than ${CBOR_DEPTH_MAX} levels`);
    this.#ancestors.push(value);
  }

  #addDate(date: Date): void {
    this.#refuseExtras(date);
    const timeMs = Date.prototype.getTime.call(date);
    const seconds = timeMs / 1000;
    // In years as far as -139,000 a double of seconds no longer tells every millisecond from the next.
    if (!Object.is(new Date(Math.round(seconds * 1000)).getTime(), timeMs)) {
      throw this.#refuse('a date that seconds cannot tell from another');
    }
    this.#push(Type.tag, TAG.date);
    this.#addNumber(seconds);
  }

  #addProperties(value: object): void {
    const keys = Object.keys(value);
    this.#push(Type.map, keys.length);
    for (const key of keys) {
      this.#path.push(key);
      this.#addString(key);
      this.add((value as Record<string, unknown>)[key]);
      this.#path.pop();
    }
  }

  #addArray(value: readonly unknown[]): void {
    this.#refuseHoles(value);
    // A copy: a getter further down may change the array, whose length is written by then.
    const items = [...value];
    this.#push(Type.array, items.length);
    for (const [index, item] of items.entries()) {
      this.#path.push(index);
      this.add(item);
      this.#path.pop();
    }
  }

  /** By the keys alone, of which a sparse array may have few, however long it is. */
  #refuseHoles(value: readonly unknown[]): void {
    const { length } = value;
    const keys = Object.keys(value);
    // Indexes come first and ascend, so that the last key is the last index only if they are all there is.
    if (keys.length === length && (length === 0 || keys[length - 1] === `${length - 1}`)) return;
    const mismatch = keys.findIndex((key, index) => key !== `${index}`);
    const index = mismatch === -1 ? keys.length : mismatch;
    if (index >= length) throw this.#refuse('a property beside the elements');
    this.#path.push(index);
    throw this.#refuse('a hole');
  }

  #addMap(value: ReadonlyMap<unknown, unknown>): void {
    this.#refuseExtras(value);
    const entries = [...value];
    this.#push(Type.tag, TAG.map);
    this.#push(Type.map, entries.length);
    for (const [index, [key, item]] of entries.entries()) {
      this.#path.push({ index, part: 'key' });
      this.add(key);
      this.#path.pop();
      this.#path.push({ index, part: 'value' });
      this.add(item);
      this.#path.pop();
    }
  }

  #addSet(value: ReadonlySet<unknown>): void {
    this.#refuseExtras(value);
    const members = [...value];
    this.#push(Type.tag, TAG.set);
    this.#push(Type.array, members.length);
    for (const [index, member] of members.entries()) {
      this.#path.push({ index, part: 'member' });
      this.add(member);
      this.#path.pop();
    }
  }

  /** Properties set on a Date, Map or Set have no place in their encoding. */
  #refuseExtras(value: object): void {
    if (Object.keys(value).length > 0) throw this.#refuse('a property beside the elements');
  }

  #push(type: Type, value: unknown): void {
    this.tokens.push(new Token(type, value));
  }

  #refuse(reason: string): KeyspaceError {
    const path = renderPath(this.#path);
    return new KeyspaceError('value.unserialisable', `the value at ${path} cannot be stored: ${reason}`, {
      path,
      reason,
    });
  }
}

/** The getter of %TypedArray%.prototype, which knows typed arrays of any realm and is no property of their own. */
const typedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get!;

const isUint8Array = (value: object): value is Uint8Array => typedArrayName.call(value) === 'Uint8Array';

// A prototype says nothing of what an object is: Object.create(Map.prototype) is no Map. A method of it knows.
const isDate = (value: object): value is Date => accepts(value, Date.prototype.getTime);
const isMap = (value: object): value is Map<unknown, unknown> => accepts(value, Map.prototype.keys);
const isSet = (value: object): value is Set<unknown> => accepts(value, Set.prototype.keys);

function accepts(value: object, method: () => unknown): boolean {
  try {
    method.call(value);
    return true;
  } catch {
    return false;
  }
}
