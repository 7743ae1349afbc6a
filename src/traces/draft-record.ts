import type { SpanStatusRecord } from '../values/index.js';

/** An attribute with its key in words and its value as CBOR. */
export interface DraftAttribute {
  readonly key: string;
  readonly value: Uint8Array;
}

export interface DraftLink {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly traceState?: string;
  readonly attributes: readonly DraftAttribute[];
  readonly droppedAttributesCount: number;
}

/** A span that is being recorded, with what is known of it by now. */
export interface DraftSpan {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId?: Uint8Array;
  readonly name: string;
  readonly kind: number;
  readonly flags: number;
  readonly traceState?: string;
  readonly startNs: bigint;
  readonly links: readonly DraftLink[];
  readonly droppedLinksCount: number;
  readonly startAttributes: readonly DraftAttribute[];
  readonly startDroppedCount: number;
  attributes: readonly DraftAttribute[];
  droppedAttributesCount: number;
  status: SpanStatusRecord | undefined;
}

/** What happened to a span, before it has a place in a chunk. */
export interface DraftRecord {
  readonly type: 'start' | 'event' | 'update' | 'end';
  readonly span: DraftSpan;
  readonly timeNs: bigint;
  /** Which bucket it goes to. */
  readonly bucketStartSec: number;
  /** About how many bytes it takes. */
  readonly bytes: number;
  /** Of events. */
  readonly name?: string;
  readonly attributes?: readonly DraftAttribute[];
  readonly droppedAttributesCount?: number;
  readonly status?: SpanStatusRecord | undefined;
}
