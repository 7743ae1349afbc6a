import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import { decodeKey, decodeKeyspaceKey, KEYSPACE_FAMILIES, NAMESPACES } from '../../src/layout/index.js';
import { ACTOR_ONLY, type Fields, familyNamed, fieldsOf, keysOf, mutate } from './support.js';

function malformedDetails(decode: () => unknown): { keyHex: string; byteOffset: number; reason: string } {
  try {
    decode();
  } catch (error) {
    if (isKeyspaceError(error, 'key.malformed')) return error.details;
    throw error;
  }
  throw new Error('not refused');
}

test('names the family and fields of every key', () => {
  fc.assert(
    fc.property(keysOf(ACTOR_ONLY), ([family, fields]) => {
      const key = family.encode(fields);
      const decoded = decodeKey(key);
      expect(decoded).toEqual({
        layout: family.name.startsWith('layout0.') ? 0 : 1,
        namespace: key[0],
        ...(family.layoutVersion === undefined ? {} : { layoutVersion: key[1] }),
        family: family.name,
        fields,
        sentence: family.describe(fields),
        status: family.status,
      });
      const hasVersion = decoded.layout === 1 && NAMESPACES[key[0]!]!.layoutVersion !== undefined;
      expect(decoded.layoutVersion).toBe(hasVersion ? 1 : undefined);
    }),
    { numRuns: 1_500 },
  );
});

test('either names damaged keys exactly, or refuses them', () => {
  fc.assert(
    fc.property(keysOf(ACTOR_ONLY), fc.nat(4), fc.nat(), fc.nat(255), ([family, fields], kind, at, byte) => {
      expectExactOrRefused(mutate(family.encode(fields), kind, at, byte));
    }),
    { numRuns: 4_000 },
  );
});

test('is total on arbitrary bytes', () => {
  // Mostly bytes that mean something somewhere, so that many keys come far.
  const meaningful = fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0x14, 0x15, 0x16, 0x61, 0xff);
  const bytes = fc.array(fc.oneof(meaningful, meaningful, fc.nat(255)), { maxLength: 14 });
  fc.assert(
    fc.property(bytes, (key) => expectExactOrRefused(Uint8Array.from(key))),
    { numRuns: 10_000 },
  );
});

function expectExactOrRefused(key: Uint8Array): void {
  let decoded: ReturnType<typeof decodeKey>;
  try {
    decoded = decodeKey(key);
  } catch (error) {
    if (!isKeyspaceError(error, 'key.malformed')) throw error;
    expect(error.details.keyHex).toBe(toHex(key));
    expect(error.details.byteOffset).toBeLessThanOrEqual(key.length);
    return;
  }
  expect(toHex(familyNamed(decoded.family).encode(decoded.fields as Fields))).toBe(toHex(key));
}

describe('what is wrong with a key', () => {
  test.each([
    ['', 0, 'ends where more bytes are needed'],
    ['0c', 0, '0c is no namespace'],
    ['ff00', 0, 'ff is no namespace'],
    ['0502', 1, '02 is no layout version of namespace queue'],
    ['0602', 1, '02 is no layout version of namespace workflow'],
    ['0701', 2, 'no integer of 0 to 2^53 - 1'],
    ['0800', 1, '00 is no layout version of namespace sqlite'],
    ['0101', 1, '1 byte after the end of state'],
    ['05', 1, 'ends where more bytes are needed'],
    ['050101ff', 3, '1 byte after the end of queue.metadata'],
    ['0602150115', 1, '02 is no layout version of namespace workflow'],
    ['060199', 2, 'no integer of 0 to 2^53 - 1'],
    ['060115', 3, 'an integer is cut off'],
    ['06011500', 3, 'an integer has leading zeroes'],
    ['06011414', 2, 'integer is not from 6 to 9007199254740991'],
    ['00010261', 3, 'no family goes on with 61 here'],
    ['05010200000000000001', 10, 'ends 1 byte too early'],
    ['050102000000000000000100', 11, '1 byte after the end of queue.message'],
    ['060115011501ff', 6, '1 byte after the end of workflow.name'],
    ['06011501150100ff', 6, '2 bytes after the end of workflow.name'],
    ['080101010000', 6, 'ends 2 bytes too early'],
    ['0a01150101', 5, 'a byte string has no terminator'],
    ['0a0115011501', 4, 'no byte string'],
    ['0a01150101aa00', 4, 'a digest has 32 bytes, not 1'],
    ['08010104', 3, 'byte 4 is not from 0 to 3'],
    ['0905', 1, 'no family goes on with 05 here'],
    ['02ff', 1, 'not valid UTF-8'],
  ])('%s at %i: %s', (hex, byteOffset, reason) => {
    expect(malformedDetails(() => decodeKey(fromHex(hex)))).toEqual({ keyHex: hex, byteOffset, reason });
  });
});

test('a huge key is decoded or refused in one pass', () => {
  const nested = new Uint8Array(2_000_000).fill(0x05);
  nested.set([0x06, 0x01, 0x15, 0x06]);
  expect(malformedDetails(() => decodeKey(nested)).reason).toBe('nested deeper than 32');
  nested.set([0x06, 0x01, 0x15, 0x02]);
  expect(malformedDetails(() => decodeKey(nested)).byteOffset).toBe(5);
  const location = new Uint8Array(2_000_000).fill(0x14);
  location.set([0x06, 0x01, 0x15, 0x02]);
  const decoded = decodeKey(location);
  expect((decoded.fields.location as unknown[]).length).toBe(1_999_996);
  expect(decoded.sentence.length).toBeLessThan(200);
});

test('arguments that are not bytes are a TypeError', () => {
  for (const stranger of [undefined, null, '01', [1], new ArrayBuffer(1)]) {
    expect(() => decodeKey(stranger as never)).toThrow(TypeError);
    expect(() => decodeKeyspaceKey(stranger as never)).toThrow(TypeError);
  }
});

describe('keys of the keyspace partition', () => {
  test('are named', () => {
    expect(KEYSPACE_FAMILIES.map(({ name }) => name)).toEqual(['keyspace.due']);
    const family = familyNamed('keyspace.due');
    fc.assert(
      fc.property(fieldsOf(family), (fields) => {
        expect(decodeKeyspaceKey(family.encode(fields))).toEqual({
          family: 'keyspace.due',
          fields,
          sentence: family.describe(fields),
          status: 'current',
        });
      }),
    );
  });

  test.each([
    '',
    '01',
    '14',
    '02',
    '026400',
    '0264756500',
    '026475650014',
    '02647565001402610000',
    '026475650014026100ff6200',
  ])('refuses %s', (hex) => {
    expect(malformedDetails(() => decodeKeyspaceKey(fromHex(hex))).keyHex).toBe(hex);
  });
});
