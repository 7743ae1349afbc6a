import type { ActorAccess } from '../actor/index.js';
import { fieldExpiry } from '../layout/index.js';
import { removeField } from './stored-field.js';

export interface FieldSweepOptions {
  /** Fields to remove at most. Default 1,000. */
  readonly limit?: number | undefined;
  /** Counts what a sweep would do, and writes nothing. */
  readonly dryRun?: boolean | undefined;
}

export interface FieldSweepResult {
  /** Fields that ended. */
  readonly expired: number;
  /** Whether there may be more. */
  readonly hasMore: boolean;
}

/** Of how many one commit disposes: what a transaction reads costs more the more it has written. */
const COMMIT_FIELDS = 64;

export async function sweepFields(
  access: ActorAccess,
  { limit = 1_000, dryRun = false }: FieldSweepOptions = {},
): Promise<FieldSweepResult> {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RangeError(`limit must be a whole number of 1 or more, not ${String(limit)}`);
  }
  const nowMs = Math.floor(access.clock.nowMs());
  if (nowMs < 0) return { expired: 0, hasMore: false };
  if (dryRun) {
    const { length } = await dueFields(access, nowMs, limit);
    return { expired: length, hasMore: length === limit };
  }
  let expired = 0;
  for (let hasMore = true; hasMore && expired < limit; ) {
    const count = Math.min(COMMIT_FIELDS, limit - expired);
    const ended = await access.transaction(async (transaction) => {
      const due = await dueFields(transaction, nowMs, count);
      for (const fieldName of due) await removeField(transaction, fieldName);
      return due.length;
    });
    expired += ended;
    hasMore = ended === count;
  }
  return { expired, hasMore: expired === limit };
}

async function dueFields(access: ActorAccess, nowMs: number, limit: number): Promise<string[]> {
  const { begin } = fieldExpiry.range();
  const { end } = fieldExpiry.range({ expiresAtMs: nowMs });
  const due: string[] = [];
  for await (const { key } of access.scanSizes({ begin, end }, { limit })) {
    due.push(fieldExpiry.decode(key).fieldName);
  }
  return due;
}
