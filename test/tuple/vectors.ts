import { readFileSync } from 'node:fs';
import { fromHex } from '../../src/bytes/index.js';
import type { TupleElement } from '../../src/tuple/index.js';

export type VectorElement =
  | { type: 'null' }
  | { type: 'bool'; value: boolean }
  | { type: 'int'; value: string }
  | { type: 'string'; value: string; utf8: string }
  | { type: 'string'; utf16: string }
  | { type: 'bytes' | 'uuid'; hex: string }
  | { type: 'float' | 'double'; bits: string }
  | { type: 'versionstamp'; tr: string | null; user: number }
  | { type: 'tuple'; items: VectorElement[] };

export interface CompleteVector {
  id: string;
  group: string;
  tuple: VectorElement[];
  hex: string;
  range: { begin: string; end: string };
}

export interface IncompleteVector {
  id: string;
  group: 'versionstamp-incomplete';
  tuple: VectorElement[];
  hex: string;
  prefix: string;
  hexWithPrefix: string;
  hexWithVersionstamp: string;
  offset: number;
}

interface TupleVectors {
  vectors: (CompleteVector | IncompleteVector)[];
  order: string[];
  encodeErrors: { id: string; tuple: VectorElement[]; why: string; expect: string }[];
  decode: { id: string; hex: string; class: 'malformed' | 'non-canonical'; why: string }[];
  strinc: { hex: string; strinc: string | null }[];
}

export const tupleVectors = JSON.parse(
  readFileSync(new URL('../vectors/tuple.json', import.meta.url), 'utf8'),
) as TupleVectors;

export function isIncomplete(vector: CompleteVector | IncompleteVector): vector is IncompleteVector {
  return vector.group === 'versionstamp-incomplete';
}

export function toElements(elements: readonly VectorElement[]): TupleElement[] {
  return elements.map(toElement);
}

function toElement(element: VectorElement): TupleElement {
  switch (element.type) {
    case 'null':
      return null;
    case 'bool':
      return element.value;
    case 'int': {
      const value = BigInt(element.value);
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    case 'string':
      return 'utf16' in element ? fromUtf16(element.utf16) : element.value;
    case 'bytes':
      return fromHex(element.hex);
    case 'uuid':
      return { type: 'uuid', bytes: fromHex(element.hex) };
    case 'float':
      return { type: 'float', bits: Number.parseInt(element.bits, 16) };
    case 'double':
      return { type: 'double', bits: BigInt(`0x${element.bits}`) };
    case 'versionstamp':
      return element.tr === null
        ? { type: 'incomplete-versionstamp', userVersion: element.user }
        : { type: 'versionstamp', transactionVersion: fromHex(element.tr), userVersion: element.user };
    case 'tuple':
      return toElements(element.items);
  }
}

/** JSON cannot hold lone surrogates reliably, so those vectors give UTF-16 code units in hex. */
function fromUtf16(hex: string): string {
  return String.fromCharCode(...(hex.match(/.{4}/g) ?? []).map((unit) => Number.parseInt(unit, 16)));
}
