import type { ActorSubsystems } from '../../src/keyspace/index.js';
import { CONNECTION, EVENT, RECORD, type Row, wrong } from './bad-input.js';
import { collect } from './support.js';

const NEITHER = [undefined, null, 5, true, {}, [1, 2], new ArrayBuffer(2), new Uint16Array(2)].map(wrong);

export const TYPES: Row<ActorSubsystems>[] = [
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
      [`action ${shown}`, TypeError, ({ state }) => state.schedule({ ...EVENT, action: value })],
      [`update by ${shown}`, TypeError, ({ state }) => state.update(value)],
    ];
    if (value !== undefined) {
      rows.push(
        [`event id ${shown}`, TypeError, ({ state }) => state.schedule({ ...EVENT, eventId: value })],
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
