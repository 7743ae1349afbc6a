import { toHex } from '../bytes/index.js';
import type { TraceAttributes, TraceSpan } from './span.js';

export interface OtlpAnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number | string;
  bytesValue?: string;
  arrayValue?: { values: OtlpAnyValue[] };
  kvlistValue?: { values: OtlpKeyValue[] };
}

export interface OtlpKeyValue {
  key: string;
  value: OtlpAnyValue;
}

/** `ExportTraceServiceRequest` of OpenTelemetry's protocol as JSON. */
export interface OtlpExport {
  resourceSpans: {
    resource: { attributes: OtlpKeyValue[] };
    scopeSpans: { scope: { name: string }; spans: Record<string, unknown>[] }[];
  }[];
}

const STATUS_CODES = { UNSET: 0, OK: 1, ERROR: 2 } as const;
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Spans as a collector takes them. A span that has not ended has no end in it.
 *
 * @param resource For instance `{ 'service.name': 'orders' }`.
 */
export function toOtlp(spans: Iterable<TraceSpan>, resource: TraceAttributes = {}): OtlpExport {
  return {
    resourceSpans: [
      {
        resource: { attributes: keyValues(resource) },
        scopeSpans: [{ scope: { name: 'actor-keyspace' }, spans: Array.from(spans, otlpSpan) }],
      },
    ],
  };
}

function otlpSpan(span: TraceSpan): Record<string, unknown> {
  const { traceId, spanId, parentSpanId, name, kind, flags, traceState, startNs, endNs, status } = span;
  return {
    ...{ traceId: toHex(traceId), spanId: toHex(spanId) },
    ...(parentSpanId && { parentSpanId: toHex(parentSpanId) }),
    ...(traceState !== undefined && { traceState }),
    ...{ name, kind, flags, startTimeUnixNano: `${startNs}` },
    ...(endNs !== undefined && { endTimeUnixNano: `${endNs}` }),
    attributes: keyValues(span.attributes),
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map((event) => ({
      timeUnixNano: `${event.timeNs}`,
      name: event.name,
      attributes: keyValues(event.attributes),
    })),
    links: span.links.map((link) => ({
      ...{ traceId: toHex(link.traceId), spanId: toHex(link.spanId) },
      ...(link.traceState !== undefined && { traceState: link.traceState }),
      attributes: keyValues(link.attributes ?? {}),
    })),
    droppedLinksCount: span.droppedLinksCount,
    ...(status && {
      status: {
        code: STATUS_CODES[status.code],
        ...(status.message !== undefined && { message: status.message }),
      },
    }),
  };
}

function keyValues(attributes: TraceAttributes): OtlpKeyValue[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: unknown): OtlpAnyValue {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) return { intValue: `${value}` };
      return { doubleValue: Number.isFinite(value) ? value : String(value) };
    case 'bigint':
      return value <= INT64_MAX && value >= -INT64_MAX - 1n
        ? { intValue: `${value}` }
        : { stringValue: `${value}` };
    case 'object':
      return objectValue(value);
    default:
      return {};
  }
}

function objectValue(value: object | null): OtlpAnyValue {
  if (value === null) return {};
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (value instanceof Date)
    return { stringValue: Number.isNaN(value.getTime()) ? 'invalid' : value.toISOString() };
  if (Array.isArray(value) || value instanceof Set)
    return { arrayValue: { values: Array.from(value, anyValue) } };
  const entries =
    value instanceof Map
      ? [...value].map(([key, item]) => [String(key), item] as const)
      : Object.entries(value);
  return { kvlistValue: { values: entries.map(([key, item]) => ({ key, value: anyValue(item) })) } };
}
