import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { fromHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import {
  type ActorKeyspace,
  type Keyspace,
  type KeyspaceOptions,
  openKeyspace,
} from '../../src/keyspace/index.js';
import {
  blobChunk,
  blobDescriptor,
  blobReference,
  blobRetirement,
  encodeActorPartition,
} from '../../src/layout/index.js';
import { type Store, WHOLE_PARTITION } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { SequentialIds } from '../../src/testing/sequential-ids.js';
import { SimulatedClock } from '../../src/testing/simulated-clock.js';
import { collect } from '../keyspace/support.js';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const CHUNK = 65_508;
export const COMMIT = 16 * CHUNK;

export interface World {
  readonly store: Store;
  readonly clock: SimulatedClock;
  readonly keyspace: Keyspace;
  readonly actor: ActorKeyspace;
}

/** A keyspace in memory, or on a store, with a clock that stands still, and one actor of it. */
export async function openWorld(options: Partial<KeyspaceOptions> = {}): Promise<World> {
  const clock = new SimulatedClock();
  const { store = new MemoryStore() } = options;
  const keyspace = await openKeyspace({ store, clock, ids: new SequentialIds(), ...options });
  return { store, clock, keyspace, actor: await keyspace.openActor('a') };
}

/** Bytes that a seed decides, in which nothing repeats soon. */
export function bytesOf(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed * 2_654_435_761;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The bytes in parts of a length, as a stream has them. */
export async function* parts(bytes: Uint8Array, partBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += partBytes) yield bytes.slice(at, at + partBytes);
}

export const PARTITION = encodeActorPartition('a');

/** Keys of what is stored about a digest. */
export const keys = {
  descriptor: (digest: string) => blobDescriptor.encode({ digest: fromHex(digest) }),
  chunk: (digest: string, chunkIndex = 0) => blobChunk.encode({ digest: fromHex(digest), chunkIndex }),
  reference: (digest: string, holder: string) => blobReference.encode({ digest: fromHex(digest), holder }),
  retirement: (digest: string) => blobRetirement.encode({ digest: fromHex(digest) }),
};

/** Writes behind the actor's back, as damage does. */
export async function damage(store: Store, key: Uint8Array, value: Uint8Array | undefined): Promise<void> {
  const write = value
    ? ({ type: 'set', partition: PARTITION, key, value } as const)
    : ({ type: 'delete', partition: PARTITION, key } as const);
  await store.commit({ writes: [write] });
}

/** Changes one bit of a stored value. */
export async function flip(store: Store, key: Uint8Array, at = 0): Promise<void> {
  const value = await store.get(PARTITION, key);
  if (value === undefined) throw new Error('there is nothing to damage');
  value[at] = (value[at] as number) ^ 1;
  await damage(store, key, value);
}

/** Everything stored of the actor, as text, to be compared. */
export async function dump(store: Store): Promise<string[]> {
  const entries = await collect(store.scan(PARTITION, WHOLE_PARTITION));
  return entries.map(({ key, value }) => `${Buffer.from(key).toString('hex')} ${sha256(value)}`);
}

/** How many keys of a family there are. */
export async function count(store: Store, prefix: Uint8Array): Promise<number> {
  const entries = await collect(store.scanSizes(PARTITION, WHOLE_PARTITION));
  return entries.filter(({ key }) => prefix.every((byte, at) => key[at] === byte)).length;
}

/** The code of what a promise rejects with; anything else than an error of the library fails the test. */
export async function codeOf(action: Promise<unknown>): Promise<string> {
  const error = await action.then(
    (value) => expect.fail(`resolved to ${String(value)}`),
    (reason: unknown) => reason,
  );
  if (isKeyspaceError(error)) return error.code;
  throw error;
}

/** Compares as memory, since comparing large arrays item by item takes seconds. */
export function expectBytes(actual: Uint8Array | undefined, expected: Uint8Array): void {
  expect(actual?.length).toBe(expected.length);
  expect(Buffer.compare(actual as Uint8Array, expected)).toBe(0);
}
