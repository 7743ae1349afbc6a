import type { Field } from './field.js';
import type { KeyReader } from './reader.js';

/** How the fields of one family are measured, written and read after its prefix. */
export interface Codec {
  /** Length of the whole key. Errors are those of `write`. */
  measure(fields: AnyFields): number;
  /** Checks the fields and writes the key, perhaps beyond the end of the target. @returns The offset after it. */
  write(fields: AnyFields, target: Uint8Array, offset: number): number;
  /** Reads from behind the prefix. */
  read(reader: KeyReader): AnyFields;
}

export type AnyFields = Readonly<Record<string, unknown>>;
export type NamedField = readonly [name: string, field: Field<unknown>];

/** Unrolled for the numbers of fields that keys have: a loop over them costs more than the bytes it writes. */
export function compileCodec(prefix: Uint8Array, named: readonly NamedField[]): Codec {
  const prefixBytes = prefix.length;
  const [first, second] = named;
  if (first === undefined) {
    return {
      measure: () => prefixBytes,
      write: (_fields, target, offset) => writePrefix(prefix, target, offset),
      read: () => ({}),
    };
  }
  // The methods are taken out of their objects once: looking them up at each call costs as much as the call.
  const [nameA, { fixedBytes: bytesA, measure: measureA, write: writeA, read: readA }] = first;
  if (second === undefined) {
    const bytes = bytesA === undefined ? undefined : prefixBytes + bytesA;
    return {
      measure: (fields) => bytes ?? prefixBytes + measureA(fields[nameA], nameA),
      write: (fields, target, offset) =>
        writeA(fields[nameA], target, writePrefix(prefix, target, offset), nameA),
      read(reader) {
        const fields: Record<string, unknown> = {};
        fields[nameA] = readA(reader);
        return fields;
      },
    };
  }
  const [nameB, { fixedBytes: bytesB, measure: measureB, write: writeB, read: readB }] = second;
  if (named.length > 2) throw new TypeError('a key has at most two fields');
  const bytes = bytesA === undefined || bytesB === undefined ? undefined : prefixBytes + bytesA + bytesB;
  return {
    measure: (fields) =>
      bytes ?? prefixBytes + measureA(fields[nameA], nameA) + measureB(fields[nameB], nameB),
    write(fields, target, offset) {
      const afterA = writeA(fields[nameA], target, writePrefix(prefix, target, offset), nameA);
      return writeB(fields[nameB], target, afterA, nameB);
    },
    read(reader) {
      const fields: Record<string, unknown> = {};
      fields[nameA] = readA(reader);
      fields[nameB] = readB(reader);
      return fields;
    },
  };
}

/** A function of the module rather than a closure, so that the compiler inlines it. `set` costs more on few bytes. */
function writePrefix(prefix: Uint8Array, target: Uint8Array, offset: number): number {
  for (let i = 0; i < prefix.length; i++) target[offset++] = prefix[i] as number;
  return offset;
}
