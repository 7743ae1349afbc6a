import { BareError } from './bare.js';
import { fromData, toData, toOptionalData } from './data.js';
import { definePayload, firstVersion, type Payload } from './payload.js';
import * as wire from './schemas/trace-chunk-v1.generated.js';
import { wordField } from './word.js';

export const SPAN_STATUS_CODES = ['UNSET', 'OK', 'ERROR'] as const;
export type SpanStatusCode = (typeof SPAN_STATUS_CODES)[number];

export interface SpanStatusRecord {
  readonly code: SpanStatusCode;
  readonly message?: string;
}

/** Indexes into the chunk's strings and values as CBOR. */
export interface TraceAttributeRecord {
  readonly key: number;
  readonly value: Uint8Array;
}

export interface SpanLinkRecord {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly traceState?: string;
  readonly attributes: readonly TraceAttributeRecord[];
  readonly droppedAttributesCount: number;
}

/** Everything about a span that is known at its start. `name` is an index into the chunk's strings. */
export interface SpanStartRecord {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId?: Uint8Array;
  readonly name: number;
  readonly kind: number;
  readonly traceState?: string;
  readonly flags: number;
  readonly attributes: readonly TraceAttributeRecord[];
  readonly droppedAttributesCount: number;
  readonly links: readonly SpanLinkRecord[];
  readonly droppedLinksCount: number;
}

/** What happened to a span, by type. A snapshot repeats what is known of a span that is still active. */
export type TraceBodyRecord =
  | ({ readonly type: 'start' } & SpanStartRecord)
  | {
      readonly type: 'event';
      readonly spanId: Uint8Array;
      readonly name: number;
      readonly attributes: readonly TraceAttributeRecord[];
      readonly droppedAttributesCount: number;
    }
  | {
      readonly type: 'update';
      readonly spanId: Uint8Array;
      readonly attributes: readonly TraceAttributeRecord[];
      readonly droppedAttributesCount: number;
      readonly status?: SpanStatusRecord;
    }
  | { readonly type: 'end'; readonly spanId: Uint8Array; readonly status?: SpanStatusRecord }
  | ({
      readonly type: 'snapshot';
      readonly startTimeUnixNs: bigint;
      readonly status?: SpanStatusRecord;
    } & SpanStartRecord);

export interface TraceRecord {
  /** Nanoseconds after the chunk's base, 0 to 2^64 - 1. */
  readonly timeOffsetNs: bigint;
  readonly body: TraceBodyRecord;
}

/** Where a record is: `prefix` is 1, the first element of the chunk's key. */
export interface TraceRecordKey {
  readonly prefix: number;
  readonly bucketStartSec: bigint;
  readonly chunkId: number;
  readonly recordIndex: number;
}

export interface ActiveSpanRecord {
  readonly spanId: Uint8Array;
  readonly startKey: TraceRecordKey;
  readonly latestSnapshotKey?: TraceRecordKey;
}

/** Records of one time bucket, in the order they were made. */
export interface TraceChunkRecord {
  /** Nanoseconds since the Unix epoch, 0 to 2^64 - 1. */
  readonly baseUnixNs: bigint;
  readonly strings: readonly string[];
  readonly records: readonly TraceRecord[];
  /** The spans that are active after the last record. */
  readonly activeSpans: readonly ActiveSpanRecord[];
}

/**
 * The value at key `07 01 T[1, bucketStartSec, chunkId]`.
 *
 * Format: RivetKit traces version 1, `Chunk`: u64 · list of str · list of (u64 · union of start, event, update, end,
 * snapshot) · list of active spans. A string that a record names by its index is among the chunk's strings.
 */
export const traceChunkPayload: Payload<TraceChunkRecord> = definePayload({
  name: 'traces.chunk',
  versions: firstVersion(1, wire.readChunk),
  write: wire.writeChunk,
  toWire: (chunk: TraceChunkRecord): wire.Chunk => {
    const { baseUnixNs, strings, records, activeSpans } = chunk;
    const record = {
      baseUnixNs,
      strings,
      records: records.map(({ timeOffsetNs, body }) => ({ timeOffsetNs, body: bodyToWire(body) })),
      activeSpans: activeSpans.map(({ spanId, startKey, latestSnapshotKey }) => ({
        spanId: toData(spanId),
        startKey,
        latestSnapshotKey,
      })),
    };
    const unknown = unknownString(record);
    if (unknown !== undefined) throw new RangeError(`string ${unknown} is not one of ${strings.length}`);
    return record;
  },
  fromWire: (chunk): TraceChunkRecord => {
    const unknown = unknownString(chunk);
    if (unknown !== undefined) {
      throw new BareError(0, `string ${unknown} is not one of ${chunk.strings.length}`);
    }
    return {
      baseUnixNs: chunk.baseUnixNs,
      strings: chunk.strings,
      records: chunk.records.map(({ timeOffsetNs, body }) => ({ timeOffsetNs, body: bodyFromWire(body) })),
      activeSpans: chunk.activeSpans.map(({ spanId, startKey, latestSnapshotKey }) => ({
        spanId: fromData(spanId),
        startKey,
        ...(latestSnapshotKey && { latestSnapshotKey }),
      })),
    };
  },
});

const statusCode = wordField('status of a span', SPAN_STATUS_CODES);

/** An index that none of the chunk's strings has. */
function unknownString({ strings, records }: wire.Chunk): number | undefined {
  const isUnknown = (index: number) => index >= strings.length;
  for (const { body } of records) {
    if ('name' in body.val && isUnknown(body.val.name)) return body.val.name;
    const lists = 'attributes' in body.val ? [body.val.attributes] : [];
    if ('links' in body.val) lists.push(...body.val.links.map(({ attributes }) => attributes));
    for (const list of lists) {
      const found = list.find(({ key }) => isUnknown(key));
      if (found !== undefined) return found.key;
    }
  }
  return undefined;
}

function bodyToWire(body: TraceBodyRecord): wire.Body {
  switch (body.type) {
    case 'start':
      return { tag: 'SpanStart', val: startToWire(body) };
    case 'event': {
      const { spanId, name, attributes, droppedAttributesCount } = body;
      const val = { name, attributes: attributesToWire(attributes), droppedAttributesCount };
      return { tag: 'SpanEvent', val: { spanId: toData(spanId), ...val } };
    }
    case 'update': {
      const { spanId, attributes, droppedAttributesCount, status } = body;
      const val = { attributes: attributesToWire(attributes), droppedAttributesCount };
      return { tag: 'SpanUpdate', val: { spanId: toData(spanId), ...val, status: statusToWire(status) } };
    }
    case 'end':
      return { tag: 'SpanEnd', val: { spanId: toData(body.spanId), status: statusToWire(body.status) } };
    case 'snapshot': {
      const { startTimeUnixNs, status } = body;
      return {
        tag: 'SpanSnapshot',
        val: { ...startToWire(body), startTimeUnixNs, status: statusToWire(status) },
      };
    }
    default:
      throw new RangeError(`${String((body as { type?: unknown }).type)} is no type of trace record`);
  }
}

function bodyFromWire(body: wire.Body): TraceBodyRecord {
  switch (body.tag) {
    case 'SpanStart':
      return { type: 'start', ...startFromWire(body.val) };
    case 'SpanEvent': {
      const { spanId, name, attributes, droppedAttributesCount } = body.val;
      const rest = { attributes: attributesFromWire(attributes), droppedAttributesCount };
      return { type: 'event', spanId: fromData(spanId), name, ...rest };
    }
    case 'SpanUpdate': {
      const { spanId, attributes, droppedAttributesCount, status } = body.val;
      const rest = { attributes: attributesFromWire(attributes), droppedAttributesCount };
      return { type: 'update', spanId: fromData(spanId), ...rest, ...statusFromWire(status) };
    }
    case 'SpanEnd':
      return { type: 'end', spanId: fromData(body.val.spanId), ...statusFromWire(body.val.status) };
    case 'SpanSnapshot': {
      const { startTimeUnixNs, status } = body.val;
      return { type: 'snapshot', ...startFromWire(body.val), startTimeUnixNs, ...statusFromWire(status) };
    }
  }
}

function startToWire(start: SpanStartRecord): wire.SpanStart {
  const { traceId, spanId, parentSpanId, name, kind, traceState, flags, attributes, links } = start;
  return {
    traceId: toData(traceId),
    spanId: toData(spanId),
    parentSpanId: toOptionalData(parentSpanId),
    name,
    kind,
    traceState,
    flags,
    attributes: attributesToWire(attributes),
    droppedAttributesCount: start.droppedAttributesCount,
    links: links.map((link) => ({
      traceId: toData(link.traceId),
      spanId: toData(link.spanId),
      traceState: link.traceState,
      attributes: attributesToWire(link.attributes),
      droppedAttributesCount: link.droppedAttributesCount,
    })),
    droppedLinksCount: start.droppedLinksCount,
  };
}

function startFromWire(start: wire.SpanStart): SpanStartRecord {
  const { traceId, spanId, parentSpanId, name, kind, traceState, flags, attributes, links } = start;
  return {
    traceId: fromData(traceId),
    spanId: fromData(spanId),
    ...(parentSpanId && { parentSpanId: fromData(parentSpanId) }),
    name,
    kind,
    ...(traceState !== undefined && { traceState }),
    flags,
    attributes: attributesFromWire(attributes),
    droppedAttributesCount: start.droppedAttributesCount,
    links: links.map((link) => ({
      traceId: fromData(link.traceId),
      spanId: fromData(link.spanId),
      ...(link.traceState !== undefined && { traceState: link.traceState }),
      attributes: attributesFromWire(link.attributes),
      droppedAttributesCount: link.droppedAttributesCount,
    })),
    droppedLinksCount: start.droppedLinksCount,
  };
}

function attributesToWire(attributes: readonly TraceAttributeRecord[]): wire.Attribute[] {
  return attributes.map(({ key, value }) => ({ key, value: toData(value) }));
}

function attributesFromWire(attributes: readonly wire.Attribute[]): TraceAttributeRecord[] {
  return attributes.map(({ key, value }) => ({ key, value: fromData(value) }));
}

function statusToWire(status: SpanStatusRecord | undefined): wire.Status | undefined {
  return status && { code: statusCode.toNumber(status.code), message: status.message };
}

function statusFromWire(status: wire.Status | undefined): { status?: SpanStatusRecord } {
  if (status === undefined) return {};
  const { code, message } = status;
  return { status: { code: statusCode.toWord(code), ...(message !== undefined && { message }) } };
}
