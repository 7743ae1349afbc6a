import { assertBytes } from '../bytes/index.js';
import { isKeyspaceError } from '../errors.js';
import {
  byteStringBytes,
  pack,
  readByteString,
  readElement,
  readString,
  stringBytes,
  type TupleElement,
  uintBytes,
  writeByteString,
  writeString,
  writeUint,
} from '../tuple/index.js';
import { measureActorId } from './actor-id.js';
import { DIGEST_BYTES } from './constants.js';
import { assertText, assertWhole, type Field, NO_BYTES } from './field.js';
import { malformedKey } from './reader.js';

/** A whole number as a tuple integer. */
export function tupleUint(min = 0, max = Number.MAX_SAFE_INTEGER): Field<number> {
  return {
    type: 'tuple integer',
    domain: `${min} to ${max === Number.MAX_SAFE_INTEGER ? '2^53 - 1' : max}`,
    isTuple: true,
    isOpenEnded: false,
    least: min === 0 ? NO_BYTES : pack([min]),
    measure(value, name) {
      assertWhole(value, min, max, name);
      return uintBytes(value);
    },
    write(value, target, offset, name) {
      assertWhole(value, min, max, name);
      return writeUint(target, offset, value);
    },
    read(reader) {
      const start = reader.offset;
      const value = reader.uint();
      if (value < min || value > max) throw reader.malformed(`integer is not from ${min} to ${max}`, start);
      return value;
    },
  };
}

/** Any text, possibly empty, as a tuple string. Not normalised. */
export const tupleString: Field<string> = {
  type: 'tuple string',
  domain: 'text without lone surrogates',
  isTuple: true,
  isOpenEnded: false,
  least: NO_BYTES,
  measure(value, name) {
    assertText(value, name);
    return stringBytes(value);
  },
  write(value, target, offset, name) {
    assertText(value, name);
    return writeString(target, offset, value);
  },
  read(reader) {
    const { value, end } = readString(reader.bytes, reader.offset);
    reader.offset = end;
    return value;
  },
};

/** An actor id as a tuple string, as it also stands in the actor's partition. */
export const tupleActorId: Field<string> = {
  ...tupleString,
  type: 'tuple string, actor id',
  domain: 'an actor id: not empty, no NUL, no lone surrogates, at most 256 bytes encoded',
  measure: (value) => measureActorId(value),
  write(value, target, offset) {
    measureActorId(value);
    return writeString(target, offset, value);
  },
  read(reader) {
    const start = reader.offset;
    const value = tupleString.read(reader);
    try {
      measureActorId(value);
    } catch (error) {
      if (!isKeyspaceError(error, 'actor.id_invalid')) throw error;
      throw malformedKey(reader.bytes, start, error.message, error);
    }
    return value;
  },
};

/** A SHA-256 digest as a tuple byte string. Decoded bytes are a copy. */
export const tupleDigest: Field<Uint8Array> = {
  type: 'tuple bytes, digest',
  domain: `exactly ${DIGEST_BYTES} bytes`,
  isTuple: true,
  isOpenEnded: false,
  least: NO_BYTES,
  measure(value, name) {
    assertDigest(value, name);
    return byteStringBytes(value);
  },
  write(value, target, offset, name) {
    assertDigest(value, name);
    return writeByteString(target, offset, value);
  },
  read(reader) {
    const { value, end } = readByteString(reader.bytes, reader.offset);
    if (value.length !== DIGEST_BYTES) {
      throw reader.malformed(`a digest has ${DIGEST_BYTES} bytes, not ${value.length}`);
    }
    reader.offset = end;
    return value;
  },
};

function assertDigest(value: Uint8Array, name: string): void {
  assertBytes(value, name);
  if (value.length !== DIGEST_BYTES) {
    throw new RangeError(`${name} must have ${DIGEST_BYTES} bytes, not ${value.length}`);
  }
}

/** Tuple elements of any kind and number, up to the end of the key. */
export const tupleElements: Field<readonly TupleElement[]> = {
  type: 'tuple elements',
  domain: 'any number of tuple elements, to the end of the key',
  isTuple: true,
  isOpenEnded: true,
  least: NO_BYTES,
  measure: (value) => pack(value).length,
  write(value, target, offset) {
    const packed = pack(value);
    target.set(packed, offset);
    return offset + packed.length;
  },
  read(reader) {
    const elements: TupleElement[] = [];
    while (reader.offset < reader.bytes.length) {
      const { value, end } = readElement(reader.bytes, reader.offset);
      elements.push(value);
      reader.offset = end;
    }
    return elements;
  },
};
