import { createTraces } from '@rivetkit/traces';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTracesDriver, createTracesOptions } from '../../src/adapters/rivetkit/index.js';
import { accessOf, openKeyspace } from '../../src/keyspace/index.js';
import { traceChunk, traceIndex } from '../../src/layout/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { FaultStore, type FaultStoreOptions, SimulatedClock } from '../../src/testing/index.js';
import { type TraceSpan, toOtlp } from '../../src/traces/index.js';
import { decodeTraceChunk } from '../../src/values/index.js';
import { collect } from '../keyspace/support.js';
import { expectExactUsage } from '../keyspace/usage-support.js';

const NOW_MS = 1_771_900_000_000;

async function openActor({
  store = new MemoryStore(),
  plan = [] as FaultStoreOptions['plan'],
  quotaBytes = 10 ** 9,
} = {}) {
  const clock = new SimulatedClock({ nowMs: NOW_MS });
  const keyspace = await openKeyspace({ store: new FaultStore(store, { plan }), clock, quotaBytes });
  return { store, clock, actor: await keyspace.openActor('guest') };
}

const id = (length: number, n: number) => {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(length - 4, n);
  return bytes;
};
const span = (n: number, startMs: number, more: Partial<TraceSpan> = {}): TraceSpan => ({
  ...{ traceId: id(16, n), spanId: id(8, n + 1), name: `span ${n}`, kind: 1, flags: 1 },
  ...{ startNs: BigInt(startMs) * 1_000_000n, endNs: BigInt(startMs + 1) * 1_000_000n },
  ...{ attributes: {}, droppedAttributesCount: 0, events: [], links: [], droppedLinksCount: 0 },
  ...more,
});
const names = (spans: readonly TraceSpan[]) => spans.map(({ name }) => name);

describe('a recorder', () => {
  test('records spans with everything, across flushes', async () => {
    const { actor, clock, store } = await openActor();
    const recorder = actor.traces.recorder();
    const link = { traceId: id(16, 9), spanId: id(8, 9), traceState: 'a=1', attributes: { l: 1 } };
    const root = recorder.startSpan('root', {
      kind: 2,
      flags: 1,
      traceState: 't=1',
      attributes: { a: 1, b: 'x' },
      links: [link],
    });
    const child = recorder.withSpan(root, () => recorder.startSpan('child'));
    await recorder.flush();
    await clock.advance(5);
    root.setAttributes({ b: 'é'.repeat(30), c: [1.5, { d: null }], gone: undefined });
    root.addEvent('event', { e: 10n ** 12n });
    child.end({ code: 'ERROR', message: 'no' });
    await recorder.flush();
    root.setStatus({ code: 'OK' });
    root.end();
    root.addEvent('too late');
    expect(await recorder.flush()).toEqual({ chunks: 1, records: 2, droppedRecords: 0 });
    const { spans } = await actor.traces.page();
    expect(spans).toEqual([
      {
        ...{ traceId: root.traceId, spanId: root.spanId, name: 'root', kind: 2, flags: 1, traceState: 't=1' },
        ...{ startNs: BigInt(NOW_MS) * 1_000_000n, endNs: expect.any(BigInt), status: { code: 'OK' } },
        attributes: { a: 1, b: 'é'.repeat(30), c: [1.5, { d: null }] },
        droppedAttributesCount: 1,
        events: [{ name: 'event', timeNs: expect.any(BigInt), attributes: { e: 10n ** 12n } }],
        ...{ links: [link], droppedLinksCount: 0 },
      },
      expect.objectContaining({
        name: 'child',
        parentSpanId: root.spanId,
        traceId: root.traceId,
        status: { code: 'ERROR', message: 'no' },
      }),
    ]);
    await expectExactUsage(store, actor);
  });

  test('goes on behind what is stored after a restart within a bucket, and leaves readable spans when it dies', async () => {
    const store = new MemoryStore();
    for (const name of ['first', 'second']) {
      const { actor } = await openActor({ store });
      const recorder = actor.traces.recorder();
      recorder.startSpan(name, { attributes: { name } });
      await recorder.flush();
    }
    const { actor } = await openActor({ store });
    const { spans } = await actor.traces.page();
    expect(names(spans)).toEqual(['first', 'second']);
    expect(spans.map(({ endNs, attributes }) => [endNs, attributes])).toEqual([
      [undefined, { name: 'first' }],
      [undefined, { name: 'second' }],
    ]);
  });

  test('keeps everything when a flush fails, and says what found no room', async () => {
    const { actor } = await openActor({ quotaBytes: 1_000 });
    const recorder = actor.traces.recorder({ bufferBytesMax: 65_536 });
    for (let n = 0; n < 1_000; n++) recorder.record(span(n, NOW_MS));
    await expect(recorder.flush()).rejects.toMatchObject({ code: 'actor.quota_exceeded' });
    await expect(recorder.flush()).rejects.toMatchObject({ code: 'actor.quota_exceeded' });
    const large = await openActor();
    const other = large.actor.traces.recorder({ bufferBytesMax: 65_536 });
    for (let n = 0; n < 1_000; n++) other.record(span(n, NOW_MS));
    const { records, droppedRecords } = await other.flush();
    expect(records + droppedRecords).toBe(2_000);
    expect(droppedRecords).toBeGreaterThan(0);
    other.record(span(5_000, NOW_MS));
    expect(await other.flush()).toEqual({ chunks: 1, records: 2, droppedRecords: 0 });
  });

  test('goes on with the actor opened again, whichever commit failed', async () => {
    for (let nth = 1; nth <= 6; nth++) {
      const store = new MemoryStore();
      let { actor } = await openActor({ store, plan: [{ operation: 'commit', nth, fault: 'fail' }] });
      const recorder = actor.traces.recorder();
      let failures = 0;
      for (let n = 0; n < 6; n++) {
        recorder.startSpan(`span ${n}`).end();
        await recorder.flush().catch(async () => {
          failures++;
          ({ actor } = await openActor({ store }));
          actor.traces.resume(recorder);
        });
      }
      await recorder.flush();
      expect(failures).toBe(1);
      const { spans } = await actor.traces.page();
      expect(names(spans)).toEqual(['span 0', 'span 1', 'span 2', 'span 3', 'span 4', 'span 5']);
      expect(spans.every(({ endNs }) => endNs !== undefined)).toBe(true);
      await expectExactUsage(store, actor);
    }
  });

  test('cuts chunks to the limit of values, whatever spans hold', async () => {
    const { actor } = await openActor();
    const recorder = actor.traces.recorder();
    const text = 'x'.repeat(30_000);
    const open = Array.from({ length: 40 }, (_, n) =>
      recorder.startSpan(`open ${n}`, { attributes: { text } }),
    );
    await recorder.flush();
    for (const each of open) each.addEvent('event', { text });
    const { chunks } = await recorder.flush();
    expect(chunks).toBeGreaterThan(10);
    for await (const { value } of accessOf(actor).scan(traceChunk.range()))
      expect(value.length).toBeLessThanOrEqual(131_072);
    expect((await actor.traces.page()).spans.every(({ events }) => events.length === 1)).toBe(true);
  });
});

describe('reading', () => {
  test('pages of a selection are what filtering all spans gives', async () => {
    const arbitrary = fc.array(
      fc.record({ atMs: fc.nat(20_000_000), name: fc.nat(3), trace: fc.nat(3), flush: fc.boolean() }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(
        arbitrary,
        fc.nat(20_000_000),
        fc.nat(20_000_000),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        async (all, fromMs, width, newestFirst, limit, compress) => {
          const { actor } = await openActor();
          const recorder = actor.traces.recorder({ bucketSec: 3_600, compress });
          for (const [n, { atMs, name, trace, flush }] of all.entries()) {
            recorder.record(span(n, atMs, { name: `n${name}`, traceId: id(16, trace) }));
            if (flush) await recorder.flush();
          }
          await recorder.flush();
          const selections = [{}, { name: 'n1' }, { traceId: id(16, 2) }, { name: 'n0', traceId: id(16, 0) }];
          for (const selection of selections) {
            const window = { fromMs, toMs: fromMs + width, ...selection, newestFirst };
            const found: TraceSpan[] = [];
            let cursor: string | undefined;
            do {
              const page = await actor.traces.page({ ...window, limit, cursor });
              expect(page.spans.length).toBeLessThanOrEqual(limit);
              found.push(...page.spans);
              cursor = page.cursor;
            } while (cursor !== undefined);
            const wanted = all.flatMap(({ atMs, name, trace }, n) =>
              atMs >= fromMs &&
              atMs < fromMs + width &&
              (selection.name ?? `n${name}`) === `n${name}` &&
              (selection.traceId ?? id(16, trace))[15] === trace
                ? [n]
                : [],
            );
            const stored = found.map(
              ({ spanId }) => new DataView(spanId.buffer, spanId.byteOffset).getUint32(4) - 1,
            );
            expect(new Set(stored)).toEqual(new Set(wanted));
            expect(stored).toHaveLength(wanted.length);
            const buckets = stored.map((n) => Math.floor(all[n]!.atMs / 3_600_000));
            expect(buckets).toEqual([...buckets].sort((a, b) => (newestFirst ? b - a : a - b)));
          }
        },
      ),
      { numRuns: 25 },
    );
  }, 20_000);

  test('of a window reads its chunks alone', async () => {
    const { actor } = await openActor();
    const recorder = actor.traces.recorder({ bucketSec: 60 });
    for (let n = 0; n < 200; n++) recorder.record(span(n, NOW_MS + n * 60_000));
    await recorder.flush();
    // Whatever is read elsewhere would fail.
    const chunks = await collect(accessOf(actor).scan(traceChunk.range()));
    await accessOf(actor).write((writes) => {
      for (const [n, { key, value }] of chunks.entries())
        if (n !== 100) writes.set(key, new Uint8Array(value.length));
    });
    const fromMs = NOW_MS + 100 * 60_000;
    expect(names((await actor.traces.page({ fromMs, toMs: fromMs + 1 })).spans)).toEqual(['span 100']);
    expect(names((await actor.traces.page({ name: 'span 100' })).spans)).toEqual(['span 100']);
    expect(names((await actor.traces.page({ traceId: id(16, 100) })).spans)).toEqual(['span 100']);
    await expect(actor.traces.page()).rejects.toMatchObject({ code: 'value.version_unsupported' });
  });

  test('finds what somebody else has put in the place of a chunk that was indexed', async () => {
    const { actor } = await openActor();
    const recorder = actor.traces.recorder();
    recorder.record(span(1, NOW_MS));
    await recorder.flush();
    recorder.record(span(2, NOW_MS, { name: 'another span' }));
    await recorder.flush();
    const [first, second] = await collect(accessOf(actor).scan(traceChunk.range()));
    await accessOf(actor).write((writes) => writes.set(first!.key, second!.value));
    expect(names((await actor.traces.page({ name: 'span 1' })).spans)).toEqual([]);
    expect(names((await actor.traces.page({ name: 'another span' })).spans)).toEqual(['another span']);
    expect(await actor.traces.reindex()).toBe(1);
  });

  test('refuses cursors of another actor or direction, damaged ones, and what is no selection', async () => {
    const { actor, store } = await openActor();
    const recorder = actor.traces.recorder();
    for (let n = 0; n < 3; n++) recorder.record(span(n, NOW_MS));
    await recorder.flush();
    const { cursor } = await actor.traces.page({ limit: 1 });
    const refused = { code: 'cursor.invalid' };
    await expect(actor.traces.page({ cursor, newestFirst: true })).rejects.toMatchObject(refused);
    await expect(actor.traces.page({ cursor: `${cursor}A` })).rejects.toMatchObject(refused);
    const other = await (await openKeyspace({ store })).openActor('other');
    await expect(other.traces.page({ cursor })).rejects.toMatchObject(refused);
    await expect(actor.traces.page({ limit: 0 })).rejects.toThrow(RangeError);
    await expect(actor.traces.page({ fromMs: -1 })).rejects.toThrow(RangeError);
    await expect(actor.traces.page({ form: 1 } as never)).rejects.toThrow(TypeError);
  });
});

describe('@rivetkit/traces', () => {
  const everything = { startMs: 0, endMs: 4_000_000_000_000, limit: 1_000 };

  test('reads what a recorder writes', async () => {
    const { actor } = await openActor();
    const recorder = actor.traces.recorder();
    const root = recorder.startSpan('root', { attributes: { a: 1 } });
    await recorder.flush();
    root.addEvent('event', { e: 'x' });
    root.end({ code: 'ERROR', message: 'no' });
    await recorder.flush();
    const { otlp } = await createTraces({ driver: createTracesDriver(actor) }).readRange(everything);
    const [stored] = otlp.resourceSpans[0]!.scopeSpans[0]!.spans;
    const [own] = toOtlp((await actor.traces.page()).spans).resourceSpans[0]!.scopeSpans[0]!.spans;
    for (const field of [
      'traceId',
      'spanId',
      'name',
      'startTimeUnixNano',
      'endTimeUnixNano',
      'attributes',
      'status',
    ] as const) {
      expect(stored![field]).toEqual(own![field]);
    }
    expect(stored!.events).toEqual(own!.events);
  });

  test('is read, before and after its chunks are indexed', async () => {
    const { actor } = await openActor();
    const traces = createTraces(createTracesOptions(actor));
    const one = traces.startSpan('one', { attributes: { a: 1 } });
    await traces.flush();
    traces.emitEvent(one, 'event');
    traces.endSpan(one, { status: { code: 'OK' } });
    await traces.flush();
    const read = async () => (await actor.traces.page({ traceId: one.traceId })).spans;
    const before = await read();
    expect(before).toMatchObject([
      { name: 'one', status: { code: 'OK' }, attributes: { a: 1 }, events: [{ name: 'event' }] },
    ]);
    expect(before[0]!.endNs).toBeDefined();
    expect(await actor.traces.reindex()).toBe(2);
    expect(await actor.traces.reindex()).toBe(0);
    expect(await read()).toEqual(before);
  });
});

describe('retention', () => {
  test('removes the oldest chunks by age and by bytes, with their index, a bounded number at a time', async () => {
    const { actor } = await openActor();
    const recorder = actor.traces.recorder({ bucketSec: 60 });
    for (let n = 0; n < 10; n++) recorder.record(span(n, NOW_MS + n * 60_000));
    await recorder.flush();
    const left = async () => names(await collect(actor.traces.spans()));
    expect(await actor.traces.prune({ beforeMs: NOW_MS })).toEqual({ chunks: 0, isDone: true });
    expect(await actor.traces.prune({ beforeMs: NOW_MS + 180_000, chunksMax: 2 })).toEqual({
      chunks: 2,
      isDone: false,
    });
    expect(await actor.traces.prune({ beforeMs: NOW_MS + 180_000 })).toEqual({ chunks: 1, isDone: true });
    expect((await left())[0]).toBe('span 3');
    let bytes = 0;
    for await (const { valueBytes } of accessOf(actor).scanSizes(traceChunk.range())) bytes += valueBytes;
    expect(await actor.traces.prune({ bytesMax: bytes })).toEqual({ chunks: 0, isDone: true });
    expect(await actor.traces.prune({ bytesMax: bytes - 1 })).toEqual({ chunks: 1, isDone: true });
    expect(await actor.traces.prune({ bytesMax: 0 })).toEqual({ chunks: 6, isDone: true });
    expect(await left()).toEqual([]);
    expect(await collect(accessOf(actor).scan(traceIndex.range()))).toEqual([]);
  });
});

test('compressed chunks are smaller and read the same', async () => {
  const sizes = [];
  const found = [];
  for (const compress of [false, true]) {
    const { actor } = await openActor();
    const recorder = actor.traces.recorder({ compress });
    for (let n = 0; n < 500; n++)
      recorder.record(span(n, NOW_MS + n, { attributes: { method: 'GET', status: 200 } }));
    await recorder.flush();
    let bytes = 0;
    for await (const { value } of accessOf(actor).scan(traceChunk.range())) {
      expect(value[0]).toBe(compress ? 2 : 1);
      decodeTraceChunk(value);
      bytes += value.length;
    }
    sizes.push(bytes);
    found.push(await collect(actor.traces.spans()));
  }
  expect(sizes[1]).toBeLessThan(sizes[0]! / 2);
  expect(found[1]).toEqual(found[0]);
});
