import { toHex } from '../bytes/index.js';

const TEXT_CHARACTERS_MAX = 40;
const HEX_BYTES_MAX = 24;
const SEGMENTS_MAX = 12;

/** Text in quotes with control characters escaped, cut to 40 UTF-16 units. */
export function quoted(text: string): string {
  if (text.length <= TEXT_CHARACTERS_MAX) return JSON.stringify(text);
  const { length } = text;
  const isSplit = /[\ud800-\udbff]/.test(text[TEXT_CHARACTERS_MAX - 1] as string);
  const cut = text.slice(0, isSplit ? TEXT_CHARACTERS_MAX - 1 : TEXT_CHARACTERS_MAX);
  return `${JSON.stringify(cut)}… (${length} characters)`;
}

/** Hex of bytes, cut to 24 of them. */
export function shortHex(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'the empty byte string';
  if (bytes.length <= HEX_BYTES_MAX) return toHex(bytes);
  return `${toHex(bytes.subarray(0, HEX_BYTES_MAX))}… (${bytes.length} bytes)`;
}

/** `1 byte`, `2 bytes`. */
export function byteCount(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}

/** Joins the parts of a path, cut to 12 of them. */
export function shortPath(parts: readonly string[]): string {
  if (parts.length <= SEGMENTS_MAX) return parts.join('/');
  return `${parts.slice(0, SEGMENTS_MAX).join('/')}/… (${parts.length} segments)`;
}

/** The name of a constant by its value. */
export function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, number]) => number === value)?.[0] ?? String(value);
}
