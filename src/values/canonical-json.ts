import { decodeUtf8, encodeUtf8, equalBytes, isUtf8Encodable } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { type PathStep, renderPath } from './cbor-path.js';

/** Levels of arrays and objects that a JSON value may have. */
export const JSON_DEPTH_MAX = 128;

/**
 * Encodes a JSON value in its canonical form (RFC 8785): equal values are equal bytes, in any process. Accepted are
 * null, booleans, finite numbers (-0 is 0), strings, arrays without holes and plain objects. `toJSON` is not asked.
 *
 * @returns A new array the caller owns.
 * @throws {KeyspaceError} `value.unserialisable`, whose `path` names the place inside the value, for anything else:
 * undefined, bigints, NaN, infinities, functions, symbols, classes (Date, Map, bytes), properties that are symbols,
 * getters or not enumerable, lone surrogates, cycles, and more than {@link JSON_DEPTH_MAX} levels.
 */
export function encodeCanonicalJson(value: unknown): Uint8Array {
  return encodeUtf8(render(value, []));
}

/**
 * Decodes what {@link encodeCanonicalJson} encodes. A property `__proto__` is a property like any other.
 *
 * @throws {KeyspaceError} `value.malformed` for any other bytes.
 */
export function decodeCanonicalJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  if (text === undefined) throw malformed('not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformed('not JSON', error);
  }
  let canonical: Uint8Array;
  try {
    canonical = encodeCanonicalJson(value);
  } catch (error) {
    throw malformed('not canonical', error);
  }
  if (!equalBytes(canonical, bytes)) throw malformed('not canonical');
  return value;
}

function render(value: unknown, path: readonly PathStep[]): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return JSON.stringify(value);
    throw refused(path, Number.isNaN(value) ? 'NaN' : 'an infinity');
  }
  if (typeof value === 'string') return renderText(value, path);
  if (typeof value !== 'object') throw refused(path, value === undefined ? 'undefined' : `a ${typeof value}`);
  if (path.length >= JSON_DEPTH_MAX) throw refused(path, `more than ${JSON_DEPTH_MAX} levels`);
  return Array.isArray(value) ? renderArray(value, path) : renderObject(value, path);
}

function renderText(text: string, path: readonly PathStep[]): string {
  if (!isUtf8Encodable(text)) throw refused(path, 'a lone surrogate');
  // The escapes of JSON.stringify are those of RFC 8785.
  return JSON.stringify(text);
}

function renderArray(array: readonly unknown[], path: readonly PathStep[]): string {
  const parts: string[] = [];
  for (let index = 0; index < array.length; index++) {
    if (!Object.hasOwn(array, index)) throw refused([...path, index], 'a hole');
    parts.push(render(array[index], [...path, index]));
  }
  if (Reflect.ownKeys(array).length !== array.length + 1) throw refused(path, 'an array with properties');
  return `[${parts.join(',')}]`;
}

function renderObject(object: object, path: readonly PathStep[]): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== null && prototype !== Object.prototype) throw refused(path, 'an instance of a class');
  const names = Reflect.ownKeys(object);
  const parts: string[] = [];
  // By UTF-16 code units, as RFC 8785 has it and JavaScript compares.
  for (const name of names.sort(compareNames)) {
    if (typeof name === 'symbol') throw refused(path, 'a property that is a symbol');
    const inner = [...path, name];
    const property = Object.getOwnPropertyDescriptor(object, name);
    if (!property?.enumerable) throw refused(inner, 'a property that is not enumerable');
    if (!('value' in property)) throw refused(inner, 'a getter');
    parts.push(`${renderText(name, path)}:${render(property.value, inner)}`);
  }
  return `{${parts.join(',')}}`;
}

function compareNames(a: string | symbol, b: string | symbol): number {
  if (typeof a === 'symbol' || typeof b === 'symbol') return typeof a === 'symbol' ? 1 : -1;
  return a < b ? -1 : 1;
}

function refused(path: readonly PathStep[], reason: string): KeyspaceError<'value.unserialisable'> {
  const at = renderPath(path);
  return new KeyspaceError('value.unserialisable', `the value cannot be kept as JSON: ${reason} at ${at}`, {
    path: at,
    reason,
  });
}

function malformed(reason: string, cause?: unknown): KeyspaceError<'value.malformed'> {
  const details = { payload: 'json', byteOffset: 0, reason };
  return new KeyspaceError('value.malformed', `the JSON is malformed: ${reason}`, details, { cause });
}
