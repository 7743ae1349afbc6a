import type { ErrorCode } from '../../src/errors.js';
import type { ActorSubsystems, Keyspace } from '../../src/keyspace/index.js';
import { collect } from './support.js';

export type Refusal = ErrorCode | typeof TypeError | typeof RangeError;
export type Row<On> = readonly [what: string, refusal: Refusal, act: (on: On) => unknown, details?: object];

/** Stands for what a caller without a type checker may pass. */
// biome-ignore lint/suspicious/noExplicitAny: the point of this file.
export const wrong = (value: unknown): any => value;

const LONE = '\ud800';
export const EVENT = { eventId: 'e', dueAtMs: 1, action: 'a' };
export const RECORD = { initialized: true, state: 1, scheduledEvents: [] };
export const CONNECTION = {
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

export const KEYS: Row<ActorSubsystems>[] = [
  ['clear with a misspelt bound', TypeError, ({ kv }) => kv.clear(wrong({ start: 'a' }))],
  ['clear with a limit', TypeError, ({ kv }) => kv.clear(wrong({ prefix: 'a', limit: 1 }))],
  ['scan with a misspelt bound', TypeError, ({ kv }) => collect(kv.scan(wrong({ start: 'a' })))],
  ['page with a misspelt cursor', TypeError, ({ kv }) => kv.page(wrong({ Cursor: 'a' }))],
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

export const VALUES: Row<ActorSubsystems>[] = [
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

export const UNSERIALISABLE: Row<ActorSubsystems>[] = (
  [
    ['a function', { a: [0, () => 1] }, '$.a[1]'],
    ['a symbol', { 'two words': Symbol('s') }, '$["two words"]'],
    ['a cycle', circular, '$.self'],
    ['a class', new (class Point {})(), '$'],
    ['a lone surrogate', { text: LONE }, '$.text'],
    ['a key with a lone surrogate', { map: new Map([[LONE, 1]]) }, '$.map{0}.key'],
    ['a hole', Object.assign(new Array(3), { 0: 1, 2: 2 }), '$[1]'],
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

export const NUMBERS: Row<ActorSubsystems>[] = [
  Number.NaN,
  -1,
  1.5,
  Number.POSITIVE_INFINITY,
  2 ** 53,
].flatMap((number): Row<ActorSubsystems>[] => [
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
]);
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

export const IDS: Row<Keyspace>[] = (
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

export const KEYSPACES: Row<Keyspace>[] = [
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
