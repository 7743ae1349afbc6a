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
export { readString, stringBytes, writeString } from './string.js';
export { readElement, unpack } from './unpack.js';
