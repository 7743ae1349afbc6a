import { assertBytes, assertRoom, concatBytes, copyBytes, spacedHex, strinc } from '../bytes/index.js';
import { pack } from '../tuple/index.js';
import { accessByName, compileCodec, type FieldAccess, type JoinFields, type NamedField } from './codec.js';
import type { Layout } from './constants.js';
import { type Field, NO_BYTES } from './field.js';
import type { FieldSummary, KeyFormat, KeyStatus, LayoutRange, PartitionKind } from './key-format.js';
import { asKeyError, KeyReader, malformedKey } from './reader.js';
import { byteCount } from './wording.js';

/** Everything about one family of keys; encoder, decoder, ranges and documents derive from it. */
export interface KeyDeclaration<Fields extends object> extends Partial<FieldAccess<Fields>> {
  readonly name: string;
  /** Where the keys are; `actor` if absent. */
  readonly partition?: PartitionKind;
  readonly layouts: readonly Layout[];
  readonly status: KeyStatus;
  /** Raw bytes that every key begins with: namespace, layout version and what else is not a tuple. */
  readonly prefix: readonly number[];
  /** Present if the tail is a tuple: the elements that every key has first. Then each field is a tuple field. */
  readonly tuple?: readonly (number | string)[];
  /** At most three, in key order. Only the last may be open-ended. */
  readonly fields: { readonly [Name in keyof Fields]: Field<Fields[Name]> };
  readonly payload: string;
  readonly summary: string;
  readonly example: Fields;
  describe(fields: Fields): string;
}

const AFTER_ELEMENTS = Uint8Array.of(0xff);
const SUCCESSOR = Uint8Array.of(0x00);

/**
 * Declares a family of keys.
 *
 * @throws {TypeError} If the declaration contradicts itself.
 */
export function defineKey<Fields extends object>(declaration: KeyDeclaration<Fields>): KeyFormat<Fields> {
  const { name, partition = 'actor', layouts, status, payload, summary, example } = declaration;
  const isTuple = declaration.tuple !== undefined;
  const prefix = concatBytes(Uint8Array.from(declaration.prefix), pack(declaration.tuple ?? []));
  const named = Object.entries(declaration.fields) as unknown as readonly NamedField[];
  assertDeclaration(name, named, isTuple);
  const byName = accessByName(named) as unknown as FieldAccess<Fields>;
  const { split = byName.split, join = byName.join } = declaration;
  const { fixedBytes, write, read } = compileCodec(prefix, named, join as JoinFields<Fields>);
  const isActor = partition === 'actor';
  const least = named[0]?.[1].least ?? NO_BYTES;

  function keyBytes(fields: Fields): number {
    return fixedBytes ?? split(fields, write, undefined, 0);
  }

  /** The key as far as `leading` tells it, and how many fields that is. */
  function begin(leading: Partial<Fields>): { bytes: Uint8Array; fieldCount: number } {
    const values = leading as Record<string, unknown>;
    const parts = [prefix];
    for (const [fieldName, field] of named) {
      const value = values[fieldName];
      if (value === undefined) break;
      const part = new Uint8Array(field.measure(value, fieldName));
      field.write(value, part, 0, fieldName);
      parts.push(part);
    }
    const fieldCount = parts.length - 1;
    for (const given of Object.keys(values)) {
      const position = named.findIndex(([fieldName]) => fieldName === given);
      if (position === -1) throw new TypeError(`${name} has no field ${given}`);
      if (position >= fieldCount && values[given] !== undefined) {
        throw new TypeError(`${given} of ${name} narrows a range only after the fields before it`);
      }
    }
    return { bytes: concatBytes(...parts), fieldCount };
  }

  function end(bytes: Uint8Array, fieldCount: number): Uint8Array {
    const isOneKey = fieldCount === named.length && named.at(-1)?.[1].isOpenEnded !== true;
    if (isOneKey) return concatBytes(bytes, SUCCESSOR);
    return isTuple ? concatBytes(bytes, AFTER_ELEMENTS) : strinc(bytes);
  }

  return {
    name,
    partition,
    namespace: isActor ? prefix[0] : undefined,
    // Only layout 1 has version bytes, and always right after the namespace.
    layoutVersion: isActor && !layouts.includes(0) ? declaration.prefix[1] : undefined,
    layouts,
    status,
    payload,
    summary,
    notation: notationOf(declaration, named),
    fields: named.map(([fieldName, { type, domain }]): FieldSummary => ({ name: fieldName, type, domain })),
    get prefix() {
      return copyBytes(prefix);
    },
    example,

    keyBytes,

    encode(fields) {
      const key = new Uint8Array(keyBytes(fields));
      // Getters may answer otherwise the second time.
      if (split(fields, write, key, 0) !== key.length)
        throw new TypeError('fields changed while they were read');
      return key;
    },

    encodeInto(fields, target, offset) {
      if (offset >>> 0 !== offset) throw new RangeError(`offset is ${offset}`);
      const end = split(fields, write, target, offset);
      // Typed arrays ignore writes past their end, so looking once is enough.
      assertRoom(target, end);
      return end;
    },

    decode(bytes) {
      assertBytes(bytes, 'key');
      const { length } = prefix;
      for (let i = 0; i < length; i++) {
        if (bytes[i] !== prefix[i]) throw malformedKey(bytes, i, `not the prefix of ${name}`);
      }
      const reader = new KeyReader(bytes, length);
      let fields: Fields;
      try {
        fields = read(reader);
      } catch (error) {
        throw asKeyError(error, bytes);
      }
      const trailingBytes = bytes.length - reader.offset;
      if (trailingBytes > 0) throw reader.malformed(`${byteCount(trailingBytes)} after the end of ${name}`);
      return fields;
    },

    range(leading = {}): LayoutRange {
      const { bytes, fieldCount } = begin(leading);
      return { begin: fieldCount === 0 ? concatBytes(bytes, least) : bytes, end: end(bytes, fieldCount) };
    },

    rangeWithin(leading): LayoutRange {
      const { bytes, fieldCount } = begin(leading);
      const isLeast = fieldCount === 0 && least.length > 0;
      return { begin: concatBytes(bytes, isLeast ? least : SUCCESSOR), end: end(bytes, fieldCount) };
    },

    describe: (fields) => declaration.describe(fields),
  };
}

function assertDeclaration(name: string, named: readonly NamedField[], isTuple: boolean): void {
  for (const [index, [fieldName, field]] of named.entries()) {
    if (field.isTuple !== isTuple) throw new TypeError(`${fieldName} of ${name} does not fit its tail`);
    if (field.isOpenEnded && index < named.length - 1) {
      throw new TypeError(`${fieldName} of ${name} leaves nothing to the fields after it`);
    }
  }
}

function notationOf<Fields extends object>(
  { prefix, tuple }: KeyDeclaration<Fields>,
  named: readonly NamedField[],
): string {
  const parts = prefix.length === 0 ? [] : [spacedHex(Uint8Array.from(prefix))];
  if (tuple === undefined) {
    parts.push(...named.map(([fieldName, { type }]) => `${fieldName} ${type}`));
  } else {
    const elements = named.map(([fieldName, field]) => (field.isOpenEnded ? `…${fieldName}` : fieldName));
    parts.push(`T[${[...tuple.map((constant) => JSON.stringify(constant)), ...elements].join(', ')}]`);
  }
  return parts.join(' ‖ ');
}
