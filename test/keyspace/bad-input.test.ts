import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/errors.js';
import { type ActorSubsystems, type Keyspace, openKeyspace } from '../../src/keyspace/index.js';
import type { Store } from '../../src/store/index.js';
import { collect, onEveryStore, openActor, storedEntries } from './support.js';

type Refusal = ErrorCode | typeof TypeError | typeof RangeError;
type Row<On> = readonly [what: string, refusal: Refusal, act: (on: On) => unknown, details?: object];

/** Stands for what a caller without a type checker may pass. */
// biome-ignore lint/suspicious/noExplicitAny: the point of this file.
const wrong = (value: unknown): any => value;

const LONE = '\ud800';
const EVENT = { eventId: 'e', dueAtMs: 1, action: 'a' };
const RECORD = { initialized: true, state: 1, scheduledEvents: [] };
const CONNECTION = {
  id: 'c',
  parameters: 1,
  state: 1,
  subscriptions: ['s'],
  gatewayId: new Uint8Array(4),
  requestId: new Uint8Array(4),
  serverMessageIndex: 1,
  clientMessageIndex: 1,
  requestPath: '/',
  requestHeaders: new Map([['a', 'b']]),
};
const KEY_DETAILS = { keyBytes: 1_701, keyBytesMax: 1_700 };
const VALUE_DETAILS = { valueBytes: 131_073, valueBytesMax: 131_072 };

const KEYS: Row<ActorSubsystems>[] = [
  ['a key of 1,700 bytes', 'key.too_large', ({ kv }) => kv.set('k'.repeat(1_700), ''), KEY_DETAILS],
  ['a key of 70,000 bytes', 'key.too_large', ({ kv }) => kv.set(new Uint8Array(70_000), '')],
  ['a text of 1,700 bytes', 'key.too_large', ({ kv }) => kv.set('ä'.repeat(850), ''), KEY_DETAILS],
  ['getting a long key', 'key.too_large', ({ kv }) => kv.get('k'.repeat(1_700)), KEY_DETAILS],
  ['getting many', 'key.too_large', ({ kv }) => kv.getMany(['k', 'k'.repeat(1_700)]), KEY_DETAILS],
  ['deleting a long key', 'key.too_large', ({ kv }) => kv.delete(new Uint8Array(70_000))],
  ['swapping a long key', 'key.too_large', ({ kv }) => kv.compareAndSet('k'.repeat(1_700), undefined, '')],
  ['a key with a lone surrogate', RangeError, ({ kv }) => kv.set(LONE, '')],
  ['getting it', RangeError, ({ kv }) => kv.get(LONE)],
  ['deleting it', RangeError, ({ kv }) => kv.deleteMany(['k', LONE])],
  [
    'a connection id that is too long',
    'key.too_large',
    ({ connections }) => connections.set({ ...CONNECTION, id: 'c'.repeat(1_700) }),
  ],
  [
    'a connection id with a lone surrogate',
    RangeError,
    ({ connections }) => connections.set({ ...CONNECTION, id: LONE }),
  ],
  ['getting it', RangeError, ({ connections }) => connections.get(LONE)],
  ['deleting it', RangeError, ({ connections }) => connections.delete(LONE)],
];

const VALUES: Row<ActorSubsystems>[] = [
  ['131,073 bytes', 'value.too_large', ({ kv }) => kv.set('k', new Uint8Array(131_073)), VALUE_DETAILS],
  ['the same as text', 'value.too_large', ({ kv }) => kv.set('k', `${'ä'.repeat(65_536)}x`), VALUE_DETAILS],
  [
    'the second of two',
    'value.too_large',
    ({ kv }) =>
      kv.setMany([
        ['a', ''],
        ['b', new Uint8Array(131_073)],
      ]),
  ],
  [
    'swapping it in',
    'value.too_large',
    ({ kv }) => kv.compareAndSet('new', undefined, new Uint8Array(131_073)),
  ],
  ['a text with a lone surrogate', RangeError, ({ kv }) => kv.set('k', LONE)],
  ['expecting one', RangeError, ({ kv }) => kv.compareAndSet('k', LONE, '')],
  ['a large token', 'value.too_large', ({ inspectorToken }) => inspectorToken.set('t'.repeat(131_073))],
  ['a token with a lone surrogate', RangeError, ({ inspectorToken }) => inspectorToken.set(LONE)],
  ['a large state', 'value.too_large', ({ state }) => state.set({ ...RECORD, state: 's'.repeat(131_072) })],
  ['a large input', 'value.too_large', ({ state }) => state.set({ ...RECORD, input: 's'.repeat(131_072) })],
  [
    'a large record',
    'value.too_large',
    ({ state }) => state.set({ ...RECORD, state: 's'.repeat(100_000), input: 's'.repeat(100_000) }),
  ],
  [
    'a large connection state',
    'value.too_large',
    ({ connections }) => connections.set({ ...CONNECTION, state: 's'.repeat(131_072) }),
  ],
  [
    'a large request path',
    'value.too_large',
    ({ connections }) => connections.set({ ...CONNECTION, requestPath: 's'.repeat(140_000) }),
  ],
  [
    'a path with a lone surrogate',
    RangeError,
    ({ connections }) => connections.set({ ...CONNECTION, requestPath: LONE }),
  ],
  [
    'a header with a lone surrogate',
    RangeError,
    ({ connections }) => connections.set({ ...CONNECTION, requestHeaders: new Map([['a', LONE]]) }),
  ],
  [
    'an event name with a lone surrogate',
    RangeError,
    ({ connections }) => connections.set({ ...CONNECTION, subscriptions: [LONE] }),
  ],
];

const circular: { self?: unknown } = {};
circular.self = circular;

const UNSERIALISABLE: Row<ActorSubsystems>[] = (
  [
    ['a function', { a: [0, () => 1] }, '$.a[1]'],
    ['a symbol', { 'two words': Symbol('s') }, '$["two words"]'],
    ['a cycle', circular, '$.self'],
    ['a class', new (class Point {})(), '$'],
    ['a lone surrogate', { text: LONE }, '$.text'],
    ['a key with a lone surrogate', new Map([[LONE, 1]]), '${0}.key'],
    ['a hole', [1, , 2], '$[1]'],
    ['a promise', { later: Promise.resolve() }, '$.later'],
  ] as const
).flatMap(([what, value, path]): Row<ActorSubsystems>[] => [
  [
    `${what} in the state`,
    'value.unserialisable',
    ({ state }) => state.set({ ...RECORD, state: value }),
    { path },
  ],
  [
    `${what} in the input`,
    'value.unserialisable',
    ({ state }) => state.set({ ...RECORD, input: value }),
    { path },
  ],
  [
    `${what} in arguments`,
    'value.unserialisable',
    ({ state }) => state.schedule({ ...EVENT, args: value }),
    { path },
  ],
  [
    `${what} in parameters`,
    'value.unserialisable',
    ({ connections }) => connections.set({ ...CONNECTION, parameters: value }),
    { path },
  ],
]);

const NUMBERS: Row<ActorSubsystems>[] = [Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, 2 ** 53].flatMap(
  (number): Row<ActorSubsystems>[] => [
    [`scan limit ${number}`, RangeError, ({ kv }) => collect(kv.scan({ limit: number }))],
    [`page limit ${number}`, RangeError, ({ kv }) => kv.page({ limit: number })],
    [
      `message index ${number}`,
      RangeError,
      ({ connections }) => connections.set({ ...CONNECTION, serverMessageIndex: number }),
    ],
    [
      `other message index ${number}`,
      RangeError,
      ({ connections }) => connections.set({ ...CONNECTION, clientMessageIndex: number }),
    ],
  ],
);
NUMBERS.push(
  ['page limit 0', RangeError, ({ kv }) => kv.page({ limit: 0 })],
  [
    'message index 65,536',
    RangeError,
    ({ connections }) => connections.set({ ...CONNECTION, serverMessageIndex: 65_536 }),
  ],
  [
    'a gateway id of 3 bytes',
    RangeError,
    ({ connections }) => connections.set({ ...CONNECTION, gatewayId: new Uint8Array(3) }),
  ],
  [
    'a request id of 5 bytes',
    RangeError,
    ({ connections }) => connections.set({ ...CONNECTION, requestId: new Uint8Array(5) }),
  ],
  ...[Number.NaN, 1.5, Number.NEGATIVE_INFINITY, -(2 ** 53)].flatMap((dueAtMs): Row<ActorSubsystems>[] => [
    [`due at ${dueAtMs}`, RangeError, ({ state }) => state.schedule({ ...EVENT, dueAtMs })],
    [
      `set due at ${dueAtMs}`,
      RangeError,
      ({ state }) => state.set({ ...RECORD, scheduledEvents: [{ ...EVENT, dueAtMs }] }),
    ],
  ]),
);

const NEITHER = [undefined, null, 5, true, {}, [1, 2], new ArrayBuffer(2), new Uint16Array(2)].map(wrong);

const TYPES: Row<ActorSubsystems>[] = [
  ...NEITHER.flatMap((value): Row<ActorSubsystems>[] => {
    const shown = Object.prototype.toString.call(value);
    const rows: Row<ActorSubsystems>[] = [
      [`get ${shown}`, TypeError, ({ kv }) => kv.get(value)],
      [`getText ${shown}`, TypeError, ({ kv }) => kv.getText(value)],
      [`getMany of ${shown}`, TypeError, ({ kv }) => kv.getMany(['k', value])],
      [`set key ${shown}`, TypeError, ({ kv }) => kv.set(value, '')],
      [`set value ${shown}`, TypeError, ({ kv }) => kv.set('k', value)],
      [`delete ${shown}`, TypeError, ({ kv }) => kv.delete(value)],
      [`deleteMany of ${shown}`, TypeError, ({ kv }) => kv.deleteMany(['k', value])],
      [`swap key ${shown}`, TypeError, ({ kv }) => kv.compareAndSet(value, undefined, '')],
      [`inspector token ${shown}`, TypeError, ({ inspectorToken }) => inspectorToken.set(value)],
      [`get connection ${shown}`, TypeError, ({ connections }) => connections.get(value)],
      [`delete connection ${shown}`, TypeError, ({ connections }) => connections.delete(value)],
      [
        `connection id ${shown}`,
        TypeError,
        ({ connections }) => connections.set({ ...CONNECTION, id: value }),
      ],
      [
        `path ${shown}`,
        TypeError,
        ({ connections }) => connections.set({ ...CONNECTION, requestPath: value }),
      ],
      [
        `gateway id ${shown}`,
        TypeError,
        ({ connections }) => connections.set({ ...CONNECTION, gatewayId: value }),
      ],
      [
        `request id ${shown}`,
        TypeError,
        ({ connections }) => connections.set({ ...CONNECTION, requestId: value }),
      ],
      [
        `headers ${shown}`,
        TypeError,
        ({ connections }) => connections.set({ ...CONNECTION, requestHeaders: value }),
      ],
      [`event id ${shown}`, TypeError, ({ state }) => state.schedule({ ...EVENT, eventId: value })],
      [`action ${shown}`, TypeError, ({ state }) => state.schedule({ ...EVENT, action: value })],
      [`update by ${shown}`, TypeError, ({ state }) => state.update(value)],
    ];
    if (value !== undefined) {
      rows.push(
        [`expect ${shown}`, TypeError, ({ kv }) => kv.compareAndSet('k', value, '')],
        [`swap in ${shown}`, TypeError, ({ kv }) => kv.compareAndSet('new', undefined, value)],
        [`prefix ${shown}`, TypeError, ({ kv }) => kv.clear({ prefix: value })],
        [`begin ${shown}`, TypeError, ({ kv }) => collect(kv.scan({ begin: value }))],
        [`end ${shown}`, TypeError, ({ kv }) => kv.page({ end: value })],
        [`cursor ${shown}`, TypeError, ({ kv }) => kv.page({ cursor: value })],
      );
    }
    if (value !== true) {
      rows.push([
        `initialized ${shown}`,
        TypeError,
        ({ state }) => state.set({ ...RECORD, initialized: value }),
      ]);
    }
    return rows;
  }),
  ...[null, 5, true, 'k', new Uint8Array(1)].map(wrong).flatMap((value): Row<ActorSubsystems>[] => [
    [`clear of ${String(value)}`, TypeError, ({ kv }) => kv.clear(value)],
    [`scan of ${String(value)}`, TypeError, ({ kv }) => collect(kv.scan(value))],
    [`page of ${String(value)}`, TypeError, ({ kv }) => kv.page(value)],
  ]),
  ...[undefined, null, 5, 'abc', new Uint8Array(1)].map(wrong).flatMap((value): Row<ActorSubsystems>[] => [
    [`getMany ${String(value)}`, TypeError, ({ kv }) => kv.getMany(value)],
    [`setMany ${String(value)}`, TypeError, ({ kv }) => kv.setMany(value)],
    [`setMany of ${String(value)}`, TypeError, ({ kv }) => kv.setMany([['k', ''], value])],
    [`deleteMany ${String(value)}`, TypeError, ({ kv }) => kv.deleteMany(value)],
    [`record ${String(value)}`, TypeError, ({ state }) => state.set(value)],
    [`event ${String(value)}`, TypeError, ({ state }) => state.schedule(value)],
    [`connection ${String(value)}`, TypeError, ({ connections }) => connections.set(value)],
    [
      `subscriptions ${String(value)}`,
      TypeError,
      ({ connections }) => connections.set({ ...CONNECTION, subscriptions: value }),
    ],
    [`events ${String(value)}`, TypeError, ({ state }) => state.set({ ...RECORD, scheduledEvents: value })],
  ]),
  ...['soon', null, 5].map(wrong).flatMap((durability): Row<ActorSubsystems>[] => [
    [`set ${durability}`, TypeError, ({ kv }) => kv.set('k', '', { durability })],
    [`swap ${durability}`, TypeError, ({ kv }) => kv.compareAndSet('new', undefined, '', { durability })],
    [`clear ${durability}`, TypeError, ({ kv }) => kv.clear({}, { durability })],
    [`state ${durability}`, TypeError, ({ state }) => state.set(RECORD, { durability })],
    [`cancel ${durability}`, TypeError, ({ state }) => state.cancel('e', { durability })],
    [`connection ${durability}`, TypeError, ({ connections }) => connections.delete('c', { durability })],
    [`token ${durability}`, TypeError, ({ inspectorToken }) => inspectorToken.delete({ durability })],
  ]),
  ['options null', TypeError, ({ kv }) => kv.set('k', '', wrong(null))],
  ['prefix and begin', TypeError, ({ kv }) => kv.clear(wrong({ prefix: 'a', begin: 'b' }))],
  ['prefix and end', TypeError, ({ kv }) => collect(kv.scan(wrong({ prefix: 'a', end: 'b' })))],
  [
    'headers as pairs',
    TypeError,
    ({ connections }) => connections.set({ ...CONNECTION, requestHeaders: wrong([['a', 'b']]) }),
  ],
  [
    'a header that is a number',
    TypeError,
    ({ connections }) => connections.set({ ...CONNECTION, requestHeaders: wrong(new Map([['a', 1]])) }),
  ],
];

const IDS: Row<Keyspace>[] = (
  [
    ['empty', ''],
    ['of 255 bytes', 'i'.repeat(255), { actorIdBytes: 257, actorIdBytesMax: 256 }],
    ['of 256 bytes of UTF-8', 'ä'.repeat(128), { actorIdBytes: 258, actorIdBytesMax: 256 }],
    ['of 10,000 characters', 'i'.repeat(10_000), { actorIdBytes: 10_002 }],
    ['with a NUL', 'a\0b'],
    ['with a lone surrogate', `a${LONE}`],
  ] as const
).flatMap(([what, id, details = {}]): Row<Keyspace>[] => [
  [`an id ${what}`, 'actor.id_invalid', (keyspace) => keyspace.openActor(id), details],
  [
    `reading one ${what}`,
    'actor.id_invalid',
    (keyspace) => keyspace.openActor(id, { readOnly: true }),
    details,
  ],
  [`deleting one ${what}`, 'actor.id_invalid', (keyspace) => keyspace.deleteActor(id), details],
]);

const KEYSPACES: Row<Keyspace>[] = [
  ...[undefined, null, 5, {}, new Uint8Array(1)].map(wrong).flatMap((id): Row<Keyspace>[] => [
    [`id ${String(id)}`, TypeError, (keyspace) => keyspace.openActor(id)],
    [`deleting ${String(id)}`, TypeError, (keyspace) => keyspace.deleteActor(id)],
  ]),
  ...[Number.NaN, 0, -1, 1.5, 2 ** 31, Number.POSITIVE_INFINITY].map(
    (transactionWaitMsMax): Row<Keyspace> => [
      `waiting ${transactionWaitMsMax} ms`,
      RangeError,
      (keyspace) => keyspace.openActor('other', { transactionWaitMsMax }),
    ],
  ),
  ['options null', TypeError, (keyspace) => keyspace.openActor('other', wrong(null))],
  ...[null, 0, 'false', {}]
    .map(wrong)
    .map(
      (readOnly): Row<Keyspace> => [
        `readOnly ${String(readOnly)}`,
        TypeError,
        (keyspace) => keyspace.openActor('other', { readOnly }),
      ],
    ),
];

async function expectRefusal<On>([what, refusal, act, details]: Row<On>, on: On): Promise<void> {
  let caught: unknown;
  try {
    await act(on);
  } catch (error) {
    caught = error;
  }
  const expected =
    typeof refusal === 'string'
      ? expect.objectContaining({ code: refusal, details: expect.objectContaining(details ?? {}) })
      : expect.any(refusal);
  expect(caught, what).toEqual(expected);
  // Unlike the assertion of a codec, whose name is another.
  if (typeof refusal !== 'string') expect((caught as Error).name, what).toBe(refusal.name);
}

const unhandled: unknown[] = [];
const collectUnhandled = (reason: unknown) => unhandled.push(reason);
beforeAll(() => {
  process.on('unhandledRejection', collectUnhandled);
});
afterAll(() => {
  process.off('unhandledRejection', collectUnhandled);
});

onEveryStore((open) => {
  const tables = { KEYS, VALUES, UNSERIALISABLE, NUMBERS, TYPES };
  for (const [name, rows] of Object.entries(tables)) {
    describe(name.toLowerCase(), () => {
      test('on the actor: a typed error, nothing written, nothing broken', async () => {
        const { actor, store } = await openActor(open);
        await actor.kv.set('k', 'kept');
        const before = await storedEntries(store);
        for (const row of rows) await expectRefusal(row, actor);
        expect(await storedEntries(store)).toEqual(before);
        await expectWorking(actor, store);
      });

      test('in a transaction, which goes on', async () => {
        const { actor, store } = await openActor(open);
        await actor.kv.set('k', 'kept');
        await actor.transaction(async (transaction) => {
          await transaction.kv.set('within', '1');
          for (const row of rows) await expectRefusal(row, transaction);
          expect(await collect(transaction.kv.scan())).toHaveLength(2);
          expect(await transaction.state.get()).toBeUndefined();
          expect(await collect(transaction.connections.list())).toEqual([]);
        });
        expect(await actor.kv.getText('within')).toBe('1');
        await expectWorking(actor, store);
      });
    });
  }

  test('actor ids and options', async () => {
    const { actor, keyspace, store } = await openActor(open);
    await actor.kv.set('k', 'kept');
    for (const row of [...IDS, ...KEYSPACES]) await expectRefusal(row, keyspace);
    expect(await collect(keyspace.actors())).toEqual(['a']);
    const longest = await keyspace.openActor('ä'.repeat(127));
    await longest.kv.set('k', '1');
    await expectWorking(actor, store);
    await expect(openKeyspace(wrong({}))).rejects.toThrow(TypeError);
    await expect(openKeyspace(wrong(undefined))).rejects.toThrow(TypeError);
    for (const callback of [undefined, null, 5, 'x', {}]) {
      await expect(actor.transaction(wrong(callback))).rejects.toThrow(TypeError);
    }
    await expect(actor.transaction(async () => 1, wrong({ durability: 'x' }))).rejects.toThrow(TypeError);
    await expectWorking(actor, store);
  });

  test('what is just within the limits is stored', async () => {
    const { actor, store } = await openActor(open);
    await actor.kv.set('', '');
    await actor.kv.set(new Uint8Array(1_699).fill(0xff), new Uint8Array(131_072));
    await actor.kv.set('k'.repeat(1_699), 'x'.repeat(131_072));
    const stored = await storedEntries(store);
    expect(stored.slice(1).map(([key]) => key.length / 2)).toEqual([1, 1_700, 1_700]);
    expect((await actor.kv.page({ limit: 1, begin: new Uint8Array(70_000) })).entries).toHaveLength(1);
    expect(await collect(actor.kv.scan({ prefix: new Uint8Array(70_000).fill(0xff) }))).toEqual([]);
    expect(await collect(actor.kv.scan({ begin: '', end: new Uint8Array(70_000).fill(0xff) }))).toHaveLength(
      3,
    );
    await actor.kv.clear({ begin: new Uint8Array(70_000).fill(0xff) });
    expect(await collect(actor.kv.scan({ reverse: true }))).toHaveLength(3);
  });

  test('no rejection was left unhandled', async () => {
    await setImmediate();
    expect(unhandled).toEqual([]);
  });
});

async function expectWorking(actor: ActorSubsystems, store: Store): Promise<void> {
  expect(await actor.kv.getText('k')).toBe('kept');
  await actor.kv.set('fine', '1');
  await actor.state.set(RECORD);
  await actor.connections.set(CONNECTION);
  await actor.inspectorToken.set('t');
  const keys = (await storedEntries(store)).map(([key]) => key);
  expect(keys).toEqual(expect.arrayContaining(['01', '0263', '03', '0466696e65']));
  await actor.state.delete();
  await actor.connections.delete('c');
}
