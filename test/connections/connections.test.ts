import { expect, test } from 'vitest';
import { compareBytes, encodeUtf8, fromHex } from '../../src/bytes/index.js';
import type { Connection } from '../../src/connections/index.js';
import { decodeCbor } from '../../src/values/index.js';
import {
  collect,
  HEADER,
  onEveryStore,
  openActor,
  plant,
  storedEntries,
  userEntries,
} from '../keyspace/support.js';
import { keyVectors, payloadVectors } from '../keyspace/vectors.js';

function connectionOf(id: string, rest: Partial<Connection> = {}): Connection {
  return {
    id,
    parameters: undefined,
    state: undefined,
    subscriptions: [],
    gatewayId: new Uint8Array(4),
    requestId: new Uint8Array(4).fill(0xff),
    serverMessageIndex: 0,
    clientMessageIndex: 65_535,
    requestPath: '/',
    requestHeaders: new Map(),
    ...rest,
  };
}

onEveryStore((open) => {
  test('keys are those of published packages', async () => {
    const { actor, store } = await openActor(open);
    // A lone surrogate is replaced there and refused here.
    const vectors = keyVectors('conn').filter(({ input }) => input?.conn_id?.isWellFormed());
    expect(vectors.length).toBeGreaterThan(3);
    for (const { input } of vectors) await actor.connections.set(connectionOf(input?.conn_id as string));
    const keys = (await userEntries(store)).map(([key]) => key);
    expect(keys).toEqual(vectors.map(({ key_hex }) => key_hex).sort());
  });

  test('what published packages wrote is read, and stays equal when written back', async () => {
    const { actor, store } = await openActor(open);
    const vectors = [...payloadVectors('connection', 3), ...payloadVectors('connection', 4)];
    expect(vectors.length).toBeGreaterThan(2);
    for (const { valueHex, fields } of vectors) {
      const expected: Connection = {
        ...fields,
        parameters: decodeCbor(fromHex(fields.parameters)),
        state: decodeCbor(fromHex(fields.state)),
        gatewayId: fromHex(fields.gatewayId),
        requestId: fromHex(fields.requestId),
        requestHeaders: new Map(fields.requestHeaders),
      };
      const key = Buffer.concat([Uint8Array.of(2), encodeUtf8(fields.id)]).toString('hex');
      await plant(store, [[key, valueHex]]);
      expect(await actor.connections.get(fields.id)).toEqual(expected);
      await actor.connections.set(expected);
      expect(await actor.connections.get(fields.id)).toEqual(expected);
    }
  });

  test('a plain connection has the bytes of version 4', async () => {
    const { actor, store } = await openActor(open);
    const minimal = payloadVectors('connection', 4).find(({ name }) => name === 'minimal');
    await actor.connections.set(connectionOf(''));
    expect(await storedEntries(store)).toEqual([HEADER, ['02', minimal?.valueHex]]);
  });

  test('they are listed in byte order of their ids, as they were when the first was asked for', async () => {
    const { actor } = await openActor(open);
    const ids = ['', 'a', 'a\0', 'a\0b', 'aa', 'ä', '\u{10ffff}', '\uffff'];
    await actor.transaction(async ({ connections }) => {
      for (const id of ids) await connections.set(connectionOf(id));
    });
    await actor.kv.set('not a connection', '');
    const list = actor.connections.list();
    const first = await list.next();
    await actor.connections.delete('a', { durability: 'deferred' });
    await actor.connections.set(connectionOf('b'));
    const rest = await collect(list);
    const listed = [first.value as Connection, ...rest].map(({ id }) => id);
    expect(listed).toEqual([...ids].sort((a, b) => compareBytes(encodeUtf8(a), encodeUtf8(b))));
    expect((await collect(actor.connections.list())).map(({ id }) => id)).not.toContain('a');
  });

  test('setting replaces, deleting removes, and both take part in transactions', async () => {
    const { actor, store } = await openActor(open);
    const headers = new Map([
      ['__proto__', 'x'],
      ['host', ''],
    ]);
    const full = connectionOf('c', {
      parameters: { a: [1] },
      state: new Map([[1, new Date(0)]]),
      subscriptions: ['e', 'e', 'ä'],
      requestHeaders: headers,
    });
    await actor.connections.set(connectionOf('c'));
    await actor.connections.set(full);
    expect(await actor.connections.get('c')).toStrictEqual(full);
    const failing = actor.transaction(async ({ connections }) => {
      await connections.delete('c');
      expect(await connections.get('c')).toBeUndefined();
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await actor.connections.get('c')).toEqual(full);
    await actor.connections.delete('c');
    await actor.connections.delete('never there');
    expect(await userEntries(store)).toEqual([]);
  });

  test('changing what was given or got never changes what is stored', async () => {
    const { actor } = await openActor(open);
    const gatewayId = Uint8Array.of(1, 2, 3, 4);
    const requestHeaders = new Map([['a', 'b']]);
    const subscriptions = ['e'];
    const state = { n: 1 };
    const written = actor.connections.set(
      connectionOf('c', { gatewayId, requestHeaders, subscriptions, state }),
    );
    gatewayId.fill(0);
    requestHeaders.clear();
    subscriptions.pop();
    state.n = 2;
    await written;
    for (let i = 0; i < 2; i++) {
      const got = await actor.connections.get<{ n: number }>('c');
      expect(got).toEqual(
        connectionOf('c', {
          gatewayId: Uint8Array.of(1, 2, 3, 4),
          requestHeaders: new Map([['a', 'b']]),
          subscriptions: ['e'],
          state: { n: 1 },
        }),
      );
      got?.gatewayId.fill(0);
      (got as { state: { n: number } }).state.n = 3;
    }
  });

  test('an id fills a key of 1,700 bytes, and not one more', async () => {
    const { actor } = await openActor(open);
    const longest = 'i'.repeat(1_699);
    await actor.connections.set(connectionOf(longest));
    expect((await actor.connections.get(longest))?.id).toBe(longest);
    const refusal = { code: 'key.too_large', details: { keyBytes: 1_701, keyBytesMax: 1_700 } };
    await expect(actor.connections.set(connectionOf(`${longest}i`))).rejects.toMatchObject(refusal);
    await expect(actor.connections.get(`${longest}i`)).rejects.toMatchObject(refusal);
    await expect(actor.connections.delete(`${longest}i`)).rejects.toMatchObject(refusal);
  });

  test('a record under the key of another id, or a damaged one, is refused and can be deleted', async () => {
    const { actor, store } = await openActor(open);
    const vector = payloadVectors('connection', 4).find(({ fields }) => fields.id === 'c-1');
    await plant(store, [['0278', vector?.valueHex as string]]);
    await expect(actor.connections.get('x')).rejects.toMatchObject({
      code: 'value.malformed',
      details: { payload: 'connection' },
    });
    await expect(collect(actor.connections.list())).rejects.toMatchObject({ code: 'value.malformed' });
    await plant(store, [['0278', '0500']]);
    await expect(actor.connections.get('x')).rejects.toMatchObject({ code: 'value.version_unsupported' });
    await actor.connections.delete('x');
    expect(await collect(actor.connections.list())).toEqual([]);
  });
});
