import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect, test } from 'vitest';
import { ActorSpanExporter } from '../../../src/adapters/opentelemetry/index.js';
import { openKeyspace } from '../../../src/keyspace/index.js';
import { MemoryStore } from '../../../src/stores/memory/index.js';
import { FaultStore } from '../../../src/testing/index.js';
import { toOtlp } from '../../../src/traces/index.js';

test("spans of OpenTelemetry's SDK come back as they were", async () => {
  const actor = await (await openKeyspace({ store: new MemoryStore() })).openActor('a');
  const exporter = new ActorSpanExporter(actor);
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('test');
  const parent = tracer.startSpan('parent', {
    kind: SpanKind.SERVER,
    attributes: { list: ['a', 'b'], n: 1.5 },
  });
  const child = tracer.startSpan(
    'child',
    { links: [{ context: parent.spanContext() }] },
    trace.setSpan(context.active(), parent),
  );
  child.addEvent('event', { i: 1 });
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
  child.end();
  parent.end();
  await provider.forceFlush();

  const { spans } = await actor.traces.page();
  expect(spans.map(({ name }) => name)).toEqual(['child', 'parent']);
  const [stored] = spans;
  expect(stored).toMatchObject({
    kind: 1,
    status: { code: 'ERROR', message: 'no' },
    events: [{ name: 'event', attributes: { i: 1 } }],
  });
  expect(Buffer.from(stored!.parentSpanId!).toString('hex')).toBe(parent.spanContext().spanId);
  expect(stored!.links).toHaveLength(1);
  expect(stored!.endNs! >= stored!.startNs).toBe(true);
  expect(spans[1]).toMatchObject({ kind: 2, attributes: { list: ['a', 'b'], n: 1.5 } });
  expect(toOtlp(spans).resourceSpans[0]?.scopeSpans[0]?.spans[0]).toMatchObject({
    traceId: parent.spanContext().traceId,
    status: { code: 2, message: 'no' },
  });
  await provider.shutdown();
});

test('a batch that fails is reported', async () => {
  const plan = [{ operation: 'commit', nth: 1, fault: 'fail' }] as const;
  const keyspace = await openKeyspace({ store: new FaultStore(new MemoryStore(), { plan }) });
  const exporter = new ActorSpanExporter(await keyspace.openActor('a'));
  const spans: unknown[] = [];
  const provider = new BasicTracerProvider({
    spanProcessors: [
      new SimpleSpanProcessor({
        export: (batch, done) => {
          spans.push(...batch);
          done({ code: 0 });
        },
        shutdown: async () => {},
      }),
    ],
  });
  provider.getTracer('test').startSpan('a').end();
  await provider.forceFlush();
  const result = await new Promise<{ code: number }>((resolve) => exporter.export(spans as never, resolve));
  expect(result.code).toBe(1);
});
