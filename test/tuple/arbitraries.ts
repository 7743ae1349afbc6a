import fc from 'fast-check';
import type { TupleElement } from '../../src/tuple/index.js';

/** Small and boundary values around every length an unsigned integer can have, and any other safe one. */
export const uint: fc.Arbitrary<number> = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(300),
  fc
    .tuple(fc.integer({ min: 0, max: 53 }), fc.integer({ min: -2, max: 2 }))
    .map(([bits, delta]) => Math.min(Math.max(2 ** bits + delta, 0), Number.MAX_SAFE_INTEGER)),
);

/** As unpack returns them: a number if safe. */
export function normalInteger(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const largest = (1n << 2040n) - 1n;
const clamp = (value: bigint) => (value > largest ? largest : value < -largest ? -largest : value);

export const bigInteger: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: -(1n << 70n), max: 1n << 70n }),
  fc.bigInt({ min: -largest, max: largest }),
  fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.bigInt({ min: -3n, max: 3n }), fc.boolean())
    .map(([bytes, delta, negative]) => {
      const value = (1n << BigInt(bytes * 8)) + delta;
      return clamp(negative ? -value : value);
    }),
);

const integer = fc.oneof(
  uint,
  uint.map((value) => (value === 0 ? 0 : -value)),
  bigInteger.map(normalInteger),
);

export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom('\0', 'a', '\u007f', '\u0080', '\u07ff', '\ufeff', '\uffff', '😀'),
    maxLength: 20,
  }),
);

/** Byte strings, many with bytes that are escaped or look like an escape. */
export const byteString: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.array(fc.constantFrom(0, 1, 0xfe, 0xff), { maxLength: 8 }).map((bytes) => Uint8Array.from(bytes)),
);

const float = fc
  .oneof(
    fc.integer({ min: 0, max: 0xffff_ffff }),
    fc.constantFrom(0, 0x8000_0000, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0x7f80_0001, 0xffff_ffff),
  )
  .map((bits) => ({ type: 'float', bits }) as const);

const double = fc
  .oneof(
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    fc.double().map((value) => new BigUint64Array(Float64Array.of(value).buffer)[0]!),
    fc.constantFrom(0n, 1n << 63n, 0x7ff0_0000_0000_0001n, 0xfff8_0000_0000_deadn),
  )
  .map((bits) => ({ type: 'double', bits }) as const);

const uuid = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => ({ type: 'uuid', bytes }) as const);

const versionstamp = fc
  .record({
    transactionVersion: fc
      .uint8Array({ minLength: 10, maxLength: 10 })
      .filter((bytes) => bytes.some((byte) => byte !== 0xff)),
    userVersion: fc.integer({ min: 0, max: 0xffff }),
  })
  .map((stamp) => ({ type: 'versionstamp', ...stamp }) as const);

/** Every kind a tuple can hold, with integers as unpack returns them. */
export const element: fc.Arbitrary<TupleElement> = fc.letrec<{ element: TupleElement }>((tie) => ({
  element: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, false, true),
    integer,
    text,
    byteString,
    float,
    double,
    uuid,
    versionstamp,
    fc.array(tie('element'), { maxLength: 5 }),
  ),
})).element;

export const tuple: fc.Arbitrary<TupleElement[]> = fc.array(element, { maxLength: 6 });
