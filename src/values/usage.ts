import { definePayload, firstVersion, type Payload } from './payload.js';
import { readUsage, type Usage, writeUsage } from './schemas/usage-v1.generated.js';

/** Entries and their size. */
export interface UsageCount {
  readonly keyCount: number;
  /** Keys inside the actor and values together. */
  readonly bytes: number;
}

/** How much an actor stores. */
export interface UsageRecord {
  /** By namespace byte from `00` to `0b`; the last is of all other bytes together. Always 13. */
  readonly namespaces: readonly UsageCount[];
}

/** Namespaces that are counted each for itself. */
export const USAGE_NAMESPACES = 12;

/** Length of an encoded record, whatever it says: it counts itself. */
export const USAGE_RECORD_BYTES = 2 + (USAGE_NAMESPACES + 1) * 16;

/**
 * The value at key `00 01 ‖ T["usage"]`.
 *
 * Format: version 1, 13 times u64 · u64. Always 210 bytes.
 */
export const usagePayload: Payload<UsageRecord> = definePayload({
  name: 'system.usage',
  versions: firstVersion(1, readUsage),
  write: writeUsage,
  toWire: ({ namespaces }: UsageRecord): Usage => ({ namespaces }),
  fromWire: ({ namespaces }): UsageRecord => ({ namespaces }),
});

const VERSION = 1;
const WORD = 0x1_0000_0000;

/**
 * Writes what {@link usagePayload} encodes, without allocating: the record is part of every commit.
 *
 * @param target Of {@link USAGE_RECORD_BYTES} bytes.
 * @param keyCounts By slot, safe integers; below 0 they are written as 0. So are `bytes`.
 */
export function writeUsageRecord(
  target: Uint8Array,
  keyCounts: readonly number[],
  bytes: readonly number[],
): void {
  target[0] = VERSION;
  target[1] = 0;
  let at = 2;
  for (let slot = 0; slot <= USAGE_NAMESPACES; slot++) {
    at = writeU64(target, at, keyCounts[slot] as number);
    at = writeU64(target, at, bytes[slot] as number);
  }
}

/** Little-endian. */
function writeU64(target: Uint8Array, offset: number, value: number): number {
  const least = Math.max(0, value);
  writeU32(target, offset, least);
  writeU32(target, offset + 4, least / WORD);
  return offset + 8;
}

/** The low 32 bits of the value, whatever else it has. */
function writeU32(target: Uint8Array, offset: number, value: number): void {
  const word = value >>> 0;
  target[offset] = word;
  target[offset + 1] = word >>> 8;
  target[offset + 2] = word >>> 16;
  target[offset + 3] = word >>> 24;
}
