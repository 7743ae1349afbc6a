import type { Field } from './field.js';

/** How the fields of one family are measured and written after its prefix. */
export interface Writer<Fields> {
  /** Length of the whole key. @throws {TypeError | RangeError} If a field cannot be encoded. */
  measure(fields: Fields): number;
  /** Trusts what `measure` accepted. @returns The offset after the key. */
  write(fields: Fields, target: Uint8Array, offset: number): number;
}

type AnyFields = Readonly<Record<string, unknown>>;
type Named = readonly [name: string, field: Field<unknown>];

/** Unrolled for the usual numbers of fields: a loop over them costs more than the bytes it writes. */
export function compileWriter<Fields>(prefix: Uint8Array, named: readonly Named[]): Writer<Fields>;
export function compileWriter(prefix: Uint8Array, named: readonly Named[]): Writer<AnyFields> {
  const prefixBytes = prefix.length;
  const writePrefix = (target: Uint8Array, offset: number): number => {
    for (let i = 0; i < prefixBytes; i++) target[offset + i] = prefix[i] as number;
    return offset + prefixBytes;
  };
  const [first, second] = named;
  if (first === undefined) {
    return { measure: () => prefixBytes, write: (_fields, target, offset) => writePrefix(target, offset) };
  }
  const [nameA, a] = first;
  if (second === undefined) {
    return {
      measure: (fields) => prefixBytes + a.measure(fields[nameA], nameA),
      write: (fields, target, offset) => a.write(fields[nameA], target, writePrefix(target, offset)),
    };
  }
  const [nameB, b] = second;
  if (named.length > 2) throw new TypeError('a key has at most two fields');
  return {
    measure: (fields) => prefixBytes + a.measure(fields[nameA], nameA) + b.measure(fields[nameB], nameB),
    write(fields, target, offset) {
      const afterA = a.write(fields[nameA], target, writePrefix(target, offset));
      return b.write(fields[nameB], target, afterA);
    },
  };
}
