import { spacedHex } from '../layout/index.js';
import { InputError } from './failure.js';
import { blanked, jsonLine } from './output.js';

/** Lower-case hex, two digits each, without separators. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/**
 * Bytes written as hex digits of either case, with any space between bytes and `0x` before any of them.
 *
 * @throws {InputError} With a caret under the first wrong character.
 */
export function parseHex(text: string): Uint8Array {
  const parts: Buffer[] = [];
  for (const { 0: word, index } of text.matchAll(/\S+/g)) {
    const start = /^0x/i.test(word) ? 2 : 0;
    const digits = word.slice(start);
    const wrong = digits.search(/[^0-9a-f]/i);
    if (wrong !== -1) {
      const character = String.fromCodePoint(digits.codePointAt(wrong) as number);
      throw wrongHex(`${jsonLine(character)} is not a hex digit`, text, index + start + wrong);
    }
    if (digits.length % 2 !== 0) throw wrongHex('half a byte', text, index + word.length - 1);
    parts.push(Buffer.from(digits, 'hex'));
  }
  return new Uint8Array(Buffer.concat(parts));
}

const CHARACTERS_AROUND = 60;

function wrongHex(reason: string, text: string, at: number): InputError {
  const from = Math.max(0, at - CHARACTERS_AROUND);
  return new InputError(`not hex: ${reason}, character ${at + 1}`, [
    `  ${blanked(text.slice(from, at + CHARACTERS_AROUND))}`,
    `  ${' '.repeat(at - from)}^`,
  ]);
}

const BYTES_AROUND = 16;

/** The bytes around an offset and, below, carets under that byte, or behind the last where they end too early. */
export function pointAt(bytes: Uint8Array, byteOffset: number): string[] {
  const from = Math.max(0, byteOffset - BYTES_AROUND);
  const to = Math.min(bytes.length, byteOffset + BYTES_AROUND + 1);
  const lead = from > 0 ? '… ' : '';
  const tail = to < bytes.length ? ' …' : '';
  return [
    `  ${lead}${spacedHex(bytes.subarray(from, to))}${tail}`,
    `  ${' '.repeat(lead.length + 3 * (byteOffset - from))}^^`,
  ];
}
