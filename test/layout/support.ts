import fc from 'fast-check';
import { pack as referencePack, type TupleItem } from 'fdb-tuple';
import { compareBytes, concatBytes, fromHex } from '../../src/bytes/index.js';
import {
  ACTOR_FAMILIES,
  KEYSPACE_FAMILIES,
  type KeyFormat,
  type Location,
  type LocationSegment,
} from '../../src/layout/index.js';

export type Fields = Record<string, unknown>;
export const ALL_FAMILIES = [...ACTOR_FAMILIES, ...KEYSPACE_FAMILIES] as readonly KeyFormat<Fields>[];
export const ACTOR_ONLY = ACTOR_FAMILIES as readonly KeyFormat<Fields>[];

export function familyNamed(name: string): KeyFormat<Fields> {
  const family = ALL_FAMILIES.find((candidate) => candidate.name === name);
  if (family === undefined) throw new Error(`no family ${name}`);
  return family;
}

/** Integers crowd around powers of 256, where encodings change length. */
function integers(min: number, max: number): fc.Arbitrary<number> {
  const edges = [0, 1, 2, 3, 4, 5, 6].flatMap((bytes) => [256 ** bytes - 1, 256 ** bytes, 256 ** bytes + 1]);
  const inside = [min, max, ...edges].filter((value) => value >= min && value <= max);
  return fc.oneof(fc.constantFrom(...inside), fc.integer({ min, max }));
}

const SAFE = Number.MAX_SAFE_INTEGER;
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('\0', 'a', 'ÿ', '\uffff', '😀'), maxLength: 6 }),
);
/** Bytes with many 00 and ff, which tuples escape and end with. */
export const edgeBytes = (size: { minLength?: number; maxLength: number }): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.oneof(fc.constantFrom(0x00, 0xff), fc.integer({ min: 0, max: 255 })), size)
    .map((bytes) => Uint8Array.from(bytes));
const segments: fc.Arbitrary<LocationSegment> = fc.oneof(
  integers(0, SAFE),
  fc.record({ loop: integers(0, SAFE), iteration: integers(0, SAFE) }),
);
export const actorIds = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 12 })
  .map((text) => text.replaceAll('\0', 'x'));

function bounds(domain: string): [number, number] {
  const [min, max] = domain.split(' to ') as [string, string];
  return [Number(min), max === '2^53 - 1' ? SAFE : Number(max)];
}

function valueArbitrary(type: string, domain: string): fc.Arbitrary<unknown> {
  switch (type) {
    case 'u8':
    case 'u64be time':
    case 'tuple integer':
      return integers(...bounds(domain));
    case 'u32be':
      return integers(0, 2 ** 32 - 1);
    case 'u56be':
      return fc.oneof(fc.constantFrom(0n, 2n ** 56n - 1n), fc.bigInt({ min: 0n, max: 2n ** 56n - 1n }));
    case 'u64be':
      return fc.oneof(fc.constantFrom(0n, 2n ** 64n - 1n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
    case 'bytes':
      return edgeBytes({ maxLength: 12 });
    case 'utf8':
    case 'tuple string':
    case 'T[text] 00':
      return texts;
    case 'tuple string, actor id':
      return actorIds;
    case 'tuple bytes, digest':
      return edgeBytes({ minLength: 32, maxLength: 32 });
    case 'location':
      return fc.array(segments, { maxLength: 5 });
    case 'tuple elements':
      return fc.array(fc.oneof(integers(0, SAFE), texts, edgeBytes({ maxLength: 5 }), fc.constant(null)), {
        maxLength: 4,
      });
    default:
      throw new Error(`no arbitrary for ${type}`);
  }
}

/** Fields of one key of the family. */
export function fieldsOf(family: KeyFormat<Fields>): fc.Arbitrary<Fields> {
  const arbitraries = family.fields.map(
    ({ name, type, domain }) => [name, valueArbitrary(type, domain)] as const,
  );
  return fc.record(Object.fromEntries(arbitraries), { noNullPrototype: true });
}

/** A family and fields of one of its keys. */
export function keysOf(families: readonly KeyFormat<Fields>[]): fc.Arbitrary<[KeyFormat<Fields>, Fields]> {
  return fc.oneof(
    ...families.map((family) =>
      fieldsOf(family).map((fields): [KeyFormat<Fields>, Fields] => [family, fields]),
    ),
  );
}

/** Damage to a key: a flipped, inserted, deleted or appended byte, a cut. */
export function mutate(key: Uint8Array, kind: number, position: number, byte: number): Uint8Array {
  const at = key.length === 0 ? 0 : position % key.length;
  switch (kind) {
    case 0:
      return concatBytes(key.subarray(0, at), Uint8Array.of(byte), key.subarray(at + 1));
    case 1:
      return concatBytes(key.subarray(0, at), Uint8Array.of(byte), key.subarray(at));
    case 2:
      return concatBytes(key.subarray(0, at), key.subarray(at + 1));
    case 3:
      return concatBytes(key, Uint8Array.of(byte));
    default:
      return key.subarray(0, at);
  }
}

/** Fields as JSON holds them, for the family they are of. */
export function fieldsFromJson(family: KeyFormat<Fields>, json: Fields): Fields {
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      const type = family.fields.find((field) => field.name === name)?.type ?? '';
      if (type === 'u64be' || type === 'u56be') return [name, BigInt(value as string)];
      if (type === 'bytes' || type === 'tuple bytes, digest') return [name, fromHex(value as string)];
      return [name, value];
    }),
  );
}

function tuple(prefix: number[], ...items: unknown[]): Uint8Array {
  const buffers = items.map((item) => (item instanceof Uint8Array ? Buffer.from(item) : item));
  return new Uint8Array(Buffer.concat([Buffer.from(prefix), referencePack(buffers as TupleItem[])]));
}

function binary(...parts: (number | Uint8Array | Buffer)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : part))),
  );
}

function u32(value: unknown): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value as number);
  return bytes;
}

function u64(value: unknown): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value as bigint);
  return bytes;
}

function location(value: unknown): unknown[] {
  return (value as Location).map((segment) =>
    typeof segment === 'number' ? segment : [segment.loop, segment.iteration],
  );
}

function reserved(prefix: number[], { part, elements }: Fields): Uint8Array {
  const buffers = (elements as unknown[]).map((item) =>
    item instanceof Uint8Array ? Buffer.from(item) : item,
  );
  return tuple(prefix, part, ...buffers);
}

/** Every key written a second time, by hand and with the reference tuple encoder. */
export const REFERENCE: Readonly<Record<string, (fields: Fields) => Uint8Array>> = {
  'system.layout': () => tuple([0, 1], 'layout'),
  'system.migration': () => tuple([0, 1], 'migration'),
  'system.usage': () => tuple([0, 1], 'usage'),
  'system.wake': () => tuple([0, 1], 'wake'),
  'system.import': () => tuple([0, 1], 'import'),
  state: () => binary(1),
  connection: (f) => binary(2, Buffer.from(f.connectionId as string)),
  inspectorToken: () => binary(3),
  'kv.entry': (f) => binary(4, f.userKey as Uint8Array),
  'queue.metadata': () => binary(5, 1, 1),
  'queue.message': (f) => binary(5, 1, 2, u64(f.id)),
  'queue.state': () => binary(5, 1, 3),
  'queue.ready': (f) => binary(5, 1, 4, u64(f.id)),
  'queue.readyByName': (f) => binary(5, 1, 5, tuple([], f.name), 0, u64(f.id)),
  'queue.pending': (f) => binary(5, 1, 6, u64(BigInt(f.availableAtMs as number)), u64(f.id)),
  'queue.idempotency': (f) => binary(5, 1, 7, Buffer.from(f.idempotencyKey as string)),
  'queue.deadLetter': (f) => binary(5, 1, 8, u64(f.id)),
  'queue.response': (f) => binary(5, 1, 9, u64(f.id)),
  'queue.expiry': (f) => binary(5, 1, 10, u64(BigInt(f.expiresAtMs as number)), f.tail as Uint8Array),
  'queue.quarantine': (f) => binary(5, 1, 11, f.tail as Uint8Array),
  'queue.quarantineReason': (f) => binary(5, 1, 12, f.tail as Uint8Array),
  'queue.pausedName': (f) => binary(5, 1, 13, Buffer.from(f.name as string)),
  'queue.reserved': (f) => binary(5, 1, f.part as number, f.rest as Uint8Array),
  'workflow.name': (f) => tuple([6, 1], 1, f.index),
  'workflow.history': (f) => tuple([6, 1], 2, ...location(f.location)),
  'workflow.field': (f) => tuple([6, 1], 3, f.field),
  'workflow.entryMetadata': (f) => tuple([6, 1], 4, f.entryId),
  'workflow.message': (f) => tuple([6, 1], 5, f.sequence),
  'workflow.reserved': (f) => reserved([6, 1], f),
  'traces.chunk': (f) => tuple([7, 1], 1, f.bucketStartSec, f.chunkId),
  'traces.index': (f) => tuple([7, 1], 2, f.bucketStartSec, f.chunkId),
  'traces.reserved': (f) => reserved([7, 1], f),
  'sqlite.meta': (f) => binary(8, 1, 0, f.fileTag as number),
  'sqlite.chunk': (f) => binary(8, 1, 1, f.fileTag as number, u32(f.chunkIndex)),
  'blobs.descriptor': (f) => tuple([10, 1], 1, f.digest),
  'blobs.chunk': (f) => tuple([10, 1], 2, f.digest, f.chunkIndex),
  'blobs.reference': (f) => tuple([10, 1], 3, f.digest, f.holder),
  'blobs.expiry': (f) => tuple([10, 1], 4, f.expiresAtMs, f.digest, f.holder),
  'blobs.retirement': (f) => tuple([10, 1], 5, f.digest),
  'blobs.root': (f) => tuple([10, 1], 6, f.rootName),
  'blobs.rootMember': (f) => tuple([10, 1], 7, f.rootName, f.digest),
  'blobs.upload': (f) => tuple([10, 1], 8, f.uploadId),
  'blobs.uploadChunk': (f) => tuple([10, 1], 9, f.uploadId, f.chunkIndex),
  'blobs.pass': (f) => tuple([10, 1], 10, f.startedAtMs, f.passId),
  'blobs.fieldExpiry': (f) => tuple([10, 1], 11, f.expiresAtMs, f.fieldName),
  'blobs.reserved': (f) => reserved([10, 1], f),
  field: (f) => tuple([11, 1], f.fieldName),
  'layout0.queue.message': (f) => binary(5, u64(f.id)),
  'layout0.queue.metadata': () => binary(6),
  'layout0.workflow.name': (f) => tuple([7], 1, f.index),
  'layout0.workflow.history': (f) => tuple([7], 2, ...location(f.location)),
  'layout0.workflow.field': (f) => tuple([7], 3, f.field),
  'layout0.workflow.entryMetadata': (f) => tuple([7], 4, f.entryId),
  'layout0.traces.chunk': (f) => tuple([8], 1, f.bucketStartSec, f.chunkId),
  'layout0.sqlite.meta': (f) => binary(9, 0, f.fileTag as number),
  'layout0.sqlite.chunk': (f) => binary(9, 1, f.fileTag as number, u32(f.chunkIndex)),
  'keyspace.due': (f) => tuple([], 'due', f.wakeAtMs, f.actorId),
};

export function inRange(key: Uint8Array, range: { begin: Uint8Array; end: Uint8Array }): boolean {
  return compareBytes(key, range.begin) >= 0 && compareBytes(key, range.end) < 0;
}
