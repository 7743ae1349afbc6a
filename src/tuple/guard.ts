import type { TupleItem } from 'fdb-tuple';
import {
  TRANSACTION_VERSION_BYTES,
  TUPLE_DEPTH_MAX,
  type TupleElement,
  tupleNumber,
  UUID_BYTES,
  VERSIONSTAMP_BYTES,
} from './element.js';

/** An integer's length is one byte. */
const INTEGER_LIMIT = 1n << (255n * 8n);
const UINT64_MAX = (1n << 64n) - 1n;

/** Whether incomplete versionstamps may stand in a tuple. */
type Incomplete = 'allow' | 'refuse';

/**
 * Checks a tuple and turns it into what the reference encoder takes, in one walk and into new arrays:
 * what was checked is what is encoded, whatever getters an element has.
 *
 * @throws {TypeError | RangeError} As `pack` documents.
 */
export function referenceTuple(elements: readonly TupleElement[], incomplete: Incomplete): TupleItem[] {
  if (!Array.isArray(elements)) throw new TypeError(`a tuple is an array, not ${describe(elements)}`);
  return referenceItems(elements, 0, incomplete);
}

function referenceItems(
  elements: readonly TupleElement[],
  depth: number,
  incomplete: Incomplete,
): TupleItem[] {
  const { length } = elements;
  const items = new Array<TupleItem>(length);
  for (let i = 0; i < length; i++) items[i] = referenceItem(elements[i]!, depth, incomplete);
  return items;
}

function referenceItem(element: TupleElement, depth: number, incomplete: Incomplete): TupleItem {
  switch (typeof element) {
    case 'string':
      if (!element.isWellFormed())
        throw new RangeError('text holds a lone surrogate, which no tuple can hold');
      return element;
    case 'number':
      if (!Number.isSafeInteger(element) || Object.is(element, -0)) {
        throw new RangeError('a number is not a safe integer: use a bigint or a double element');
      }
      return element;
    case 'bigint':
      if (element >= INTEGER_LIMIT || element <= -INTEGER_LIMIT) {
        throw new RangeError('an integer has more than 255 bytes');
      }
      return element;
    case 'boolean':
      return element;
    case 'object':
      if (element === null) return null;
      if (element instanceof Uint8Array) return bufferOf(element);
      if (Array.isArray(element)) {
        if (depth === TUPLE_DEPTH_MAX)
          throw new RangeError(`a tuple is nested deeper than ${TUPLE_DEPTH_MAX}`);
        return referenceItems(element, depth + 1, incomplete);
      }
      return taggedItem(element as Exclude<typeof element, readonly TupleElement[]>, incomplete);
    default:
      throw new TypeError(`a tuple cannot hold ${describe(element)}`);
  }
}

function taggedItem(
  element: Extract<TupleElement, { readonly type: string }>,
  incomplete: Incomplete,
): TupleItem {
  const { type } = element;
  switch (type) {
    case 'float': {
      const { bits } = element;
      assertUnsigned(bits, 0xffff_ffff, 'bits of a float');
      const value = tupleNumber({ type, bits });
      return Number.isNaN(value)
        ? { type, value, rawEncoding: bufferOfBits(BigInt(bits), 4) }
        : { type, value };
    }
    case 'double': {
      const { bits } = element;
      if (typeof bits !== 'bigint')
        throw new TypeError(`bits of a double are a bigint, not ${describe(bits)}`);
      if (bits < 0n || bits > UINT64_MAX) throw new RangeError('bits of a double are not 0 to 2^64 - 1');
      const value = tupleNumber({ type, bits });
      return Number.isNaN(value) ? { type, value, rawEncoding: bufferOfBits(bits, 8) } : { type, value };
    }
    case 'uuid':
      return { type, value: bufferOfLength(element.bytes, UUID_BYTES, 'a UUID') };
    case 'versionstamp': {
      const { transactionVersion, userVersion } = element;
      const value = Buffer.allocUnsafe(VERSIONSTAMP_BYTES);
      value.set(bufferOfLength(transactionVersion, TRANSACTION_VERSION_BYTES, 'a transaction version'));
      if (value.subarray(0, TRANSACTION_VERSION_BYTES).every((byte) => byte === 0xff)) {
        throw new RangeError('a versionstamp of ff bytes would be an incomplete one');
      }
      assertUnsigned(userVersion, 0xffff, 'user version of a versionstamp');
      value.writeUInt16BE(userVersion, TRANSACTION_VERSION_BYTES);
      return { type, value };
    }
    case 'incomplete-versionstamp': {
      if (incomplete === 'refuse') {
        throw new TypeError('a versionstamp is incomplete: only packWithVersionstamp takes it');
      }
      const { userVersion } = element;
      assertUnsigned(userVersion, 0xffff, 'user version of a versionstamp');
      return { type: 'unbound versionstamp', code: userVersion };
    }
    default:
      throw new TypeError(`a tuple cannot hold ${describe(element)}`);
  }
}

function assertUnsigned(value: number, max: number, what: string): void {
  if (typeof value !== 'number') throw new TypeError(`${what}: a number is needed, not ${describe(value)}`);
  if (!Number.isInteger(value) || value < 0 || value > max || Object.is(value, -0)) {
    throw new RangeError(`${what}: an integer of 0 to ${max} is needed`);
  }
}

/** A NaN's payload, which only its bits keep. */
function bufferOfBits(bits: bigint, length: 4 | 8): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(bits);
  return buffer.subarray(8 - length);
}

function bufferOfLength(bytes: Uint8Array, length: number, what: string): Buffer {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${what} is a Uint8Array, not ${describe(bytes)}`);
  if (bytes.length !== length) throw new RangeError(`${what} has ${length} bytes, not ${bytes.length}`);
  return bufferOf(bytes);
}

/** The reference encoder tells byte strings from objects by their being a `Buffer`. */
function bufferOf(bytes: Uint8Array): Buffer {
  // A copy into Buffer's pool: a view would first move a short array's memory off the JavaScript heap.
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
}

/** The kind of a refused value, never the value. */
function describe(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object of another kind' : `a value of type ${typeof value}`;
}
