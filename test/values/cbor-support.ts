import fc from 'fast-check';

/** Numbers around the widths of integers and floats. */
export const number = fc.oneof(
  fc.double(),
  fc.float(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.nat(70_000),
  fc.constantFrom(0, -0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, -(2 ** 32), -(2 ** 32) - 1),
  fc.constantFrom(2 ** 53, 2 ** 63, -(2 ** 64), 65_504, 65_536.5, 2 ** -24, 2 ** -14, 2 ** -25),
);

const bigint = fc.oneof(
  fc.bigInt(),
  fc.bigInt(-(2n ** 70n), 2n ** 70n),
  fc.constantFrom(0n, -1n, 1n, 255n, 2n ** 32n - 1n, 2n ** 32n, -(2n ** 32n), -(2n ** 32n) - 1n),
  fc.constantFrom(2n ** 64n - 1n, 2n ** 64n, -(2n ** 64n), -(2n ** 64n) - 1n),
);

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\ufeffmark', '\0', 'é'.repeat(40), '\ufeff'.repeat(100)),
  fc.string({ unit: 'binary', minLength: 200, maxLength: 400 }),
);

const scalar = fc.oneof(
  number,
  bigint,
  text,
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.uint8Array({ max: 255 }),
  // Further away, some milliseconds are lost in a double of seconds.
  fc.date({ min: new Date(-4e15), max: new Date(4e15), noInvalidDate: true }),
);

const key = fc.oneof(
  text,
  fc.constantFrom('10', '9', '4294967294', '__proto__', 'constructor', 'toJSON', 'length'),
);

/** cbor-x renames `__proto__` when it reads. */
export const keysOfCborX = key.filter((name) => name !== '__proto__');

/** Values that encode, all kinds of them. */
export function storable(keys: fc.Arbitrary<string> = key): fc.Arbitrary<unknown> {
  return fc.letrec<{ value: unknown }>((tie) => {
    const value = tie('value');
    return {
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        scalar,
        fc.array(value, { maxLength: 5 }),
        fc.array(fc.tuple(keys, value), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
        fc
          .array(fc.tuple(fc.oneof(text, number, bigint), value), { maxLength: 5 })
          .map((list) => new Map(list)),
        fc.array(fc.oneof(text, number, bigint), { maxLength: 5 }).map((members) => new Set(members)),
      ),
    };
  }).value;
}

/** Property names, then contents, in order: what `toEqual` does not compare. */
export function orderOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return null;
  if (value instanceof Map) return [...value].map(([k, v]) => [k, orderOf(v)]);
  if (value instanceof Set) return [...value];
  return Object.entries(value).map(([k, v]) => [k, orderOf(v)]);
}
