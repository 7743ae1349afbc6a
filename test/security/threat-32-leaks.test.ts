import { inspect } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/index.js';
import type { ErrorCode } from '../../src/errors.js';
import { KeyspaceError } from '../../src/errors.js';
import { type ActorKeyspace, type Keyspace, openKeyspace } from '../../src/keyspace/index.js';
import { encodeActorPartition } from '../../src/layout/index.js';
import type { Store } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { bytes, HeldStore } from '../actor/support.js';
import { collect, HEADER_KEY, plant } from '../keyspace/support.js';

/** What may be in no error of another actor, in no form. */
const THEIRS = { actorId: 'their-id-canary', key: 'their-key-canary', value: 'their-value-canary' };
const OURS = {
  actorId: `our-id-${'canary-'.repeat(34)}`,
  key: `our-key-${'canary-'.repeat(200)}`,
  value: 'our-value-canary',
};

interface Scene {
  readonly inner: MemoryStore;
  readonly store: HeldStore;
  readonly keyspace: Keyspace;
  readonly ours: ActorKeyspace;
  readonly theirs: ActorKeyspace;
}

const keyspaces: Keyspace[] = [];
afterEach(async () => {
  for (const keyspace of keyspaces.splice(0)) await keyspace.close().catch(() => {});
});

async function openScene({ transactionWaitMsMax = 10_000 } = {}): Promise<Scene> {
  const inner = new MemoryStore({ commitBytesMax: 400_000, synchronousReads: false });
  const store = new HeldStore(inner);
  const keyspace = await openKeyspace({ store });
  keyspaces.push(keyspace);
  const theirs = await keyspace.openActor(THEIRS.actorId);
  await fill(theirs, THEIRS);
  const ours = await keyspace.openActor(OURS.actorId, { transactionWaitMsMax });
  await fill(ours, OURS);
  return { inner, store, keyspace, ours, theirs };
}

async function fill(actor: ActorKeyspace, { key, value }: typeof THEIRS): Promise<void> {
  await actor.transaction(async (tx) => {
    await tx.kv.set(key, value);
    await tx.kv.set('k', value);
    await tx.inspectorToken.set(value);
    await tx.state.set({
      input: value,
      initialized: true,
      state: { value },
      scheduledEvents: [{ eventId: key.slice(0, 100), dueAtMs: 1, action: value, args: [value] }],
    });
    await tx.connections.set({
      id: key,
      parameters: value,
      state: value,
      subscriptions: [value],
      gatewayId: new Uint8Array(4),
      requestId: new Uint8Array(4),
      serverMessageIndex: 0,
      clientMessageIndex: 0,
      requestPath: `/${value}`,
      requestHeaders: new Map([[value, value]]),
    });
  });
}

/** Fails the next commit of ours as the store would, while theirs is on its way too. */
async function failCommit({ store, ours, theirs }: Scene, failure: unknown): Promise<unknown[]> {
  store.hold();
  const writing = [
    ours.kv.set(OURS.key, OURS.value),
    theirs.kv.set(THEIRS.key, THEIRS.value),
    ours.kv.set('k', OURS.value, { durability: 'deferred' }),
  ];
  const outcomes = Promise.allSettled(writing);
  (await store.arrived()).decide({ fail: failure });
  store.release();
  return (await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason).filter(Boolean);
}

async function reopening(scene: Scene, keyHex: string, valueHex: string): Promise<unknown> {
  await plant(scene.inner, [[keyHex, valueHex]], OURS.actorId);
  return scene.keyspace.openActor(OURS.actorId);
}

/** Their canaries within our own stored bytes would be ours: only the damage is. */
const VALUE_HEX = toHex(bytes(OURS.value));

type Provocation = (scene: Scene) => Promise<unknown>;

const PROVOCATIONS: readonly (readonly [ErrorCode, Provocation])[] = [
  ['actor.id_invalid', ({ keyspace }) => keyspace.openActor(`${OURS.actorId}${'x'.repeat(20)}`)],
  ['actor.id_invalid', ({ keyspace }) => keyspace.deleteActor(`${OURS.actorId.slice(0, 200)}\0`)],
  [
    'actor.fenced',
    async ({ keyspace, ours }) => {
      await keyspace.openActor(OURS.actorId);
      await ours.kv.set(OURS.key, OURS.value);
    },
  ],
  [
    'actor.fenced',
    async ({ keyspace, ours }) => {
      await keyspace.deleteActor(OURS.actorId);
      await ours.kv.set(OURS.key, OURS.value).catch(() => {});
      await ours.kv.get(OURS.key);
    },
  ],
  [
    'actor.poisoned',
    async (scene) => {
      await failCommit(scene, new Error('disk gone'));
      await scene.ours.kv.get(OURS.key);
    },
  ],
  ['store.failed', async (scene) => rethrow(await failCommit(scene, new Error('disk gone')))],
  ['commit.unknown', async (scene) => rethrow(await failCommit(scene, lostReply()))],
  [
    'actor.closed',
    async ({ ours }) => {
      await ours.close();
      await ours.kv.get(OURS.key);
    },
  ],
  [
    'actor.read_only',
    async ({ keyspace }) => {
      const reader = await keyspace.openActor(OURS.actorId, { readOnly: true });
      await reader.kv.set(OURS.key, OURS.value);
    },
  ],
  [
    'transaction.closed',
    async ({ ours }) => {
      const { kv } = await ours.transaction(async (tx) => tx);
      await kv.set(OURS.key, OURS.value);
    },
  ],
  ['transaction.timeout', ({ ours }) => ours.transaction(() => ours.kv.set(OURS.key, OURS.value))],
  ['key.too_large', ({ ours }) => ours.kv.set(OURS.key.repeat(2), OURS.value)],
  ['key.too_large', ({ ours }) => ours.connections.get(OURS.key.repeat(2))],
  ['value.too_large', ({ ours }) => ours.kv.set(OURS.key, OURS.value.repeat(10_000))],
  ['commit.too_large', ({ ours }) => ours.kv.setMany(range(4).map((i) => [`${OURS.key}${i}`, fullValue()]))],
  ['value.unserialisable', ({ ours }) => setState(ours, { [OURS.key]: [OURS.value, () => OURS.value] })],
  ['value.unserialisable', ({ ours }) => setState(ours, { text: `${OURS.value}\ud800` })],
  [
    'value.malformed',
    async ({ inner, ours }) => {
      await plant(inner, [['01', `0400${VALUE_HEX}`]], OURS.actorId);
      await ours.state.get();
    },
  ],
  [
    // A CBOR map with one key twice, and the key is ours.
    'value.malformed',
    async ({ inner, ours }) => {
      const pair = `70${VALUE_HEX}01`;
      await plant(
        inner,
        [['01', `04000001${(1 + pair.length).toString(16)}a2${pair}${pair}00`]],
        OURS.actorId,
      );
      await ours.state.get();
    },
  ],
  [
    'value.malformed',
    async ({ inner, ours }) => {
      await plant(inner, [['03', `${VALUE_HEX}ff`]], OURS.actorId);
      await ours.inspectorToken.get();
    },
  ],
  [
    'value.malformed',
    async ({ inner, ours }) => {
      await plant(inner, [[`04${VALUE_HEX}`, `${VALUE_HEX}ff`]], OURS.actorId);
      await ours.kv.getText(OURS.value);
    },
  ],
  [
    'value.version_unsupported',
    async ({ inner, ours }) => {
      await plant(inner, [['01', `ff00${VALUE_HEX}`]], OURS.actorId);
      await ours.state.get();
    },
  ],
  [
    'key.malformed',
    async ({ inner, ours }) => {
      await plant(inner, [[`02${VALUE_HEX}ff`, VALUE_HEX]], OURS.actorId);
      await collect(ours.connections.list());
    },
  ],
  ['layout.unsupported', (scene) => reopening(scene, HEADER_KEY, '01000200')],
  ['layout.migration_required', (scene) => reopening(scene, HEADER_KEY, '01000000')],
  [
    'layout.mixed',
    async (scene) => {
      await scene.ours.kv.clear();
      const key = Uint8Array.from(Buffer.from(HEADER_KEY, 'hex'));
      const partition = encodeActorPartition(OURS.actorId);
      await scene.inner.commit({ writes: [{ type: 'delete', partition, key }] });
      await plant(scene.inner, [['0715', VALUE_HEX]], OURS.actorId);
      return reopening(scene, '0701', VALUE_HEX);
    },
  ],
  [
    'cursor.invalid',
    async ({ ours, theirs }) => {
      const { cursor } = await theirs.kv.page({ limit: 1 });
      await ours.kv.page({ cursor });
    },
  ],
  [
    'store.full',
    async ({ inner }) => {
      const store: Store = new HeldStore(inner);
      store.assertRoom = () => {
        throw new KeyspaceError('store.full', 'the store is full', { usedBytes: 2, storeBytesMax: 1 });
      };
      const keyspace = await openKeyspace({ store, sharedStore: true });
      const ours = await keyspace.openActor(OURS.actorId);
      await ours.kv.set(OURS.key, OURS.value);
    },
  ],
  [
    'store.closed',
    async ({ inner, ours }) => {
      await inner.close();
      await ours.kv.get(OURS.key);
    },
  ],
  ['store.sync_unsupported', async ({ ours }) => ours.kv.sync.get(OURS.key)],
];

/** Codes that take a damaged file, another store or another layer, and are tested there. */
const ELSEWHERE: readonly ErrorCode[] = [
  'key.empty',
  'value.corrupt',
  'tuple.malformed',
  'commit.fenced',
  'commit.check_failed',
  'commit.contended',
  'store.not_recognised',
  'store.version_unsupported',
  'store.corrupt',
];

for (const [index, [code, provoke]] of PROVOCATIONS.entries()) {
  test(`${code} tells nothing it should not (${index})`, async () => {
    const scene = await openScene({ transactionWaitMsMax: code === 'transaction.timeout' ? 5 : 10_000 });
    const error = await provoke(scene).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code });
    const everything = inspect(error, {
      depth: null,
      showHidden: true,
      maxStringLength: null,
      maxArrayLength: null,
    });
    const messages: string[] = [];
    for (let at = error; at instanceof Error; at = at.cause)
      messages.push(at.message, JSON.stringify({ ...at }));
    const text = [everything, ...messages].join('\n').toLowerCase();
    for (const canary of Object.values(THEIRS)) {
      for (const form of formsOf(canary)) expect(text).not.toContain(form);
    }
    const isOfKey = code === 'key.malformed';
    // The damaged key is in the details, which are for whoever may see the actor.
    for (const form of isOfKey ? [] : formsOf(OURS.value)) expect(text).not.toContain(form);
    for (const message of messages.filter((_, i) => i % 2 === 0)) {
      expect(message).not.toContain(OURS.value);
      expect(message).not.toContain(OURS.actorId);
      expect(message).not.toContain(OURS.key.slice(0, 200));
      expect(message.length).toBeLessThan(250);
    }
    scene.store.release();
  });
}

test('every code that an actor can meet is provoked', () => {
  const provoked = new Set(PROVOCATIONS.map(([code]) => code));
  for (const code of ELSEWHERE) expect(provoked).not.toContain(code);
  expect(provoked.size).toBe(23);
});

test('wrong arguments are refused without quoting them', async () => {
  const { ours } = await openScene();
  const attempts: (() => Promise<unknown>)[] = [
    () => ours.kv.set(`${OURS.key}\ud800`, OURS.value),
    () => ours.kv.set(OURS.key, `${OURS.value}\ud800`),
    () => ours.kv.set(OURS.key, [OURS.value] as unknown as string),
    () => ours.inspectorToken.set(`${OURS.value}\ud800`),
    () => ours.connections.get(`${OURS.value}\ud800`),
    () => ours.state.schedule({ eventId: `${OURS.value}\ud800`, dueAtMs: 1, action: 'a' }),
    () => ours.state.schedule({ eventId: 'e', dueAtMs: 0.5, action: OURS.value }),
  ];
  for (const attempt of attempts) {
    const error = await attempt().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error)).not.toContain('canary');
  }
});

function formsOf(canary: string): string[] {
  const base64 = Buffer.from(canary).toString('base64').replace(/=+$/, '');
  return [canary, toHex(bytes(canary)), base64].map((form) => form.toLowerCase());
}

async function rethrow(errors: readonly unknown[]): Promise<never> {
  throw errors[0];
}

function lostReply(): KeyspaceError {
  return new KeyspaceError('commit.unknown', 'the reply was lost', {});
}

function setState(actor: ActorKeyspace, state: unknown): Promise<void> {
  return actor.state.set({ initialized: true, state, scheduledEvents: [] });
}

function fullValue(): string {
  return OURS.value.repeat(8_000);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
