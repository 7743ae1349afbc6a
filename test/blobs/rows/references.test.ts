import { describe, expect, test } from 'vitest';
import { openKeyspace } from '../../../src/keyspace/index.js';
import { blobExpiry, blobReference, blobUpload, blobUploadChunk } from '../../../src/layout/index.js';
import { MemoryStore } from '../../../src/stores/memory/index.js';
import { bytesOf, COMMIT, codeOf, count, DAY_MS, HOUR_MS, openWorld, sha256 } from '../support.js';

type Holding = readonly [holder: string, ttlMs: number | undefined];

async function isLeftAfter(holdings: readonly Holding[], passedMs: number): Promise<boolean> {
  const { actor, clock } = await openWorld();
  let digest = '';
  for (const [holder, ttlMs] of holdings) ({ digest } = await actor.blobs.put('x', { holder, ttlMs }));
  // Something holds something, or no pass deletes anything.
  await actor.blobs.put('anchor', { holder: 'anchor' });
  clock.advance(passedMs);
  await actor.blobs.sweep();
  clock.advance(25 * HOUR_MS);
  const result = await actor.blobs.collect();
  expect(result).toMatchObject({ ran: true });
  return actor.blobs.has(digest);
}

describe('rows 17 and 18: a blob is there for as long as the last of its holders says', () => {
  test.each<[string, readonly Holding[], boolean]>([
    [
      'the longer after the shorter',
      [
        ['a', HOUR_MS],
        ['b', 3 * DAY_MS],
      ],
      true,
    ],
    [
      'the shorter after the longer',
      [
        ['b', 3 * DAY_MS],
        ['a', HOUR_MS],
      ],
      true,
    ],
    [
      'for good after for a time',
      [
        ['a', HOUR_MS],
        ['b', undefined],
      ],
      true,
    ],
    [
      'for a time after for good',
      [
        ['b', undefined],
        ['a', HOUR_MS],
      ],
      true,
    ],
    [
      'for good after for a time, of one holder',
      [
        ['a', HOUR_MS],
        ['a', undefined],
      ],
      true,
    ],
    [
      'for a time after for good, of one holder',
      [
        ['a', undefined],
        ['a', HOUR_MS],
      ],
      true,
    ],
    [
      'all for a time that is over',
      [
        ['a', HOUR_MS],
        ['b', HOUR_MS],
      ],
      false,
    ],
  ])('%s', async (_name, holdings, isLeft) => {
    expect(await isLeftAfter(holdings, 2 * HOUR_MS)).toBe(isLeft);
  });
});

test.each(['before the put', 'after the put', 'after both'])(
  'row 19: a blob whose reference ended, put again, is there after the sweep %s',
  async (when) => {
    const { actor, clock } = await openWorld();
    const { digest } = await actor.blobs.put('x', { holder: 'a', ttlMs: HOUR_MS });
    clock.advance(HOUR_MS);
    if (when === 'before the put') await actor.blobs.sweep();
    await actor.blobs.put('x', { holder: 'a' });
    if (when === 'after the put') await actor.blobs.sweep();
    clock.advance(3 * DAY_MS);
    await actor.blobs.sweep();
    expect(await actor.blobs.collect()).toMatchObject({ ran: true, held: 1, deleted: 0 });
    expect(await actor.blobs.references(digest)).toEqual([{ holder: 'user:a' }]);
  },
);

test('row 20: holding it again lasts longer, never shorter, and only for that holder', async () => {
  const { actor, clock, store } = await openWorld();
  const { digest } = await actor.blobs.put('x', { holder: 'a', ttlMs: DAY_MS });
  await actor.blobs.reference(digest, 'b', { ttlMs: 2 * DAY_MS });
  const start = clock.nowMs();
  await actor.blobs.put('x', { holder: 'a', ttlMs: HOUR_MS });
  const ends = async () =>
    Object.fromEntries((await actor.blobs.references(digest)).map((each) => [each.holder, each.expiresAtMs]));
  expect(await ends()).toEqual({ 'user:a': start + DAY_MS, 'user:b': start + 2 * DAY_MS });
  clock.advance(HOUR_MS);
  await actor.blobs.put('x', { holder: 'a', ttlMs: DAY_MS });
  expect(await ends()).toEqual({ 'user:a': start + HOUR_MS + DAY_MS, 'user:b': start + 2 * DAY_MS });
  // No entry of the index is left of what no longer holds.
  expect(await count(store, blobExpiry.prefix)).toBe(2);
  clock.advance(2 * DAY_MS);
  // Ended is as if it had not been: the new one counts from now.
  await actor.blobs.put('x', { holder: 'a', ttlMs: HOUR_MS });
  expect(await ends()).toEqual({ 'user:a': clock.nowMs() + HOUR_MS });
});

describe('row 21: ended is ended before the sweep', () => {
  test.each([
    [-1, true],
    [0, false],
    [1, false],
    [DAY_MS, false],
  ])('%i ms from its end', async (offsetMs, isThere) => {
    const { actor, clock } = await openWorld();
    const { digest } = await actor.blobs.put('x', { holder: 'a', ttlMs: DAY_MS });
    clock.advance(DAY_MS + offsetMs);
    expect((await actor.blobs.get(digest, { holder: 'a' })) !== undefined).toBe(isThere);
    expect(await actor.blobs.references(digest)).toHaveLength(isThere ? 1 : 0);
    await actor.blobs.sweep();
    expect((await actor.blobs.get(digest, { holder: 'a' })) !== undefined).toBe(isThere);
    // Swept is gone for good, even if the clock is set back.
    clock.setNowMs(clock.nowMs() - 2 * DAY_MS);
    expect((await actor.blobs.get(digest, { holder: 'a' })) !== undefined).toBe(isThere);
  });

  test('of a holder that never held it there is nothing', async () => {
    const { actor } = await openWorld();
    const { digest } = await actor.blobs.put('x', { holder: 'a' });
    expect(await actor.blobs.get(digest, { holder: 'b' })).toBeUndefined();
  });
});

describe('row 22 and threat 21: times', () => {
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '5', null])(
    '%j is none for a duration',
    async (ttlMs) => {
      const { actor } = await openWorld();
      const { digest } = await actor.blobs.put('x', { holder: 'a' });
      await expect(actor.blobs.put('x', { holder: 'b', ttlMs: ttlMs as number })).rejects.toThrow(RangeError);
      await expect(
        (async () => actor.blobs.reference(digest, 'b', { ttlMs: ttlMs as number }))(),
      ).rejects.toThrow(RangeError);
      await expect(actor.blobs.lease([digest], { leaseMs: ttlMs as number })).rejects.toThrow(RangeError);
    },
  );

  test('the longest duration ends at the last millisecond there is, and never wraps', async () => {
    const { actor, clock } = await openWorld();
    const { digest } = await actor.blobs.put('x', { holder: 'a', ttlMs: Number.MAX_SAFE_INTEGER });
    expect(await actor.blobs.references(digest)).toEqual([
      { holder: 'user:a', expiresAtMs: Number.MAX_SAFE_INTEGER },
    ]);
    clock.advance(3_650 * DAY_MS);
    expect(await actor.blobs.sweep()).toMatchObject({ expired: 0 });
    expect(await actor.blobs.get(digest, { holder: 'a' })).toBeDefined();
  });

  test('a duration and an instant together are refused', async () => {
    const { actor } = await openWorld();
    const both = { holder: 'a', ttlMs: 1, expiresAtMs: 1 };
    await expect(actor.blobs.put('x', both)).rejects.toThrow(TypeError);
  });

  test('with the clock ten years back nothing ends early, and nothing that is swept comes back', async () => {
    const { actor, clock } = await openWorld();
    const { digest } = await actor.blobs.put('x', { holder: 'a', ttlMs: HOUR_MS });
    clock.setNowMs(clock.nowMs() - 3_650 * DAY_MS);
    await actor.blobs.sweep();
    await actor.blobs.release((await actor.blobs.put('y', { holder: 'b' })).digest, 'b');
    expect(await actor.blobs.collect()).toMatchObject({ deleted: 0 });
    expect(await actor.blobs.get(digest, { holder: 'a' })).toBeDefined();
    clock.setNowMs(1_750_000_000_000 + HOUR_MS);
    expect(await actor.blobs.get(digest, { holder: 'a' })).toBeUndefined();
  });
});

test('row 23: a sweep is bounded, ends only what ended, and counts it', async () => {
  const store = new MemoryStore();
  const { actor, clock } = await openWorld({ store });
  const total = 2_500;
  await actor.transaction(async ({ blobs }) => {
    for (let at = 0; at < total; at++)
      await blobs.put(`${at % 50}`, { holder: `${at}`, ttlMs: HOUR_MS + at });
    await blobs.put('for good', { holder: 'x' });
  });
  expect(await actor.blobs.sweep()).toEqual({ expired: 0, uploads: 0, hasMore: false });
  clock.advance(HOUR_MS + 999);
  expect(await actor.blobs.sweep({ limit: 1_000 })).toEqual({ expired: 1_000, uploads: 0, hasMore: true });
  expect(await actor.blobs.sweep({ limit: 1_000 })).toEqual({ expired: 0, uploads: 0, hasMore: false });
  clock.advance(DAY_MS);
  const counts = [];
  for (let hasMore = true; hasMore; ) {
    const result = await actor.blobs.sweep({ limit: 700 });
    counts.push(result.expired);
    hasMore = result.hasMore;
  }
  expect(counts).toEqual([700, 700, 100]);
  expect(await count(store, blobReference.prefix)).toBe(1);
  expect(await count(store, blobExpiry.prefix)).toBe(0);
  await expect(actor.blobs.sweep({ limit: 0 })).rejects.toThrow(RangeError);
});

describe('row 63: leases and pins', () => {
  test('a lease protects a blob that is not there yet', async () => {
    const { actor, clock } = await openWorld();
    const digest = sha256('x');
    const leaseId = await actor.blobs.lease([digest], { leaseMs: 3 * DAY_MS });
    expect(await actor.blobs.has(digest)).toBe(false);
    await actor.blobs.put('x');
    clock.advance(2 * DAY_MS);
    expect(await actor.blobs.collect()).toMatchObject({ ran: true, deleted: 0, held: 1 });
    await actor.blobs.lease([digest], { leaseMs: 3 * DAY_MS, leaseId });
    clock.advance(2 * DAY_MS);
    await actor.blobs.sweep();
    expect(await actor.blobs.collect()).toMatchObject({ ran: true, deleted: 0, held: 1 });
    await actor.blobs.endLease(leaseId, [digest]);
    clock.advance(2 * DAY_MS);
    expect(await actor.blobs.collect({ allowNoRoots: true })).toMatchObject({ deleted: 1 });
  });

  test('a lease whose holder died ends by itself', async () => {
    const { actor, clock } = await openWorld();
    const { digest } = await actor.blobs.put('x');
    await actor.blobs.put('anchor', { holder: 'anchor' });
    await actor.blobs.lease([digest], { leaseMs: HOUR_MS });
    clock.advance(HOUR_MS);
    await actor.blobs.sweep();
    // Grace runs from when the last holder was gone.
    clock.advance(DAY_MS - 1);
    expect(await actor.blobs.collect()).toMatchObject({ deleted: 0, withinGrace: 1 });
    clock.advance(1);
    expect(await actor.blobs.collect()).toMatchObject({ deleted: 1 });
  });

  test('a pin holds for good, whoever else lets go', async () => {
    const { actor, clock } = await openWorld();
    const { digest } = await actor.blobs.put('x', { holder: 'a' });
    await actor.blobs.pin(digest);
    expect(await actor.blobs.release(digest, 'a')).toBe(true);
    expect(await actor.blobs.release(digest, 'a')).toBe(false);
    clock.advance(3_650 * DAY_MS);
    await actor.blobs.sweep();
    expect(await actor.blobs.collect()).toMatchObject({ held: 1, deleted: 0 });
    expect(await actor.blobs.unpin(digest)).toBe(true);
    expect(await actor.blobs.unpin(digest)).toBe(false);
    expect((await actor.blobs.stat(digest))?.retiredAtMs).toBe(clock.nowMs());
  });
});

describe('rows 57 and 69: roots', () => {
  test('replace what they hold at once, or not at all', async () => {
    const { actor } = await openWorld();
    const digests = [];
    for (const text of ['a', 'b', 'c']) digests.push((await actor.blobs.put(text)).digest);
    const [a, b, c] = digests as [string, string, string];
    await actor.blobs.roots.set('live', [a, b, a]);
    expect(await actor.blobs.roots.get('live')).toEqual([a, b].sort());
    expect(await codeOf(actor.blobs.roots.set('live', [c, sha256('no')]))).toBe('blob.missing');
    expect(await actor.blobs.roots.get('live')).toEqual([a, b].sort());
    await actor.blobs.roots.set('live', [b, c]);
    expect(await actor.blobs.roots.get('live')).toEqual([b, c].sort());
    expect((await actor.blobs.stat(a))?.retiredAtMs).toBeDefined();
    expect((await actor.blobs.stat(b))?.retiredAtMs).toBeUndefined();
    expect(await actor.blobs.roots.delete('live')).toBe(true);
    expect(await actor.blobs.roots.delete('live')).toBe(false);
    expect(await actor.blobs.roots.get('live')).toBeUndefined();
    await expect(actor.blobs.roots.set('a@b', [])).rejects.toThrow(RangeError);
    await expect(actor.blobs.roots.set('a', a)).rejects.toThrow(TypeError);
  });

  test('keep as many earlier versions as they are told, whatever the clock does', async () => {
    const { actor, clock } = await openWorld();
    const digests: string[] = [];
    for (let at = 0; at < 6; at++) {
      digests.push((await actor.blobs.put(`version ${at}`)).digest);
      await actor.blobs.roots.set('release', [digests[at] as string], { retain: 2 });
      clock.setNowMs(clock.nowMs() - 5);
    }
    const versions = await actor.blobs.roots.versions('release');
    expect(await Promise.all(versions.map((name) => actor.blobs.roots.get(name)))).toEqual([
      [digests[3]],
      [digests[4]],
    ]);
    clock.setNowMs(1_750_000_000_000);
    clock.advance(2 * DAY_MS);
    expect(await actor.blobs.collect()).toMatchObject({ held: 3, deleted: 3 });
    await actor.blobs.roots.set('release', [], { retain: 0 });
    expect(await actor.blobs.roots.versions('release')).toEqual([]);
    expect(await actor.blobs.roots.get('release')).toEqual([]);
  });
});

test('an upload that was given up is removed, one under way is not', async () => {
  const store = new MemoryStore();
  const { actor, clock } = await openWorld({ store });
  async function* dying() {
    yield bytesOf(2 * COMMIT);
    // The actor is taken over while it is written: nothing of it can be removed by this owner.
    const successor = await openKeyspace({ store, clock, sharedStore: true });
    await (await successor.openActor('a')).kv.set('x', 'y');
    yield bytesOf(2 * COMMIT);
  }
  await expect(actor.blobs.put(dying(), { holder: 'h' })).rejects.toThrow();
  const keyspace = await openKeyspace({ store, clock });
  const next = await keyspace.openActor('a');
  expect(await count(store, blobUpload.prefix)).toBe(1);
  expect(await count(store, blobUploadChunk.prefix)).toBeGreaterThan(0);
  expect(await next.blobs.sweep()).toMatchObject({ uploads: 0 });
  clock.advance(HOUR_MS);
  expect(await next.blobs.sweep()).toMatchObject({ uploads: 1 });
  expect(await count(store, blobUpload.prefix)).toBe(0);
  expect(await count(store, blobUploadChunk.prefix)).toBe(0);
});
