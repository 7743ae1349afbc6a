import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/cli/failure.js';
import { parseHex, pointAt } from '../../src/cli/hex.js';
import { spacedHex } from '../../src/layout/index.js';

const bytes = fc.uint8Array({ maxLength: 40 });

function failure(text: string): InputError {
  try {
    parseHex(text);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('hex input', () => {
  test('is read with any space between bytes, any case, and 0x before any of them', () => {
    const written = fc.tuple(
      fc.constantFrom('', '0x', '0X'),
      fc.boolean(),
      fc.constantFrom('', ' ', '\t', '  '),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(255), written)), (parts) => {
        const text = parts
          .map(([byte, [prefix, isUpper, space]]) => {
            const digits = byte.toString(16).padStart(2, '0');
            // A prefix begins a word.
            return `${prefix && ` ${prefix}`}${isUpper ? digits.toUpperCase() : digits}${space}`;
          })
          .join('');
        expect(parseHex(text)).toEqual(Uint8Array.from(parts, ([byte]) => byte));
      }),
    );
  });

  test('reads back what is printed', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(parseHex(spacedHex(value))).toEqual(value);
      }),
    );
  });

  test('is refused with a caret under the first wrong character', () => {
    const wrong = failure('08 0g 01');
    expect(wrong.message).toBe('not hex: "g" is not a hex digit, character 5');
    expect(wrong.context).toEqual(['  08 0g 01', '      ^']);
    expect(failure('08 1').context).toEqual(['  08 1', '     ^']);
  });

  test('keeps the caret in place behind characters that are not shown', () => {
    const wrong = failure('08\u001b\t\u009b z');
    expect(wrong.message).toBe('not hex: "\\u001b" is not a hex digit, character 3');
    expect(wrong.context).toEqual(['  08    z', '    ^']);
    expect(failure('08\t\u202801 \u{1f600}')).toMatchObject({
      message: 'not hex: "\u{1f600}" is not a hex digit, character 8',
      context: ['  08  01 \u{1f600}', '         ^'],
    });
  });

  test('that is long is shown around the wrong character only', () => {
    const { context } = failure(`${'00'.repeat(5_000)}x${'00'.repeat(5_000)}`);
    expect(context[0]!.length).toBeLessThan(130);
    expect(context[0]![context[1]!.indexOf('^')]).toBe('x');
  });
});

test('carets stand under the byte meant, or behind the last', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 100 }).chain((value) => fc.tuple(fc.constant(value), fc.nat(value.length))),
      ([value, byteOffset]) => {
        const [shown = '', carets = ''] = pointAt(value, byteOffset);
        const at = carets.indexOf('^^');
        expect(carets.trim()).toBe('^^');
        const meant = value[byteOffset];
        expect(shown.slice(at, at + 2)).toBe(meant === undefined ? '' : meant.toString(16).padStart(2, '0'));
      },
    ),
  );
});
