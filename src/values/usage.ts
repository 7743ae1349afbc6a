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
