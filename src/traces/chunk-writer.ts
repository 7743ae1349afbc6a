import { encodeUtf8, toHex } from '../bytes/index.js';
import {
  type ActiveSpanRecord,
  compressTraceChunk,
  type SpanStartRecord,
  type TraceAttributeRecord,
  type TraceBodyRecord,
  type TraceChunkRecord,
  type TraceRecord,
  type TraceRecordKey,
  traceChunkPayload,
} from '../values/index.js';
import type { DraftAttribute, DraftRecord, DraftSpan } from './draft-record.js';

/** Where the spans that are active are stored, by span id in hex. */
export type ActiveSpans = Map<string, ActiveSpanRecord & { readonly span: DraftSpan }>;

const SEC_NS = 1_000_000_000n;
const CHUNKS_PREFIX = 1;
/** Active spans that a chunk names, the latest ones: with more there might be no room for a large record. */
const ACTIVE_SPANS_MAX = 256;

/**
 * Makes one chunk. Whatever span a record is about, its start or a snapshot of it comes before in the same chunk, so
 * that each chunk can be read by itself.
 *
 * @param active Changed to the spans that are active after the chunk.
 * @param repeatsActive Whether the active spans are repeated, as in a bucket's first chunk: older ones may be removed.
 */
export function buildChunk(
  records: readonly DraftRecord[],
  place: { readonly bucketStartSec: number; readonly chunkId: number },
  active: ActiveSpans,
  repeatsActive: boolean,
): TraceChunkRecord {
  const baseUnixNs = BigInt(place.bucketStartSec) * SEC_NS;
  const strings = new Map<string, number>();
  const written: TraceRecord[] = [];
  const told = new Set<string>();
  const intern = (text: string): number => {
    let index = strings.get(text);
    if (index === undefined) {
      index = strings.size;
      strings.set(text, index);
    }
    return index;
  };
  const keyOfNext = (): TraceRecordKey => ({
    prefix: CHUNKS_PREFIX,
    bucketStartSec: BigInt(place.bucketStartSec),
    chunkId: place.chunkId,
    recordIndex: written.length,
  });
  const push = (timeNs: bigint, body: TraceBodyRecord) => {
    written.push({ timeOffsetNs: timeNs < baseUnixNs ? 0n : timeNs - baseUnixNs, body });
  };
  const snapshot = (id: string, span: DraftSpan, timeNs: bigint) => {
    told.add(id);
    const known = active.get(id);
    if (known !== undefined) active.set(id, { ...known, latestSnapshotKey: keyOfNext() });
    const { startNs: startTimeUnixNs, status, attributes, droppedAttributesCount } = span;
    push(timeNs, {
      type: 'snapshot',
      ...startOf(span, attributes, droppedAttributesCount, intern),
      startTimeUnixNs,
      ...(status && { status }),
    });
  };
  const firstNs = (records[0] as DraftRecord).timeNs;
  if (repeatsActive)
    for (const [id, { span }] of [...active].slice(-ACTIVE_SPANS_MAX)) snapshot(id, span, firstNs);
  for (const record of records) {
    const { span, timeNs } = record;
    const id = toHex(span.spanId);
    if (record.type === 'start') {
      active.set(id, { spanId: span.spanId, startKey: keyOfNext(), span });
      told.add(id);
    } else if (!told.has(id)) {
      snapshot(id, span, timeNs);
    }
    push(timeNs, bodyOf(record, intern));
    if (record.type === 'end') active.delete(id);
  }
  const latest = [...active.values()].slice(-ACTIVE_SPANS_MAX);
  const activeSpans = latest.map(({ span: _span, ...reference }) => reference);
  return { baseUnixNs, strings: [...strings.keys()], records: written, activeSpans };
}

/** The chunk's value, compressed if that is asked for and helps. It may be above the limit of values. */
export function encodeChunk(chunk: TraceChunkRecord, isCompressed: boolean): Uint8Array {
  const plain = traceChunkPayload.encode(chunk);
  const compressed = isCompressed ? compressTraceChunk(plain) : undefined;
  return compressed !== undefined && compressed.length < plain.length ? compressed : plain;
}

function bodyOf(record: DraftRecord, intern: (text: string) => number): TraceBodyRecord {
  const { span, type, name = '', status } = record;
  const { spanId } = span;
  const attributes = attributesOf(record.attributes ?? [], intern);
  const droppedAttributesCount = record.droppedAttributesCount ?? 0;
  switch (type) {
    case 'start':
      return { type, ...startOf(span, span.startAttributes, span.startDroppedCount, intern) };
    case 'event':
      return { type, spanId, name: intern(name), attributes, droppedAttributesCount };
    case 'update':
      return { type, spanId, attributes, droppedAttributesCount, ...(status && { status }) };
    case 'end':
      return { type, spanId, ...(status && { status }) };
  }
}

function startOf(
  span: DraftSpan,
  attributes: readonly DraftAttribute[],
  droppedAttributesCount: number,
  intern: (text: string) => number,
): SpanStartRecord {
  const { traceId, spanId, parentSpanId, name, kind, flags, traceState, links, droppedLinksCount } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId && { parentSpanId }),
    name: intern(name),
    kind,
    ...(traceState !== undefined && { traceState }),
    flags,
    attributes: attributesOf(attributes, intern),
    droppedAttributesCount,
    links: links.map((link) => ({ ...link, attributes: attributesOf(link.attributes, intern) })),
    droppedLinksCount,
  };
}

function attributesOf(
  attributes: readonly DraftAttribute[],
  intern: (text: string) => number,
): TraceAttributeRecord[] {
  return attributes.map(({ key, value }) => ({ key: intern(key), value }));
}

/** About what a span's start takes. */
export function startBytes({ name, links, traceState = '', startAttributes }: DraftSpan): number {
  let bytes = 60 + encodeUtf8(name).length + traceState.length;
  for (const { key, value } of startAttributes) bytes += key.length + value.length + 6;
  for (const link of links) {
    bytes += 40;
    for (const { key, value } of link.attributes) bytes += key.length + value.length + 6;
  }
  return bytes;
}
