import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes, startsWith, toHex } from '../../src/bytes/index.js';
import type { ActorKv, KvPage, KvSelection } from '../../src/kv/index.js';
import { bytes } from '../actor/support.js';
import { collect, hexPairs, onEveryStore, openActor } from '../keyspace/support.js';
import { MEMORY } from '../stores/support.js';

// Few byte values, so that keys are prefixes of each other and bounds fall on keys.
const key = fc
  .uint8Array({ maxLength: 4 })
  .map((raw) => raw.map((byte) => [0x00, 0x04, 0x61, 0xff][byte % 4] as number));
const bound = fc.oneof(key, fc.constantFrom(Uint8Array.of(5), new Uint8Array(2_000).fill(0xff)));
const selection: fc.Arbitrary<KvSelection> = fc.oneof(
  fc.constant({}),
  fc.record({ prefix: key }),
  fc.record({ begin: bound, end: bound }, { requiredKeys: [] }),
);
const keys = fc.uniqueArray(key, { maxLength: 24, comparator: (a, b) => compareBytes(a, b) === 0 });

function selected(all: readonly Uint8Array[], { prefix, begin, end }: KvSelection): Uint8Array[] {
  const lower = begin as Uint8Array | undefined;
  const upper = end as Uint8Array | undefined;
  return all
    .filter((each) => prefix === undefined || startsWith(each, prefix as Uint8Array))
    .filter((each) => lower === undefined || compareBytes(each, lower) >= 0)
    .filter((each) => upper === undefined || compareBytes(each, upper) < 0)
    .sort(compareBytes);
}

async function refill(kv: ActorKv, all: readonly Uint8Array[]): Promise<void> {
  await kv.clear({}, { durability: 'deferred' });
  await kv.setMany(all.map((each) => [each, toHex(each)]));
}

async function pages(kv: ActorKv, options: Parameters<ActorKv['page']>[0], count: number): Promise<string[]> {
  const found: string[] = [];
  let page: KvPage = await kv.page(options);
  for (let turns = 0; ; turns++) {
    if (page.cursor !== undefined) expect(page.entries).toHaveLength(options?.limit as number);
    found.push(...page.entries.map((entry) => toHex(entry.key)));
    if (page.cursor === undefined) return found;
    expect(turns).toBeLessThan(count);
    page = await kv.page({ ...options, cursor: page.cursor } as typeof options);
  }
}

onEveryStore((open, subject) => {
  const numRuns = MEMORY.includes(subject) ? 150 : 60;

  test('any selection, direction and limit, in a scan, in pages and on clearing', async () => {
    const { actor } = await openActor(open);
    const { kv } = actor;
    const property = fc.asyncProperty(
      keys,
      selection,
      fc.boolean(),
      fc.integer({ min: 1, max: 6 }),
      async (all, chosen, reverse, limit) => {
        await refill(kv, all);
        const forward = selected(all, chosen).map(toHex);
        const expected = reverse ? forward.reverse() : forward;
        const rows = (items: string[]) => items.map((each) => [each, toHex(bytes(each))]);
        expect(await hexPairs(kv.scan({ ...chosen, reverse }))).toEqual(rows(expected));
        expect(await hexPairs(kv.scan({ ...chosen, reverse, limit }))).toEqual(
          rows(expected.slice(0, limit)),
        );
        expect(await pages(kv, { ...chosen, reverse, limit }, all.length)).toEqual(expected);
        await kv.clear(chosen);
        const rest = all.filter((each) => !expected.includes(toHex(each))).sort(compareBytes);
        expect((await hexPairs(kv.scan())).map(([each]) => each)).toEqual(rest.map(toHex));
      },
    );
    await fc.assert(property, { numRuns });
  });

  test('the same inside a transaction, with writes that are not committed yet', async () => {
    const { actor } = await openActor(open);
    const property = fc.asyncProperty(
      keys,
      keys,
      selection,
      fc.boolean(),
      fc.integer({ min: 1, max: 6 }),
      async (stored, written, chosen, reverse, limit) => {
        await refill(actor.kv, stored);
        await actor
          .transaction(async ({ kv }) => {
            await kv.setMany(written.map((each) => [each, toHex(each)]));
            const gone = stored.filter((_, i) => i % 2 === 0);
            await kv.deleteMany(gone);
            const left = new Set([...stored, ...written].map(toHex));
            for (const each of gone) left.delete(toHex(each));
            const all = [...left].map((hex) => new Uint8Array(Buffer.from(hex, 'hex')));
            const forward = selected(all, chosen).map(toHex);
            const expected = reverse ? forward.reverse() : forward;
            expect((await hexPairs(kv.scan({ ...chosen, reverse }))).map(([each]) => each)).toEqual(expected);
            expect(await pages(kv, { ...chosen, reverse, limit }, all.length)).toEqual(expected);
            throw new Rollback();
          })
          .catch((error) => {
            if (!(error instanceof Rollback)) throw error;
          });
        const expected = [...stored].sort(compareBytes).map(toHex);
        expect((await hexPairs(actor.kv.scan())).map(([each]) => each)).toEqual(expected);
      },
    );
    await fc.assert(property, { numRuns });
  });

  test('a page has 100 entries unless told otherwise, and the last one no cursor', async () => {
    const { actor } = await openActor(open);
    await actor.kv.setMany(Array.from({ length: 200 }, (_, i) => [Uint8Array.of(i), '']));
    const first = await actor.kv.page();
    expect(first.entries).toHaveLength(100);
    const second = await actor.kv.page({ cursor: first.cursor });
    expect(second.entries).toHaveLength(100);
    expect(second).not.toHaveProperty('cursor');
    const all = await actor.kv.page({ limit: Number.MAX_SAFE_INTEGER });
    expect(all.entries).toHaveLength(200);
    expect(all).not.toHaveProperty('cursor');
    expect(await actor.kv.page({ prefix: 'none' })).toEqual({ entries: [] });
  });

  test('pages go on after their last key, also when it is deleted meanwhile', async () => {
    const { actor } = await openActor(open);
    await actor.kv.setMany(['a', 'b', 'c'].map((each) => [each, '']));
    const { cursor } = await actor.kv.page({ limit: 2 });
    await actor.kv.deleteMany(['a', 'b']);
    await actor.kv.set('b\0', '');
    const next = await actor.kv.page({ cursor });
    expect(next.entries.map((entry) => toHex(entry.key))).toEqual(['6200', '63']);
  });

  test('a cursor of another direction or selection is refused', async () => {
    const { actor } = await openActor(open);
    await actor.kv.setMany(['a', 'b', 'c'].map((each) => [each, '']));
    const { cursor } = await actor.kv.page({ limit: 2 });
    const refusal = { code: 'cursor.invalid' };
    await expect(actor.kv.page({ cursor, reverse: true })).rejects.toMatchObject(refusal);
    await expect(actor.kv.page({ cursor, prefix: 'c' })).rejects.toMatchObject(refusal);
    await expect(actor.kv.page({ cursor, end: 'b' })).rejects.toMatchObject(refusal);
  });

  test('a scan shows the instant at which its first entry was asked for', async () => {
    const { actor } = await openActor(open);
    const { kv } = actor;
    await kv.setMany(['a', 'b', 'c'].map((each) => [each, '1']));
    for (const reverse of [false, true]) {
      const scan = kv.scan({ reverse });
      await kv.set('b', '2');
      const first = await scan.next();
      await kv.setMany([
        ['b', '3'],
        ['aa', '3'],
      ]);
      await kv.delete('c', { durability: 'deferred' });
      await kv.delete('a', { durability: 'deferred' });
      const rest = await collect(scan);
      const order = ['61=31', '62=32', '63=31'];
      const seen = [first.value, ...rest].map(
        (entry) => entry && `${toHex(entry.key)}=${toHex(entry.value)}`,
      );
      expect(seen).toEqual(reverse ? order.reverse() : order);
      await kv.clear();
      await kv.setMany(['a', 'b', 'c'].map((each) => [each, '1']));
    }
  });

  test('a scan that is left early harms nobody', async () => {
    const { actor } = await openActor(open);
    await actor.kv.setMany(['a', 'b', 'c'].map((each) => [each, '1']));
    for (let i = 0; i < 300; i++) {
      for await (const entry of actor.kv.scan()) {
        expect(toHex(entry.key)).toBe('61');
        break;
      }
    }
    await actor.kv.set('d', '1');
    expect(await collect(actor.kv.scan())).toHaveLength(4);
  });
});

class Rollback extends Error {}
