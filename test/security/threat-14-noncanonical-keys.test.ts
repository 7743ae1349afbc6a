import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, startsWith, toHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import { decodeKey } from '../../src/layout/index.js';
import { ACTOR_ONLY, type Fields, familyNamed, keysOf } from '../layout/support.js';

function isRefused(key: Uint8Array): boolean {
  try {
    decodeKey(key);
    return false;
  } catch (error) {
    if (isKeyspaceError(error, 'key.malformed')) return true;
    throw error;
  }
}

describe('second spellings of one key', () => {
  test.each([
    ['zero in two bytes', '0601150114', '06011501' + '1500'],
    ['5 with a leading zero', '060115011505', '06011501' + '160005'],
    ['5 in eight bytes', '060115011505', '06011501' + '1c0000000000000005'],
    ['5 with a length byte', '060115011505', '06011501' + '1d0105'],
    ['-0', '0601150114', '06011501' + '13ff'],
    ['a text without its end', '06011504026100', '0601150402' + '61'],
    ['a text as bytes', '06011504026100', '0601150401' + '6100'],
    ['overlong UTF-8', '06011504022f00', '0601150402' + 'c0af00'],
    ['a surrogate pair as two', '0601150402f09f988000', '0601150402' + 'eda0bdedb88000'],
    ['overlong UTF-8 in a connection id', '022f', '02' + 'c0af'],
    ['a loop turn with a null', '06011502051414' + '00', '0601150205141400ff' + '00'],
    ['a tuple prefix in two bytes', '0601150114', '0601' + '160001' + '14'],
    ['a double for an integer', '060115011505', '06011501' + '21c014000000000000'],
  ])('%s', (_what, canonical, second) => {
    expect(isRefused(fromHex(canonical))).toBe(false);
    expect(isRefused(fromHex(second))).toBe(true);
  });
});

test('no key takes bytes after its end but those whose last field runs to the end', () => {
  const closed = ACTOR_ONLY.filter(
    ({ fields }) => !/^(bytes|utf8|location|tuple elements)$/.test(fields.at(-1)?.type ?? ''),
  );
  expect(closed.length).toBeGreaterThan(15);
  fc.assert(
    fc.property(
      keysOf(closed),
      fc.uint8Array({ minLength: 1, maxLength: 3 }),
      ([family, fields], trailing) => {
        // Behind the 00 that ends a tuple's text, ff makes it a NUL within: the key of a longer text.
        fc.pre(trailing[0] !== 0xff || !family.notation.includes('T['));
        const key = concatBytes(family.encode(fields), trailing);
        let other: string | undefined;
        try {
          other = decodeKey(key).family;
        } catch (error) {
          if (!isKeyspaceError(error, 'key.malformed')) throw error;
        }
        // The one key that begins others: layout-0 queue metadata is the byte 06, workflow's namespace.
        if (other !== undefined)
          expect([family.name, other]).toEqual([
            'layout0.queue.metadata',
            expect.stringMatching(/^workflow\./),
          ]);
      },
    ),
    { numRuns: 3_000 },
  );
});

test('whatever is accepted is the only spelling of its fields', () => {
  // Every single-byte change of a key: accepted ones have to encode to themselves.
  fc.assert(
    fc.property(keysOf(ACTOR_ONLY), fc.nat(), ([family, fields], position) => {
      const key = family.encode(fields);
      const at = position % key.length;
      for (let byte = 0; byte < 256; byte += 5) {
        const changed = concatBytes(key.subarray(0, at), Uint8Array.of(byte), key.subarray(at + 1));
        let decoded: ReturnType<typeof decodeKey>;
        try {
          decoded = decodeKey(changed);
        } catch (error) {
          if (!isKeyspaceError(error, 'key.malformed')) throw error;
          continue;
        }
        const again = familyNamed(decoded.family).encode(decoded.fields as Fields);
        expect(toHex(again)).toBe(toHex(changed));
        expect(startsWith(changed, familyNamed(decoded.family).prefix)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});
