import type { SpanStatusCode } from '../values/index.js';

/** Values that CBOR holds: text, numbers, booleans, bigints, bytes, and lists and objects of them. */
export type TraceAttributes = Readonly<Record<string, unknown>>;

export interface SpanStatus {
  readonly code: SpanStatusCode;
  readonly message?: string;
}

/** Identifies a span: 16 and 8 bytes. */
export interface SpanContext {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
}

export interface SpanLink extends SpanContext {
  readonly traceState?: string;
  readonly attributes?: TraceAttributes;
}

export interface TraceEvent {
  readonly name: string;
  /** Nanoseconds since the Unix epoch. */
  readonly timeNs: bigint;
  readonly attributes: TraceAttributes;
}

/** A span as it is read. */
export interface TraceSpan extends SpanContext {
  readonly name: string;
  readonly parentSpanId?: Uint8Array;
  /** Of OpenTelemetry: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly flags: number;
  readonly traceState?: string;
  readonly startNs: bigint;
  /** Absent while it is active, and for ever if its process died. */
  readonly endNs?: bigint;
  readonly status?: SpanStatus;
  readonly attributes: TraceAttributes;
  readonly droppedAttributesCount: number;
  readonly events: readonly TraceEvent[];
  readonly links: readonly SpanLink[];
  readonly droppedLinksCount: number;
}
