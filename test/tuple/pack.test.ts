import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes, toHex } from '../../src/bytes/index.js';
import {
  pack,
  packWithVersionstamp,
  readElement,
  TUPLE_DEPTH_MAX,
  type TupleElement,
  tupleDouble,
  tupleFloat,
  tupleNumber,
  tupleRange,
  unpack,
} from '../../src/tuple/index.js';
import { bigInteger, element, normalInteger, tuple } from './arbitraries.js';
import { compareTuples } from './order.js';
import { referencePack, referencePackWithVersionstamp } from './reference.js';

const numRuns = 2_000;

test('unpacking what was packed gives the elements back', () => {
  fc.assert(
    fc.property(tuple, (elements) => {
      expect(unpack(pack(elements))).toEqual(elements);
    }),
    { numRuns },
  );
});

test('packed bytes are those of the reference encoder', () => {
  fc.assert(
    fc.property(tuple, (elements) => {
      expect(toHex(pack(elements))).toBe(toHex(referencePack(elements)));
    }),
    { numRuns },
  );
});

test('with an incomplete versionstamp at any place and depth they are too', () => {
  const stamp = fc
    .integer({ min: 0, max: 0xffff })
    .map((userVersion): TupleElement => ({ type: 'incomplete-versionstamp', userVersion }));
  fc.assert(
    fc.property(
      tuple,
      stamp,
      fc.nat(3),
      tuple,
      fc.uint8Array({ maxLength: 5 }),
      (a, one, depth, b, prefix) => {
        let placed = one;
        for (let i = 0; i < depth; i++) placed = [null, placed, 'x'];
        const elements = [...a, placed, ...b];
        const { packed, stampOffset } = referencePackWithVersionstamp(elements);
        const suffix = new Uint8Array(4);
        new DataView(suffix.buffer).setUint32(0, prefix.length + stampOffset, true);
        expect(toHex(packWithVersionstamp(elements, prefix))).toBe(
          toHex(prefix) + toHex(packed) + toHex(suffix),
        );
      },
    ),
    { numRuns },
  );
});

test("integers at every change of length have the reference encoder's bytes", () => {
  for (let length = 0; length <= 255; length++) {
    const power = 1n << BigInt(8 * length);
    const edges = length === 255 ? [power - 1n] : [power - 1n, power, power + 1n];
    for (const edge of edges.flatMap((value) => [value, -value])) {
      expect(toHex(pack([edge]))).toBe(toHex(referencePack([edge])));
      expect(toHex(pack([normalInteger(edge)]))).toBe(toHex(referencePack([edge])));
    }
  }
});

test('byte order is tuple order', () => {
  const relatives = fc.tuple(tuple, tuple, tuple).map(([shared, a, b]): [TupleElement[], TupleElement[]] => [
    [...shared, ...a],
    [...shared, ...b],
  ]);
  fc.assert(
    fc.property(fc.oneof(fc.tuple(tuple, tuple), relatives), ([a, b]) => {
      expect(compareBytes(pack(a), pack(b))).toBe(compareTuples(a, b));
    }),
    { numRuns },
  );
});

test('a tuple is the concatenation of its elements', () => {
  fc.assert(
    fc.property(fc.array(element, { maxLength: 4 }), (elements) => {
      const joined = elements.map((one) => toHex(pack([one]))).join('');
      expect(toHex(pack(elements))).toBe(joined);
    }),
  );
});

test('an integer has one encoding, whichever type carried it', () => {
  fc.assert(
    fc.property(bigInteger, (value) => {
      expect(unpack(pack([value]))).toEqual([normalInteger(value)]);
      expect(pack([value])).toEqual(pack([normalInteger(value)]));
    }),
    { numRuns },
  );
});

test('the range of a tuple holds its extensions only', () => {
  fc.assert(
    fc.property(tuple, fc.array(element, { maxLength: 2 }), tuple, (elements, more, other) => {
      const { begin, end } = tupleRange(elements);
      const within = (key: Uint8Array) => compareBytes(begin, key) <= 0 && compareBytes(key, end) < 0;
      expect(within(pack([...elements, ...more]))).toBe(more.length > 0);
      const isExtension =
        other.length > elements.length && compareTuples(other.slice(0, elements.length), elements) === 0;
      expect(within(pack(other))).toBe(isExtension);
    }),
    { numRuns },
  );
});

test('the caller owns packed bytes, and no result shares memory', () => {
  const elements: TupleElement[] = ['a', new Uint8Array([1, 2])];
  const results = [
    pack([]),
    pack([]),
    pack(elements),
    pack(elements),
    packWithVersionstamp([{ type: 'incomplete-versionstamp', userVersion: 0 }]),
    ...Object.values(tupleRange(elements)),
  ];
  for (const bytes of results) {
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
  }
  expect(new Set(results.map((bytes) => bytes.buffer)).size).toBe(results.length);
});

test('decoded elements share no memory with a Buffer they came from', () => {
  const elements: TupleElement[] = [
    new Uint8Array([1, 2]),
    { type: 'uuid', bytes: new Uint8Array(16).fill(1) },
    { type: 'versionstamp', transactionVersion: new Uint8Array(10).fill(2), userVersion: 3 },
  ];
  const bytes = Buffer.from(pack(elements));
  const decoded = unpack(bytes);
  const { value } = readElement(bytes, 0);
  bytes.fill(0xee);
  expect(decoded).toEqual(elements);
  expect(value).toEqual(elements[0]);
  expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype);
});

test('a view of a larger buffer is packed and unpacked by its own bounds', () => {
  fc.assert(
    fc.property(tuple, fc.nat(9), (elements, before) => {
      const packed = pack(elements);
      const larger = new Uint8Array(before + packed.length + 3).fill(0xff);
      larger.set(packed, before);
      const view = larger.subarray(before, before + packed.length);
      expect(unpack(view)).toEqual(elements);
      expect(pack([view])).toEqual(pack([packed]));
    }),
  );
});

const cyclic: TupleElement[] = [];
cyclic.push('a', cyclic);

const uuid = (length: number) => ({ type: 'uuid', bytes: new Uint8Array(length) });
const stamp = (length: number, userVersion: unknown) => ({
  type: 'versionstamp',
  transactionVersion: new Uint8Array(length),
  userVersion,
});

test.each<[string, unknown, typeof TypeError | typeof RangeError]>([
  ['undefined', undefined, TypeError],
  ['a function', () => 1, TypeError],
  ['a symbol', Symbol('a'), TypeError],
  ['a plain object', {}, TypeError],
  ['a date', new Date(0), TypeError],
  ['a boxed string', new String('a'), TypeError],
  ['an ArrayBuffer', new ArrayBuffer(2), TypeError],
  ['another typed array', new Uint16Array(2), TypeError],
  ['an unknown tag', { type: 'user', bytes: new Uint8Array(1) }, TypeError],
  ["the reference encoder's double", { type: 'double', value: 1.5 }, TypeError],
  ["the reference encoder's versionstamp", { type: 'unbound versionstamp', code: 1 }, TypeError],
  ['NaN', Number.NaN, RangeError],
  ['infinity', Number.POSITIVE_INFINITY, RangeError],
  ['a fraction', 0.5, RangeError],
  ['minus zero', -0, RangeError],
  ['an unsafe number', 2 ** 53, RangeError],
  ['an unsafe negative number', -(2 ** 53), RangeError],
  ['an integer of 256 bytes', 1n << 2040n, RangeError],
  ['a negative integer of 256 bytes', -(1n << 2040n), RangeError],
  ['a lone surrogate', 'a\ud800', RangeError],
  ['a cyclic array', cyclic, RangeError],
  ['a short UUID', uuid(15), RangeError],
  ['a long UUID', uuid(17), RangeError],
  ['a UUID as text', { type: 'uuid', bytes: 'a'.repeat(16) }, TypeError],
  ['a short versionstamp', stamp(9, 0), RangeError],
  ['a whole versionstamp as its transaction part', stamp(12, 0), RangeError],
  ['a user version of 2^16', stamp(10, 0x1_0000), RangeError],
  ['a negative user version', stamp(10, -1), RangeError],
  ['a fractional user version', stamp(10, 0.5), RangeError],
  ['a user version of -0', stamp(10, -0), RangeError],
  ['a missing user version', stamp(10, undefined), TypeError],
  [
    'a versionstamp that looks incomplete',
    { ...stamp(10, 0), transactionVersion: new Uint8Array(10).fill(255) },
    RangeError,
  ],
  ['an incomplete versionstamp', { type: 'incomplete-versionstamp', userVersion: 0 }, TypeError],
  ['float bits of 2^32', { type: 'float', bits: 2 ** 32 }, RangeError],
  ['float bits of -0', { type: 'float', bits: -0 }, RangeError],
  ['fractional float bits', { type: 'float', bits: 0.5 }, RangeError],
  ['negative float bits', { type: 'float', bits: -1 }, RangeError],
  ['float bits as a bigint', { type: 'float', bits: 1n }, TypeError],
  ['double bits of 2^64', { type: 'double', bits: 1n << 64n }, RangeError],
  ['negative double bits', { type: 'double', bits: -1n }, RangeError],
  ['double bits as a number', { type: 'double', bits: 1 }, TypeError],
])('%s is refused at any depth', (_, value, error) => {
  for (const elements of [[value], [1, value], [[value]], ['a', [null, [value]]]]) {
    expect(() => pack(elements as TupleElement[])).toThrow(error);
  }
});

test('holes are refused, also at the front of a huge array', () => {
  // biome-ignore lint/suspicious/noSparseArray: the point of the test
  expect(() => pack([1, , 2] as unknown as TupleElement[])).toThrow(TypeError);
  expect(() => pack(new Array(2 ** 32 - 1))).toThrow(TypeError);
});

test('only an array is a tuple, only a Uint8Array is packed bytes', () => {
  for (const wrong of [undefined, null, 'a', 1, new Uint8Array(1), { length: 0 }]) {
    expect(() => pack(wrong as unknown as TupleElement[])).toThrow(TypeError);
    expect(() => packWithVersionstamp(wrong as unknown as TupleElement[])).toThrow(TypeError);
  }
  for (const wrong of [undefined, null, '14', [0x14], new ArrayBuffer(1)]) {
    expect(() => unpack(wrong as unknown as Uint8Array)).toThrow(TypeError);
  }
  expect(() => packWithVersionstamp([], '' as unknown as Uint8Array)).toThrow(TypeError);
});

test('packWithVersionstamp takes exactly one incomplete versionstamp', () => {
  const incomplete = { type: 'incomplete-versionstamp', userVersion: 1 } as const;
  for (const elements of [[], ['a'], [incomplete, incomplete], [incomplete, [[incomplete]]]]) {
    expect(() => packWithVersionstamp(elements)).toThrow(RangeError);
  }
  for (const userVersion of [0x1_0000, -1, -0, 0.5]) {
    expect(() => packWithVersionstamp([{ ...incomplete, userVersion }])).toThrow(RangeError);
  }
});

test('an element whose getter answers differently the second time is packed as it was checked', () => {
  let reads = 0;
  const shifty = {
    type: 'uuid' as const,
    get bytes() {
      reads++;
      return new Uint8Array(reads === 1 ? 16 : 3);
    },
  };
  expect(pack([shifty])).toHaveLength(17);
});

test('no message holds the value it refuses', () => {
  const secret = 'secret\ud800';
  const packing = (value: unknown) => () => pack([value as TupleElement]);
  for (const value of [secret, { type: secret }, [secret], 123456.789]) {
    expect(packing(value)).toThrow(/./);
    expect(packing(value)).not.toThrow(/secret|123456/);
  }
});

test('nesting is limited alike in both directions', () => {
  const nest = (depth: number): TupleElement => (depth === 0 ? 'deep' : [nest(depth - 1)]);
  const deepest = [nest(TUPLE_DEPTH_MAX)];
  expect(unpack(pack(deepest))).toEqual(deepest);
  expect(() => pack([nest(TUPLE_DEPTH_MAX + 1)])).toThrow(RangeError);
  expect(() => unpack(referencePack([nest(TUPLE_DEPTH_MAX + 1)]))).toThrow(/nested deeper than 32/);
});

test('floats and doubles keep the value they were made of', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      expect(tupleNumber(tupleDouble(value))).toBe(value);
      expect(tupleNumber(tupleFloat(Math.fround(value)))).toBe(Math.fround(value));
      if (!Object.is(Math.fround(value), value)) expect(() => tupleFloat(value)).toThrow(RangeError);
    }),
    { numRuns },
  );
  expect(tupleFloat(Number.NaN).bits).toBe(0x7fc00000);
  expect(tupleDouble(-0).bits).toBe(1n << 63n);
  expect(() => tupleFloat('1' as unknown as number)).toThrow(RangeError);
  expect(() => tupleDouble('1' as unknown as number)).toThrow(TypeError);
});
