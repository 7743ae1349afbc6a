import { toHex } from './hex.js';

/**
 * What JSON can hold of a stored value: bytes as hex, bigints as digits, dates as ISO 8601, maps as lists of pairs
 * and sets as lists; `undefined` and numbers that JSON has no form for as text.
 */
export function toJson(value: unknown): unknown {
  if (value === undefined || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Map || value instanceof Set || Array.isArray(value)) return Array.from(value, toJson);
  // As own properties, whatever their names are.
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, toJson(part)]));
}
