import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/bytes/index.js';
import { decodeCanonicalJson, encodeCanonicalJson, JSON_DEPTH_MAX } from '../../src/values/index.js';
import { errorOf } from './support.js';

const text = (value: unknown) => Buffer.from(encodeCanonicalJson(value)).toString();

/** A second implementation: sorts by code units and leaves the rest to JSON.stringify. */
function reference(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(reference).join()}]`;
  const record = value as Record<string, unknown>;
  const units = (name: string) => Array.from({ length: name.length }, (_, at) => name.charCodeAt(at));
  const names = Object.keys(record).sort((a, b) => {
    const [left, right] = [units(a), units(b)];
    for (let at = 0; at < Math.min(left.length, right.length); at++) {
      if (left[at] !== right[at]) return (left[at] as number) - (right[at] as number);
    }
    return left.length - right.length;
  });
  return `{${names.map((name) => `${JSON.stringify(name)}:${reference(record[name])}`).join()}}`;
}

describe('row 4: canonical bytes', () => {
  test('of the examples of RFC 8785', () => {
    const given = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(text(given)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    const sorted = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, ö: 7 };
    expect(Object.values(JSON.parse(text(sorted)))).toHaveLength(7);
    expect(text(sorted)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"\u{1f600}":5,"\ufb33":3}');
  });

  test.each<[number, string]>([
    [0, '0'],
    [-0, '0'],
    [1e21, '1e+21'],
    [1e20, '100000000000000000000'],
    [5e-324, '5e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [2 ** 53, '9007199254740992'],
    [-1e-7, '-1e-7'],
  ])('of %d', (value, expected) => {
    expect(text(value)).toBe(expected);
  });

  test('do not depend on the order of properties, and are what a second implementation makes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 4 }), (value) => {
        fc.pre(JSON.stringify(value).isWellFormed());
        const shuffled = JSON.parse(JSON.stringify(value), (_, inner) =>
          typeof inner === 'object' && inner !== null && !Array.isArray(inner)
            ? Object.fromEntries(Object.entries(inner).reverse())
            : inner,
        );
        const bytes = encodeCanonicalJson(value);
        expect(encodeCanonicalJson(shuffled)).toEqual(bytes);
        expect(Buffer.from(bytes).toString()).toBe(reference(JSON.parse(JSON.stringify(value))));
        expect(decodeCanonicalJson(bytes)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 2_000 },
    );
  });

  class Account {
    balance = 1;
  }
  // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
  const sparse = [1, , 3];
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  test.each<[string, unknown, string]>([
    ['undefined', { a: undefined }, '$.a'],
    ['a bigint', [1n], '$[0]'],
    ['NaN', { a: [0, Number.NaN] }, '$.a[1]'],
    ['an infinity', Number.POSITIVE_INFINITY, '$'],
    ['a function', { toJSON: () => 1 }, '$.toJSON'],
    ['a symbol', { a: Symbol('s') }, '$.a'],
    ['an instance of a class', { at: new Date(0) }, '$.at'],
    ['an instance of a class', [new Account()], '$[0]'],
    ['an instance of a class', new Map(), '$'],
    ['an instance of a class', { bytes: new Uint8Array(3) }, '$.bytes'],
    ['an instance of a class', Object.create({ inherited: 1 }), '$'],
    ['a hole', { list: sparse }, '$.list[1]'],
    ['an array with properties', Object.assign([1], { more: 2 }), '$'],
    ['a property that is a symbol', { [Symbol.iterator]: 1 }, '$'],
    ['a property that is not enumerable', Object.defineProperty({}, 'hidden', { value: 1 }), '$.hidden'],
    ['a getter', Object.defineProperty({}, 'got', { get: () => 1, enumerable: true }), '$.got'],
    ['a lone surrogate', { a: '\ud800' }, '$.a'],
    ['a lone surrogate', { 'x\udc00': 1 }, '$'],
    [`more than ${JSON_DEPTH_MAX} levels`, cyclic, `$${'.self'.repeat(JSON_DEPTH_MAX)}`],
  ])('refused: %s', (reason, value, path) => {
    const { details } = errorOf('value.unserialisable', () => encodeCanonicalJson(value));
    expect(details).toEqual({ path, reason });
  });

  test.each([
    '',
    '{',
    '{"b":1,"a":2}',
    ' 1',
    '1.0',
    '"\\u0041"',
    '{"a":1,"a":1}',
    '-0',
    '[1,]',
    `${'['.repeat(200)}${']'.repeat(200)}`,
  ])('not read: %.20j', (json) => {
    errorOf('value.malformed', () => decodeCanonicalJson(encodeUtf8(json)));
  });

  test('what is no UTF-8 is not read', () => {
    errorOf('value.malformed', () => decodeCanonicalJson(Uint8Array.of(0x22, 0xff, 0x22)));
  });
});
