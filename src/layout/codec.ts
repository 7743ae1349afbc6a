import type { Field } from './field.js';
import type { KeyReader } from './reader.js';

export type AnyFields = Readonly<Record<string, unknown>>;
export type NamedField = readonly [name: string, field: Field<unknown>];

/**
 * Checks field values, in key order, and writes the key, perhaps beyond the end of the target. Without a target it
 * only measures.
 *
 * @returns The offset after the key.
 */
export type WriteKey = (
  target: Uint8Array | undefined,
  offset: number,
  first?: unknown,
  second?: unknown,
  third?: unknown,
) => number;

/**
 * Between the fields of a family as an object and their values in key order.
 *
 * Every family shares the compiled code of one codec, in which looking a field up by its name costs more than the bytes
 * it writes. A function written out in a declaration is compiled for that family alone, with all it calls.
 */
export interface FieldAccess<Fields extends object> {
  /** Hands the values to `write`, once and with the other arguments as they are. */
  split(fields: Fields, write: WriteKey, target: Uint8Array | undefined, offset: number): number;
  /** The fields of these values. */
  join(first: Fields[keyof Fields], second: Fields[keyof Fields], third: Fields[keyof Fields]): Fields;
}

/** Access by name, for the families that declare none: encoding takes about twice as long. */
export function accessByName(named: readonly NamedField[]): FieldAccess<AnyFields> {
  const [[nameA] = [], [nameB] = [], [nameC] = []] = named;
  if (nameA === undefined) {
    return {
      split: (_fields, write, target, offset) => write(target, offset),
      join: () => ({}),
    };
  }
  if (nameB === undefined) {
    return {
      split: (fields, write, target, offset) => write(target, offset, fields[nameA]),
      join: (first) => nameField({}, nameA, first),
    };
  }
  if (nameC === undefined) {
    return {
      split: (fields, write, target, offset) => write(target, offset, fields[nameA], fields[nameB]),
      join: (first, second) => nameField(nameField({}, nameA, first), nameB, second),
    };
  }
  return {
    split: (fields, write, target, offset) =>
      write(target, offset, fields[nameA], fields[nameB], fields[nameC]),
    join: (first, second, third) =>
      nameField(nameField(nameField({}, nameA, first), nameB, second), nameC, third),
  };
}

function nameField(fields: Record<string, unknown>, name: string, value: unknown): Record<string, unknown> {
  fields[name] = value;
  return fields;
}

export type JoinFields<Fields extends object> = (
  first?: unknown,
  second?: unknown,
  third?: unknown,
) => Fields;

/** How the keys of one family are written, and what comes after the prefix is read. */
export interface Codec<Fields extends object> {
  /** Length of every key, if they are all of one length. */
  readonly fixedBytes: number | undefined;
  readonly write: WriteKey;
  read(reader: KeyReader): Fields;
}

/** Unrolled for the numbers of fields that keys have: a loop over them costs more than the bytes it writes. */
export function compileCodec<Fields extends object>(
  prefix: Uint8Array,
  named: readonly NamedField[],
  join: JoinFields<Fields>,
): Codec<Fields> {
  const prefixBytes = prefix.length;
  const head = firstWord(prefix);
  const [first, second, third] = named;
  if (first === undefined) {
    return {
      fixedBytes: prefixBytes,
      write: (target, offset) =>
        target === undefined ? offset + prefixBytes : writePrefix(prefix, prefixBytes, head, target, offset),
      read: () => join(),
    };
  }
  // The methods are taken out of their objects once: looking them up at each call costs as much as the call.
  const [nameA, { fixedBytes: bytesA, measure: measureA, write: writeA, read: readA }] = first;
  if (second === undefined) {
    return {
      fixedBytes: bytesA === undefined ? undefined : prefixBytes + bytesA,
      write(target, offset, a) {
        if (target === undefined) return offset + prefixBytes + measureA(a, nameA);
        return writeA(a, target, writePrefix(prefix, prefixBytes, head, target, offset), nameA);
      },
      read: (reader) => join(readA(reader)),
    };
  }
  const [nameB, { fixedBytes: bytesB, measure: measureB, write: writeB, read: readB }] = second;
  const bytesAB = bytesA === undefined || bytesB === undefined ? undefined : prefixBytes + bytesA + bytesB;
  if (third === undefined) {
    return {
      fixedBytes: bytesAB,
      write(target, offset, a, b) {
        if (target === undefined) return offset + prefixBytes + measureA(a, nameA) + measureB(b, nameB);
        const afterA = writeA(a, target, writePrefix(prefix, prefixBytes, head, target, offset), nameA);
        return writeB(b, target, afterA, nameB);
      },
      read: (reader) => join(readA(reader), readB(reader)),
    };
  }
  const [nameC, { fixedBytes: bytesC, measure: measureC, write: writeC, read: readC }] = third;
  if (named.length > 3) throw new TypeError('a key has at most three fields');
  return {
    fixedBytes: bytesAB === undefined || bytesC === undefined ? undefined : bytesAB + bytesC,
    write(target, offset, a, b, c) {
      if (target === undefined) {
        return offset + prefixBytes + measureA(a, nameA) + measureB(b, nameB) + measureC(c, nameC);
      }
      const afterA = writeA(a, target, writePrefix(prefix, prefixBytes, head, target, offset), nameA);
      return writeC(c, target, writeB(b, target, afterA, nameB), nameC);
    },
    read: (reader) => join(readA(reader), readB(reader), readC(reader)),
  };
}

/** The first four bytes as one number, `00` for those that are not there. */
function firstWord(prefix: Uint8Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = prefix;
  return (a << 24) | (b << 16) | (c << 8) | d;
}

/**
 * Most prefixes have no more than the four bytes of `head`, and without a loop over them a short key is written a sixth
 * faster. A function of the module rather than a closure, so that the compiler inlines it.
 */
function writePrefix(
  prefix: Uint8Array,
  length: number,
  head: number,
  target: Uint8Array,
  offset: number,
): number {
  if (length > 0) target[offset] = head >>> 24;
  if (length > 1) target[offset + 1] = head >>> 16;
  if (length > 2) target[offset + 2] = head >>> 8;
  if (length > 3) target[offset + 3] = head;
  for (let i = 4; i < length; i++) target[offset + i] = prefix[i] as number;
  return offset + length;
}
