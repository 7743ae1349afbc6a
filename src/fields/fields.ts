import type { ActorAccess, WriteOptions } from '../actor/index.js';
import { expiryOf, hashBytes, type Lifetime, readContent } from '../blobs/index.js';
import { encodeUtf8, equalBytes, toHex } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { decodeCanonicalJson, encodeCanonicalJson } from '../values/index.js';
import { FieldReference, type Hydrated, type HydrateOptions, hydrate } from './hydrate.js';
import { type FieldDefaults, settingsOf } from './settings.js';
import { readField, removeField, type StoredField, storedFields, writeField } from './stored-field.js';
import { type FieldSweepOptions, type FieldSweepResult, sweepFields } from './sweep.js';

/** A time that a call gives goes before the field's own; `permanent` keeps the value for good. */
export interface SetFieldOptions extends Lifetime, WriteOptions {
  readonly permanent?: boolean | undefined;
}

/** What is known of a field without reading its value. */
export interface FieldStat {
  readonly fieldName: string;
  /** Of the value as canonical JSON. */
  readonly valueBytes: number;
  readonly updatedAtMs: number;
  /** Absent if it stays. */
  readonly expiresAtMs?: number;
  /** The blob that holds it, in hex; absent if it is inline. */
  readonly digest?: string;
}

/** A value as it was set, for {@link ActorFields.replay}. */
export interface FieldEvent {
  readonly fieldName: string;
  readonly value: unknown;
  /** When it ends; absent if it stays. */
  readonly expiresAtMs?: number | undefined;
}

/**
 * The actor's fields: JSON values by name, of any size. What is larger than may be inline goes into a blob of the
 * actor, in the same commit. A value that ended is not there. Reading is what was written, wherever it is kept; no
 * value, whatever it looks like, is taken for a reference.
 *
 * @throws {TypeError | RangeError} If an argument is of another type or out of its range.
 * @throws {KeyspaceError} On writing: `value.unserialisable` naming the path inside the value, `value.too_large`,
 * `key.too_large` for a name. On reading: `blob.missing`, `blob.corrupt`, `value.malformed`,
 * `value.version_unsupported`. And as `ActorAccess`.
 */
export class ActorFields {
  readonly #access: ActorAccess;
  readonly #defaults: FieldDefaults;

  constructor(access: ActorAccess, defaults: FieldDefaults) {
    this.#access = access;
    this.#defaults = defaults;
  }

  /** Sets a field to any JSON value. */
  set(fieldName: string, value: unknown, options: SetFieldOptions = {}): Promise<void> {
    return this.setMany([[fieldName, value]], options);
  }

  /** All or nothing. */
  async setMany(
    entries: Iterable<readonly [fieldName: string, value: unknown]>,
    options: SetFieldOptions = {},
  ): Promise<void> {
    // Before anything is waited for: the caller may change the values.
    const encoded = Array.from(
      entries,
      ([fieldName, value]) => [fieldName, encodeCanonicalJson(value)] as const,
    );
    const { durability } = options;
    await this.#access.transaction(
      async (access) => {
        for (const [fieldName, bytes] of encoded) {
          await writeField(access, this.#defaults, fieldName, bytes, this.#expiry(fieldName, options));
        }
      },
      { durability },
    );
  }

  /** The value, or `undefined` if there is none. */
  async get(fieldName: string): Promise<unknown> {
    const stored = await readField(this.#access, fieldName);
    return stored && decodeCanonicalJson(await readContent(this.#access, stored.content));
  }

  /**
   * The value if it is text, as it was set, or `undefined` if there is none.
   *
   * @throws {KeyspaceError} Also `field.type_mismatch` if it is something else.
   */
  async readString(fieldName: string): Promise<string | undefined> {
    const stored = await readField(this.#access, fieldName);
    if (stored === undefined) return undefined;
    const value = decodeCanonicalJson(await readContent(this.#access, stored.content));
    if (typeof value === 'string') return value;
    throw mismatch(fieldName, 'a string', value);
  }

  /** Text as its UTF-8, anything else as canonical JSON; `undefined` if there is no value. A new array. */
  async readBytes(fieldName: string): Promise<Uint8Array | undefined> {
    const stored = await readField(this.#access, fieldName);
    if (stored === undefined) return undefined;
    const bytes = await readContent(this.#access, stored.content);
    const value = decodeCanonicalJson(bytes);
    return typeof value === 'string' ? encodeUtf8(value) : bytes;
  }

  /** What is known of a field without reading its value; `undefined` if there is no value. */
  async stat(fieldName: string): Promise<FieldStat | undefined> {
    const stored = await readField(this.#access, fieldName);
    return stored && statOf(fieldName, stored);
  }

  /** Of every field, in order of their names' UTF-8. */
  async *list(): AsyncGenerator<FieldStat, void, undefined> {
    for await (const { fieldName, ...stored } of storedFields(this.#access)) yield statOf(fieldName, stored);
  }

  /** Every field by its name: values that are inline, and references to those in blobs, for {@link hydrate}. */
  async getAll(): Promise<Record<string, unknown>> {
    const entries: [string, unknown][] = [];
    for await (const { fieldName, content } of storedFields(this.#access)) {
      const value =
        content.kind === 'inline'
          ? decodeCanonicalJson(content.bytes)
          : new FieldReference(fieldName, content.digest, content.byteCount);
      entries.push([fieldName, value]);
    }
    // Makes properties of its own, whatever their names.
    return Object.fromEntries(entries);
  }

  /** A copy of a value with what its references stand for, at any depth. What is given is left as it is. */
  hydrate(value: unknown, options?: HydrateOptions): Promise<Hydrated> {
    return hydrate(this.#access, value, options);
  }

  /**
   * Changes parts of a value that is an object, as JSON Merge Patch (RFC 7396) says: properties of the patch replace
   * those of the value, `null` removes one, objects are merged. No value is as an empty object.
   *
   * @throws {KeyspaceError} Also `field.type_mismatch` if the value is no object.
   */
  patch(
    fieldName: string,
    patch: Readonly<Record<string, unknown>>,
    options: SetFieldOptions = {},
  ): Promise<void> {
    const copy = decodeCanonicalJson(encodeCanonicalJson(patch));
    if (!isObject(copy)) throw new TypeError('a patch must be an object');
    return this.#change(fieldName, options, (value = {}) => {
      if (!isObject(value)) throw mismatch(fieldName, 'an object', value);
      return merge(value, copy);
    });
  }

  /**
   * Adds an item to a value that is an array, or text to one that is text. No value is as an empty array.
   *
   * @throws {KeyspaceError} Also `field.type_mismatch` if the value is neither.
   */
  append(fieldName: string, item: unknown, options: SetFieldOptions = {}): Promise<void> {
    const copy = decodeCanonicalJson(encodeCanonicalJson(item));
    return this.#change(fieldName, options, (value = []) => {
      if (Array.isArray(value)) return [...value, copy];
      if (typeof value === 'string' && typeof copy === 'string') return value + copy;
      throw mismatch(fieldName, typeof copy === 'string' ? 'an array or a string' : 'an array', value);
    });
  }

  /**
   * Sets the field if its value equals the expected one (`undefined`: if there is none). `undefined` as the value
   * deletes it. Large values are compared by their digests, and need not be readable.
   *
   * @returns Whether it did.
   */
  compareAndSet(
    fieldName: string,
    expected: unknown,
    value: unknown,
    options: SetFieldOptions = {},
  ): Promise<boolean> {
    const wanted = expected === undefined ? undefined : encodeCanonicalJson(expected);
    const next = value === undefined ? undefined : encodeCanonicalJson(value);
    const { durability } = options;
    return this.#access.transaction(
      async (access) => {
        if (!(await isValue(await readField(access, fieldName), wanted))) return false;
        if (next === undefined) await removeField(access, fieldName);
        else await writeField(access, this.#defaults, fieldName, next, this.#expiry(fieldName, options));
        return true;
      },
      { durability },
    );
  }

  /** @returns Whether there was a value. */
  delete(fieldName: string, options?: WriteOptions): Promise<boolean> {
    return this.#access.transaction((access) => removeField(access, fieldName), options);
  }

  /**
   * Copies a field of another actor, or of this one: bytes of its own. It stays as long as this actor's field says.
   *
   * @returns Whether there was a value to copy.
   */
  async copyFrom(
    source: ActorFields,
    fieldName: string,
    { as = fieldName, ...options }: SetFieldOptions & { readonly as?: string | undefined } = {},
  ): Promise<boolean> {
    const value = await source.get(fieldName);
    if (value === undefined) return false;
    await this.set(as, value, options);
    return true;
  }

  /**
   * Sets fields to what they were, as a log tells it, writing bytes that are missing or damaged anew. What is there
   * already stays as it is, and what has ended is not brought back.
   *
   * @returns How many were written.
   */
  async replay(events: Iterable<FieldEvent> | AsyncIterable<FieldEvent>): Promise<number> {
    let written = 0;
    for await (const { fieldName, value, expiresAtMs } of events) {
      if (expiresAtMs !== undefined && expiresAtMs <= this.#access.clock.nowMs()) continue;
      const bytes = encodeCanonicalJson(value);
      await this.#access.transaction(async (access) => {
        const stored = await readField(access, fieldName);
        const isSame = stored?.record.expiresAtMs === expiresAtMs && (await isValue(stored, bytes));
        if (isSame && (await isReadable(access, stored))) return;
        await writeField(access, this.#defaults, fieldName, bytes, expiresAtMs);
        written++;
      });
    }
    return written;
  }

  /** Removes fields that ended. What they were kept in retires. */
  sweep(options?: FieldSweepOptions): Promise<FieldSweepResult> {
    return sweepFields(this.#access, options);
  }

  #change(fieldName: string, options: SetFieldOptions, change: (value: unknown) => unknown): Promise<void> {
    return this.#access.transaction(
      async (access) => {
        const stored = await readField(access, fieldName);
        const value = stored && decodeCanonicalJson(await readContent(access, stored.content));
        const bytes = encodeCanonicalJson(change(value));
        await writeField(access, this.#defaults, fieldName, bytes, this.#expiry(fieldName, options));
      },
      { durability: options.durability },
    );
  }

  #expiry(fieldName: string, { permanent = false, ...lifetime }: SetFieldOptions): number | undefined {
    const nowMs = this.#access.clock.nowMs();
    const isGiven = lifetime.ttlMs !== undefined || lifetime.expiresAtMs !== undefined;
    if (permanent && isGiven) throw new TypeError('give either permanent or a time, not both');
    if (permanent) return undefined;
    return expiryOf(isGiven ? lifetime : { ttlMs: settingsOf(this.#defaults, fieldName).ttlMs }, nowMs);
  }
}

async function isValue(stored: StoredField | undefined, wanted: Uint8Array | undefined): Promise<boolean> {
  if (stored === undefined || wanted === undefined) return stored === undefined && wanted === undefined;
  const { content } = stored;
  if (content.kind === 'inline') return equalBytes(content.bytes, wanted);
  return content.byteCount === wanted.length && equalBytes(content.digest, await hashBytes(wanted));
}

async function isReadable(access: ActorAccess, stored: StoredField | undefined): Promise<boolean> {
  if (stored === undefined) return false;
  try {
    await readContent(access, stored.content);
    return true;
  } catch (error) {
    if (error instanceof KeyspaceError && /^(blob|value)\./.test(error.code)) return false;
    throw error;
  }
}

function statOf(fieldName: string, { record, content }: StoredField): FieldStat {
  const { updatedAtMs, expiresAtMs } = record;
  return {
    fieldName,
    valueBytes: content.kind === 'inline' ? content.bytes.length : content.byteCount,
    updatedAtMs,
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    ...(content.kind === 'blob' && { digest: toHex(content.digest) }),
  };
}

function merge(value: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  const merged = new Map(Object.entries(value));
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) merged.delete(name);
    else if (isObject(change)) {
      const before = merged.get(name);
      merged.set(name, merge(isObject(before) ? before : {}, change));
    } else merged.set(name, change);
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mismatch(fieldName: string, expected: string, value: unknown): KeyspaceError<'field.type_mismatch'> {
  const actual = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  return new KeyspaceError('field.type_mismatch', `the field is not ${expected}, but ${actual}`, {
    fieldName,
    expected,
    actual,
  });
}
