import { VALUE_BYTES_MAX } from '../store/index.js';

/** What becomes of a value that is larger than may be inline: it goes into a blob, is cut down to a note, or is refused. */
export type OnOversize = 'overflow' | 'truncate' | 'reject';

export interface FieldSettings {
  /**
   * Serialised bytes that are kept beside the field itself, inclusive: 0 to 131,072. What is larger is oversize.
   * Default: the keyspace's, or 131,072.
   */
  readonly inlineBytesMax?: number | undefined;
  /** For how long a value stays after it was written: 1 or more. Default for good. */
  readonly ttlMs?: number | undefined;
  /** Default `overflow`. */
  readonly onOversize?: OnOversize | undefined;
}

export type FieldDeclarations = Readonly<Record<string, FieldSettings>>;

/** What was left out of a field that may not overflow. */
export interface TruncatedField {
  readonly fieldName: string;
  readonly valueBytes: number;
  readonly inlineBytesMax: number;
}

/** Settings of all fields of a keyspace's actors. */
export interface FieldDefaults {
  /** For fields that do not say: 0 to 131,072. Default 131,072. */
  readonly inlineBytesMax?: number | undefined;
  readonly fields?: FieldDeclarations | undefined;
  /** Told of every value of which only a note was kept. */
  readonly onTruncate?: ((truncated: TruncatedField) => void) | undefined;
}

/** The largest ceiling, and the default: what a value may have in any store. */
const INLINE_BYTES_MAX = VALUE_BYTES_MAX;

const SETTINGS = ['inlineBytesMax', 'ttlMs', 'onOversize'];
const DEFAULTS = ['inlineBytesMax', 'fields', 'onTruncate'];
const ON_OVERSIZE: readonly unknown[] = ['overflow', 'truncate', 'reject'];

/**
 * Checks the settings of fields, so that a bad one is told when it is declared. Fields that are not declared have the
 * defaults.
 *
 * @returns A copy, which nobody can change.
 * @throws {TypeError} If a setting is of another type or not known.
 * @throws {RangeError} If one is out of its range.
 */
export function declareFields<const Declarations extends FieldDeclarations>(
  declarations: Declarations,
): Declarations {
  assertObject(declarations, 'declarations of fields');
  const checked = Object.entries(declarations).map(([name, settings]) => {
    assertObject(settings, `settings of field ${name}`);
    assertKnown(settings, SETTINGS, `of field ${name}`);
    const { inlineBytesMax, ttlMs, onOversize } = settings;
    assertOptionalWhole(inlineBytesMax, 0, INLINE_BYTES_MAX, `inlineBytesMax of field ${name}`);
    assertOptionalWhole(ttlMs, 1, Number.MAX_SAFE_INTEGER, `ttlMs of field ${name}`);
    if (onOversize !== undefined && !ON_OVERSIZE.includes(onOversize)) {
      throw new TypeError(
        `onOversize of field ${name} must be overflow, truncate or reject, not ${String(onOversize)}`,
      );
    }
    return [name, Object.freeze({ ...settings })] as const;
  });
  return Object.freeze(Object.fromEntries(checked)) as Declarations;
}

/** @throws {TypeError | RangeError} As {@link declareFields}. */
export function checkFieldDefaults(defaults: FieldDefaults): FieldDefaults {
  assertObject(defaults, 'settings of fields');
  assertKnown(defaults, DEFAULTS, 'of fields');
  const { inlineBytesMax, fields = {}, onTruncate } = defaults;
  assertOptionalWhole(inlineBytesMax, 0, INLINE_BYTES_MAX, 'inlineBytesMax');
  if (onTruncate !== undefined && typeof onTruncate !== 'function') {
    throw new TypeError('onTruncate must be a function');
  }
  return { inlineBytesMax, fields: declareFields(fields), onTruncate };
}

export interface ResolvedSettings {
  readonly inlineBytesMax: number;
  readonly ttlMs: number | undefined;
  readonly onOversize: OnOversize;
}

/** The field's own setting, or else the keyspace's, or else the default. */
export function settingsOf(defaults: FieldDefaults, fieldName: string): ResolvedSettings {
  const { fields = {} } = defaults;
  const declared = Object.hasOwn(fields, fieldName) ? fields[fieldName] : undefined;
  return {
    inlineBytesMax: declared?.inlineBytesMax ?? defaults.inlineBytesMax ?? INLINE_BYTES_MAX,
    ttlMs: declared?.ttlMs,
    onOversize: declared?.onOversize ?? 'overflow',
  };
}

function assertObject(value: unknown, what: string): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new TypeError(`${what} must be an object`);
}

function assertKnown(value: object, known: readonly string[], what: string): void {
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) throw new TypeError(`unknown setting ${name} ${what}`);
  }
}

function assertOptionalWhole(value: unknown, min: number, max: number, name: string): void {
  if (value === undefined) return;
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, not ${typeof value}`);
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${name} must be a whole number from ${min} to ${max}, not ${value}`);
}
