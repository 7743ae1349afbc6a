import type { Durability } from '../actor/index.js';

export interface SqliteOptions {
  /** When a promise resolves; see `WriteOptions`. Default `durable`. */
  readonly durability?: Durability | undefined;
  /**
   * Most steps of SQLite's machine that one call may take, counted in thousands: a whole number of 1,000 or
   * more, or `Infinity`. Default 1,000,000,000, many seconds.
   */
  readonly stepsMax?: number | undefined;
  /** Whether rows are objects by column name or arrays. Default `objects`. */
  readonly rows?: 'objects' | 'arrays' | undefined;
}

export type SqliteSettings = {
  readonly [Name in keyof SqliteOptions]-?: Exclude<SqliteOptions[Name], undefined>;
};

export const DEFAULT_SETTINGS: SqliteSettings = {
  durability: 'durable',
  stepsMax: 1_000_000_000,
  rows: 'objects',
};

/** @throws {TypeError | RangeError} If an option is none. */
export function withOptions(settings: SqliteSettings, options: SqliteOptions): SqliteSettings {
  const durability = options.durability ?? settings.durability;
  const stepsMax = options.stepsMax ?? settings.stepsMax;
  const rows = options.rows ?? settings.rows;
  if (durability !== 'durable' && durability !== 'deferred') {
    throw new TypeError(`durability must be 'durable' or 'deferred', not ${String(durability)}`);
  }
  const isCount =
    stepsMax === Number.POSITIVE_INFINITY || (Number.isSafeInteger(stepsMax) && stepsMax >= 1_000);
  if (!isCount)
    throw new RangeError(`stepsMax must be a whole number of 1,000 or more, not ${String(stepsMax)}`);
  if (rows !== 'objects' && rows !== 'arrays') throw new TypeError("rows must be 'objects' or 'arrays'");
  return { durability, stepsMax, rows };
}
