import type { ActorAccess } from '../actor/index.js';
import { encodeUtf8, equalBytes, toHex } from '../bytes/index.js';
import { type TraceChunkKey, traceChunk, traceIndex } from '../layout/index.js';
import {
  decodeTraceChunk,
  type TraceChunkRecord,
  type TraceIndexRecord,
  traceHash,
  traceIndexPayload,
} from '../values/index.js';
import { SpanAssembly } from './assembly.js';
import { indexOf } from './index-record.js';
import type { TraceSpan } from './span.js';

/** Which spans: those that began in the window, of this trace and of this name, if they are given. */
export interface TraceSelection {
  /** Milliseconds since the Unix epoch, inclusive. Default: the beginning. */
  readonly fromMs?: number | undefined;
  /** Exclusive. Default: the end. */
  readonly toMs?: number | undefined;
  readonly traceId?: Uint8Array | undefined;
  readonly name?: string | undefined;
}

/** Where the start of a span is stored: the order of spans. */
export interface SpanPlace extends TraceChunkKey {
  readonly recordIndex: number;
}

export interface PlacedSpan {
  readonly place: SpanPlace;
  readonly span: TraceSpan;
}

export interface ChunkSummary {
  readonly key: TraceChunkKey;
  readonly index: TraceIndexRecord;
}

const MS_NS = 1_000_000n;
const END_NS = 2n ** 64n;

/** Chunks that the selection's window may concern, with what they hold. Reads chunks only where their index is missing. */
export async function* readSummaries(
  access: ActorAccess,
  { fromMs, toMs }: Pick<TraceSelection, 'fromMs' | 'toMs'>,
): AsyncGenerator<ChunkSummary, void, undefined> {
  const first = fromMs === undefined ? 0 : await bucketBefore(access, Math.floor(fromMs / 1_000));
  const last = toMs === undefined ? Number.MAX_SAFE_INTEGER : Math.floor(toMs / 1_000);
  if (last < first) return;
  const range = (family: typeof traceChunk) => ({
    begin: family.range({ bucketStartSec: first }).begin,
    end: family.range({ bucketStartSec: last }).end,
  });
  const indexes = access.scan(range(traceIndex))[Symbol.asyncIterator]();
  try {
    let next = await indexes.next();
    for await (const { key: chunkKey, valueBytes } of access.scanSizes(range(traceChunk))) {
      const key = traceChunk.decode(chunkKey);
      while (!next.done && compareKeys(traceIndex.decode(next.value.key), key) < 0)
        next = await indexes.next();
      const isIndexed = !next.done && compareKeys(traceIndex.decode(next.value.key), key) === 0;
      const index = isIndexed && !next.done ? traceIndexPayload.decode(next.value.value) : undefined;
      if (index?.chunkBytes === valueBytes) {
        yield { key, index };
      } else {
        const value = await access.get(chunkKey);
        if (value !== undefined) yield { key, index: indexOf(decodeTraceChunk(value), value.length) };
      }
    }
  } finally {
    await indexes.return?.();
  }
}

/** The bucket that holds a second, or the last one before it. */
async function bucketBefore(access: ActorAccess, second: number): Promise<number> {
  if (second < 0) return 0;
  const range = { begin: traceChunk.range().begin, end: traceChunk.range({ bucketStartSec: second }).end };
  for await (const { key } of access.scanSizes(range, { reverse: true, limit: 1 })) {
    return traceChunk.decode(key).bucketStartSec;
  }
  return 0;
}

function compareKeys(a: TraceChunkKey, b: TraceChunkKey): number {
  return a.bucketStartSec - b.bucketStartSec || a.chunkId - b.chunkId;
}

function comparePlaces(a: SpanPlace, b: SpanPlace): number {
  return compareKeys(a, b) || a.recordIndex - b.recordIndex;
}

/**
 * Selected spans as of the end of the window, by where they begin.
 *
 * @param after Where the page before ended.
 * @returns Up to `limit` and one more.
 */
export async function readSpans(
  access: ActorAccess,
  selection: TraceSelection,
  { newestFirst, limit, after }: { newestFirst: boolean; limit: number; after: SpanPlace | undefined },
): Promise<PlacedSpan[]> {
  const fromNs = selection.fromMs === undefined ? 0n : BigInt(Math.ceil(selection.fromMs)) * MS_NS;
  const toNs = selection.toMs === undefined ? END_NS : BigInt(Math.ceil(selection.toMs)) * MS_NS;
  const nameHash = selection.name === undefined ? undefined : traceHash(encodeUtf8(selection.name));
  const wantedTrace = selection.traceId === undefined ? undefined : traceHash(selection.traceId);
  const window: ChunkSummary[] = [];
  for await (const summary of readSummaries(access, selection)) {
    const { index } = summary;
    const isInWindow = index.lastNs >= fromNs && index.firstNs < toNs;
    if (isInWindow && mayHold(index.traces, wantedTrace, index)) window.push(summary);
  }

  const chunks = new ChunkReader(access);
  const assembly = new SpanAssembly();
  const direction = newestFirst ? -1 : 1;
  const ordered = newestFirst ? [...window].reverse() : window;
  const places = new Map<string, SpanPlace>();
  for (const { key, index } of ordered) {
    if (places.size > limit) break;
    if (after !== undefined && direction * compareKeys(key, after) < 0) continue;
    if (nameHash !== undefined && !has(index.names, nameHash)) continue;
    const starts = startsIn(await chunks.read(key), key).filter(
      ({ place, startNs, traceId, name }) =>
        startNs >= fromNs &&
        startNs < toNs &&
        (selection.name === undefined || name === selection.name) &&
        (selection.traceId === undefined || equalBytes(traceId, selection.traceId)) &&
        (after === undefined || direction * comparePlaces(place, after) > 0),
    );
    if (newestFirst) starts.reverse();
    for (const { place, spanId, traceId } of starts) {
      if (places.size > limit) break;
      assembly.want(spanId, traceId);
      places.set(toHex(spanId), place);
    }
  }

  if (places.size > 0) {
    const begin = [...places.values()].reduce((a, b) => (comparePlaces(a, b) <= 0 ? a : b));
    for (const { key, index } of window) {
      if (assembly.isComplete) break;
      if (compareKeys(key, begin) < 0 || !assembly.mayConcern(index)) continue;
      assembly.add(await chunks.read(key), toNs);
    }
  }
  return [...places].flatMap(([id, place]) => {
    const span = assembly.span(id);
    return span === undefined ? [] : [{ place, span }];
  });
}

function has(hashes: Uint32Array, hash: number): boolean {
  return hashes.includes(hash);
}

function mayHold(hashes: Uint32Array, hash: number | undefined, index: TraceIndexRecord): boolean {
  return hash === undefined || !index.isSelfContained || has(hashes, hash);
}

/** Decoded chunks that a read keeps, since it looks at most of its chunks twice. */
const KEPT_CHUNKS = 8;

class ChunkReader {
  readonly #access: ActorAccess;
  readonly #kept = new Map<string, TraceChunkRecord>();

  constructor(access: ActorAccess) {
    this.#access = access;
  }

  async read(key: TraceChunkKey): Promise<TraceChunkRecord> {
    const id = `${key.bucketStartSec} ${key.chunkId}`;
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    const value = await this.#access.get(traceChunk.encode(key));
    // Removed since it was found: nothing of it is left.
    const chunk = value === undefined ? NO_CHUNK : decodeTraceChunk(value);
    if (this.#kept.size === KEPT_CHUNKS) this.#kept.delete(this.#kept.keys().next().value as string);
    this.#kept.set(id, chunk);
    return chunk;
  }
}

const NO_CHUNK: TraceChunkRecord = { baseUnixNs: 0n, strings: [], records: [], activeSpans: [] };

function startsIn({ baseUnixNs, strings, records }: TraceChunkRecord, key: TraceChunkKey) {
  return records.flatMap(({ timeOffsetNs, body }, recordIndex) => {
    if (body.type !== 'start') return [];
    const { spanId, traceId, name } = body;
    const startNs = BigInt.asUintN(64, baseUnixNs + timeOffsetNs);
    return [{ place: { ...key, recordIndex }, startNs, spanId, traceId, name: strings[name] as string }];
  });
}
