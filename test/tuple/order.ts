import { compareBytes, encodeUtf8 } from '../../src/bytes/index.js';
import type { TupleElement } from '../../src/tuple/index.js';

/** The order FoundationDB defines on tuples: by kind, then by value; a shorter tuple before its extensions. */
export function compareTuples(a: readonly TupleElement[], b: readonly TupleElement[]): -1 | 0 | 1 {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareElements(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return compare(a.length, b.length);
}

function compareElements(a: TupleElement, b: TupleElement): -1 | 0 | 1 {
  const byKind = compare(KINDS.indexOf(kindOf(a)), KINDS.indexOf(kindOf(b)));
  if (byKind !== 0) return byKind;
  if (typeof a === 'number' || typeof a === 'bigint') return compare(BigInt(a), BigInt(b as number));
  if (typeof a === 'string') return compareBytes(encodeUtf8(a), encodeUtf8(b as string));
  if (a instanceof Uint8Array) return compareBytes(a, b as Uint8Array);
  if (Array.isArray(a)) return compareTuples(a, b as TupleElement[]);
  if (a === null || typeof a === 'boolean') return 0;
  return compareTagged(a as Tagged, b as Tagged);
}

type Tagged = Extract<TupleElement, { type: string }>;

function compareTagged(a: Tagged, b: Tagged): -1 | 0 | 1 {
  if (a.type === 'float' && b.type === 'float') return compare(floatRank(a.bits, 32), floatRank(b.bits, 32));
  if (a.type === 'double' && b.type === 'double')
    return compare(floatRank(a.bits, 64), floatRank(b.bits, 64));
  if (a.type === 'uuid' && b.type === 'uuid') return compareBytes(a.bytes, b.bytes);
  if (a.type === 'versionstamp' && b.type === 'versionstamp') {
    return compareBytes(a.transactionVersion, b.transactionVersion) || compare(a.userVersion, b.userVersion);
  }
  throw new TypeError(`no order for ${a.type}`);
}

/** The IEEE 754 total order: magnitude bits count up from +0 and down from -0. */
function floatRank(bits: number | bigint, width: number): bigint {
  const sign = 1n << BigInt(width - 1);
  const magnitude = BigInt(bits) & (sign - 1n);
  return BigInt(bits) & sign ? -magnitude - 1n : magnitude;
}

const KINDS = [
  'null',
  'bytes',
  'string',
  'tuple',
  'integer',
  'float',
  'double',
  'false',
  'true',
  'uuid',
  'versionstamp',
];

function kindOf(element: TupleElement): string {
  if (element === null) return 'null';
  if (typeof element === 'boolean') return String(element);
  if (typeof element === 'string') return 'string';
  if (typeof element === 'number' || typeof element === 'bigint') return 'integer';
  if (element instanceof Uint8Array) return 'bytes';
  return Array.isArray(element) ? 'tuple' : (element as Tagged).type;
}

function compare<T extends number | bigint>(a: T, b: T): -1 | 0 | 1 {
  return a === b ? 0 : a < b ? -1 : 1;
}
