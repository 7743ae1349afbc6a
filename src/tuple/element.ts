/** How many arrays may enclose an element inside its tuple. Deeper ones are refused both ways. */
export const TUPLE_DEPTH_MAX = 32;

/** Bytes of the part of a versionstamp that the database assigns, and of the whole. */
export const TRANSACTION_VERSION_BYTES = 10;
export const VERSIONSTAMP_BYTES = 12;
export const UUID_BYTES = 16;

/** A 32-bit float as its IEEE 754 bits, 0 to 2^32 - 1, so that NaN payloads and -0 survive. */
export interface TupleFloat {
  readonly type: 'float';
  readonly bits: number;
}

/** A 64-bit float as its IEEE 754 bits, 0 to 2^64 - 1, so that NaN payloads and -0 survive. */
export interface TupleDouble {
  readonly type: 'double';
  readonly bits: bigint;
}

/** A UUID as its 16 bytes. */
export interface TupleUuid {
  readonly type: 'uuid';
  readonly bytes: Uint8Array;
}

/**
 * A versionstamp as a database assigned it: 10 bytes of transaction version, not all `ff`, and a
 * user version of 0 to 65,535 that orders within the transaction.
 */
export interface TupleVersionstamp {
  readonly type: 'versionstamp';
  readonly transactionVersion: Uint8Array;
  readonly userVersion: number;
}

/** A versionstamp whose transaction version the database fills in at commit; user version 0 to 65,535. */
export interface TupleIncompleteVersionstamp {
  readonly type: 'incomplete-versionstamp';
  readonly userVersion: number;
}

/**
 * What a tuple is made of.
 *
 * A `number` is an integer: a safe one, and not -0. A `bigint` is an integer of at most 255 bytes of
 * magnitude. An integer has one encoding whichever of the two carried it, and decodes to a `number`
 * when it is safe. Fractions are {@link TupleFloat} and {@link TupleDouble}.
 */
export type TupleElement =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly TupleElement[]
  | TupleFloat
  | TupleDouble
  | TupleUuid
  | TupleVersionstamp
  | TupleIncompleteVersionstamp;

const scratch = new DataView(new ArrayBuffer(8));

/**
 * A 32-bit float element of this value.
 *
 * @throws {RangeError} If 32 bits cannot hold the value exactly. NaN becomes the quiet NaN `7fc00000`.
 */
export function tupleFloat(value: number): TupleFloat {
  if (!Object.is(Math.fround(value), value)) {
    throw new RangeError('a 32-bit float cannot hold this value exactly');
  }
  if (Number.isNaN(value)) return { type: 'float', bits: 0x7fc00000 };
  scratch.setFloat32(0, value);
  return { type: 'float', bits: scratch.getUint32(0) };
}

/**
 * A 64-bit float element of this value. NaN becomes the quiet NaN `7ff8000000000000`.
 *
 * @throws {TypeError} If the value is not a number.
 */
export function tupleDouble(value: number): TupleDouble {
  if (typeof value !== 'number') throw new TypeError(`a double needs a number, not ${typeof value}`);
  // A NaN's bits are up to the engine otherwise.
  if (Number.isNaN(value)) return { type: 'double', bits: 0x7ff8000000000000n };
  scratch.setFloat64(0, value);
  return { type: 'double', bits: scratch.getBigUint64(0) };
}

/** The value of a float or double element. NaN payloads are lost in a JavaScript number. */
export function tupleNumber(element: TupleFloat | TupleDouble): number {
  if (element.type === 'float') {
    scratch.setUint32(0, element.bits);
    return scratch.getFloat32(0);
  }
  scratch.setBigUint64(0, element.bits);
  return scratch.getFloat64(0);
}
