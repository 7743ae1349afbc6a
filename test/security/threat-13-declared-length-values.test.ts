import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import { actorPayload, connectionPayload, decodeCbor } from '../../src/values/index.js';
import { errorOf, SAMPLES } from '../values/support.js';

/** Whether a decoding of a few hundred bytes took memory out of proportion: right after it, nothing is freed yet. */
function decodeWatched(decode: () => unknown): unknown {
  const before = process.memoryUsage();
  let outcome: unknown;
  try {
    outcome = decode();
  } catch (error) {
    if (!isKeyspaceError(error, 'value.malformed')) throw error;
    outcome = error;
  }
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(1 << 20);
  expect(after.heapUsed - before.heapUsed).toBeLessThan(16 << 20);
  return outcome;
}

/** 2^32 - 1, 2^31, 2^53 - 1 and 2^64 - 1 as BARE lengths. */
const BARE_LENGTHS = ['ffffffff0f', '8080808008', 'ffffffffffffff0f', 'ffffffffffffffffff01'].map(fromHex);

describe.each(SAMPLES)('$payload.name', ({ payload, records }) => {
  test('survives a huge length in any place', () => {
    fc.assert(
      fc.property(records, fc.constantFrom(...BARE_LENGTHS), (record, length) => {
        const bytes = payload.encode(record);
        for (let at = 2; at < Math.min(bytes.length, 100); at++) {
          const hostile = concatBytes(bytes.subarray(0, at), length, bytes.subarray(at + 1));
          decodeWatched(() => payload.decode(hostile));
        }
      }),
      { numRuns: 30 },
    );
  });
});

test.each([
  ['data', actorPayload, '0400 00 00 ffffffff0f'],
  ['a list of events', actorPayload, '0400 00 00 00 ffffffff0f 00 0000000000000000 00 00'],
  ['a text', connectionPayload, '0400 ffffffff0f 6161616161616161616161'],
  ['a list of texts', connectionPayload, '0400 00 00 00 ffffffff0f 00000000000000000000'],
  ['a map', connectionPayload, '0400 00 00 00 00 00000000 00000000 0000 0000 00 ffffffff0f 00 00 0161 00'],
])('BARE: %s of 2^32 - 1', (_what, payload, hex) => {
  const bytes = fromHex(hex.replaceAll(' ', ''));
  expect(decodeWatched(() => payload.decode(bytes))).toMatchObject({ code: 'value.malformed' });
});

describe('CBOR', () => {
  const majors = { bytes: 0x40, text: 0x60, array: 0x80, object: 0xa0 };
  const lengths = [
    '1affffffff',
    '1a80000000',
    '19ffff',
    '1b001fffffffffffff',
    '1b7fffffffffffffff',
    '1bffffffffffffffff',
  ];

  test.each(
    Object.entries(majors).flatMap(([kind, major]) => lengths.map((length) => ({ kind, major, length }))),
  )('$kind of $length', ({ major, length }) => {
    const head = fromHex(length);
    head[0] = (head[0] as number) | major;
    for (const prefix of ['', '81', 'a16161', 'd840', 'd90102', 'd90103', 'c2', '8281']) {
      const hostile = concatBytes(fromHex(prefix), head, new Uint8Array(20));
      expect(decodeWatched(() => decodeCbor(hostile))).toMatchObject({ code: 'value.malformed' });
    }
  });

  test('an array of more items than bytes is refused at its head', () => {
    const hostile = concatBytes(fromHex('9a000f4240'), new Uint8Array(999_999));
    expect(errorOf('value.malformed', () => decodeCbor(hostile)).details.byteOffset).toBe(0);
  });

  test('a bigint of a megabyte decodes without quadratic work', () => {
    const magnitude = new Uint8Array(1 << 20).fill(0xff);
    const bytes = concatBytes(fromHex('c25a00100000'), magnitude);
    expect(decodeCbor(bytes)).toBe(2n ** BigInt(8 << 20) - 1n);
  });
});
