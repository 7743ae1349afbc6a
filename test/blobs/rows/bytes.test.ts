import { execFileSync } from 'node:child_process';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blobChunk, blobDescriptor } from '../../../src/layout/index.js';
import type { LmdbStore } from '../../../src/stores/lmdb/index.js';
import { blobDescriptorPayload } from '../../../src/values/index.js';
import { collect } from '../../keyspace/support.js';
import { LMDB } from '../../stores/lmdb/support.js';
import { MEMORY, withStore } from '../../stores/support.js';
import {
  bytesOf,
  CHUNK,
  COMMIT,
  codeOf,
  count,
  DAY_MS,
  damage,
  dump,
  expectBytes,
  flip,
  HOUR_MS,
  keys,
  openWorld,
  PARTITION,
  parts,
  sha256,
} from '../support.js';

const LENGTHS = [
  0,
  1,
  CHUNK - 1,
  CHUNK,
  CHUNK + 1,
  3 * CHUNK,
  COMMIT - 1,
  COMMIT,
  COMMIT + 1,
  2 * COMMIT + 7,
];

describe('row 3: a digest is 64 lower-case hex digits', () => {
  const digest = sha256('x');
  test.each([
    '',
    digest.slice(1),
    `${digest}0`,
    digest.toUpperCase(),
    `../${digest}`,
    `${digest}.json`,
    `g${digest.slice(1)}`,
  ])('not %j', async (wrong) => {
    const { actor } = await openWorld();
    const { blobs } = actor;
    for (const call of [
      () => blobs.get(wrong),
      () => blobs.has(wrong),
      () => blobs.stat(wrong),
      () => collect(blobs.stream(wrong)),
      async () => blobs.reference(wrong, 'h'),
      async () => blobs.pin(wrong),
      async () => blobs.roots.set('r', [wrong]),
    ]) {
      await expect((async () => call())()).rejects.toThrow(RangeError);
    }
    await expect(blobs.get(7 as unknown as string)).rejects.toThrow(TypeError);
  });

  test('and what is stored of a blob is under its digest', async () => {
    const { actor, store } = await openWorld();
    const { digest: stored } = await actor.blobs.put(bytesOf(2 * CHUNK), { holder: 'h' });
    expect(await store.get(PARTITION, keys.descriptor(stored))).toBeDefined();
    expectBytes(await store.get(PARTITION, keys.chunk(stored, 0)), bytesOf(2 * CHUNK).slice(0, CHUNK));
    expectBytes(await store.get(PARTITION, keys.chunk(stored, 1)), bytesOf(2 * CHUNK).slice(CHUNK));
    expect(await store.get(PARTITION, keys.chunk(stored, 2))).toBeUndefined();
  });
});

describe('row 5: the digest is SHA-256 of the bytes', () => {
  test.each(['', 'a', 'é😀', 'x'.repeat(100_000)])('of %.10j, by another program too', async (text) => {
    const { actor } = await openWorld();
    const { digest, byteCount } = await actor.blobs.put(text, { holder: 'h' });
    expect(digest).toBe(execFileSync('sha256sum', { input: text }).toString().slice(0, 64));
    expect(byteCount).toBe(Buffer.byteLength(text));
  });
});

describe.each([...MEMORY, LMDB])('row 37: bytes of any length, on $name', (subject) => {
  test('as a whole, in parts, as a stream and in a transaction', () =>
    withStore(subject, async (store) => {
      const { keyspace } = await openWorld({ store, sharedStore: true });
      const readers = new Map<string, Uint8Array>();
      for (const [at, length] of LENGTHS.entries()) {
        const bytes = bytesOf(length, at + 1);
        const expected = { digest: sha256(bytes), byteCount: length };
        const whole = await keyspace.openActor(`whole-${at}`);
        expect(await whole.blobs.put(bytes, { holder: 'h' })).toEqual(expected);
        const streamed = await keyspace.openActor(`streamed-${at}`);
        expect(await streamed.blobs.put(parts(bytes, 30_001), { holder: 'h' })).toEqual(expected);
        expect(await streamed.blobs.put(Readable.from([Buffer.from(bytes)]), { holder: 'i' })).toEqual(
          expected,
        );
        const within = await keyspace.openActor(`within-${at}`);
        if (length <= COMMIT) {
          await within.transaction(({ blobs }) => blobs.put(parts(bytes, 999_999), { holder: 'h' }));
        } else await within.blobs.put([bytes], { holder: 'h' });
        for (const actor of [whole, streamed, within]) {
          expectBytes(await actor.blobs.get(expected.digest), bytes);
          expect(await actor.blobs.audit({ verify: true })).toMatchObject({ blobs: 1, problems: [] });
          // Nothing of an upload is left.
          const { namespaces } = await actor.usage();
          const references = actor === streamed ? 2 : 1;
          expect(namespaces.blobs.keyCount).toBe(1 + references + Math.ceil(length / CHUNK));
        }
        readers.set(expected.digest, bytes);
      }
      expect(readers.size).toBe(LENGTHS.length);
      await keyspace.close();
    }));

  test('in ranges, as slice has it', () =>
    withStore(subject, async (store) => {
      const { actor, keyspace } = await openWorld({ store, sharedStore: true });
      const bytes = bytesOf(3 * CHUNK + 5);
      const { digest } = await actor.blobs.put(bytes, { holder: 'h' });
      const edges = [
        0,
        1,
        CHUNK - 1,
        CHUNK,
        CHUNK + 1,
        3 * CHUNK,
        bytes.length - 1,
        bytes.length,
        bytes.length + 9,
      ];
      for (const begin of edges) {
        for (const end of [...edges, undefined]) {
          const expected = bytes.slice(begin, Math.max(begin, end ?? bytes.length));
          expectBytes(await actor.blobs.get(digest, { begin, end }), expected);
        }
      }
      await keyspace.close();
    }));
});

test('row 37: a chunk and its checksum fill pages of LMDB exactly', () =>
  withStore(LMDB, async (store) => {
    const { actor, keyspace } = await openWorld({ store, sharedStore: true });
    const pages = () => (store as LmdbStore).stats().data.overflowPages;
    const before = pages();
    await actor.blobs.put(bytesOf(10 * CHUNK), { holder: 'h' });
    expect(pages() - before).toBe(160);
    await keyspace.close();
  }));

test(
  'row 37: a large blob goes through little memory, tells how far it is, and can be called off',
  () =>
    withStore(LMDB, async (store) => {
      const { actor, keyspace } = await openWorld({ store, sharedStore: true });
      const part = bytesOf(1_000_003);
      const count = 100;
      async function* source(onPart: (at: number) => void = () => {}) {
        for (let at = 0; at < count; at++) {
          onPart(at);
          yield part;
        }
      }
      const seen: number[] = [];
      let heapMax = 0;
      const { digest, byteCount } = await actor.blobs.put(
        source(() => {
          const { arrayBuffers, heapUsed } = process.memoryUsage();
          heapMax = Math.max(heapMax, arrayBuffers + heapUsed);
        }),
        { holder: 'h', onProgress: ({ bytes }) => seen.push(bytes) },
      );
      expect(byteCount).toBe(part.length * count);
      expect(seen.at(-1)).toBe(byteCount);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      let read = 0;
      const told: number[] = [];
      for await (const chunk of actor.blobs.stream(digest, { onProgress: ({ bytes }) => told.push(bytes) })) {
        read += chunk.length;
        const { arrayBuffers, heapUsed } = process.memoryUsage();
        heapMax = Math.max(heapMax, arrayBuffers + heapUsed);
      }
      expect(read).toBe(byteCount);
      expect(told.at(-1)).toBe(byteCount);
      // The bytes of the blob alone would be 100 MB.
      expect(heapMax).toBeLessThan(256 * 1024 ** 2);

      const controller = new AbortController();
      const before = await dump(store);
      const aborted = actor.blobs.put(
        source((at) => {
          if (at === 20) controller.abort(new Error('enough'));
        }),
        { holder: 'other', signal: controller.signal },
      );
      await expect(aborted).rejects.toThrow('enough');
      expect(await dump(store)).toEqual(before);
      await keyspace.close();
    }),
  30_000,
);

test('row 37: what a source throws is thrown, and nothing is left', async () => {
  const { actor, store } = await openWorld();
  const before = await dump(store);
  async function* failing() {
    yield bytesOf(COMMIT + 5);
    throw new Error('no more');
  }
  await expect(actor.blobs.put(failing(), { holder: 'h' })).rejects.toThrow('no more');
  await expect(actor.blobs.put([7 as unknown as string])).rejects.toThrow(TypeError);
  await expect(actor.blobs.put(7 as unknown as string)).rejects.toThrow(TypeError);
  await expect(actor.blobs.put('x', { ttlMs: 5 })).rejects.toThrow(TypeError);
  expect((await dump(store)).filter((line) => line.startsWith('0a'))).toEqual(
    before.filter((line) => line.startsWith('0a')),
  );
});

describe('row 15: bytes are stored once', () => {
  test('for any number of holders, at once or one after the other', async () => {
    const { actor, store } = await openWorld();
    const bytes = bytesOf(100_000);
    const puts = Array.from({ length: 8 }, (_, at) =>
      actor.blobs.put(at % 2 === 0 ? bytes : parts(bytes, 7_000), { holder: `h${at}` }),
    );
    const [{ digest }] = (await Promise.all(puts)) as unknown as [{ digest: string }];
    expect(await count(store, blobDescriptor.prefix)).toBe(1);
    expect(await count(store, blobChunk.prefix)).toBe(2);
    expect(await actor.blobs.references(digest)).toHaveLength(8);
  });

  test('and a large one that is there is not written again', async () => {
    const { actor } = await openWorld();
    const bytes = bytesOf(COMMIT + 100);
    const { digest } = await actor.blobs.put(bytes, { holder: 'a' });
    await actor.blobs.put(parts(bytes, 50_000), { holder: 'b' });
    await actor.blobs.put(bytes, { holder: 'c' });
    expect(await actor.blobs.audit({ verify: true })).toMatchObject({ blobs: 1, problems: [] });
    expect(await actor.blobs.references(digest)).toHaveLength(3);
  });
});

describe('row 16: a put verifies what is there, and repairs it', () => {
  test.each([1_000, CHUNK + 5, COMMIT + 5])('of %i bytes', async (length) => {
    const bytes = bytesOf(length);
    const faults: ((
      store: Awaited<ReturnType<typeof openWorld>>['store'],
      digest: string,
    ) => Promise<void>)[] = [
      (store, digest) => flip(store, keys.chunk(digest), 500),
      (store, digest) => damage(store, keys.chunk(digest), bytes.slice(0, 10)),
      (store, digest) => damage(store, keys.chunk(digest), undefined),
      (store, digest) => damage(store, keys.descriptor(digest), undefined),
      (store, digest) => damage(store, keys.descriptor(digest), Uint8Array.of(1, 0, 7)),
      (store, digest) =>
        damage(
          store,
          keys.descriptor(digest),
          blobDescriptorPayload.encode({ byteCount: length + 1, chunkBytes: CHUNK, storedAtMs: 0 }),
        ),
      (store, digest) => damage(store, keys.chunk(digest, Math.ceil(length / CHUNK)), Uint8Array.of(1)),
    ];
    for (const [at, fault] of faults.entries()) {
      for (const source of [() => bytes, () => parts(bytes, 10_000)]) {
        const { actor, store } = await openWorld();
        const { digest } = await actor.blobs.put(bytes, { holder: 'a' });
        await fault(store, digest);
        await actor.blobs.put(source(), { holder: 'b' });
        expectBytes(await actor.blobs.get(digest), bytes);
        // A chunk behind the end is no part of the blob, and stays to be told by the audit.
        if (at < 6) expect((await actor.blobs.audit({ verify: true })).problems).toEqual([]);
      }
    }
  });
});

describe('row 30 and threat 19: what is read is verified', () => {
  test('a bit that is flipped anywhere in any of 200 blobs is found, and the last part never handed over', async () => {
    const { actor, store } = await openWorld();
    for (let at = 0; at < 200; at++) {
      const bytes = bytesOf(1 + ((at * 977) % (2 * CHUNK)), at);
      const { digest } = await actor.blobs.put(bytes, { holder: 'h' });
      const position = (at * 7_919) % bytes.length;
      await flip(store, keys.chunk(digest, Math.floor(position / CHUNK)), position % CHUNK);
      expect(await codeOf(actor.blobs.get(digest))).toBe('blob.corrupt');
      let handed = 0;
      await expect(
        (async () => {
          for await (const chunk of actor.blobs.stream(digest)) handed += chunk.length;
        })(),
      ).rejects.toMatchObject({ code: 'blob.corrupt', details: { digest } });
      expect(handed).toBeLessThan(bytes.length);
      expect(await actor.blobs.verify(digest)).toBe(false);
    }
  });

  test('chunks that are missing, or too short or long, are found in ranges too', async () => {
    const { actor, store } = await openWorld();
    const { digest } = await actor.blobs.put(bytesOf(3 * CHUNK), { holder: 'h' });
    for (const value of [undefined, bytesOf(CHUNK - 1), bytesOf(CHUNK + 1)]) {
      await damage(store, keys.chunk(digest, 1), value);
      expect(await codeOf(actor.blobs.get(digest, { begin: CHUNK + 5, end: CHUNK + 6 }))).toBe(
        'blob.corrupt',
      );
      expect(await actor.blobs.get(digest, { begin: 5, end: 6 })).toEqual(bytesOf(6).slice(5));
    }
  });

  test('a descriptor that promises more takes no memory for it', async () => {
    const { actor, store } = await openWorld();
    const { digest } = await actor.blobs.put('x', { holder: 'h' });
    const lie = { byteCount: Number.MAX_SAFE_INTEGER, chunkBytes: 1, storedAtMs: 0 };
    await damage(store, keys.descriptor(digest), blobDescriptorPayload.encode(lie));
    expect(await codeOf(actor.blobs.get(digest))).toBe('blob.corrupt');
    await damage(store, keys.descriptor(digest), blobDescriptorPayload.encode({ ...lie, chunkBytes: 0 }));
    expect(await codeOf(actor.blobs.get(digest))).toBe('blob.corrupt');
  });

  test('a flipped bit in the file of LMDB is found by its checksum', () =>
    withStore(LMDB, async (store) => {
      const { actor, keyspace } = await openWorld({ store, sharedStore: true });
      const { digest } = await actor.blobs.put(bytesOf(1_000), { holder: 'h' });
      await flip(store, keys.chunk(digest));
      // The store seals what it is given: this is another value, not damage.
      expect(await codeOf(actor.blobs.get(digest))).toBe('blob.corrupt');
      await keyspace.close();
    }));
});

test('row 38: a record of a newer version is refused by name, and stops the collector', async () => {
  const { actor, store, clock } = await openWorld();
  const { digest } = await actor.blobs.put('x', { holder: 'h' });
  const other = await actor.blobs.put('y', { holder: 'h' });
  await actor.blobs.release(other.digest, 'h');
  clock.advance(2 * DAY_MS);
  const reference = await store.get(PARTITION, keys.reference(digest, 'user:h'));
  await damage(store, keys.descriptor(digest), Uint8Array.of(2, 0, 1, 2, 3));
  expect(await codeOf(actor.blobs.get(digest))).toBe('value.version_unsupported');
  await damage(
    store,
    keys.reference(digest, 'user:h'),
    Uint8Array.of(2, 0, ...(reference as Uint8Array).slice(2)),
  );
  const before = await dump(store);
  expect(await actor.blobs.collect()).toMatchObject({ ran: false, reason: 'unreadable' });
  expect(await dump(store)).toEqual(before);
});

test('row 41: a miss is a miss', async () => {
  const { actor } = await openWorld();
  const digest = sha256('nobody');
  expect(await actor.blobs.get(digest)).toBeUndefined();
  expect(await actor.blobs.has(digest)).toBe(false);
  expect(await actor.blobs.stat(digest)).toBeUndefined();
  expect(await actor.blobs.verify(digest)).toBe(false);
  expect(await codeOf(collect(actor.blobs.stream(digest)))).toBe('blob.missing');
  expect(await codeOf(actor.blobs.reference(digest, 'h'))).toBe('blob.missing');
  expect(await codeOf(actor.blobs.pin(digest))).toBe('blob.missing');
  expect(await codeOf(actor.blobs.roots.set('r', [digest]))).toBe('blob.missing');
});

test('threats 17 and 18: nothing of another actor can be had, or learned', async () => {
  const { actor, keyspace, store } = await openWorld();
  const other = await keyspace.openActor('b');
  const secret = 'the secret of a';
  const { digest } = await actor.blobs.put(secret, { holder: 'h' });
  expect(await other.blobs.get(digest)).toBeUndefined();
  expect(await other.blobs.has(digest)).toBe(false);
  // The answer to a put is the same whether anybody has the bytes, and so is what is written for it.
  expect(await other.blobs.put(secret, { holder: 'h' })).toEqual({ digest, byteCount: secret.length });
  const unknown = 'the secret of B';
  const foreign = await keyspace.openActor('c');
  await foreign.blobs.put(unknown, { holder: 'h' });
  expect((await other.usage()).namespaces.blobs).toEqual((await foreign.usage()).namespaces.blobs);
  // What one deletes, the other keeps.
  await keyspace.deleteActor('a');
  expect(Buffer.from((await other.blobs.get(digest)) as Uint8Array).toString()).toBe(secret);
  expect(await store.get(PARTITION, keys.descriptor(digest))).toBeUndefined();
});

test('row 11: a copy for another actor has bytes and a reference of its own', async () => {
  const { actor, keyspace } = await openWorld();
  const bytes = bytesOf(COMMIT + 9);
  const { digest } = await actor.blobs.put(bytes, { holder: 'h' });
  const other = await keyspace.openActor('b');
  expect(await other.blobs.copyFrom(actor.blobs, digest, { holder: 'copy' })).toEqual({
    digest,
    byteCount: bytes.length,
  });
  await keyspace.deleteActor('a');
  await other.blobs.collect();
  expectBytes(await other.blobs.get(digest), bytes);
  expect(await codeOf(other.blobs.copyFrom(actor.blobs, sha256('no')))).not.toBe('');
});

test('list, has and stat tell what there is', async () => {
  const { actor, clock } = await openWorld();
  const infos = [];
  for (let at = 0; at < 5; at++)
    infos.push(await actor.blobs.put(`blob ${at}`, { holder: 'h', ttlMs: HOUR_MS }));
  const listed = await collect(actor.blobs.list());
  const sorted = [...infos].sort((a, b) => (a.digest < b.digest ? -1 : 1));
  expect(listed).toEqual(sorted.map((info) => ({ ...info, storedAtMs: clock.nowMs() })));
  const [{ digest }] = infos as unknown as [{ digest: string }];
  const expiresAtMs = clock.nowMs() + HOUR_MS;
  expect(await actor.blobs.stat(digest)).toEqual({
    digest,
    byteCount: 6,
    chunkCount: 1,
    storedAtMs: clock.nowMs(),
    references: [{ holder: 'user:h', expiresAtMs }],
  });
});

test('bytes that are changed while they wait are stored as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
      const { actor } = await openWorld();
      const given = bytes.slice();
      const putting = actor.blobs.put(given, { holder: 'h' });
      given.fill(0xee);
      const { digest } = await putting;
      expect(digest).toBe(sha256(bytes));
      expectBytes(await actor.blobs.get(digest), bytes);
    }),
    { numRuns: 20 },
  );
});
