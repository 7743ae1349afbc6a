import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';
import type { ActorAccess } from '../actor/index.js';
import { encodeUtf8 } from '../bytes/index.js';
import { encodeAttributes, mergeAttributes } from './attributes.js';
import { startBytes } from './chunk-writer.js';
import type { DraftRecord, DraftSpan } from './draft-record.js';
import type { SpanContext, SpanLink, SpanStatus, TraceAttributes, TraceSpan } from './span.js';
import { type ActiveState, writeRecords } from './write-records.js';

export interface TraceRecorderOptions {
  /** Seconds that one bucket covers, 1 or more. Default 3,600. */
  readonly bucketSec?: number | undefined;
  /** Bytes of records, not yet written, that are kept at most, 65,536 or more. Default 4 MiB. */
  readonly bufferBytesMax?: number | undefined;
  /** Writes compressed chunks, a fifth as large, which RivetKit's packages cannot read. Default false. */
  readonly compress?: boolean | undefined;
}

export interface StartSpanOptions {
  /** Default: the span in whose context the call is made. `null` begins a trace. */
  readonly parent?: SpanContext | null | undefined;
  readonly attributes?: TraceAttributes | undefined;
  readonly links?: readonly SpanLink[] | undefined;
  /** Of OpenTelemetry, 0 to 5. Default 0. */
  readonly kind?: number | undefined;
  readonly traceState?: string | undefined;
  readonly flags?: number | undefined;
}

export interface FlushReport {
  readonly chunks: number;
  readonly records: number;
  /** Records since the flush before that found no room in the buffer. */
  readonly droppedRecords: number;
}

const NAME_BYTES_MAX = 1_024;
const LINKS_MAX = 32;
const TRACE_STATE_LENGTH_MAX = 512;
const context = new AsyncLocalStorage<RecordedSpan>();

/** A span that is being recorded. Ended spans take nothing more. */
export interface RecordedSpan extends SpanContext {
  readonly isActive: boolean;
  setAttributes(attributes: TraceAttributes): void;
  setStatus(status: SpanStatus): void;
  addEvent(name: string, attributes?: TraceAttributes): void;
  end(status?: SpanStatus): void;
}

/**
 * Records spans in memory until `flush` writes them. A flush that fails keeps everything for the next one. Only a
 * full buffer drops records, and the next flush says how many.
 */
export class TraceRecorder {
  #access: ActorAccess;
  readonly #bucketSec: number;
  readonly #bufferBytesMax: number;
  readonly #compress: boolean;
  #records: DraftRecord[] = [];
  #bufferBytes = 0;
  #droppedRecords = 0;
  #active: ActiveState = new Map();
  #lastNs = 0n;
  #flushing: Promise<unknown> = Promise.resolve();

  /** Use `actor.traces.recorder`. */
  constructor(access: ActorAccess, options: TraceRecorderOptions = {}) {
    const { bucketSec = 3_600, bufferBytesMax = 4 * 1024 ** 2, compress = false } = options;
    assertWhole(bucketSec, 1, 'bucketSec');
    assertWhole(bufferBytesMax, 65_536, 'bufferBytesMax');
    this.#access = access;
    this.#bucketSec = bucketSec;
    this.#bufferBytesMax = bufferBytesMax;
    this.#compress = compress;
  }

  /** Use `actor.traces.resume`. */
  attach(access: ActorAccess): void {
    this.#access = access;
  }

  /** The span in whose context the call is made. */
  get current(): RecordedSpan | undefined {
    return context.getStore();
  }

  /**
   * @throws {TypeError} If the name is no text.
   * @throws {RangeError} If it holds a lone surrogate or has over 1,024 bytes.
   */
  startSpan(name: string, options: StartSpanOptions = {}): RecordedSpan {
    const { parent = this.current, kind = 0, flags = 0, traceState, attributes, links } = options;
    assertName(name);
    assertWhole(kind, 0, 'kind');
    assertWhole(flags, 0, 'flags');
    const draft = this.#draft({
      ...(parent ? { traceId: parent.traceId, parentSpanId: parent.spanId } : { traceId: randomId(16) }),
      ...{ spanId: randomId(8), name, kind, flags, startNs: this.#nowNs(), attributes, links, traceState },
    });
    this.#add({ type: 'start', span: draft, timeNs: draft.startNs, bytes: startBytes(draft) });
    return this.#handle(draft);
  }

  /** Runs `callback` in the context of a span: spans begun in it, also later on, are its children. */
  withSpan<T>(span: RecordedSpan, callback: () => T): T {
    return context.run(span, callback);
  }

  /** Adds a span that has ended, as another tracer has recorded it. */
  record(span: TraceSpan): void {
    assertName(span.name);
    const draft = this.#draft({ ...span, links: span.links });
    draft.droppedAttributesCount += span.droppedAttributesCount;
    // All of it goes where it began, so that one chunk has the whole span.
    const bucketStartSec = this.#bucketOf(span.startNs);
    const dropped = { ...draft, startDroppedCount: draft.startDroppedCount + span.droppedAttributesCount };
    this.#add({
      type: 'start',
      span: dropped,
      timeNs: span.startNs,
      bytes: startBytes(draft),
      bucketStartSec,
    });
    for (const { name, timeNs, attributes } of span.events) {
      assertName(name);
      const encoded = encodeAttributes(attributes);
      const bytes = 40 + name.length + encoded.bytes;
      this.#add({ type: 'event', span: dropped, timeNs, name, ...encoded, bytes, bucketStartSec });
    }
    if (span.endNs === undefined) return;
    const { endNs: timeNs, status } = span;
    this.#add({ type: 'end', span: dropped, timeNs, status: statusOf(status), bytes: 40, bucketStartSec });
  }

  /**
   * Writes everything recorded before the call, in one commit if it fits.
   *
   * @throws {KeyspaceError} As every write of an actor. What was not written stays.
   */
  flush(): Promise<FlushReport> {
    const flushing = this.#flushing.then(() => this.#write());
    this.#flushing = flushing.catch(() => undefined);
    return flushing;
  }

  async #write(): Promise<FlushReport> {
    const records = this.#records;
    const bytes = this.#bufferBytes;
    const droppedRecords = this.#droppedRecords;
    this.#records = [];
    let chunks = 0;
    try {
      if (records.length > 0) {
        const result = await writeRecords(this.#access, records, this.#active, this.#compress);
        this.#active = result.active;
        chunks = result.chunks;
      }
    } catch (error) {
      this.#records = [...records, ...this.#records];
      throw error;
    }
    this.#bufferBytes -= bytes;
    this.#droppedRecords -= droppedRecords;
    return { chunks, records: records.length, droppedRecords };
  }

  #handle(draft: DraftSpan): RecordedSpan {
    let isActive = true;
    const add = (record: Pick<DraftRecord, 'type' | 'bytes'> & Partial<DraftRecord>) => {
      if (isActive) this.#add({ span: draft, timeNs: this.#nowNs(), ...record });
    };
    return {
      traceId: draft.traceId,
      spanId: draft.spanId,
      get isActive() {
        return isActive;
      },
      setAttributes: (attributes) => {
        if (!isActive) return;
        const encoded = encodeAttributes(attributes);
        const merged = mergeAttributes(draft.attributes, encoded.attributes);
        draft.attributes = merged.attributes;
        draft.droppedAttributesCount += encoded.droppedAttributesCount + merged.droppedAttributesCount;
        add({ type: 'update', ...encoded, bytes: 40 + encoded.bytes });
      },
      setStatus: (status) => {
        if (!isActive) return;
        draft.status = statusOf(status);
        add({ type: 'update', status: draft.status, bytes: 60 + (status.message?.length ?? 0) });
      },
      addEvent: (name, attributes) => {
        assertName(name);
        const encoded = encodeAttributes(attributes);
        add({ type: 'event', name, ...encoded, bytes: 40 + name.length + encoded.bytes });
      },
      end: (status) => {
        add({ type: 'end', status: statusOf(status), bytes: 60 + (status?.message?.length ?? 0) });
        isActive = false;
      },
    };
  }

  #draft(
    span: Partial<Pick<TraceSpan, 'parentSpanId' | 'droppedLinksCount' | 'status'>> &
      SpanContext & {
        readonly name: string;
        readonly kind: number;
        readonly flags: number;
        readonly startNs: bigint;
        readonly attributes?: TraceAttributes | undefined;
        readonly links?: readonly SpanLink[] | undefined;
      } & { readonly traceState?: string | undefined },
  ): DraftSpan {
    const { attributes: given, links = [], traceState, parentSpanId } = span;
    if (traceState !== undefined && traceState.length > TRACE_STATE_LENGTH_MAX) {
      throw new RangeError(
        `traceState has ${traceState.length} characters, the limit is ${TRACE_STATE_LENGTH_MAX}`,
      );
    }
    const { attributes, droppedAttributesCount } = encodeAttributes(given);
    return {
      ...{ traceId: span.traceId.slice(), spanId: span.spanId.slice(), name: span.name },
      ...(parentSpanId && { parentSpanId: parentSpanId.slice() }),
      ...(traceState !== undefined && { traceState }),
      ...{ kind: span.kind, flags: span.flags, startNs: span.startNs },
      links: links.slice(0, LINKS_MAX).map((link) => ({
        ...{ traceId: link.traceId.slice(), spanId: link.spanId.slice() },
        ...(link.traceState !== undefined && { traceState: link.traceState }),
        // Links share what one record may hold.
        ...linkAttributes(link.attributes),
      })),
      droppedLinksCount: (span.droppedLinksCount ?? 0) + Math.max(0, links.length - LINKS_MAX),
      ...{ startAttributes: attributes, startDroppedCount: droppedAttributesCount },
      ...{ attributes, droppedAttributesCount, status: statusOf(span.status) },
    };
  }

  #add(record: Omit<DraftRecord, 'bucketStartSec'> & { readonly bucketStartSec?: number }): void {
    if (this.#bufferBytes + record.bytes > this.#bufferBytesMax) {
      this.#droppedRecords++;
      return;
    }
    this.#bufferBytes += record.bytes;
    this.#records.push({ bucketStartSec: this.#bucketOf(record.timeNs), ...record });
  }

  #bucketOf(timeNs: bigint): number {
    const sec = Number(timeNs / 1_000_000_000n);
    return sec - (sec % this.#bucketSec);
  }

  /** Later than every time before, so that records have an order. */
  #nowNs(): bigint {
    const nowNs = BigInt(Math.max(0, Math.trunc(this.#access.clock.nowMs()))) * 1_000_000n;
    this.#lastNs = nowNs > this.#lastNs ? nowNs : this.#lastNs + 1n;
    return this.#lastNs;
  }
}

function linkAttributes(attributes: TraceAttributes | undefined) {
  const { bytes, ...encoded } = encodeAttributes(attributes);
  if (bytes <= 1_024) return encoded;
  return {
    attributes: [],
    droppedAttributesCount: encoded.droppedAttributesCount + encoded.attributes.length,
  };
}

function statusOf(status: SpanStatus | undefined): SpanStatus | undefined {
  if (status === undefined) return undefined;
  const { code, message } = status;
  return { code, ...(message !== undefined && { message: message.slice(0, NAME_BYTES_MAX).toWellFormed() }) };
}

function assertName(name: string): void {
  if (typeof name !== 'string') throw new TypeError(`a name must be a string, not ${typeof name}`);
  const { length } = encodeUtf8(name);
  if (length > NAME_BYTES_MAX)
    throw new RangeError(`a name has ${length} bytes, the limit is ${NAME_BYTES_MAX}`);
}

function assertWhole(value: number, min: number, name: string): void {
  if (!(Number.isInteger(value) && value >= min && value <= 0xffff_ffff)) {
    throw new RangeError(`${name} must be a whole number of ${min} or more, not ${String(value)}`);
  }
}

let pool = new Uint8Array(0);

/** Random bytes, not all zero. */
function randomId(length: number): Uint8Array {
  if (pool.length < length) pool = randomFillSync(new Uint8Array(4_096));
  const id = pool.slice(0, length);
  pool = pool.subarray(length);
  return id.some((byte) => byte !== 0) ? id : randomId(length);
}
