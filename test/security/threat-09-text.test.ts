import { describe, expect, test } from 'vitest';
import { compareBytes, fromHex, toHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import { pack, readString, stringBytes, unpack, writeString } from '../../src/tuple/index.js';

const LONE = ['\ud800', '\udbff', '\udc00', '\udfff', '\udc00\ud800', '\ud83da', '\ud83d\ud83d\ude00'];

describe('tuple text', () => {
  test.each(LONE.map((text) => [toHex(new Uint8Array(Buffer.from(text, 'utf16le'))), text]))(
    'a lone surrogate (%s) is refused wherever it stands',
    (_, lone) => {
      for (const text of [lone, `a${lone}`, `${lone}z`, `\0${lone}`, `😀${lone}😀`, 'k'.repeat(100) + lone]) {
        expect(() => pack([text])).toThrow(RangeError);
        expect(() => pack([1, [text]])).toThrow(RangeError);
        expect(() => stringBytes(text)).toThrow(RangeError);
        expect(() => writeString(new Uint8Array(1000), 0, text)).toThrow(RangeError);
      }
    },
  );

  test('composed and decomposed text are two keys, and neither changes', () => {
    for (const text of ['é', 'Å', '가', 'ﬁ', 'ẛ̣']) {
      const forms = new Set(['NFC', 'NFD', 'NFKC', 'NFKD'].map((form) => text.normalize(form)));
      expect(forms.size).toBeGreaterThan(1);
      expect(new Set([...forms].map((form) => toHex(pack([form])))).size).toBe(forms.size);
      for (const form of forms) expect(unpack(pack([form]))).toEqual([form]);
    }
  });

  test('a byte order mark is text', () => {
    for (const text of ['\ufeff', '\ufeffa', 'a\ufeff', '\ufeff\0\ufeff']) {
      expect(unpack(pack([text]))).toEqual([text]);
      expect(readString(pack([text]), 0).value).toBe(text);
    }
  });

  test('the order is that of code points, not of UTF-16 units', () => {
    expect('\uffff' > '😀').toBe(true);
    expect(compareBytes(pack(['\uffff']), pack(['😀']))).toBe(-1);
  });

  test.each([
    ['an encoded surrogate', '02eda08000'],
    ['a CESU-8 pair', '02eda0bdedb88000'],
    ['an overlong NUL', '02c08000'],
    ['an overlong slash', '02c0af00'],
    ['an overlong three-byte form', '02e0808000'],
    ['a code point above 10ffff', '02f490808000'],
    ['a stray continuation byte', '0261800000'],
    ['a sequence cut by the terminator', '02e28200'],
    ['a sequence cut by an escaped NUL', '02e28200ff8200'],
    ['the byte fe', '02fe00'],
  ])('%s is not text', (_, hex) => {
    const bytes = fromHex(hex);
    for (const decode of [() => unpack(bytes), () => readString(bytes, 0)]) {
      expect(decode).toThrow(expect.toSatisfy((error) => isKeyspaceError(error, 'tuple.malformed')));
    }
  });
});
