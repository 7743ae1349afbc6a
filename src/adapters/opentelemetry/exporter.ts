import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { fromHex } from '../../bytes/index.js';
import type { ActorKeyspace } from '../../keyspace/index.js';
import type { SpanStatus, TraceRecorder, TraceRecorderOptions, TraceSpan } from '../../traces/index.js';

/**
 * Exports the spans of OpenTelemetry's SDK to an actor. A batch is reported as exported once it is durable. One that
 * fails is reported as failed, and stays to be written with the next.
 */
export class ActorSpanExporter implements SpanExporter {
  readonly #recorder: TraceRecorder;
  #isShutDown = false;

  constructor(actor: ActorKeyspace, options?: TraceRecorderOptions) {
    this.#recorder = actor.traces.recorder(options);
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#export(spans).then(
      () => done({ code: ExportResultCode.SUCCESS }),
      (error: Error) => done({ code: ExportResultCode.FAILED, error }),
    );
  }

  async forceFlush(): Promise<void> {
    await this.#recorder.flush();
  }

  async shutdown(): Promise<void> {
    this.#isShutDown = true;
    await this.#recorder.flush();
  }

  async #export(spans: readonly ReadableSpan[]): Promise<void> {
    if (this.#isShutDown) throw new Error('the exporter is shut down');
    for (const span of spans) this.#recorder.record(traceSpan(span));
    const { droppedRecords } = await this.#recorder.flush();
    if (droppedRecords > 0) throw new Error(`${droppedRecords} records found no room in the buffer`);
  }
}

/** Codes of statuses as OpenTelemetry's API numbers them. */
const STATUS_CODES = ['UNSET', 'OK', 'ERROR'] as const;

function traceSpan(span: ReadableSpan): TraceSpan {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const parent = span.parentSpanContext?.spanId;
  return {
    ...{ traceId: fromHex(traceId), spanId: fromHex(spanId), name: span.name, flags: traceFlags },
    ...(parent !== undefined && { parentSpanId: fromHex(parent) }),
    ...(traceState && { traceState: traceState.serialize() }),
    // The API counts from internal, 0; the protocol has unspecified before it.
    kind: span.kind + 1,
    ...{ startNs: nanoseconds(span.startTime), endNs: nanoseconds(span.endTime) },
    ...statusOf(span),
    attributes: span.attributes,
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map(({ name, time, attributes = {} }) => ({
      name,
      timeNs: nanoseconds(time),
      attributes,
    })),
    links: span.links.map(({ context, attributes = {} }) => ({
      ...{ traceId: fromHex(context.traceId), spanId: fromHex(context.spanId) },
      ...(context.traceState && { traceState: context.traceState.serialize() }),
      attributes,
    })),
    droppedLinksCount: span.droppedLinksCount,
  };
}

function statusOf({ status }: ReadableSpan): { status?: SpanStatus } {
  const code = STATUS_CODES[status.code] ?? 'UNSET';
  if (code === 'UNSET') return {};
  return { status: { code, ...(status.message !== undefined && { message: status.message }) } };
}

/** Exactly: a double of nanoseconds would be off by hundreds. */
function nanoseconds([seconds, nanos]: readonly [number, number]): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(Math.trunc(nanos));
}
