import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PartitionEvent, readItems, type StoredItem, walkPartition } from '../../src/cli/tree-events.js';
import { KeyspaceError } from '../../src/errors.js';
import type { Entry, KeyRange } from '../../src/index.js';
import { ACTOR_FAMILIES, encodeKeyspacePartition } from '../../src/layout/index.js';
import { collect, hexBytes } from './support.js';

const WALK = { kind: 'actor', keysMax: 3, values: false } as const;

function item(hex: string, valueBytes = 1): StoredItem {
  return { key: hexBytes(hex), value: new Uint8Array(valueBytes) };
}

function corruptItem(hex: string): StoredItem {
  return { key: hexBytes(hex), corrupt: 'the checksum does not match' };
}

function brief(events: readonly PartitionEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.type === 'key')
      return [`${event.keyHex} ${event.family ?? 'malformed'}${event.corrupt ? ' corrupt' : ''}`];
    return event.type === 'more' ? [`${event.keys} more of ${event.family}`] : [];
  });
}

const keyBytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 12 }),
  fc.constantFrom(...ACTOR_FAMILIES.map((family) => family.encode(family.example))),
  fc.uint8Array({ maxLength: 4 }).map((userKey) => Uint8Array.of(4, ...userKey)),
  fc.nat(1_000).map((id) => hexBytes(`050102${id.toString(16).padStart(16, '0')}`)),
);

const items = fc
  .uniqueArray(keyBytes, { selector: (key) => Buffer.from(key).toString('hex'), maxLength: 60 })
  .chain((keys) => {
    const sorted = keys.sort(Buffer.compare);
    return fc.tuple(
      ...sorted.map((key) =>
        fc.oneof(
          fc.uint8Array({ maxLength: 5 }).map((value): StoredItem => ({ key, value })),
          fc.constant<StoredItem>({ key, corrupt: 'the checksum does not match' }),
        ),
      ),
    );
  });

describe('a walk through a partition', () => {
  test('tells or counts every key, and adds up', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.nat(5), async (stored, keysMax) => {
        const events = await collect(walkPartition(stored, { ...WALK, keysMax }));
        const totals = events.pop();
        if (totals?.type !== 'totals') throw new Error('the totals are not last');
        const told = events.filter(({ type }) => type === 'key').length;
        const hidden = events.reduce((sum, event) => sum + (event.type === 'more' ? event.keys : 0), 0);
        expect(told + hidden).toBe(stored.length);
        expect(totals.keys).toBe(stored.length);
        expect(totals.keyBytes).toBe(stored.reduce((sum, { key }) => sum + key.length, 0));
        expect(totals.valueBytes).toBe(
          stored.reduce((sum, entry) => sum + ('value' in entry ? entry.value.length : 0), 0),
        );
        expect(totals.corruptValues).toBe(stored.filter((entry) => 'corrupt' in entry).length);
        expect(totals.namespaces.reduce((sum, { keys }) => sum + keys, 0)).toBe(totals.keys);
      }),
    );
  });

  test('tells so many keys of each family, and then how many more there are', async () => {
    const stored = [
      item('01'),
      ...['04', '0400', '0401', '0402', '0403'].map((key) => item(key)),
      item('050101'),
    ];
    expect(brief(await collect(walkPartition(stored, WALK)))).toEqual([
      '01 state',
      '04 kv.entry',
      '0400 kv.entry',
      '0401 kv.entry',
      '2 more of kv.entry',
      '050101 queue.metadata',
    ]);
  });

  test('tells malformed keys where they stand, without breaking up a family', async () => {
    const stored = [
      item('05010200'),
      ...Array.from({ length: 5 }, (_, id) => [
        item(`050102000000000000000${id}`),
        item(`050102000000000000000${id}00`),
      ]).flat(),
      item('c0'),
    ];
    expect(brief(await collect(walkPartition(stored, { ...WALK, keysMax: 2 })))).toEqual([
      '05010200 malformed',
      '0501020000000000000000 queue.message',
      '050102000000000000000000 malformed',
      '0501020000000000000001 queue.message',
      '3 more of queue.message',
      '5 more of undefined',
    ]);
  });

  test('tells of corrupt values beyond the first keys', async () => {
    const stored = [item('0401'), item('0402'), item('0403'), corruptItem('0404'), item('0405')];
    expect(brief(await collect(walkPartition(stored, { ...WALK, keysMax: 1 })))).toEqual([
      '0401 kv.entry',
      '0404 kv.entry corrupt',
      '3 more of kv.entry',
    ]);
  });

  test('puts keys of either layout into the namespace that the layout has', async () => {
    const stored = [
      item('0500000000000000ff'),
      item('0501020000000000000000'),
      item('06'),
      item('0600'),
      item('060115011501'),
      item('060115011502'),
      item('0700'),
      item('070115011414'),
      item('07150116012c'),
      item('0715010000'),
      item('07150214'),
      item('08010000'),
      item('0815011414'),
      item('090000'),
    ];
    const events = await collect(walkPartition(stored, { ...WALK, keysMax: 100 }));
    const names = events.flatMap((event) => (event.type === 'key' ? [event.namespace?.name] : []));
    expect(names).toEqual([
      ...['queue', 'queue', 'queue', 'workflow', 'workflow', 'workflow'],
      ...['traces', 'traces', 'workflow', 'traces', 'workflow'],
      ...['sqlite', 'traces', 'legacySqlite'],
    ]);
    expect(events.at(-1)).toMatchObject({
      namespaces: [
        { byte: 5, name: 'queue', keys: 2 },
        { byte: 6, name: 'queue', keys: 1 },
        { byte: 6, name: 'workflow', keys: 3, malformedKeys: 1 },
        { byte: 7, name: 'traces', keys: 3, malformedKeys: 2 },
        { byte: 7, name: 'workflow', keys: 2 },
        { byte: 8, name: 'sqlite', keys: 1 },
        { byte: 8, name: 'traces', keys: 1 },
        { byte: 9, name: 'legacySqlite', keys: 1 },
      ],
    });
  });

  test('says of the values of keys that it tells what they are, or why not', async () => {
    const stored = [
      { key: hexBytes('0001026c61796f757400'), value: hexBytes('01000100') },
      { key: hexBytes('01'), value: hexBytes('ff00') },
      corruptItem('0301'),
      item('0401', 7),
    ];
    const events = await collect(walkPartition(stored, WALK));
    expect(events.map((event) => (event.type === 'key' ? event.summary : event.type))).toEqual([
      'layout 1',
      'value.version_unsupported: actor has payload version 255, versions 1 to 4 are known',
      undefined,
      undefined,
      'totals',
    ]);
    const [, , , told] = await collect(walkPartition(stored, { ...WALK, values: true }));
    expect(told).toMatchObject({ summary: '00000000000000' });
  });

  test('shows values only if asked to', async () => {
    const [hidden] = await collect(walkPartition([item('0401')], WALK));
    const [shown] = await collect(walkPartition([item('0401')], { ...WALK, values: true }));
    expect(hidden).not.toHaveProperty('valueHex');
    expect(shown).toMatchObject({ valueHex: '00', valueBytes: 1 });
  });

  test('names the keys of the keyspace itself by their own families', async () => {
    expect(encodeKeyspacePartition()).toEqual(hexBytes('14'));
    const events = await collect(
      walkPartition([item('02647565001502 0261 00'.replaceAll(' ', ''))], { ...WALK, kind: 'keyspace' }),
    );
    expect(events).toMatchObject([
      { type: 'key', family: 'keyspace.due', fields: { wakeAtMs: 2, actorId: 'a' } },
      { type: 'totals', namespaces: [{ name: 'keyspace', keys: 1 }] },
    ]);
  });

  test('reads no further than what it has told', async () => {
    let taken = 0;
    const endless = (async function* () {
      for (;;) yield item(`04${(taken++).toString(16).padStart(6, '0')}`);
    })();
    const walk = walkPartition(endless, WALK);
    for (let i = 0; i < 3; i++)
      expect(await walk.next()).toMatchObject({ done: false, value: { type: 'key' } });
    expect(taken).toBe(3);
    await walk.return();
  });
});

describe('reading items', () => {
  const PARTITION = hexBytes('026100');
  const reader = (entries: readonly StoredItem[]) => ({
    async *scan(_partition: Uint8Array, { begin }: KeyRange): AsyncGenerator<Entry> {
      for (const entry of entries) {
        if (Buffer.compare(entry.key, begin) < 0) continue;
        if ('value' in entry) yield entry;
        else {
          const keyHex = Buffer.from(entry.key).toString('hex');
          throw new KeyspaceError('value.corrupt', 'damaged', { keyHex, reason: entry.corrupt });
        }
      }
    },
  });

  test('goes on behind every corrupt value', async () => {
    await fc.assert(
      fc.asyncProperty(items, async (stored) => {
        expect(await collect(readItems(reader(stored), PARTITION))).toEqual(stored);
      }),
    );
  });

  test('passes other failures on', async () => {
    const failing = {
      scan(): AsyncIterable<Entry> {
        throw new KeyspaceError('store.closed', 'closed', {});
      },
    };
    await expect(collect(readItems(failing, PARTITION))).rejects.toMatchObject({ code: 'store.closed' });
  });

  test('ends where a store names a key that it has passed', async () => {
    const backwards = {
      async *scan(_partition: Uint8Array, { begin }: KeyRange): AsyncGenerator<Entry> {
        yield { key: hexBytes('02'), value: new Uint8Array(0) };
        throw new KeyspaceError('value.corrupt', 'damaged', {
          keyHex: begin.length === 0 ? '02' : '01',
          reason: 'x',
        });
      },
    };
    await expect(collect(readItems(backwards, PARTITION))).rejects.toMatchObject({ code: 'value.corrupt' });
  });
});
