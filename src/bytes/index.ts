export { assertBytes } from './assert.js';
export { compareBytes, equalBytes, equalOptionalBytes, startsWith } from './compare.js';
export { concatBytes, copyBytes, copyBytesFrom } from './concat.js';
export { fromHex, spacedHex, toHex } from './hex.js';
export { assertRoom } from './room.js';
export { strinc } from './strinc.js';
export { decodeUtf8, encodeUtf8, isUtf8Encodable } from './utf8.js';
