import { expect, test } from 'vitest';
import { fromHex } from '../../src/bytes/index.js';
import type { ActorStateRecord } from '../../src/state/index.js';
import { decodeCbor } from '../../src/values/index.js';
import { HEADER, onEveryStore, openActor, plant, storedEntries, userEntries } from '../keyspace/support.js';
import { payloadVectors } from '../keyspace/vectors.js';

const EMPTY: ActorStateRecord = { initialized: false, state: undefined, scheduledEvents: [] };
const event = (eventId: string, dueAtMs: number) => ({ eventId, dueAtMs, action: 'tick' });

/** The record that a vector's fields stand for. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of the payload's own shape.
function recordOf({ input, initialized, state, scheduledEvents }: any): ActorStateRecord {
  return {
    ...(input !== undefined && { input: decodeCbor(fromHex(input)) }),
    initialized,
    state: decodeCbor(fromHex(state)),
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    scheduledEvents: scheduledEvents.map(({ args, ...rest }: any) => ({
      ...rest,
      ...(args && { args: decodeCbor(fromHex(args)) }),
    })),
  };
}

onEveryStore((open) => {
  test('what published packages wrote is read, and stays equal when written back', async () => {
    const { actor, store } = await openActor(open);
    const readable = [...payloadVectors('actor', 3), ...payloadVectors('actor', 4)].filter(
      // An empty argument is no CBOR.
      ({ fields }) => fields.scheduledEvents.every(({ args }: { args?: string }) => args !== ''),
    );
    expect(readable.length).toBeGreaterThan(2);
    for (const { valueHex, fields } of readable) {
      await plant(store, [['01', valueHex]]);
      const record = await actor.state.get();
      expect(record).toEqual(recordOf(fields));
      await actor.state.set(record as ActorStateRecord);
      expect(await actor.state.get()).toEqual(record);
    }
  });

  test('the record is at key 01, in version 4', async () => {
    const { actor, store } = await openActor(open);
    expect(await actor.state.get()).toBeUndefined();
    await actor.state.set(EMPTY);
    const [empty] = payloadVectors('actor', 4);
    expect(await storedEntries(store)).toEqual([HEADER, ['01', empty?.valueHex]]);
    await actor.state.set({ input: 1, initialized: true, state: 'a', scheduledEvents: [event('e', 5)] });
    // Version · input present, 1 byte 01 · initialized · state 2 bytes 6161 · 1 event: "e", 5, "tick", no arguments
    expect(await userEntries(store)).toEqual([
      ['01', '0400010101010261610101650500000000000000047469636b00'],
    ]);
    await actor.state.delete();
    expect(await userEntries(store)).toEqual([]);
    expect(await actor.state.get()).toBeUndefined();
  });

  test('absent and undefined are told apart, for the input and for arguments', async () => {
    const { actor } = await openActor(open);
    const scheduledEvents = [event('a', 1), { ...event('b', 2), args: undefined }];
    const record = { ...EMPTY, input: undefined, scheduledEvents };
    await actor.state.set(record);
    const read = await actor.state.get();
    expect(read).toStrictEqual(record);
    await actor.state.set(EMPTY);
    expect(await actor.state.get()).not.toHaveProperty('input');
  });

  test('what CBOR keeps comes back as it was', async () => {
    const { actor } = await openActor(open);
    const state = {
      text: 'ä\0',
      number: -0.1,
      big: 2n ** 70n,
      date: new Date(1_771_900_000_000),
      map: new Map<unknown, unknown>([[{ a: 1 }, new Set([1, undefined])]]),
      bytes: Uint8Array.of(0, 255),
      list: [null, undefined, Number.NaN, Number.POSITIVE_INFINITY],
      ['__proto__']: { polluted: true },
    };
    await actor.state.set({ ...EMPTY, state });
    const read = await actor.state.get<typeof state>();
    expect(read?.state).toStrictEqual(state);
    expect(Object.keys(read?.state ?? {})).toContain('__proto__');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('changing what was given or got never changes what is stored', async () => {
    const { actor } = await openActor(open);
    const state = { list: [1], bytes: Uint8Array.of(1) };
    const events = [event('a', 1)];
    const written = actor.state.set({ ...EMPTY, state, scheduledEvents: events });
    state.list.push(2);
    state.bytes.fill(9);
    events.push(event('b', 2));
    await written;
    const read = await actor.state.get<typeof state>();
    read?.state.list.push(3);
    read?.state.bytes.fill(8);
    const again = await actor.state.get<typeof state>();
    expect(again?.state).toEqual({ list: [1], bytes: Uint8Array.of(1) });
    expect(again?.scheduledEvents).toEqual([event('a', 1)]);
  });

  test('update loses no change of those made at once', async () => {
    const { actor } = await openActor(open);
    await Promise.all(
      Array.from({ length: 20 }, () =>
        actor.state.update<number>((record) => ({
          ...(record ?? EMPTY),
          state: ((record?.state as number | undefined) ?? 0) + 1,
        })),
      ),
    );
    expect((await actor.state.get())?.state).toBe(20);
    await expect(
      actor.state.update(() => {
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect((await actor.state.get())?.state).toBe(20);
  });

  test('events are kept in the order they are due, one for each id', async () => {
    const { actor } = await openActor(open);
    await actor.state.schedule(event('late', 30));
    await actor.state.schedule(event('early', -5));
    await Promise.all([actor.state.schedule(event('a', 10)), actor.state.schedule(event('b', 10))]);
    await actor.state.schedule({ ...event('late', 7), args: [1] });
    const record = await actor.state.get();
    expect(record?.scheduledEvents).toEqual([
      event('early', -5),
      { ...event('late', 7), args: [1] },
      event('a', 10),
      event('b', 10),
    ]);
    expect(record?.initialized).toBe(false);
    expect(await actor.state.cancel('a')).toBe(true);
    expect(await actor.state.cancel('a')).toBe(false);
    expect((await actor.state.get())?.scheduledEvents.map(({ eventId }) => eventId)).toEqual([
      'early',
      'late',
      'b',
    ]);
  });

  test('cancelling in an actor without a record writes none', async () => {
    const { actor, store } = await openActor(open);
    expect(await actor.state.cancel('a')).toBe(false);
    expect(await storedEntries(store)).toEqual([]);
  });

  test('a state of 131,072 bytes of CBOR is stored, one more is refused', async () => {
    const { actor } = await openActor(open);
    // A text of this length has 5 bytes before it.
    const largest = 'x'.repeat(131_072 - 5);
    await actor.state.set({ ...EMPTY, state: largest });
    expect((await actor.state.get())?.state === largest).toBe(true);
    for (const field of ['state', 'input']) {
      await expect(actor.state.set({ ...EMPTY, [field]: `${largest}x` })).rejects.toMatchObject({
        code: 'value.too_large',
        details: { valueBytes: 131_073, valueBytesMax: 131_072 },
      });
    }
    await expect(
      actor.state.set({ ...EMPTY, state: largest, input: 'x'.repeat(2_000) }),
    ).rejects.toMatchObject({ code: 'value.too_large', details: { valueBytesMax: 132_096 } });
    expect((await actor.state.get())?.state === largest).toBe(true);
  });

  test('a record of a newer version or with a damaged body is refused, and can be replaced', async () => {
    const { actor, store } = await openActor(open);
    await plant(store, [['01', '0500']]);
    await expect(actor.state.get()).rejects.toMatchObject({
      code: 'value.version_unsupported',
      details: { payloadVersion: 5, payloadVersionMax: 4 },
    });
    await expect(actor.state.schedule(event('a', 1))).rejects.toMatchObject({
      code: 'value.version_unsupported',
    });
    for (const valueHex of ['', '04', '0400000001f7', '0400000001f70000', '0400000001ff00', '0400000000']) {
      await plant(store, [['01', valueHex]]);
      await expect(actor.state.get()).rejects.toMatchObject({ code: 'value.malformed' });
    }
    await actor.state.set(EMPTY);
    expect(await actor.state.get()).toEqual(EMPTY);
  });

  test('connections of old records are read and never written', async () => {
    const { actor, store } = await openActor(open);
    const [old] = payloadVectors('actor', 1).filter(({ fields }) => fields.embedded !== undefined);
    await plant(store, [['01', old?.valueHex as string]]);
    const record = (await actor.state.get()) as ActorStateRecord;
    expect(record.embedded?.connections[0]?.id).toBe('c1');
    await expect(actor.state.set(record)).rejects.toThrow(TypeError);
    const { embedded: _embedded, ...kept } = record;
    await actor.state.set(kept);
    expect(await actor.state.get()).toEqual(kept);
  });
});
