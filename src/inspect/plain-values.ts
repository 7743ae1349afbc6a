import { copyBytes, decodeUtf8 } from '../bytes/index.js';
import { malformed } from './records.js';
import type { DecodedValue } from './value.js';
import { plural } from './words.js';

/** @param fields Of the key. */
export type ValueDecoder = (value: Uint8Array, fields: Readonly<Record<string, unknown>>) => DecodedValue;

/** The values that matter of an index are its keys. */
export const emptyValue: ValueDecoder = (value) => {
  if (value.length > 0) throw malformed('index entry', 0, 'trailing bytes');
  return { kind: 'none', record: undefined, sentence: 'no bytes' };
};

export function undecoded(value: Uint8Array): DecodedValue {
  return { kind: 'bytes', record: copyBytes(value), sentence: plural(value.length, 'byte') };
}

export function text(value: Uint8Array, payload: string): string {
  const decoded = decodeUtf8(value);
  if (decoded === undefined) throw malformed(payload, 0, 'not UTF-8');
  return decoded;
}
