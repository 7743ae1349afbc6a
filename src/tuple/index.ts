export { CODE_BYTES, CODE_NESTED, CODE_STRING, CODE_ZERO, TERMINATOR } from './codes.js';
export {
  TUPLE_DEPTH_MAX,
  type TupleDouble,
  type TupleElement,
  type TupleFloat,
  type TupleIncompleteVersionstamp,
  type TupleUuid,
  type TupleVersionstamp,
  tupleDouble,
  tupleFloat,
  tupleNumber,
} from './element.js';
export { readUint, uintBytes, writeUint } from './integer.js';
export { pack, packWithVersionstamp } from './pack.js';
export { tupleRange } from './range.js';
export {
  byteStringBytes,
  readByteString,
  readString,
  stringBytes,
  writeByteString,
  writeString,
} from './string.js';
export { readElement, unpack } from './unpack.js';
