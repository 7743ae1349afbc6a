import { copyBytes } from '../bytes/index.js';
import {
  CODE_BYTES,
  CODE_DOUBLE,
  CODE_FALSE,
  CODE_FLOAT,
  CODE_NEGATIVE_LONG,
  CODE_NESTED,
  CODE_NULL,
  CODE_POSITIVE_LONG,
  CODE_STRING,
  CODE_TRUE,
  CODE_UUID,
  CODE_VERSIONSTAMP,
  ESCAPE,
  TERMINATOR,
} from './codes.js';
import {
  TRANSACTION_VERSION_BYTES,
  TUPLE_DEPTH_MAX,
  type TupleElement,
  UUID_BYTES,
  VERSIONSTAMP_BYTES,
} from './element.js';
import { integerEnd, readInteger } from './integer.js';
import { assertWithin, malformed } from './malformed.js';
import { readByteString, readString } from './string.js';

/**
 * Decodes a tuple. Accepts exactly what {@link pack} writes, so packing the result gives `bytes` back.
 *
 * Time and memory are proportional to the input, and lengths it declares are checked before use.
 *
 * @returns New elements; no memory is shared with `bytes`.
 * @throws {TypeError} If `bytes` is not a `Uint8Array`.
 * @throws {KeyspaceError} `tuple.malformed` if the bytes are truncated, nested deeper than
 * {@link TUPLE_DEPTH_MAX}, an unknown type code, an integer in a longer form than needed, text that is
 * not UTF-8, or an incomplete versionstamp.
 */
export function unpack(bytes: Uint8Array): TupleElement[] {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes is not a Uint8Array');
  const reader = new TupleReader(bytes, 0);
  const elements: TupleElement[] = [];
  while (reader.offset < bytes.length) elements.push(reader.element(0));
  return elements;
}

/**
 * Decodes the element at `offset`, as strictly as {@link unpack}.
 *
 * @returns The element, which shares no memory with `bytes`, and the offset after it.
 * @throws {KeyspaceError} `tuple.malformed` if no canonical element is there.
 */
export function readElement(bytes: Uint8Array, offset: number): { value: TupleElement; end: number } {
  const reader = new TupleReader(bytes, offset);
  const value = reader.element(0);
  return { value, end: reader.offset };
}

/** A position in a tuple that moves past each element as it is read. */
class TupleReader {
  constructor(
    private readonly bytes: Uint8Array,
    public offset: number,
  ) {}

  /** Reads the element at the offset, which `depth` arrays enclose. */
  element(depth: number): TupleElement {
    const { bytes, offset } = this;
    const code = bytes[offset];
    if (code === undefined) throw malformed(bytes.length, 'an element is missing');
    switch (code) {
      case CODE_NULL:
        this.offset++;
        return null;
      case CODE_FALSE:
        this.offset++;
        return false;
      case CODE_TRUE:
        this.offset++;
        return true;
      case CODE_STRING: {
        const { value, end } = readString(bytes, offset);
        this.offset = end;
        return value;
      }
      case CODE_BYTES: {
        const { value, end } = readByteString(bytes, offset);
        this.offset = end;
        return value;
      }
      case CODE_NESTED:
        return this.nested(depth);
      case CODE_FLOAT:
        return { type: 'float', bits: floatBits(viewOf(this.fixed(4, 'a float')).getUint32(0)) };
      case CODE_DOUBLE:
        return { type: 'double', bits: doubleBits(viewOf(this.fixed(8, 'a double')).getBigUint64(0)) };
      case CODE_UUID:
        return { type: 'uuid', bytes: copyBytes(this.fixed(UUID_BYTES, 'a UUID')) };
      case CODE_VERSIONSTAMP:
        return this.versionstamp();
      default: {
        if (code < CODE_NEGATIVE_LONG || code > CODE_POSITIVE_LONG) {
          throw malformed(offset, `type code ${code} is not known`);
        }
        const end = integerEnd(bytes, offset);
        const value = readInteger(bytes, offset, end);
        this.offset = end;
        return value;
      }
    }
  }

  private nested(depth: number): TupleElement[] {
    const { bytes } = this;
    if (depth === TUPLE_DEPTH_MAX) {
      throw malformed(this.offset, `nested deeper than ${TUPLE_DEPTH_MAX}`);
    }
    this.offset++;
    const elements: TupleElement[] = [];
    for (;;) {
      if (this.offset >= bytes.length) throw malformed(bytes.length, 'a nested tuple has no terminator');
      if (bytes[this.offset] !== TERMINATOR) {
        elements.push(this.element(depth + 1));
      } else if (bytes[this.offset + 1] === ESCAPE) {
        elements.push(null);
        this.offset += 2;
      } else {
        this.offset++;
        return elements;
      }
    }
  }

  private versionstamp(): TupleElement {
    const { offset } = this;
    const stamp = this.fixed(VERSIONSTAMP_BYTES, 'a versionstamp');
    const transactionVersion = copyBytes(stamp.subarray(0, TRANSACTION_VERSION_BYTES));
    if (transactionVersion.every((byte) => byte === 0xff)) {
      throw malformed(offset + 1, 'a versionstamp is incomplete');
    }
    const userVersion = viewOf(stamp).getUint16(TRANSACTION_VERSION_BYTES);
    return { type: 'versionstamp', transactionVersion, userVersion };
  }

  /** A view of the bytes after the code, and moves past them. */
  private fixed(length: number, what: string): Uint8Array {
    const start = this.offset + 1;
    assertWithin(this.bytes, start + length, what);
    this.offset = start + length;
    return this.bytes.subarray(start, start + length);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Floats are stored so that they sort: positive ones with the sign bit set, negative ones inverted. */
function floatBits(sortable: number): number {
  return (sortable >= 0x8000_0000 ? sortable ^ 0x8000_0000 : ~sortable) >>> 0;
}

function doubleBits(sortable: bigint): bigint {
  return sortable ^ (sortable >= 1n << 63n ? 1n << 63n : (1n << 64n) - 1n);
}
