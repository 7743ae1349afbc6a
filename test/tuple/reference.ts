import * as fdbTuple from 'fdb-tuple';
import type { TupleElement } from '../../src/tuple/index.js';

/** The reference encoder's bytes of valid elements, converted without any of the project's guard. */
export function referencePack(elements: readonly TupleElement[]): Uint8Array {
  return new Uint8Array(fdbTuple.pack(elements.map(toItem)));
}

/** The same of elements with one incomplete versionstamp, and where its 10 bytes begin. */
export function referencePackWithVersionstamp(elements: readonly TupleElement[]): {
  packed: Uint8Array;
  stampOffset: number;
} {
  const { data, stampPos } = fdbTuple.packUnboundVersionstamp(elements.map(toItem));
  return { packed: new Uint8Array(data), stampOffset: stampPos };
}

function toItem(element: TupleElement): fdbTuple.TupleItem {
  if (element === null || typeof element !== 'object') return element;
  if (element instanceof Uint8Array) return Buffer.from(element);
  if (Array.isArray(element)) return element.map(toItem);
  const tagged = element as Extract<TupleElement, { type: string }>;
  switch (tagged.type) {
    case 'float':
      return { type: 'float', value: 0, rawEncoding: bigEndian(BigInt(tagged.bits), 4) };
    case 'double':
      return { type: 'double', value: 0, rawEncoding: bigEndian(tagged.bits, 8) };
    case 'uuid':
      return { type: 'uuid', value: Buffer.from(tagged.bytes) };
    case 'versionstamp':
      return {
        type: 'versionstamp',
        value: Buffer.concat([tagged.transactionVersion, bigEndian(BigInt(tagged.userVersion), 2)]),
      };
    case 'incomplete-versionstamp':
      return { type: 'unbound versionstamp', code: tagged.userVersion };
  }
}

function bigEndian(value: bigint, bytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex');
}
