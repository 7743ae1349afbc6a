import { describe, expect, test } from 'vitest';
import { openKeyspace } from '../../../src/keyspace/index.js';
import { blobChunk, blobDescriptor, blobRoot } from '../../../src/layout/index.js';
import { MemoryStore } from '../../../src/stores/memory/index.js';
import { collect } from '../../keyspace/support.js';
import { expectExactUsage } from '../../keyspace/usage-support.js';
import { LMDB } from '../../stores/lmdb/support.js';
import { MEMORY, withStore } from '../../stores/support.js';
import {
  bytesOf,
  CHUNK,
  codeOf,
  count,
  DAY_MS,
  damage,
  dump,
  flip,
  HOUR_MS,
  keys,
  openWorld,
  PARTITION,
  sha256,
} from '../support.js';

/** A world with one blob that is held, and some that nothing holds since a while. */
async function openWithGarbage(garbage = 3, retiredMs = 2 * DAY_MS) {
  const world = await openWorld();
  const { actor, clock } = world;
  const { digest: held } = await actor.blobs.put('held', { holder: 'h' });
  const digests: string[] = [];
  for (let at = 0; at < garbage; at++) digests.push((await actor.blobs.put(`garbage ${at}`)).digest);
  clock.advance(retiredMs);
  return { ...world, held, digests };
}

test('row 54: both kinds of orphan are told, and bytes without a descriptor are removed after the grace time', async () => {
  const { actor, store, clock } = await openWorld();
  await actor.blobs.put('anchor', { holder: 'anchor' });
  const unindexed = sha256('bytes');
  await damage(store, keys.chunk(unindexed), new TextEncoder().encode('bytes'));
  const { digest: hollow } = await actor.blobs.put(bytesOf(2 * CHUNK), { holder: 'h' });
  await damage(store, keys.chunk(hollow, 1), undefined);
  const { digest: gone } = await actor.blobs.put('gone', { holder: 'h' });
  await damage(store, keys.chunk(gone), undefined);
  await damage(store, keys.descriptor(gone), undefined);
  const { problems } = await actor.blobs.audit();
  expect(problems).toEqual(
    expect.arrayContaining([
      { problem: 'bytes_without_descriptor', digest: unindexed },
      { problem: 'descriptor_without_bytes', digest: hollow },
      { problem: 'reference_without_blob', digest: gone, holder: 'user:h' },
    ]),
  );
  expect(problems).toHaveLength(3);
  expect(await actor.blobs.collect()).toMatchObject({ stamped: 1, deleted: 0 });
  clock.advance(DAY_MS);
  expect(await actor.blobs.collect()).toMatchObject({ deleted: 1 });
  expect(await store.get(PARTITION, keys.chunk(unindexed))).toBeUndefined();
  // Adopting is putting them.
  await actor.blobs.put('gone', { holder: 'h' });
  await actor.blobs.put(bytesOf(2 * CHUNK), { holder: 'h' });
  expect((await actor.blobs.audit({ verify: true })).problems).toEqual([]);
});

describe('row 55: the quota', () => {
  test('is compared before a byte of a small blob is stored, and leaves nothing of a large one', async () => {
    const store = new MemoryStore();
    const { actor } = await openWorld({ store, quotaBytes: 3_000_000 });
    expect(await codeOf(actor.blobs.put(bytesOf(5_000_000), { holder: 'h' }))).toBe('actor.quota_exceeded');
    async function* source() {
      for (let at = 0; at < 5; at++) yield bytesOf(1_000_000, at);
    }
    expect(await codeOf(actor.blobs.put(source(), { holder: 'h' }))).toBe('actor.quota_exceeded');
    // Twice the same bytes take the room once.
    await actor.blobs.put(bytesOf(1_000_000), { holder: 'a' });
    const { bytes } = await actor.usage();
    await actor.blobs.put(bytesOf(1_000_000), { holder: 'b' });
    expect((await actor.usage()).bytes - bytes).toBeLessThan(200);
    await expectExactUsage(store, actor);
  });
});

describe('row 58: what is not known stops the pass', () => {
  test.each([
    ['a namespace', Uint8Array.of(0x0c, 1)],
    ['the last namespace', Uint8Array.of(0xff)],
    ['a newer layout of a namespace', Uint8Array.of(0x0b, 2, 3)],
    ['an older one', Uint8Array.of(0x0b, 0, 3)],
  ])('%s', async (_name, key) => {
    const { actor, store } = await openWithGarbage();
    await damage(store, key, Uint8Array.of(1));
    const before = await dump(store);
    expect(await actor.blobs.collect()).toMatchObject({ ran: false, reason: 'unknown_key' });
    expect(await actor.blobs.audit()).toMatchObject({ refusal: { reason: 'unknown_key' } });
    expect(await dump(store)).toEqual(before);
    await damage(store, key, undefined);
    expect(await actor.blobs.collect()).toMatchObject({ ran: true, deleted: 3 });
  });

  test('a kind of holder', async () => {
    const { actor, store, held, digests } = await openWithGarbage();
    const reference = await store.get(PARTITION, keys.reference(held, 'user:h'));
    for (const holder of ['tape:1', 'user', '', ':']) {
      const key = keys.reference(digests[0] as string, holder);
      await damage(store, key, reference);
      const before = await dump(store);
      expect(await actor.blobs.collect()).toMatchObject({ ran: false, reason: 'unknown_holder' });
      expect(await dump(store)).toEqual(before);
      await damage(store, key, undefined);
    }
  });
});

describe('row 59: what cannot be read stops the pass', () => {
  test('a reference, a root, a field', async () => {
    const { actor, store, held } = await openWithGarbage();
    await actor.blobs.roots.set('live', [held]);
    await actor.fields.set('f', 'x');
    const records = [
      keys.reference(held, 'user:h'),
      blobRoot.encode({ rootName: 'live' }),
      Uint8Array.from([0x0b, 1, 2, 0x66, 0]),
    ];
    for (const key of records) {
      const value = await store.get(PARTITION, key);
      await damage(store, key, Uint8Array.of(1, 0, 5));
      const before = await dump(store);
      expect(await actor.blobs.collect()).toMatchObject({ ran: false, reason: 'unreadable' });
      expect(await dump(store)).toEqual(before);
      await damage(store, key, value);
    }
    expect(await actor.blobs.collect()).toMatchObject({ ran: true, deleted: 3 });
  });

  test('a root that has lost a member, or its record', async () => {
    const { actor, store, held } = await openWithGarbage();
    await actor.blobs.roots.set('live', [held]);
    const record = blobRoot.encode({ rootName: 'live' });
    const members = (await collect(store.scanSizes(PARTITION, { begin: Uint8Array.of(10, 1, 0x15, 7) })))
      .map(({ key }) => key)
      .filter((key) => key[3] === 7);
    expect(members).toHaveLength(1);
    await damage(store, members[0] as Uint8Array, undefined);
    expect(await codeOf(actor.blobs.roots.get('live'))).toBe('value.malformed');
    expect(await actor.blobs.collect()).toMatchObject({ ran: false, reason: 'unreadable' });
    await damage(store, members[0] as Uint8Array, new Uint8Array(0));
    await damage(store, record, undefined);
    expect(await codeOf(actor.blobs.roots.get('live'))).toBe('value.malformed');
  });

  test('nothing that holds anything, while there are blobs, unless that is right', async () => {
    const { actor, store, clock } = await openWorld();
    const { digest } = await actor.blobs.put('x', { holder: 'h' });
    await actor.blobs.release(digest, 'h');
    clock.advance(2 * DAY_MS);
    const before = await dump(store);
    expect(await actor.blobs.collect()).toMatchObject({ ran: false, reason: 'no_roots' });
    expect(await dump(store)).toEqual(before);
    expect(await actor.blobs.collect({ allowNoRoots: true })).toMatchObject({ ran: true, deleted: 1 });
    expect(await actor.blobs.collect()).toMatchObject({ ran: true, scanned: 0 });
  });
});

describe('row 60: grace runs from the retirement', () => {
  test.each([
    [HOUR_MS + 60_000 - 1, false],
    [HOUR_MS + 60_000, true],
  ])('%i ms after it', async (passedMs, isDeleted) => {
    const { actor, clock } = await openWorld();
    await actor.blobs.put('anchor', { holder: 'anchor' });
    const { digest } = await actor.blobs.put('x', { holder: 'h' });
    // However old the blob itself is.
    clock.advance(1_000 * DAY_MS);
    await actor.blobs.release(digest, 'h');
    clock.advance(passedMs);
    expect(await actor.blobs.collect({ graceMs: HOUR_MS + 60_000 })).toMatchObject({
      deleted: isDeleted ? 1 : 0,
      withinGrace: isDeleted ? 0 : 1,
    });
  });

  test('a day unless told otherwise, and never less than an upload may rest', async () => {
    const { actor, clock } = await openWithGarbage(1, DAY_MS - 1);
    expect(await actor.blobs.collect()).toMatchObject({ deleted: 0 });
    clock.advance(1);
    expect(await actor.blobs.collect()).toMatchObject({ deleted: 1 });
    for (const graceMs of [0, -1, HOUR_MS + 59_999, 1.5, Number.NaN]) {
      await expect(actor.blobs.collect({ graceMs })).rejects.toThrow(RangeError);
    }
  });

  test('without a stamp, or with one that cannot be read, it begins now', async () => {
    const { actor, clock, store, digests } = await openWithGarbage(2);
    await damage(store, keys.retirement(digests[0] as string), undefined);
    await damage(store, keys.retirement(digests[1] as string), Uint8Array.of(9, 9, 9));
    expect(await actor.blobs.collect()).toMatchObject({ stamped: 2, deleted: 0 });
    clock.advance(DAY_MS - 1);
    expect(await actor.blobs.collect()).toMatchObject({ withinGrace: 2, deleted: 0 });
    clock.advance(1);
    expect(await actor.blobs.collect()).toMatchObject({ deleted: 2 });
  });

  test('a stamp of the future keeps, when the clock was set back', async () => {
    const { actor, clock } = await openWithGarbage(1, 0);
    clock.setNowMs(clock.nowMs() - 3_650 * DAY_MS);
    expect(await actor.blobs.collect()).toMatchObject({ withinGrace: 1, deleted: 0 });
  });
});

describe('rows 61 and 62: what is held again between plan and delete survives', () => {
  test.each<[string, (world: Awaited<ReturnType<typeof openWithGarbage>>) => Promise<unknown>]>([
    ['by a reference', ({ actor, digests }) => actor.blobs.reference(digests[0] as string, 'again')],
    ['by a put', ({ actor }) => actor.blobs.put('garbage 0', { holder: 'again' })],
    ['by a put without a holder', ({ actor }) => actor.blobs.put('garbage 0')],
    ['by a pin', ({ actor, digests }) => actor.blobs.pin(digests[0] as string)],
    ['by a lease', ({ actor, digests }) => actor.blobs.lease([digests[0] as string], { leaseMs: 5 })],
    ['by a root', ({ actor, digests }) => actor.blobs.roots.set('r', [digests[0] as string])],
  ])('%s', async (_name, hold) => {
    const world = await openWithGarbage(1);
    const { actor, digests } = world;
    let holding: Promise<unknown> | undefined;
    // Told before the batch is settled, so that what is begun here comes before it.
    const result = await actor.blobs.collect({
      onBlob: () => {
        holding = hold(world);
      },
    });
    await holding;
    expect(result).toMatchObject({ condemned: 1, deleted: 0, spared: 1 });
    expect(await actor.blobs.verify(digests[0] as string)).toBe(true);
  });

  test('and a put that comes after the delete stores the bytes anew', async () => {
    const { actor, digests } = await openWithGarbage(1);
    const [result] = await Promise.all([
      actor.blobs.collect(),
      actor.blobs.put('garbage 0', { holder: 'again' }),
    ]);
    expect(result).toMatchObject({ ran: true });
    expect(await actor.blobs.verify(digests[0] as string)).toBe(true);
  });
});

describe('row 64: a dry run', () => {
  test('plans what the pass then does, in order, and writes nothing', async () => {
    const { actor, store, digests } = await openWithGarbage(5);
    await actor.blobs.put('within grace');
    const before = await dump(store);
    const planned: unknown[] = [];
    const plan = await actor.blobs.collect({ dryRun: true, onBlob: (blob) => planned.push(blob) });
    expect(await dump(store)).toEqual(before);
    expect(plan).toMatchObject({ ran: true, dryRun: true, condemned: 5, deleted: 0, withinGrace: 1 });
    const done: unknown[] = [];
    const result = await actor.blobs.collect({ onBlob: (blob) => done.push(blob) });
    expect(done).toEqual(planned);
    expect(planned).toEqual(
      [...planned].sort((a, b) =>
        (a as { digest: string }).digest < (b as { digest: string }).digest ? -1 : 1,
      ),
    );
    expect(result).toMatchObject({
      condemned: 5,
      deleted: 5,
      deletedBytes: (plan as { condemnedBytes: number }).condemnedBytes,
    });
    for (const digest of digests) expect(await actor.blobs.has(digest)).toBe(false);
  });
});

describe('row 65: one pass at a time', () => {
  test('another is refused, and the refusal does not stay', async () => {
    const { actor } = await openWithGarbage();
    const [first, second] = await Promise.all([actor.blobs.collect(), actor.blobs.collect()]);
    expect(first).toMatchObject({ ran: true, deleted: 3 });
    expect(second).toMatchObject({ ran: false, reason: 'busy' });
    expect(await actor.blobs.collect()).toMatchObject({ ran: true, deleted: 0 });
  });

  test('an owner that was superseded deletes nothing', async () => {
    const { actor, store, keyspace } = await openWithGarbage();
    const next = await keyspace.openActor('a');
    await next.kv.set('x', 'y');
    const before = await dump(store);
    expect(await codeOf(actor.blobs.collect())).toBe('actor.fenced');
    expect(await dump(store)).toEqual(before);
    expect(await next.blobs.collect()).toMatchObject({ ran: true, deleted: 3 });
  });
});

test('row 66: one blob that cannot be deleted does not keep the others', async () => {
  const { actor, store, digests, clock } = await openWithGarbage(4);
  const bad = digests[1] as string;
  const result = await actor.blobs.collect({
    onBlob: ({ digest }) => {
      if (digest === bad) void damage(store, keys.reference(bad, 'user:z'), Uint8Array.of(1, 0, 7));
    },
  });
  expect(result).toMatchObject({ condemned: 4, deleted: 3, failed: 1 });
  expect(await actor.blobs.has(bad)).toBe(true);
  await damage(store, keys.reference(bad, 'user:z'), undefined);
  clock.advance(1);
  expect(await actor.blobs.collect()).toMatchObject({ deleted: 1, failed: 0 });
});

test('rows 67 and 72: a second pass finds nothing, and a hundred leave nothing behind', async () => {
  const { actor, store, clock } = await openWithGarbage();
  expect(await actor.blobs.collect()).toMatchObject({ deleted: 3 });
  expect(await actor.blobs.collect()).toMatchObject({ deleted: 0, stamped: 0, condemned: 0, scanned: 1 });
  for (let at = 0; at < 20; at++) {
    clock.advance(HOUR_MS);
    await actor.blobs.sweep();
    await actor.blobs.collect();
  }
  const { bytes, keyCount } = await actor.usage();
  for (let at = 0; at < 100; at++) {
    clock.advance(HOUR_MS);
    await actor.blobs.sweep();
    await actor.blobs.collect();
  }
  const after = await actor.usage();
  expect(after.keyCount).toBe(keyCount);
  // Ids of passes have one digit more by now.
  expect(after.bytes - bytes).toBeLessThan(32);
  await expectExactUsage(store, actor);
});

test('row 68: what a pass did is told, recorded, and what the actor lost', async () => {
  const { actor, clock, store } = await openWithGarbage(3);
  await actor.blobs.put('fresh');
  const before = (await actor.usage()).namespaces.blobs.bytes;
  const result = await actor.blobs.collect();
  const after = (await actor.usage()).namespaces.blobs.bytes;
  expect(result).toMatchObject({ scanned: 5, held: 1, withinGrace: 1, deleted: 3 });
  const [pass] = (await actor.blobs.passes()) as unknown as [{ deletedBytes: number }];
  expect(pass).toMatchObject({ scanned: 5, held: 1, withinGrace: 1, deleted: 3, endedAtMs: clock.nowMs() });
  // Descriptors and chunks; the stamps go as well, and the record of the pass comes.
  expect(before - after).toBeGreaterThan(pass.deletedBytes);
  for (let at = 0; at < 30; at++) await actor.blobs.collect();
  expect(await actor.blobs.passes()).toHaveLength(16);
  await expectExactUsage(store, actor);
});

describe('row 70: a blob that was lost is written anew from its source', () => {
  test('if that is the same', async () => {
    const { actor, store } = await openWorld();
    const { digest } = await actor.blobs.put('value', { holder: 'h' });
    await damage(store, keys.chunk(digest), undefined);
    await damage(store, keys.descriptor(digest), undefined);
    expect(await codeOf(actor.blobs.repair(digest, 'another'))).toBe('blob.digest_mismatch');
    expect(await actor.blobs.has(digest)).toBe(false);
    await actor.blobs.repair(digest, ['va', 'lue']);
    expect(await actor.blobs.verify(digest)).toBe(true);
    expect(await actor.blobs.references(digest)).toEqual([{ holder: 'user:h' }]);
    await flip(store, keys.chunk(digest));
    await actor.blobs.repair(digest, 'value');
    expect(await actor.blobs.verify(digest)).toBe(true);
  });
});

describe('row 73: an audit finds each planted fault', () => {
  test.each<[string, (store: MemoryStore, digest: string) => Promise<void>, string]>([
    ['a flipped bit', (store, digest) => flip(store, keys.chunk(digest)), 'digest_differs'],
    [
      'a missing chunk',
      (store, digest) => damage(store, keys.chunk(digest), undefined),
      'descriptor_without_bytes',
    ],
    [
      'a chunk too many',
      (store, digest) => damage(store, keys.chunk(digest, 9), Uint8Array.of(1)),
      'descriptor_without_bytes',
    ],
    [
      'a missing descriptor',
      (store, digest) => damage(store, keys.descriptor(digest), undefined),
      'bytes_without_descriptor',
    ],
    [
      'a descriptor that cannot be read',
      (store, digest) => damage(store, keys.descriptor(digest), Uint8Array.of(1)),
      'unreadable',
    ],
    [
      'a value whose reference is gone',
      (store, digest) => damage(store, keys.reference(digest, 'field:f'), undefined),
      'value_without_reference',
    ],
  ])('%s', async (_name, plant, problem) => {
    const store = new MemoryStore();
    const { actor } = await openWorld({ store });
    const value = 'x'.repeat(200_000);
    await actor.fields.set('f', value);
    const digest = sha256(JSON.stringify(value));
    expect((await actor.blobs.audit({ verify: true })).problems).toEqual([]);
    await plant(store, digest);
    const { problems } = await actor.blobs.audit({ verify: true });
    expect(problems.map((each) => each.problem)).toContain(problem);
  });

  test('and a value whose reference is gone still keeps its blob', async () => {
    const { actor, store, clock } = await openWorld();
    const value = 'x'.repeat(200_000);
    await actor.fields.set('f', value);
    await damage(store, keys.reference(sha256(JSON.stringify(value)), 'field:f'), undefined);
    clock.advance(9 * DAY_MS);
    await actor.blobs.collect();
    clock.advance(9 * DAY_MS);
    await actor.blobs.collect();
    expect(await actor.fields.get('f')).toBe(value);
  });
});

describe.each([...MEMORY, LMDB])('many blobs, on $name', (subject) => {
  test('are collected in batches, which may be called off and gone on with', () =>
    withStore(subject, async (store) => {
      const { actor, clock, keyspace } = await openWorld({ store, sharedStore: true });
      const total = 300;
      await actor.transaction(async ({ blobs }) => {
        for (let at = 0; at < total; at++)
          await blobs.put(`blob ${at}`, { holder: at % 10 === 0 ? 'h' : undefined });
      });
      clock.advance(2 * DAY_MS);
      const controller = new AbortController();
      const aborted = actor.blobs.collect({
        signal: controller.signal,
        onProgress: ({ deleted }) => {
          if (deleted > 100) controller.abort(new Error('enough'));
        },
      });
      await expect(aborted).rejects.toThrow('enough');
      const left = await count(store, blobDescriptor.prefix);
      expect(left).toBeGreaterThan(30);
      expect(left).toBeLessThan(total);
      const [unended] = await actor.blobs.passes();
      expect(unended?.endedAtMs).toBeUndefined();
      // Another owner goes on.
      const next = await (await openKeyspace({ store, clock, sharedStore: true })).openActor('a');
      expect(await next.blobs.collect()).toMatchObject({ deleted: left - 30, held: 30 });
      expect(await count(store, blobDescriptor.prefix)).toBe(30);
      expect(await count(store, blobChunk.prefix)).toBe(30);
      await expectExactUsage(store, next);
      await keyspace.close();
    }));
});
