import { KeyspaceError } from '../errors.js';
import { BareError, ByteCursor, Config, readU16, writeU16 } from './bare.js';

/**
 * A stored value's format: a payload version (u16, little-endian), then the record of that version in BARE.
 *
 * Every version ever published stays readable and is upgraded while reading; the newest alone is written.
 */
export interface Payload<Value> {
  /** Named in errors, for example `queue.message`. */
  readonly name: string;
  readonly payloadVersionMin: number;
  /** The version that is written. */
  readonly payloadVersionMax: number;

  /**
   * @returns A new array the caller owns.
   * @throws {RangeError} If a number does not fit its field, or a text holds a lone surrogate.
   */
  encode(value: Value): Uint8Array;

  /**
   * Takes exactly the bytes that encoders of the known versions write, in time and memory proportional to them.
   *
   * @returns A record that shares no memory with `bytes`.
   * @throws {KeyspaceError} `value.version_unsupported` if the payload version is unknown, `value.malformed` if
   * the rest is not its canonical record.
   */
  decode(bytes: Uint8Array): Value;
}

/** How to read every version of a payload as the newest one's record. */
export interface PayloadVersions<Wire> {
  readonly min: number;
  readonly max: number;
  read(payloadVersion: number, cursor: ByteCursor): Wire;
}

/** The oldest readable version, read by its generated codec. */
export function firstVersion<Wire>(
  payloadVersion: number,
  read: (cursor: ByteCursor) => Wire,
): PayloadVersions<Wire> {
  return { min: payloadVersion, max: payloadVersion, read: (_version, cursor) => read(cursor) };
}

/** The version after `older`: read by its own codec, or by `older` and then upgraded. */
export function nextVersion<Older, Wire>(
  older: PayloadVersions<Older>,
  read: (cursor: ByteCursor) => Wire,
  upgrade: (record: Older) => Wire,
): PayloadVersions<Wire> {
  return {
    min: older.min,
    max: older.max + 1,
    read: (version, cursor) => (version <= older.max ? upgrade(older.read(version, cursor)) : read(cursor)),
  };
}

export interface PayloadDefinition<Wire, Value> {
  readonly name: string;
  readonly versions: PayloadVersions<Wire>;
  /** Writes a record of the newest version. */
  readonly write: (cursor: ByteCursor, record: Wire) => void;
  readonly toWire: (value: Value) => Wire;
  /** @throws {BareError} If no encoder writes this record. */
  readonly fromWire: (record: Wire) => Value;
}

// What a value may weigh is the store's matter; the cursor's own ceiling is only moved out of the way.
const CONFIG = Config({ initialBufferLength: 256, maxBufferLength: 0x7fff_ffff });
const VERSION_BYTES = 2;

/** Makes a payload codec of generated codecs, upgrades and the mapping to the record that callers see. */
export function definePayload<Wire, Value>(definition: PayloadDefinition<Wire, Value>): Payload<Value> {
  const { name, versions } = definition;
  const malformed = (byteOffset: number, reason: string, cause?: unknown) =>
    new KeyspaceError(
      'value.malformed',
      `${name} is malformed at byte ${byteOffset}: ${reason}`,
      { payload: name, byteOffset, reason },
      { cause },
    );

  return {
    name,
    payloadVersionMin: versions.min,
    payloadVersionMax: versions.max,

    encode(value) {
      const cursor = new ByteCursor(new Uint8Array(CONFIG.initialBufferLength), CONFIG);
      writeU16(cursor, versions.max);
      definition.write(cursor, definition.toWire(value));
      return cursor.bytes.slice(0, cursor.offset);
    },

    decode(bytes) {
      if (bytes.length < VERSION_BYTES) throw malformed(bytes.length, 'no payload version');
      // A plain view: slices of a Buffer would share its memory instead of copying.
      const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
      const cursor = new ByteCursor(view, CONFIG);
      const payloadVersion = readU16(cursor);
      if (payloadVersion < versions.min || payloadVersion > versions.max) {
        throw new KeyspaceError(
          'value.version_unsupported',
          `${name} has payload version ${payloadVersion}, versions ${versions.min} to ${versions.max} are known`,
          { payload: name, payloadVersion, payloadVersionMax: versions.max },
        );
      }
      try {
        const record = versions.read(payloadVersion, cursor);
        if (cursor.offset < bytes.length) throw malformed(cursor.offset, 'trailing bytes');
        return definition.fromWire(record);
      } catch (error) {
        if (error instanceof BareError) throw malformed(cursor.offset, error.issue, error);
        throw error;
      }
    },
  };
}
