import { fromHex, isUtf8Encodable, toHex } from '../bytes/index.js';

/** The version that is written, and the only one that is read. */
export const EXPORT_FORMAT_VERSION = 1;

/** A line with its line feed is never longer: the largest entry's has 179,592. */
export const EXPORT_LINE_BYTES_MAX = 196_608;

/** How one field stands in a line. */
interface FieldFormat<Value> {
  /** What it may look like: a regular expression without groups. */
  readonly pattern: string;
  write(value: Value): string;
  /** @returns `undefined` for what matches the pattern and is still not what {@link write} writes. */
  read(text: string): Value | undefined;
}

function constant(value: string): FieldFormat<string> {
  const text = JSON.stringify(value);
  return { pattern: text, write: () => text, read: () => value };
}

const whole: FieldFormat<number> = {
  pattern: '(?:0|[1-9][0-9]{0,15})',
  write: String,
  read: (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : undefined),
};

/** A JSON string in printable ASCII, so that no line can steer a terminal or be split elsewhere. */
const string: FieldFormat<string> = {
  pattern: '"(?:[^"\\\\]|\\\\.)*"',
  write: (text) =>
    JSON.stringify(text).replace(
      /[^ -~]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  read(text) {
    let value: string;
    try {
      value = JSON.parse(text);
    } catch {
      return undefined;
    }
    return isUtf8Encodable(value) && string.write(value) === text ? value : undefined;
  },
};

const hexBytes: FieldFormat<Uint8Array> = {
  pattern: '"(?:[0-9a-f]{2})*"',
  write: (bytes) => `"${toHex(bytes)}"`,
  read: (text) => fromHex(text.slice(1, -1)),
};

const base64Bytes: FieldFormat<Uint8Array> = {
  pattern: '"[0-9A-Za-z+/]*={0,2}"',
  write: (bytes) => `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')}"`,
  read(text) {
    const bytes = Buffer.from(text.slice(1, -1), 'base64');
    // Node takes any length, and bits after the last byte that no encoder sets.
    return base64Bytes.write(bytes) === text ? new Uint8Array(bytes) : undefined;
  },
};

const sha256: FieldFormat<string> = {
  pattern: '"[0-9a-f]{64}"',
  write: (hex) => `"${hex}"`,
  read: (text) => text.slice(1, -1),
};

/** The lines of an export: their types, and the fields of each in order. */
const RECORDS = {
  begin: {
    format: constant('actor-keyspace export'),
    formatVersion: whole,
    layoutVersion: whole,
    exportId: string,
  },
  actor: { actorId: string },
  entry: { key: hexBytes, value: base64Bytes },
  actorEnd: { entries: whole, bytes: whole, sha256 },
  end: { actors: whole, entries: whole, bytes: whole, sha256 },
} as const;

type RecordType = keyof typeof RECORDS;

type RecordOf<Type extends RecordType> = { readonly type: Type } & {
  readonly [Name in keyof (typeof RECORDS)[Type]]: (typeof RECORDS)[Type][Name] extends FieldFormat<
    infer Value
  >
    ? Value
    : never;
};

/** What one line says. */
export type ExportRecord = { [Type in RecordType]: RecordOf<Type> }[RecordType];

interface LineFormat {
  readonly type: string;
  readonly fields: readonly (readonly [name: string, format: FieldFormat<unknown>])[];
  readonly pattern: RegExp;
}

const LINE_FORMATS: ReadonlyMap<string, LineFormat> = new Map(
  Object.entries(RECORDS).map(([type, formats]) => {
    const fields = Object.entries(formats) as unknown as LineFormat['fields'];
    const patterns = fields.map(([name, { pattern }]) => `,"${name}":(${pattern})`);
    return [type, { type, fields, pattern: new RegExp(`^\\{"type":"${type}"${patterns.join('')}$`) }];
  }),
);

/** The line that says it, up to its check. */
export function encodeBody(record: ExportRecord): string {
  const { type, fields } = LINE_FORMATS.get(record.type) as LineFormat;
  const values = record as unknown as Readonly<Record<string, unknown>>;
  const parts = fields.map(([name, { write }]) => `,"${name}":${write(values[name])}`);
  return `{"type":"${type}"${parts.join('')}`;
}

/** Accepts exactly what {@link encodeBody} writes, and returns `undefined` for all else. */
export function decodeBody(body: string): ExportRecord | undefined {
  const format = LINE_FORMATS.get(/^\{"type":"([A-Za-z]+)"/.exec(body)?.[1] ?? '');
  const match = format?.pattern.exec(body);
  if (format === undefined || !match) return undefined;
  const record: Record<string, unknown> = { type: format.type };
  for (const [index, [name, { read }]] of format.fields.entries()) {
    const value = read(match[index + 1] as string);
    if (value === undefined) return undefined;
    record[name] = value;
  }
  return record as unknown as ExportRecord;
}

const BEGINNING = /^\{"type":"begin","format":"actor-keyspace export","formatVersion":([1-9][0-9]{0,15})[,}]/;

/** The format version of a first line, whatever else that version has in it; `undefined` if it is none. */
export function formatVersionOf(line: string): number | undefined {
  const version = BEGINNING.exec(line)?.[1];
  return version === undefined ? undefined : Number(version);
}
