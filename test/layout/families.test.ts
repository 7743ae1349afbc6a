import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes, encodeUtf8, toHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import type { KeyFormat, LocationSegment } from '../../src/layout/index.js';
import { ALL_FAMILIES, type Fields, fieldsOf, inRange, keysOf, mutate, REFERENCE } from './support.js';

const RUNS = { numRuns: 100 };

/** The order that byte order has to be, from the values alone. */
function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'string') return compareBytes(encodeUtf8(a), encodeUtf8(b as string));
  if (a instanceof Uint8Array) return compareBytes(a, b as Uint8Array);
  if (Array.isArray(a)) return compareLocations(a, b as LocationSegment[]);
  return (a as number) === (b as number) ? 0 : (a as number) < (b as number) ? -1 : 1;
}

/** A turn of a loop sorts before every name; a location before what is under it. */
function compareLocations(a: readonly LocationSegment[], b: readonly LocationSegment[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareSegments(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

function compareSegments(a: LocationSegment, b: LocationSegment): number {
  if (typeof a === 'number' && typeof b === 'number') return compareValues(a, b);
  if (typeof a === 'number') return 1;
  if (typeof b === 'number') return -1;
  return compareValues(a.loop, b.loop) || compareValues(a.iteration, b.iteration);
}

function compareFields(family: KeyFormat<Fields>, a: Fields, b: Fields): number {
  for (const { name } of family.fields) {
    const order = compareValues(a[name], b[name]);
    if (order !== 0) return order;
  }
  return 0;
}

function decodeOrReason(family: KeyFormat<Fields>, bytes: Uint8Array): Fields | 'malformed' {
  try {
    return family.decode(bytes);
  } catch (error) {
    if (!isKeyspaceError(error, 'key.malformed')) throw error;
    expect(error.details.keyHex).toBe(toHex(bytes));
    expect(error.details.byteOffset).toBeGreaterThanOrEqual(0);
    expect(error.details.byteOffset).toBeLessThanOrEqual(bytes.length);
    expect(error.details.reason).not.toBe('');
    return 'malformed';
  }
}

test('every family has a reference encoder, and no other', () => {
  expect(ALL_FAMILIES.map(({ name }) => name).sort()).toEqual(Object.keys(REFERENCE).sort());
  expect(ALL_FAMILIES).toHaveLength(57);
});

describe.each(ALL_FAMILIES.map((family) => ({ name: family.name, family })))('$name', ({ name, family }) => {
  test('encodes as the reference does, wherever it writes', () => {
    fc.assert(
      fc.property(fieldsOf(family), fc.nat(20), (fields, offset) => {
        const key = family.encode(fields);
        expect(toHex(key)).toBe(toHex(REFERENCE[name]!(fields)));
        expect(family.keyBytes(fields)).toBe(key.length);
        const target = new Uint8Array(offset + key.length + 3).fill(0xaa);
        expect(family.encodeInto(fields, target, offset)).toBe(offset + key.length);
        expect(toHex(target.subarray(offset, offset + key.length))).toBe(toHex(key));
        expect([...target.subarray(0, offset), ...target.subarray(offset + key.length)]).toEqual(
          new Array(offset + 3).fill(0xaa),
        );
      }),
      RUNS,
    );
  });

  test('refuses a target that ends too early, for whatever reason it does', () => {
    fc.assert(
      fc.property(fieldsOf(family), fc.nat(), (fields, missing) => {
        const key = family.encode(fields);
        const target = new Uint8Array(key.length - 1 - (missing % key.length));
        expect(() => family.encodeInto(fields, target, 0)).toThrow(RangeError);
      }),
      RUNS,
    );
    for (const offset of [-1, 0.5, Number.NaN, 2 ** 32]) {
      expect(() => family.encodeInto(family.example, new Uint8Array(600), offset)).toThrow(RangeError);
    }
  });

  test('decodes to the fields that were encoded, sharing no memory', () => {
    fc.assert(
      fc.property(fieldsOf(family), (fields) => {
        const key = Buffer.from(family.encode(fields));
        const decoded = family.decode(key);
        key.fill(0);
        expect(decoded).toEqual(fields);
      }),
      RUNS,
    );
  });

  test('orders keys as their fields', () => {
    if (family.fields.some(({ type }) => type === 'tuple elements')) return;
    fc.assert(
      fc.property(fieldsOf(family), fieldsOf(family), (a, b) => {
        expect(compareBytes(family.encode(a), family.encode(b))).toBe(compareFields(family, a, b));
      }),
      RUNS,
    );
  });

  test('refuses damaged keys, or they are other canonical keys', () => {
    fc.assert(
      fc.property(fieldsOf(family), fc.nat(4), fc.nat(), fc.nat(255), (fields, kind, position, byte) => {
        const damaged = mutate(family.encode(fields), kind, position, byte);
        const decoded = decodeOrReason(family, damaged);
        if (decoded !== 'malformed') expect(toHex(family.encode(decoded))).toBe(toHex(damaged));
      }),
      { numRuns: 300 },
    );
  });

  test('has its keys in its range', () => {
    const range = family.range();
    fc.assert(
      fc.property(fieldsOf(family), (fields) => {
        expect(inRange(family.encode(fields), range)).toBe(true);
      }),
      RUNS,
    );
  });

  test('narrows its range by leading fields', () => {
    fc.assert(
      fc.property(fieldsOf(family), fieldsOf(family), fc.nat(2), fc.boolean(), (a, b, count, share) => {
        const leadingNames = family.fields.slice(0, count).map((field) => field.name);
        const leading = Object.fromEntries(leadingNames.map((field) => [field, a[field]]));
        // Two random keys rarely begin alike: make them.
        const key = family.encode(share ? { ...b, ...leading } : b);
        const fields = family.decode(key);
        const isOpen = /^(bytes|utf8|location|tuple elements)$/.test(
          family.fields[leadingNames.length - 1]?.type ?? '',
        );
        if (isOpen) return;
        const isUnder = leadingNames.every((field) => compareValues(fields[field], leading[field]) === 0);
        expect(inRange(key, family.range(leading))).toBe(isUnder);
      }),
      RUNS,
    );
  });

  test('is described in one sentence of bounded length', () => {
    fc.assert(
      fc.property(fieldsOf(family), (fields) => {
        const sentence = family.describe(fields);
        expect(sentence).toMatch(/^[A-Z].*\.$/su);
        expect(sentence.length).toBeLessThan(400);
      }),
    );
  });

  test('has what tables need', () => {
    expect(family.notation).not.toBe('');
    expect(family.payload).not.toBe('');
    expect(family.summary).not.toBe('');
    expect(family.decode(family.encode(family.example))).toEqual(family.example);
    expect(family.status).toBe(
      name.endsWith('.reserved') ? 'reserved' : name.startsWith('layout0.') ? 'readable' : 'current',
    );
    family.prefix.fill(0xee);
    expect(toHex(family.encode(family.example))).toBe(toHex(REFERENCE[name]!(family.example)));
  });
});

test('ranges of different families never overlap', () => {
  const ranges = ALL_FAMILIES.filter(({ partition }) => partition === 'actor')
    .map((family) => ({ name: family.name, ...family.range() }))
    .sort((a, b) => compareBytes(a.begin, b.begin));
  for (const [index, { name, end }] of ranges.entries()) {
    const next = ranges[index + 1];
    if (next) expect(compareBytes(end, next.begin), `${name} and ${next.name}`).toBeLessThanOrEqual(0);
  }
});

test('no key of one family is accepted by another', () => {
  fc.assert(
    fc.property(keysOf(ALL_FAMILIES.filter(({ partition }) => partition === 'actor')), ([family, fields]) => {
      const key = family.encode(fields);
      const accepting = ALL_FAMILIES.filter(
        (candidate) => candidate.partition === 'actor' && decodeOrReason(candidate, key) !== 'malformed',
      );
      expect(accepting.map(({ name }) => name)).toEqual([family.name]);
    }),
    { numRuns: 300 },
  );
});
