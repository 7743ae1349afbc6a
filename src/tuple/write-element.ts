import { fromHex } from '../bytes/index.js';
import {
  CODE_DOUBLE,
  CODE_FALSE,
  CODE_FLOAT,
  CODE_NEGATIVE_LONG,
  CODE_NESTED,
  CODE_NULL,
  CODE_POSITIVE_LONG,
  CODE_TRUE,
  CODE_UUID,
  CODE_VERSIONSTAMP,
  CODE_ZERO,
  ESCAPE,
  TERMINATOR,
} from './codes.js';
import { TRANSACTION_VERSION_BYTES, TUPLE_DEPTH_MAX, type TupleElement, UUID_BYTES } from './element.js';
import type { TupleWriter } from './writer.js';

/** An integer's length is one byte. */
const INTEGER_LIMIT = 1n << (255n * 8n);
/** Magnitudes of more bytes have their length in a byte of its own. */
const SHORT_BYTES_MAX = 8;
const UINT64_MAX = (1n << 64n) - 1n;
const INCOMPLETE = new Uint8Array(TRANSACTION_VERSION_BYTES).fill(0xff);

type TaggedElement = Extract<TupleElement, { readonly type: string }>;

/**
 * Checks elements and writes them in one walk: what was checked is what is encoded, whatever getters an element has.
 *
 * @param stampOffsets Takes in where the 10 bytes of each incomplete versionstamp begin; without it they are refused.
 * @throws {TypeError | RangeError} As `pack` documents.
 */
export function writeElements(
  writer: TupleWriter,
  elements: readonly TupleElement[],
  stampOffsets?: number[],
): void {
  if (!Array.isArray(elements)) throw new TypeError(`a tuple is an array, not ${describe(elements)}`);
  const { length } = elements;
  for (let i = 0; i < length; i++) writeElement(writer, elements[i] as TupleElement, 0, stampOffsets);
}

/** Writes an element that `depth` arrays enclose. */
function writeElement(
  writer: TupleWriter,
  element: TupleElement,
  depth: number,
  stampOffsets: number[] | undefined,
): void {
  switch (typeof element) {
    case 'string':
      if (!element.isWellFormed())
        throw new RangeError('text holds a lone surrogate, which no tuple can hold');
      writer.string(element);
      break;
    case 'number':
      if (!Number.isSafeInteger(element) || Object.is(element, -0)) {
        throw new RangeError('a number is not a safe integer: use a bigint or a double element');
      }
      writer.integer(element);
      break;
    case 'bigint':
      writeBigint(writer, element);
      break;
    case 'boolean':
      writer.byte(element ? CODE_TRUE : CODE_FALSE);
      break;
    case 'object':
      if (element === null) {
        writer.byte(CODE_NULL);
        if (depth > 0) writer.byte(ESCAPE);
      } else if (element instanceof Uint8Array) {
        writer.byteString(element);
      } else if (Array.isArray(element)) {
        writeNested(writer, element, depth, stampOffsets);
      } else {
        writeTagged(writer, element as TaggedElement, stampOffsets);
      }
      break;
    default:
      throw new TypeError(`a tuple cannot hold ${describe(element)}`);
  }
}

function writeNested(
  writer: TupleWriter,
  elements: readonly TupleElement[],
  depth: number,
  stampOffsets: number[] | undefined,
): void {
  if (depth === TUPLE_DEPTH_MAX) throw new RangeError(`a tuple is nested deeper than ${TUPLE_DEPTH_MAX}`);
  writer.byte(CODE_NESTED);
  const { length } = elements;
  for (let i = 0; i < length; i++) {
    writeElement(writer, elements[i] as TupleElement, depth + 1, stampOffsets);
  }
  writer.byte(TERMINATOR);
}

function writeBigint(writer: TupleWriter, value: bigint): void {
  if (value >= INTEGER_LIMIT || value <= -INTEGER_LIMIT) {
    throw new RangeError('an integer has more than 255 bytes');
  }
  const number = Number(value);
  if (Number.isSafeInteger(number)) {
    writer.integer(number);
    return;
  }
  const isNegative = value < 0n;
  const hex = (isNegative ? -value : value).toString(16);
  const magnitude = fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
  const isLong = magnitude.length > SHORT_BYTES_MAX;
  if (isLong) writer.byte(isNegative ? CODE_NEGATIVE_LONG : CODE_POSITIVE_LONG);
  else writer.byte(isNegative ? CODE_ZERO - magnitude.length : CODE_ZERO + magnitude.length);
  const start = writer.length;
  if (isLong) writer.byte(magnitude.length);
  writer.bytes(magnitude);
  if (isNegative) writer.invert(start);
}

function writeTagged(writer: TupleWriter, element: TaggedElement, stampOffsets: number[] | undefined): void {
  const { type } = element;
  switch (type) {
    case 'float': {
      const { bits } = element;
      assertUnsigned(bits, 0xffff_ffff, 'bits of a float');
      writeFloatBits(writer, CODE_FLOAT, BigInt(bits), 4);
      break;
    }
    case 'double': {
      const { bits } = element;
      if (typeof bits !== 'bigint')
        throw new TypeError(`bits of a double are a bigint, not ${describe(bits)}`);
      if (bits < 0n || bits > UINT64_MAX) throw new RangeError('bits of a double are not 0 to 2^64 - 1');
      writeFloatBits(writer, CODE_DOUBLE, bits, 8);
      break;
    }
    case 'uuid': {
      const { bytes } = element;
      assertLength(bytes, UUID_BYTES, 'a UUID');
      writer.byte(CODE_UUID);
      writer.bytes(bytes);
      break;
    }
    case 'versionstamp': {
      const { transactionVersion, userVersion } = element;
      assertLength(transactionVersion, TRANSACTION_VERSION_BYTES, 'a transaction version');
      if (transactionVersion.every((byte) => byte === 0xff)) {
        throw new RangeError('a versionstamp of ff bytes would be an incomplete one');
      }
      writeVersionstamp(writer, transactionVersion, userVersion);
      break;
    }
    case 'incomplete-versionstamp': {
      if (stampOffsets === undefined) {
        throw new TypeError('a versionstamp is incomplete: only packWithVersionstamp takes it');
      }
      stampOffsets.push(writer.length + 1);
      writeVersionstamp(writer, INCOMPLETE, element.userVersion);
      break;
    }
    default:
      throw new TypeError(`a tuple cannot hold ${describe(element)}`);
  }
}

const scratch = new DataView(new ArrayBuffer(8));

/** Floats are stored so that they sort: positive ones with the sign bit set, negative ones inverted. */
function writeFloatBits(writer: TupleWriter, code: number, bits: bigint, length: 4 | 8): void {
  scratch.setBigUint64(0, bits << BigInt(64 - 8 * length));
  writer.byte(code);
  const start = writer.length;
  const first = scratch.getUint8(0);
  const isNegative = first >= 0x80;
  writer.byte(isNegative ? first : first + 0x80);
  for (let i = 1; i < length; i++) writer.byte(scratch.getUint8(i));
  if (isNegative) writer.invert(start);
}

function writeVersionstamp(writer: TupleWriter, transactionVersion: Uint8Array, userVersion: number): void {
  assertUnsigned(userVersion, 0xffff, 'user version of a versionstamp');
  writer.byte(CODE_VERSIONSTAMP);
  writer.bytes(transactionVersion);
  writer.byte(userVersion >>> 8);
  writer.byte(userVersion);
}

function assertUnsigned(value: number, max: number, what: string): void {
  if (typeof value !== 'number') throw new TypeError(`${what}: a number is needed, not ${describe(value)}`);
  if (!Number.isInteger(value) || value < 0 || value > max || Object.is(value, -0)) {
    throw new RangeError(`${what}: an integer of 0 to ${max} is needed`);
  }
}

function assertLength(bytes: Uint8Array, length: number, what: string): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${what} is a Uint8Array, not ${describe(bytes)}`);
  if (bytes.length !== length) throw new RangeError(`${what} has ${length} bytes, not ${bytes.length}`);
}

/** The kind of a refused value, never the value. */
function describe(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object of another kind' : `a value of type ${typeof value}`;
}
