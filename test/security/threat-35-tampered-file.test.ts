import { randomBytes } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';
import { expect, test } from 'vitest';
import { concatBytes, toHex } from '../../src/bytes/index.js';
import { isKeyspaceError } from '../../src/errors.js';
import { type LmdbStore, openLmdbStore } from '../../src/stores/lmdb/index.js';
import { actor, StoreFolders } from '../stores/lmdb/support.js';

const KEYS = 200;
const COPIES = 5;
const FLIPS = COPIES * KEYS;
const CHECKSUM_BYTES = 4;
const PARTITIONS = [actor('a'), actor('b')];

const folders = new StoreFolders();

interface Stored {
  readonly partition: Uint8Array;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Values that can be found in the file: random, some in leaves, some on pages of their own. */
const ENTRIES: readonly Stored[] = Array.from({ length: KEYS }, (_, i) => ({
  partition: PARTITIONS[i % PARTITIONS.length]!,
  key: Uint8Array.of(4, i),
  value: new Uint8Array(randomBytes(16 + ((i * 61) % 9_000))),
}));

async function closedStore(): Promise<string> {
  const path = join(await folders.make(), 'store');
  const store = await folders.open({ path });
  await store.commit({ writes: ENTRIES.map((entry) => ({ type: 'set', ...entry })) });
  await store.close();
  return path;
}

/** Where the value is: a page that was split keeps what moved away in its free space. */
function occurrences(file: Buffer, value: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = file.indexOf(value); at !== -1; at = file.indexOf(value, at + 1)) found.push(at);
  expect(found.length).toBeGreaterThan(0);
  return found;
}

/** The keys that are refused; every other answer must be right. */
async function corruptKeys(store: LmdbStore): Promise<string[]> {
  const corrupt: string[] = [];
  for (const { partition, key, value } of ENTRIES) {
    try {
      expect(store.sync.get(partition, key)).toEqual(value);
    } catch (error) {
      if (!isKeyspaceError(error, 'value.corrupt')) throw error;
      expect(error.details.keyHex).toBe(toHex(key));
      expect(error.message).not.toContain(toHex(key));
      corrupt.push(toHex(key));
      await expect(store.getMany(partition, [key])).rejects.toMatchObject({
        details: { keyHex: toHex(key) },
      });
    }
  }
  return corrupt;
}

/** Scans over a damaged value name its key too. */
async function expectScansToFail(store: LmdbStore, corrupt: ReadonlySet<string>): Promise<void> {
  for (const partition of PARTITIONS) {
    const keys = ENTRIES.filter((entry) => entry.partition === partition).map(({ key }) => toHex(key));
    const first = keys.find((key) => corrupt.has(key));
    const scan = async () => {
      for await (const { key } of store.scan(partition, { begin: new Uint8Array(0) })) {
        expect(corrupt.has(toHex(key))).toBe(false);
      }
    };
    if (first === undefined) await scan();
    else await expect(scan()).rejects.toMatchObject({ code: 'value.corrupt', details: { keyHex: first } });
  }
}

test(`of ${FLIPS} flipped bits in values and checksums, each is value.corrupt naming the key`, async () => {
  const path = await closedStore();
  const original = await readFile(join(path, 'data.mdb'));
  const offsets = ENTRIES.map(({ value }) => occurrences(original, value));
  for (let copy = 0; copy < COPIES; copy++) {
    const damaged = Buffer.from(original);
    // In the first copy every checksum, then all over the values; one entry in ten stays whole.
    const flipped = ENTRIES.flatMap(({ key, value }, i) => {
      if (i % 10 === copy) return [];
      const sealedBytes = value.length + CHECKSUM_BYTES;
      const byte =
        copy === 0 ? value.length + (i % CHECKSUM_BYTES) : (i * 7_919 + copy * 104_729) % sealedBytes;
      for (const at of offsets[i]!) damaged[at + byte] = damaged[at + byte]! ^ (1 << ((i + copy) % 8));
      return [toHex(key)];
    });
    const copyPath = `${path}-${copy}`;
    await cp(path, copyPath, { recursive: true });
    await writeFile(join(copyPath, 'data.mdb'), damaged);
    const store = await openLmdbStore({ path: copyPath });
    expect(await corruptKeys(store)).toEqual(flipped);
    await expectScansToFail(store, new Set(flipped));
    await store.close();
  }
});

test('a value stored under the key of another is value.corrupt at both', async () => {
  const path = await closedStore();
  const environment = open({ path, noSubdir: false, overlappingSync: false });
  const data = environment.openDB<Buffer, Uint8Array>({
    name: 'data',
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  const storedKeys = ENTRIES.map(({ partition, key }) => concatBytes(partition, key));
  const sealed = storedKeys.map((key) => data.getBinary(key)!);
  // Each value moves on to the key two further: 200 are misplaced, in the same partition.
  await Promise.all(storedKeys.map((_, i) => data.put(storedKeys[(i + 2) % KEYS]!, sealed[i]!)));
  await environment.close();
  const store = await folders.open({ path });
  const all = ENTRIES.map(({ key }) => toHex(key));
  expect(await corruptKeys(store)).toEqual(all);
  await expectScansToFail(store, new Set(all));
});

test('a value too short for a checksum is value.corrupt', async () => {
  const path = await closedStore();
  const environment = open({ path, noSubdir: false, overlappingSync: false });
  const data = environment.openDB<Uint8Array, Uint8Array>({
    name: 'data',
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  const { partition, key } = ENTRIES[0]!;
  for (const length of [0, 1, 3]) {
    await data.put(concatBytes(partition, key), new Uint8Array(length));
    const store = await openLmdbStore({ path });
    expect(() => store.sync.get(partition, key)).toThrow(expect.objectContaining({ code: 'value.corrupt' }));
    await store.close();
  }
  await environment.close();
});

async function setBack(path: string, partition: Uint8Array, epoch: number): Promise<void> {
  const environment = open({ path, noSubdir: false, overlappingSync: false });
  const owners = environment.openDB<Uint8Array, Uint8Array>({
    name: 'owners',
    encoding: 'binary',
    keyEncoding: 'binary',
    useVersions: true,
  });
  await owners.put(partition, owners.getBinary(partition)!, epoch);
  await environment.close();
}

test('an owner record set back to an older epoch is store.corrupt, not a valid older claim', async () => {
  const path = await closedStore();
  const partition = PARTITIONS[0]!;
  const store = await openLmdbStore({ path });
  await store.claim(partition);
  await store.claim(partition);
  await store.close();
  await setBack(path, partition, 1);
  const tampered = await folders.open({ path });
  await expect(tampered.claim(partition)).rejects.toMatchObject({ code: 'store.corrupt', details: { path } });
  expect((await tampered.claim(PARTITIONS[1]!)).epoch).toBe(1);
});

test('an owner record set back while its store is open makes no older fence valid again', async () => {
  const path = await closedStore();
  const partition = PARTITIONS[0]!;
  const other = PARTITIONS[1]!;
  const store = await folders.open({ path });
  const stale = await store.claim(partition);
  const held = await store.claim(partition);
  const otherFence = await store.claim(other);
  await setBack(path, partition, 1);
  const before = store.sync.get(partition, ENTRIES[0]!.key);
  const writes = [{ type: 'set', partition, key: ENTRIES[0]!.key, value: Uint8Array.of(1) }] as const;
  const checks = [{ partition, key: ENTRIES[0]!.key, value: before }];
  await new Promise((resolve) => setImmediate(resolve));
  for (const fences of [[stale], [stale, otherFence], [otherFence, stale]]) {
    for (const commit of [
      { fences, writes },
      { fences, writes, checks },
    ]) {
      await expect(store.commit(commit)).rejects.toMatchObject({ code: 'store.corrupt', details: { path } });
    }
  }
  // Its checksum is right: the engine finds that the epoch is not.
  await expect(store.commit({ fences: [held], writes })).rejects.toMatchObject({
    code: expect.stringMatching(/^(commit\.fenced|store\.corrupt)$/),
  });
  expect(store.sync.get(partition, ENTRIES[0]!.key)).toEqual(before);
  await store.commit({ fences: [otherFence], writes: [{ ...writes[0], partition: other }] });
});
