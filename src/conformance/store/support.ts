import assert from 'node:assert/strict';
import {
  type Check,
  type Entry,
  type ErrorCode,
  type ErrorDetails,
  type Fence,
  isKeyspaceError,
  type KeyRange,
  type Reader,
  type Store,
  type Write,
} from '../../index.js';

export function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export function hex(value: Uint8Array): string;
export function hex(value: Uint8Array | undefined): string | undefined;
export function hex(value: Uint8Array | undefined): string | undefined {
  return value && Buffer.from(value).toString('hex');
}

export const KEYSPACE = bytes('14');
export const ALICE = bytes('02616c69636500');
export const BOB = bytes('02626f6200');

/** Partitions that are neighbours of each other in every way bytes allow, in order. */
export const NEIGHBOURS = [
  '0201 00',
  '0261 00',
  '0261 01 00',
  '0261 61 00',
  '0261 ff 00',
  '0262 00',
  '02ff 00',
  '14',
].map((text) => bytes(text.replaceAll(' ', '')));

/** Keys at the edges of byte order, in order. */
export const EDGE_KEYS = [
  '00',
  '0000',
  '00ff',
  '01',
  '61',
  '6100',
  '6161',
  '61ff',
  '62',
  'fe',
  'ff',
  'ff00',
  'ffff',
].map(bytes);

/** Values carry where they were written, so that a leak shows. */
export function valueAt(partition: Uint8Array, key: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([partition, key]));
}

export function set(partition: Uint8Array, key: Uint8Array | string, value: Uint8Array | string): Write {
  return { type: 'set', partition, key: toBytes(key), value: toBytes(value) };
}

export function del(partition: Uint8Array, key: Uint8Array | string): Write {
  return { type: 'delete', partition, key: toBytes(key) };
}

export function clear(partition: Uint8Array, range: KeyRange): Write {
  return { type: 'clearRange', partition, range };
}

export function check(partition: Uint8Array, key: string, value: string | undefined): Check {
  return { partition, key: bytes(key), value: value === undefined ? undefined : bytes(value) };
}

/** Every edge key with its value. */
export function fill(partition: Uint8Array): Write[] {
  return EDGE_KEYS.map((key) => set(partition, key, valueAt(partition, key)));
}

export const ALL: KeyRange = { begin: new Uint8Array(0) };

export async function collect<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** `key=value` in hex, for comparing and for reading in a failure. */
export async function entries(items: AsyncIterable<Entry> | Iterable<Entry>): Promise<string[]> {
  return (await collect(items)).map(({ key, value }) => `${hex(key)}=${hex(value)}`);
}

export function contents(reader: Reader, partition: Uint8Array): Promise<string[]> {
  return entries(reader.scan(partition, ALL));
}

export async function partitions(reader: Pick<Store, 'listPartitions'>, range?: KeyRange): Promise<string[]> {
  return (await collect(reader.listPartitions(range))).map((partition) => hex(partition));
}

/** Whether thrown at once or later, the operation fails with this code and, if given, exactly these details. */
export async function refused<Code extends ErrorCode>(
  operation: () => unknown,
  code: Code,
  details?: ErrorDetails[Code],
): Promise<void> {
  await assert.rejects(
    async () => operation(),
    (error) => {
      assert.ok(isKeyspaceError(error, code), `expected ${code}, got ${String(error)}`);
      if (details !== undefined) assert.deepEqual(error.details, details);
      return true;
    },
  );
}

export async function rejectsWith(
  operation: () => unknown,
  ...types: readonly (new (
    message?: string,
  ) => Error)[]
): Promise<void> {
  await assert.rejects(
    async () => operation(),
    (error) => {
      const isExpected = types.some((type) => error instanceof type) && !isKeyspaceError(error);
      assert.ok(isExpected, `expected ${types.map(({ name }) => name).join(' or ')}, got ${String(error)}`);
      return true;
    },
  );
}

/** A fenced commit of writes. */
export function commitAs(store: Store, fence: Fence, ...writes: Write[]): Promise<void> {
  return store.commit({ fences: [fence], writes });
}

function toBytes(value: Uint8Array | string): Uint8Array {
  return typeof value === 'string' ? bytes(value) : value;
}
