import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ActorKeyspace, openKeyspace } from '../../src/keyspace/index.js';
import { encodeActorPartition } from '../../src/layout/index.js';
import { type Commit, WHOLE_PARTITION } from '../../src/store/index.js';
import { HeldStore } from '../actor/support.js';
import { collect, onEveryStore, openActor, plant, USAGE_KEY } from './support.js';
import { expectExactUsage } from './usage-support.js';

const USAGE_ENTRY_BYTES = USAGE_KEY.length / 2 + 210;
/** What an actor with one user entry has besides it: layout header and usage record. */
const OWN_BYTES = 14 + USAGE_ENTRY_BYTES;

type Step = (
  subsystems: Pick<ActorKeyspace, 'kv' | 'state' | 'connections' | 'inspectorToken'>,
) => Promise<unknown>;

const userKey = fc.constantFrom('', 'a', 'ab', 'b', 'c', '\u{10ffff}');
const value = fc.nat(300).map((length) => new Uint8Array(length));
const connection = {
  parameters: 1,
  state: 2,
  subscriptions: [],
  gatewayId: new Uint8Array(4),
  requestId: new Uint8Array(4),
  serverMessageIndex: 0,
  clientMessageIndex: 0,
  requestPath: '/',
  requestHeaders: new Map(),
};
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(userKey, value).map(
    ([key, bytes]): Step =>
      ({ kv }) =>
        kv.set(key, bytes),
  ),
  fc.array(fc.tuple(userKey, value)).map(
    (entries): Step =>
      ({ kv }) =>
        kv.setMany(entries),
  ),
  userKey.map(
    (key): Step =>
      ({ kv }) =>
        kv.delete(key),
  ),
  fc.tuple(userKey, userKey).map(
    ([begin, end]): Step =>
      ({ kv }) =>
        kv.clear({ begin, end }),
  ),
  fc.constant<Step>(({ kv }) => kv.clear()),
  // Cleared and set again, in one transaction or in one commit.
  fc.tuple(userKey, value).map(
    ([key, bytes]): Step =>
      async ({ kv }) => {
        await Promise.all([kv.clear({ prefix: key }), kv.set(key, bytes)]);
      },
  ),
  fc.tuple(userKey, userKey).map(
    ([id, path]): Step =>
      ({ connections }) =>
        connections.set({ ...connection, id, requestPath: path }),
  ),
  userKey.map(
    (id): Step =>
      ({ connections }) =>
        connections.delete(id),
  ),
  fc.nat(5).map(
    (n): Step =>
      ({ state }) =>
        state.schedule({ eventId: `${n}`, dueAtMs: n, action: 'go' }),
  ),
  fc.nat(5).map(
    (n): Step =>
      ({ state }) =>
        state.cancel(`${n}`),
  ),
  fc.constant<Step>(({ state }) => state.delete()),
);

onEveryStore((open) => {
  test('is what a recount gives after any sequence of writes and transactions, and after reopening', async () => {
    const parts = fc.array(fc.tuple(fc.array(step, { minLength: 1, maxLength: 4 }), fc.nat(3)), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(parts, async (units) => {
        const { keyspace, actor, store } = await openActor(open);
        const writing = units.map(([steps, how]) => {
          if (how === 0)
            return actor.transaction(async (tx) => {
              for (const apply of steps) await apply(tx);
            });
          if (how === 1)
            return actor
              .transaction(async (tx) => {
                for (const apply of steps) await apply(tx);
                throw new Error('changed my mind');
              })
              .catch(() => {});
          // Several at once, so that they share commits.
          return Promise.all(steps.map((apply) => apply(actor)));
        });
        await Promise.all(writing);
        await expectExactUsage(store, actor);
        await expectExactUsage(store, await keyspace.openActor('a'));
        await expectExactUsage(store, await keyspace.openActor('a', { readOnly: true }));
      }),
      { numRuns: 40 },
    );
  });

  test('a quota is reached exactly: its last byte is let in, and one more is not', async () => {
    const { store } = await open();
    const keyspace = await openKeyspace({ store, sharedStore: true, quotaBytes: OWN_BYTES + 2 + 100 });
    const actor = await keyspace.openActor('a');
    await expect(actor.kv.set('k', new Uint8Array(101))).rejects.toMatchObject({
      code: 'actor.quota_exceeded',
      details: { usageBytes: OWN_BYTES + 103, quotaBytes: OWN_BYTES + 102 },
    });
    expect(await collect(store.scan(encodeActorPartition('a'), WHOLE_PARTITION))).toEqual([]);
    await actor.kv.set('k', new Uint8Array(100));
    expect(await actor.usage()).toMatchObject({ bytes: OWN_BYTES + 102, quotaBytes: OWN_BYTES + 102 });
    const refused = { code: 'actor.quota_exceeded' };
    await expect(actor.kv.set('l', '')).rejects.toMatchObject(refused);
    await expect(actor.kv.set('k', new Uint8Array(101))).rejects.toMatchObject(refused);
    await expect(
      actor.transaction(async (tx) => {
        await tx.kv.set('k', new Uint8Array(99));
        await tx.kv.set('l', new Uint8Array(1));
      }),
    ).rejects.toMatchObject(refused);
    await expectExactUsage(store, actor);
    // Overwriting is credited, and what does not grow passes.
    await actor.kv.set('k', new Uint8Array(100).fill(1));
    await actor.transaction(async (tx) => {
      await tx.kv.set('l', new Uint8Array(50));
      await tx.kv.set('k', new Uint8Array(48));
    });
    await expectExactUsage(store, actor);
  });

  test('deletes pass at and beyond the quota', async () => {
    const { store, keyspace, actor } = await openActor(open);
    await actor.kv.setMany(['k', 'l', 'm'].map((key) => [key, new Uint8Array(100)]));
    await actor.state.schedule({ eventId: '1', dueAtMs: 1, action: 'go' });
    const poor = await keyspace.openActor('a', { quotaBytes: 0 });
    await expect(poor.kv.set('n', '')).rejects.toMatchObject({ code: 'actor.quota_exceeded' });
    await poor.kv.delete('k');
    await poor.kv.clear({ prefix: 'l' });
    await poor.kv.set('m', new Uint8Array(99));
    await poor.state.delete();
    await poor.kv.deleteMany(['nothing', 'm']);
    expect((await poor.usage()).namespaces.kv).toEqual({ keyCount: 0, bytes: 0 });
    await expectExactUsage(store, poor);
  });

  test('what a write adds to the records counts as well', async () => {
    const { store } = await open();
    const keyspace = await openKeyspace({ store, sharedStore: true });
    const actor = await keyspace.openActor('a');
    await actor.kv.set('k', new Uint8Array(100));
    await actor.state.set({ initialized: true, state: 'xx', scheduledEvents: [] });
    const { bytes } = await actor.usage();
    const full = await keyspace.openActor('a', { quotaBytes: bytes });
    // It takes from the user's values what it adds to them, and wakes the actor, which is one record more.
    const scheduling = full.transaction(async (tx) => {
      await tx.state.set({
        initialized: true,
        state: 'xx',
        scheduledEvents: [{ eventId: 'e', dueAtMs: 1, action: 'go' }],
      });
      const grown = (await full.usage()).bytes;
      await tx.kv.set('k', new Uint8Array(100 - 12 + (grown - bytes)));
    });
    await expect(scheduling).rejects.toMatchObject({ code: 'actor.quota_exceeded' });
    await expectExactUsage(store, full);
  });

  test('an actor without the record, or with a damaged one, is counted when it is opened', async () => {
    const { store } = await open();
    const entries: [string, string][] = [
      ['0461', '00'.repeat(10)],
      ['0501020000000000000001', '0400'],
      ['0c01', ''],
      ['ff', '01'],
    ];
    for (const record of [[], [[USAGE_KEY, '0100']], [[USAGE_KEY, `0100${'00'.repeat(209)}`]]] as [
      string,
      string,
    ][][]) {
      await store.commit({
        writes: [{ type: 'clearRange', partition: encodeActorPartition('a'), range: WHOLE_PARTITION }],
      });
      await plant(store, [...entries, ...record]);
      const keyspace = await openKeyspace({ store, sharedStore: true });
      const actor = await keyspace.openActor('a');
      expect((await actor.usage()).namespaces).toMatchObject({
        kv: { keyCount: 1, bytes: 12 },
        queue: { keyCount: 1, bytes: 13 },
        other: { keyCount: 2, bytes: 4 },
      });
      const reader = await keyspace.openActor('a', { readOnly: true });
      expect((await reader.usage()).bytes).toBe(29);
      await actor.kv.set('b', '1');
      await expectExactUsage(store, actor);
    }
  });

  test('a record of a newer version is refused, since it could not be kept exact', async () => {
    const { store, keyspace } = await openActor(open);
    await plant(store, [[USAGE_KEY, `0200${'00'.repeat(208)}`]]);
    await expect(keyspace.openActor('a')).rejects.toMatchObject({ code: 'value.version_unsupported' });
  });

  test('an owner keeps an actor whose records another version cannot read, and it can be deleted', async () => {
    const wakeKey = '00010277616b6500';
    for (const record of [
      [USAGE_KEY, `0200${'00'.repeat(208)}`],
      [wakeKey, '0200'],
    ] as const) {
      const { store, keyspace, actor } = await openActor(open);
      await actor.state.schedule({ dueAtMs: 5, action: 'go' });
      await plant(store, [record]);
      await expect(keyspace.openActor('a')).rejects.toMatchObject({ code: 'value.version_unsupported' });
      await actor.kv.set('k', 'still mine');
      await plant(store, [record]);
      await keyspace.deleteActor('a');
      expect(await keyspace.nextDue()).toBeUndefined();
      expect(await collect(keyspace.actors())).toEqual([]);
    }
  });

  test('wrong quotas are refused', async () => {
    const { store } = await open();
    for (const quotaBytes of [-1, 1.5, Number.NaN, '10', null] as never[]) {
      await expect(openKeyspace({ store, quotaBytes })).rejects.toThrow(RangeError);
      const keyspace = await openKeyspace({ store, sharedStore: true });
      await expect(keyspace.openActor('a', { quotaBytes })).rejects.toThrow(RangeError);
    }
  });

  test('the record is in the commit that changes it, also where one commit follows another', async () => {
    const { store: inner } = await open();
    const store = new HeldStore(inner);
    const keyspace = await openKeyspace({ store, sharedStore: true });
    const actor = await keyspace.openActor('a');
    const large = () => new Uint8Array(131_072);
    // More than fits into one commit of these stores, so that some wait behind others.
    await Promise.all(Array.from({ length: 40 }, (_, n) => actor.kv.set(`${n % 30}`, large())));
    const commits = store.commits.filter(({ writes }) => writes.length > 0);
    for (const { writes } of commits) {
      const keys = writes.map((write) =>
        write.type === 'set' ? Buffer.from(write.key).toString('hex') : '',
      );
      expect(keys.filter((key) => key === USAGE_KEY)).toHaveLength(1);
    }
    await expectExactUsage(inner, actor);
  });

  test('what a commit was given does not change while the store has it', async () => {
    const { store: inner } = await open();
    const store = new HeldStore(inner);
    const keyspace = await openKeyspace({ store, sharedStore: true });
    const actor = await keyspace.openActor('a');
    store.hold();
    // The second does not fit into the commit of the first, nor the third into that of the second.
    const large = () => new Uint8Array(131_072);
    const many = (from: number) =>
      actor.kv.setMany(Array.from({ length: 14 }, (_, n) => [`${from + n}`, large()] as const));
    const writing = [many(0), many(100), many(200), actor.kv.set('last', '')];
    for (let commits = 0; commits < 3; commits++) {
      const { commit, decide } = await store.arrived();
      const before = digest(commit);
      writing.push(actor.kv.set(`while ${commits}`, large()));
      await setImmediate();
      expect(digest(commit)).toBe(before);
      decide('apply');
      await setImmediate();
      expect(digest(commit)).toBe(before);
    }
    store.release();
    await Promise.all(writing);
    await expectExactUsage(inner, actor);
  });
});

function digest({ writes }: Commit): string {
  const hash = createHash('sha256');
  for (const write of writes) {
    if (write.type === 'set') hash.update(write.key).update(write.value);
  }
  return hash.digest('hex');
}
