import { describe, expect, test } from 'vitest';
import { declareFields } from '../../src/fields/index.js';
import { actorField, blobDescriptor, blobReference, fieldExpiry } from '../../src/layout/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { fieldPayload } from '../../src/values/index.js';
import {
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
} from '../blobs/support.js';
import { collect } from '../keyspace/support.js';
import { expectExactUsage } from '../keyspace/usage-support.js';
import { LMDB } from '../stores/lmdb/support.js';
import { MEMORY, withStore } from '../stores/support.js';

const MAX = 131_072;
/** Text whose canonical JSON has so many bytes. */
const ofBytes = (bytes: number) => 'x'.repeat(bytes - 2);
const big = (seed: string) => seed.repeat(Math.ceil(140_000 / seed.length));
const digestOf = (value: unknown) => sha256(JSON.stringify(value));

describe('rows 1, 2 and threats 15, 16: what a value looks like does not matter', () => {
  const digest = sha256('x');
  test.each<unknown>([
    { $blob: digest },
    { ref: `sha256:${digest}`, size: 5, encoding: 'json' },
    { kind: 'blob', digest, byteCount: 7 },
    { tag: 'FieldBlob', val: { digest } },
    [{ digest }],
    { nested: { deep: [{ $blob: digest, byteCount: 7 }] } },
    digest,
    { fieldName: 'other', digest, byteCount: 7 },
  ])('%j', async (value) => {
    const { actor, keyspace, store } = await openWorld();
    const other = await keyspace.openActor('b');
    await other.blobs.put('x', { holder: 'h' });
    await actor.fields.set('f', value);
    expect(await actor.fields.get('f')).toEqual(value);
    expect(await actor.fields.hydrate({ value })).toEqual({ value: { value }, deferred: {}, issues: [] });
    expect(await count(store, blobDescriptor.prefix)).toBe(0);
    const large = [value, big('y')];
    await actor.fields.set('f', large);
    expect(await actor.fields.get('f')).toEqual(large);
  });

  const HOSTILE = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then'];
  test.each(HOSTILE)('properties and fields called %s are ordinary ones', async (name) => {
    const { actor } = await openWorld();
    const before = Object.getOwnPropertyNames(Object.prototype);
    for (const content of ['{"polluted":true}', '[]', '"x"', 'null', JSON.stringify(big('z'))]) {
      const value = JSON.parse(`{"${name}":${content},"a":{"${name}":${content}}}`) as unknown;
      await actor.fields.set(name, value);
      const read = await actor.fields.get(name);
      expect(JSON.stringify(read)).toBe(
        JSON.stringify(
          JSON.parse(Buffer.from((await actor.fields.readBytes(name)) as Uint8Array).toString()),
        ),
      );
      expect(Object.hasOwn(read as object, name)).toBe(true);
      await actor.fields.patch(name, JSON.parse(`{"b":{"${name}":1}}`));
      const all = await actor.fields.getAll();
      expect(Object.hasOwn(all, name)).toBe(true);
      const { value: hydrated } = await actor.fields.hydrate(all);
      expect(Object.hasOwn(hydrated as object, name)).toBe(true);
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe.each([...MEMORY, LMDB])('row 6: the ceiling is inclusive, on $name', (subject) => {
  test('of bytes that are stored', () =>
    withStore(subject, async (store) => {
      const { actor, keyspace } = await openWorld({ store, sharedStore: true });
      for (let bytes = MAX - 3; bytes <= MAX + 3; bytes++) {
        await actor.fields.set('f', ofBytes(bytes));
        const stat = await actor.fields.stat('f');
        expect([stat?.valueBytes, stat?.digest === undefined]).toEqual([bytes, bytes <= MAX]);
        expect(await actor.fields.get('f')).toBe(ofBytes(bytes));
      }
      // Not of characters: escapes and UTF-8 count.
      for (const value of ['"'.repeat(70_000), '😀'.repeat(40_000), '\0'.repeat(22_000)]) {
        await actor.fields.set('f', value);
        expect((await actor.fields.stat('f'))?.digest).toBe(digestOf(value));
        expect(await actor.fields.get('f')).toBe(value);
      }
      await expectExactUsage(store, actor);
      await keyspace.close();
    }));
});

describe('row 7: a field says before the keyspace, and that before the default', () => {
  test.each<[number | undefined, number | undefined, number]>([
    [undefined, undefined, MAX],
    [undefined, 100, 100],
    [50, 100, 50],
    [200, 100, 200],
    [0, 100, 0],
    [undefined, 0, 0],
    [MAX, 0, MAX],
  ])('%d, %d', async (field, keyspaceMax, ceiling) => {
    const fields = declareFields({ f: { inlineBytesMax: field } });
    const { actor } = await openWorld({ fieldDefaults: { inlineBytesMax: keyspaceMax, fields } });
    if (ceiling >= 2) {
      await actor.fields.set('f', ofBytes(ceiling));
      expect((await actor.fields.stat('f'))?.digest).toBeUndefined();
    }
    await actor.fields.set('f', ofBytes(Math.max(2, ceiling + 1)));
    expect((await actor.fields.stat('f'))?.digest).toBeDefined();
    expect(await actor.fields.get('f')).toBe(ofBytes(Math.max(2, ceiling + 1)));
  });
});

describe('row 8: bad settings are refused when they are declared', () => {
  test.each([
    '1k',
    Number.NaN,
    -1,
    1.5,
    MAX + 1,
    Number.MAX_SAFE_INTEGER + 1,
    Number.POSITIVE_INFINITY,
    null,
    {},
    5n,
  ])('%s as a ceiling', (inlineBytesMax) => {
    expect(() => declareFields({ f: { inlineBytesMax } as never })).toThrow(/inlineBytesMax of field f/);
  });
  test.each(['5m', Number.NaN, 0, -1, 0.5, Number.MAX_SAFE_INTEGER + 1, null])('%s as a time', (ttlMs) => {
    expect(() => declareFields({ f: { ttlMs } as never })).toThrow(/ttlMs of field f/);
  });
  test('and whatever else is no setting', async () => {
    expect(() => declareFields({ f: { onOversize: 'drop' } as never })).toThrow(TypeError);
    expect(() => declareFields({ f: { inlineMax: 5 } as never })).toThrow(TypeError);
    expect(() => declareFields({ f: 5 as never })).toThrow(TypeError);
    expect(() => declareFields(undefined as never)).toThrow(TypeError);
    await expect(openWorld({ fieldDefaults: { inlineBytesMax: -1 } })).rejects.toThrow(RangeError);
    await expect(openWorld({ fieldDefaults: { onTruncate: 5 as never } })).rejects.toThrow(TypeError);
    await expect(openWorld({ fieldDefaults: { inline: 5 } as never })).rejects.toThrow(TypeError);
    await expect(openWorld({ fieldDefaults: { fields: { f: { ttlMs: 0 } } } })).rejects.toThrow(RangeError);
  });
});

describe('rows 9 and 33: every JSON value, inline or not', () => {
  test.each([0, MAX])('with a ceiling of %d', async (inlineBytesMax) => {
    const { actor } = await openWorld({ fieldDefaults: { inlineBytesMax } });
    for (const value of [
      null,
      '',
      'null',
      [],
      {},
      0,
      -1.5,
      true,
      false,
      [null],
      { a: null },
      ['', {}, []],
      'é😀\0',
    ]) {
      await actor.fields.set('f', value);
      expect(await actor.fields.get('f')).toEqual(value);
      expect((await actor.fields.stat('f'))?.digest === undefined).toBe(inlineBytesMax > 0);
    }
    expect(await actor.fields.get('missing')).toBeUndefined();
    expect(await actor.fields.delete('f')).toBe(true);
    expect(await actor.fields.delete('f')).toBe(false);
    expect(await actor.fields.get('f')).toBeUndefined();
    expect(await codeOf(actor.fields.set('f', undefined))).toBe('value.unserialisable');
  });

  test('a record that is none, or whose blob is gone, is an error of its own', async () => {
    const { actor, store } = await openWorld();
    await damage(store, actorField.encode({ fieldName: 'f' }), Uint8Array.of(1, 0));
    expect(await codeOf(actor.fields.get('f'))).toBe('value.malformed');
    const digest = new Uint8Array(32);
    const dangling = fieldPayload.encode({ updatedAtMs: 0, content: { kind: 'blob', digest, byteCount: 5 } });
    await damage(store, actorField.encode({ fieldName: 'g' }), dangling);
    expect(await codeOf(actor.fields.get('g'))).toBe('blob.missing');
    const json = new TextEncoder().encode('{"b":1,"a":1}');
    const unordered = fieldPayload.encode({ updatedAtMs: 0, content: { kind: 'inline', json } });
    await damage(store, actorField.encode({ fieldName: 'h' }), unordered);
    expect(await codeOf(actor.fields.get('h'))).toBe('value.malformed');
  });
});

describe('row 10: every way of writing overflows alike', () => {
  test('and lets go of what was there before', async () => {
    const { actor, keyspace, store } = await openWorld();
    const value = { text: big('v') };
    const { fields } = actor;
    await fields.set('set', value);
    await fields.setMany([['many', value]]);
    await fields.patch('patch', value);
    await fields.append('append', value);
    await fields.set('text', 'a');
    await fields.append('text', big('v'));
    await fields.compareAndSet('swap', undefined, value);
    await fields.replay([{ fieldName: 'replay', value }]);
    await fields.copyFrom(fields, 'set', { as: 'copy' });
    await actor.transaction((transaction) => transaction.fields.set('transaction', value));
    const held = ['set', 'many', 'patch', 'swap', 'replay', 'copy', 'transaction'];
    for (const name of held) expect((await fields.stat(name))?.digest).toBe(digestOf(value));
    expect((await fields.stat('append'))?.digest).toBe(digestOf([value]));
    expect((await fields.stat('text'))?.digest).toBe(digestOf(`a${big('v')}`));
    const references = await actor.blobs.references(digestOf(value));
    expect(references.map(({ holder }) => holder).sort()).toEqual(held.map((name) => `field:${name}`).sort());
    for (const name of held) await fields.set(name, 'small');
    expect(await actor.blobs.references(digestOf(value))).toEqual([]);
    expect((await actor.blobs.stat(digestOf(value)))?.retiredAtMs).toBeDefined();
    for (const name of ['append', 'text']) await fields.delete(name);
    expect(await count(store, blobReference.prefix)).toBe(0);
    const other = await keyspace.openActor('b');
    await fields.set('set', value);
    expect(await other.fields.copyFrom(fields, 'set')).toBe(true);
    expect(await other.fields.copyFrom(fields, 'none')).toBe(false);
    await keyspace.deleteActor('a');
    expect(await other.fields.get('set')).toEqual(value);
  });
});

describe('row 12: truncating, and rejecting', () => {
  test('keep a note of what was left out, and tell; or nothing', async () => {
    const told: unknown[] = [];
    const fields = declareFields({
      cut: { inlineBytesMax: 10, onOversize: 'truncate' },
      whole: { inlineBytesMax: 10, onOversize: 'reject' },
    });
    const { actor, store } = await openWorld({
      fieldDefaults: { fields, onTruncate: (truncated) => told.push(truncated) },
    });
    await actor.fields.set('cut', ofBytes(10));
    await actor.fields.set('whole', ofBytes(10));
    expect(told).toEqual([]);
    await actor.fields.set('cut', { list: [1, 2, 3, 4, 5] });
    expect(await actor.fields.get('cut')).toBe('[20 bytes left out]');
    expect(told).toEqual([{ fieldName: 'cut', valueBytes: 20, inlineBytesMax: 10 }]);
    expect(await codeOf(actor.fields.set('whole', ofBytes(11)))).toBe('value.too_large');
    expect(await actor.fields.get('whole')).toBe(ofBytes(10));
    expect(await count(store, blobDescriptor.prefix)).toBe(0);
  });
});

describe('rows 21 and 22: fields that end', () => {
  test('are not there from the millisecond on, swept or not', async () => {
    const { actor, clock, store } = await openWorld({ fieldDefaults: { fields: { f: { ttlMs: HOUR_MS } } } });
    await actor.fields.setMany([
      ['f', big('f')],
      ['g', 'for good'],
    ]);
    await actor.fields.set('h', 'shorter', { ttlMs: 5 });
    await actor.fields.set('f2', big('f'), { permanent: true });
    clock.advance(HOUR_MS - 1);
    expect(await actor.fields.get('f')).toBe(big('f'));
    clock.advance(1);
    const check = async () => {
      expect(await actor.fields.get('f')).toBeUndefined();
      expect(await actor.fields.stat('f')).toBeUndefined();
      expect(await actor.fields.readString('f')).toBeUndefined();
      expect((await collect(actor.fields.list())).map(({ fieldName }) => fieldName)).toEqual(['f2', 'g']);
      expect(Object.keys(await actor.fields.getAll())).toEqual(['f2', 'g']);
    };
    await check();
    expect(await actor.fields.sweep()).toEqual({ expired: 2, hasMore: false });
    expect(await actor.fields.sweep()).toEqual({ expired: 0, hasMore: false });
    await check();
    expect(await count(store, fieldExpiry.prefix)).toBe(0);
    clock.setNowMs(clock.nowMs() - DAY_MS);
    await check();
    expect(await actor.blobs.references(digestOf(big('f')))).toEqual([{ holder: 'field:f2' }]);
    await expect(actor.fields.set('x', 1, { permanent: true, ttlMs: 5 })).rejects.toThrow(TypeError);
    await expect(actor.fields.set('x', 1, { ttlMs: 0 })).rejects.toThrow(RangeError);
  });

  test('last longer when they are written again, and an ended one is written as if it were not there', async () => {
    const { actor, clock, store } = await openWorld({ fieldDefaults: { fields: { f: { ttlMs: HOUR_MS } } } });
    await actor.fields.append('f', 1);
    clock.advance(HOUR_MS - 1);
    await actor.fields.append('f', 2);
    expect((await actor.fields.stat('f'))?.expiresAtMs).toBe(clock.nowMs() + HOUR_MS);
    expect(await count(store, fieldExpiry.prefix)).toBe(1);
    clock.advance(HOUR_MS);
    await actor.fields.append('f', 3);
    expect(await actor.fields.get('f')).toEqual([3]);
    await actor.fields.set('f', 4, { permanent: true });
    clock.advance(9 * DAY_MS);
    expect(await actor.fields.sweep()).toMatchObject({ expired: 0 });
    expect(await actor.fields.get('f')).toBe(4);
  });
});

describe('rows 26 to 29: hydrating', () => {
  async function openHydrating() {
    const world = await openWorld({ fieldDefaults: { inlineBytesMax: 10 } });
    const { fields } = world.actor;
    await fields.setMany([
      ['a', 'x'.repeat(50)],
      ['b', { list: 'y'.repeat(100) }],
      ['c', 'small'],
    ]);
    return { ...world, fields, all: await fields.getAll() };
  }

  test('row 26: at any depth, and what is given stays as it is', async () => {
    const { fields, all } = await openHydrating();
    const value = { list: [all.a, { 'k/e~y': all.b }], root: all };
    const before = JSON.stringify(value);
    const hydrated = await fields.hydrate(value);
    expect(hydrated).toEqual({
      value: {
        list: ['x'.repeat(50), { 'k/e~y': { list: 'y'.repeat(100) } }],
        root: { a: 'x'.repeat(50), b: { list: 'y'.repeat(100) }, c: 'small' },
      },
      deferred: {},
      issues: [],
    });
    expect(JSON.stringify(value)).toBe(before);
    expect((await fields.hydrate(all.a)).value).toBe('x'.repeat(50));
  });

  test('row 27: what is larger than asked for stays a reference, told where it is', async () => {
    const { fields, all } = await openHydrating();
    for (const [inlineBytesMax, pointers] of [
      [111, []],
      [110, ['/base/k~1e~0y']],
      [52, ['/base/k~1e~0y']],
      [51, ['/base/a', '/base/k~1e~0y']],
    ] as const) {
      const value = { base: { a: all.a, 'k/e~y': all.b } };
      const { deferred, issues } = await fields.hydrate(value, { inlineBytesMax });
      expect(Object.keys(deferred), `${inlineBytesMax}`).toEqual(pointers);
      expect(issues).toEqual([]);
    }
    const { deferred } = await fields.hydrate(all.a, { inlineBytesMax: 1 });
    expect(deferred['']).toBe(all.a);
  });

  test('row 27: a record that lies about the length is found out', async () => {
    const { fields, actor, store } = await openHydrating();
    const key = actorField.encode({ fieldName: 'a' });
    const record = fieldPayload.decode((await store.get(PARTITION, key)) as Uint8Array);
    if (record.content.kind !== 'blob') throw new Error('it is inline');
    const lie = { ...record, content: { ...record.content, byteCount: 5 } };
    await damage(store, key, fieldPayload.encode(lie));
    expect(await codeOf(actor.fields.get('a'))).toBe('blob.corrupt');
    const { issues } = await fields.hydrate(await fields.getAll(), { inlineBytesMax: 40 });
    expect(issues).toMatchObject([{ pointer: '/a', error: { code: 'blob.corrupt' } }]);
  });

  test('row 28: what cannot be read stays a reference, with the reason, or is thrown', async () => {
    const { fields, all, actor, store } = await openHydrating();
    const { digest } = (await fields.stat('a')) as { digest: string };
    await flip(store, keys.chunk(digest));
    const other = (await fields.stat('b')) as { digest: string };
    await damage(store, keys.descriptor(other.digest), undefined);
    const { value, issues } = await fields.hydrate(all);
    expect(value).toEqual({ a: all.a, b: all.b, c: 'small' });
    expect(issues.map(({ pointer, error }) => [pointer, error.code])).toEqual([
      ['/a', 'blob.corrupt'],
      ['/b', 'blob.missing'],
    ]);
    expect(await codeOf(fields.hydrate(all, { strict: true }))).toBe('blob.corrupt');
    await actor.close();
    expect(await codeOf(fields.hydrate(all))).toBe('actor.closed');
  });

  test('row 29: all together within a budget, and each blob read once', async () => {
    const { fields, all } = await openHydrating();
    const many = Array.from({ length: 1_000 }, () => all.a);
    const { value, deferred } = await fields.hydrate(many, { totalBytesMax: 5_200 });
    expect((value as unknown[]).filter((item) => typeof item === 'string')).toHaveLength(100);
    expect(Object.keys(deferred)).toHaveLength(900);
  });
});

describe('rows 31 and 32: text and bytes are the same on both sides of the ceiling', () => {
  test.each([0, MAX])('of %d', async (inlineBytesMax) => {
    const { actor } = await openWorld({ fieldDefaults: { inlineBytesMax } });
    for (const value of ['', 'plain', '"quoted" \\ \n', '😀\0', '[20 bytes left out]']) {
      await actor.fields.set('f', value);
      expect(await actor.fields.readString('f')).toBe(value);
      expect(Buffer.from((await actor.fields.readBytes('f')) as Uint8Array).toString()).toBe(value);
    }
    for (const value of [null, 5, { b: 1, a: 2 }, ['x']]) {
      await actor.fields.set('f', value);
      expect(await codeOf(actor.fields.readString('f'))).toBe('field.type_mismatch');
    }
    await actor.fields.set('f', { b: 1, a: 2 });
    expect(Buffer.from((await actor.fields.readBytes('f')) as Uint8Array).toString()).toBe('{"a":2,"b":1}');
    expect(await actor.fields.readString('g')).toBeUndefined();
    expect(await actor.fields.readBytes('g')).toBeUndefined();
  });
});

describe('row 34: comparing', () => {
  test('large values need not be readable, and are never unequal for that', async () => {
    const { actor, store } = await openWorld();
    const value = { list: big('v'), a: 1 };
    await actor.fields.set('f', value);
    await damage(store, keys.descriptor(digestOf({ a: 1, list: big('v') })), undefined);
    expect(await codeOf(actor.fields.get('f'))).toBe('blob.missing');
    expect(await actor.fields.compareAndSet('f', { list: big('w'), a: 1 }, 'other')).toBe(false);
    expect(await actor.fields.compareAndSet('f', { a: 1, list: big('v') }, 'next')).toBe(true);
    expect(await actor.fields.get('f')).toBe('next');
  });

  test('nothing is its own value', async () => {
    const { actor, clock } = await openWorld();
    const { fields } = actor;
    expect(await fields.compareAndSet('f', null, 1)).toBe(false);
    expect(await fields.compareAndSet('f', undefined, null, { ttlMs: 5 })).toBe(true);
    expect(await fields.compareAndSet('f', undefined, 1)).toBe(false);
    clock.advance(5);
    expect(await fields.compareAndSet('f', null, 1)).toBe(false);
    expect(await fields.compareAndSet('f', undefined, 1)).toBe(true);
    expect(await fields.compareAndSet('f', 1, undefined)).toBe(true);
    expect(await fields.get('f')).toBeUndefined();
  });
});

describe('rows 35 and 36: replay', () => {
  test('writes what is missing or damaged, once, and brings nothing back that ended', async () => {
    const { actor, store, clock } = await openWorld();
    const events = [
      { fieldName: 'a', value: { text: big('a') } },
      { fieldName: 'b', value: big('b'), expiresAtMs: clock.nowMs() + HOUR_MS },
      { fieldName: 'c', value: 'small' },
    ];
    expect(await actor.fields.replay(events)).toBe(3);
    expect(await actor.fields.replay(events)).toBe(0);
    const before = await dump(store);
    await damage(store, keys.chunk(digestOf(events[0]?.value), 1), undefined);
    await damage(store, keys.descriptor(digestOf(events[1]?.value)), undefined);
    expect(await actor.fields.replay(events)).toBe(2);
    expect((await dump(store)).map((line) => line.split(' ')[0])).toEqual(
      before.map((line) => line.split(' ')[0]),
    );
    expect(await actor.fields.get('a')).toEqual(events[0]?.value);
    expect(await actor.fields.get('b')).toEqual(events[1]?.value);
    clock.advance(HOUR_MS);
    await actor.fields.sweep();
    expect(await actor.fields.replay(events)).toBe(0);
    expect(await actor.fields.get('b')).toBeUndefined();
  });

  test('a snapshot that holds its blobs outlives the fields', async () => {
    const { actor, clock } = await openWorld();
    await actor.fields.set('f', big('f'), { ttlMs: HOUR_MS });
    const { digest } = (await actor.fields.stat('f')) as { digest: string };
    await actor.blobs.roots.set('snapshot', [digest]);
    clock.advance(3 * DAY_MS);
    await actor.fields.sweep();
    expect(await actor.blobs.collect()).toMatchObject({ held: 1, deleted: 0 });
    expect(await actor.blobs.verify(digest)).toBe(true);
  });
});

test('patches merge as RFC 7396 says, and refuse what they cannot', async () => {
  const { actor } = await openWorld();
  const { fields } = actor;
  await fields.patch('f', { a: { b: 1, c: 2 }, d: [1] });
  await fields.patch('f', { a: { b: null, e: { g: null, h: 1 } }, d: { i: 1 }, j: null });
  expect(await fields.get('f')).toEqual({ a: { c: 2, e: { h: 1 } }, d: { i: 1 } });
  await fields.set('f', 5);
  expect(await codeOf(fields.patch('f', { a: 1 }))).toBe('field.type_mismatch');
  expect(await codeOf(fields.append('f', 1))).toBe('field.type_mismatch');
  await expect((async () => fields.patch('f', [] as never))()).rejects.toThrow(TypeError);
  await fields.set('f', 'text');
  await fields.append('f', ' and more');
  expect(await fields.get('f')).toBe('text and more');
  expect(await codeOf(fields.append('f', 5))).toBe('field.type_mismatch');
  expect(await fields.get('f')).toBe('text and more');
});

test('row 13: a transaction that fails leaves value, reference and bytes as they were', async () => {
  const store = new MemoryStore();
  const { actor } = await openWorld({ store });
  await actor.fields.set('f', big('f'));
  const before = await dump(store);
  const failing = actor.transaction(async ({ fields, blobs }) => {
    await fields.set('f', big('g'));
    expect(await fields.get('f')).toBe(big('g'));
    await blobs.put('x', { holder: 'h' });
    await fields.delete('f');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await dump(store)).toEqual(before);
  expect(
    await codeOf(
      actor.fields.setMany([
        ['ok', 1],
        ['x'.repeat(1_700), 1],
      ]),
    ),
  ).toBe('key.too_large');
  expect(await dump(store)).toEqual(before);
});
