import type { Layout } from './constants.js';

/** Keys from `begin` (inclusive) to `end` (exclusive), bytewise. */
export interface LayoutRange {
  readonly begin: Uint8Array;
  readonly end: Uint8Array;
}

/**
 * How settled a family is: the keys of `current` have their bytes for ever, those of `readable` are of an older
 * layout and never written, those of `reserved` are set aside until a later version gives them a meaning.
 */
export type KeyStatus = 'current' | 'readable' | 'reserved';

/** Which kind of partition a family's keys are in. */
export type PartitionKind = 'actor' | 'keyspace';

/** What a table says about one field. */
export interface FieldSummary {
  readonly name: string;
  readonly type: string;
  readonly domain: string;
}

/** Fields of a family that has exactly one key. */
export type NoFields = Readonly<Record<never, never>>;

/** One family of keys: its encoder, its strict decoder and what is said about it. */
export interface KeyFormat<Fields extends object> {
  /** Unique among families, for example `sqlite.chunk`. */
  readonly name: string;
  readonly partition: PartitionKind;
  /** First byte of an actor's key; `undefined` in the keyspace partition. */
  readonly namespace: number | undefined;
  /** Second byte where the namespace has a layout version. */
  readonly layoutVersion: number | undefined;
  /** Layouts that have this family with these bytes. Empty in the keyspace partition. */
  readonly layouts: readonly Layout[];
  readonly status: KeyStatus;
  /** The value's format; `not defined yet` where only the key is settled. */
  readonly payload: string;
  /** What the key holds, for tables. */
  readonly summary: string;
  /** For example `08 01 01 ‖ fileTag u8 ‖ chunkIndex u32be`, or `06 01 ‖ T[1, index]`. */
  readonly notation: string;
  readonly fields: readonly FieldSummary[];
  /** The bytes that every key of the family begins with, a new array each time. */
  readonly prefix: Uint8Array;
  /** Fields of one key, for documents and tests. */
  readonly example: Fields;

  /**
   * Length of the encoded key in bytes, for fields that {@link encode} accepts. There is no limit here: stores
   * have theirs.
   */
  keyBytes(fields: Fields): number;

  /**
   * @returns A new array the caller owns.
   * @throws {TypeError} If a field has another type.
   * @throws {RangeError} If a field is outside its domain.
   * @throws {KeyspaceError} `actor.id_invalid` if a field is an actor id that is none.
   */
  encode(fields: Fields): Uint8Array;

  /**
   * Encodes to `target` at `offset`, without a new array for the key. What `target` holds from there on is undefined after
   * an error.
   *
   * @returns The offset after the key.
   * @throws {RangeError} If the key does not fit. Otherwise as {@link encode}.
   */
  encodeInto(fields: Fields, target: Uint8Array, offset: number): number;

  /**
   * Accepts exactly what {@link encode} writes.
   *
   * @returns New fields that share no memory with `bytes`.
   * @throws {TypeError} If `bytes` is not a `Uint8Array`.
   * @throws {KeyspaceError} `key.malformed`.
   */
  decode(bytes: Uint8Array): Fields;

  /**
   * The family's keys that begin with `leading`: some of the fields, from the first on without a gap.
   * Nothing gives the whole family, all fields the one key. A last field that is open-ended (a user key, a
   * location) counts as a beginning: its range holds the key itself and all that extend it. A range holds
   * keys of no other family.
   *
   * Bounds compose: chunks from the fifth on are `encode({ fileTag, chunkIndex: 4 })` up to
   * `range({ fileTag }).end`.
   *
   * @returns New arrays the caller owns.
   * @throws {TypeError} Also if a field is unknown, or given without the one before it. Otherwise as
   * {@link encode}.
   */
  range(leading?: Partial<Fields>): LayoutRange;

  /** As {@link range}, without the key that is exactly `leading`: what is under a location, but not at it. */
  rangeWithin(leading: Partial<Fields>): LayoutRange;

  /** One English sentence about the key of these fields. Long texts and bytes are shortened. */
  describe(fields: Fields): string;
}
