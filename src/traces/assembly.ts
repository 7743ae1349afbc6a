import { toHex } from '../bytes/index.js';
import {
  decodeCbor,
  type TraceAttributeRecord,
  type TraceChunkRecord,
  type TraceIndexRecord,
  type TraceRecord,
  traceHash,
} from '../values/index.js';
import type { SpanLink, SpanStatus, TraceEvent, TraceSpan } from './span.js';

interface Assembled {
  start: Omit<TraceSpan, 'attributes' | 'events' | 'endNs' | 'status' | 'droppedAttributesCount'> | undefined;
  readonly attributes: Map<string, unknown>;
  droppedAttributesCount: number;
  readonly events: TraceEvent[];
  endNs: bigint | undefined;
  status: SpanStatus | undefined;
}

/** Puts the records of some spans together, chunk by chunk in their order. */
export class SpanAssembly {
  readonly #spans = new Map<string, Assembled>();
  readonly #traces = new Map<number, number>();
  #openCount = 0;

  want(spanId: Uint8Array, traceId: Uint8Array): void {
    const id = toHex(spanId);
    if (this.#spans.has(id)) return;
    const hash = traceHash(traceId);
    this.#traces.set(hash, (this.#traces.get(hash) ?? 0) + 1);
    this.#openCount++;
    this.#spans.set(id, {
      ...{ start: undefined, attributes: new Map(), droppedAttributesCount: 0 },
      ...{ events: [], endNs: undefined, status: undefined },
    });
  }

  /** Whether every span has ended. */
  get isComplete(): boolean {
    return this.#openCount === 0;
  }

  /** Whether a chunk may hold records of the wanted spans. */
  mayConcern({ isSelfContained, traces }: TraceIndexRecord): boolean {
    return !isSelfContained || traces.some((hash) => this.#traces.has(hash));
  }

  /** Takes what the chunk holds from before `toNs`. */
  add({ baseUnixNs, strings, records }: TraceChunkRecord, toNs: bigint): void {
    for (const { timeOffsetNs, body } of records) {
      const span = this.#spans.get(toHex(body.spanId));
      const timeNs = BigInt.asUintN(64, baseUnixNs + timeOffsetNs);
      if (span !== undefined && timeNs < toNs) this.#apply(span, timeNs, body, strings);
    }
  }

  /** Undefined if its start was removed meanwhile. */
  span(id: string): TraceSpan | undefined {
    const { start, attributes, droppedAttributesCount, events, endNs, status } = this.#spans.get(
      id,
    ) as Assembled;
    if (start === undefined) return undefined;
    return {
      ...start,
      ...(endNs !== undefined && { endNs }),
      ...(status && { status }),
      attributes: Object.fromEntries(attributes),
      droppedAttributesCount,
      events,
    };
  }

  #apply(span: Assembled, timeNs: bigint, body: TraceRecord['body'], strings: readonly string[]): void {
    switch (body.type) {
      case 'start': {
        if (span.start !== undefined) return;
        const { traceId, spanId, parentSpanId, name, kind, flags, traceState, links } = body;
        span.start = {
          ...{ traceId, spanId, name: strings[name] as string, kind, flags, startNs: timeNs },
          ...(parentSpanId && { parentSpanId }),
          ...(traceState !== undefined && { traceState }),
          links: links.map(
            (link): SpanLink => ({
              ...{ traceId: link.traceId, spanId: link.spanId },
              ...(link.traceState !== undefined && { traceState: link.traceState }),
              attributes: Object.fromEntries(decodeAttributes(link.attributes, strings)),
            }),
          ),
          droppedLinksCount: body.droppedLinksCount,
        };
        merge(span, body, strings);
        return;
      }
      case 'event': {
        const attributes = Object.fromEntries(decodeAttributes(body.attributes, strings));
        span.events.push({ name: strings[body.name] as string, timeNs, attributes });
        return;
      }
      case 'update':
        merge(span, body, strings);
        break;
      case 'end':
        if (span.endNs === undefined) this.#openCount--;
        span.endNs = timeNs;
        break;
      case 'snapshot':
        // It repeats what came before.
        return;
    }
    if (body.status !== undefined) span.status = body.status;
  }
}

function merge(
  span: Assembled,
  body: { readonly attributes: readonly TraceAttributeRecord[]; readonly droppedAttributesCount: number },
  strings: readonly string[],
): void {
  for (const [key, value] of decodeAttributes(body.attributes, strings)) span.attributes.set(key, value);
  span.droppedAttributesCount += body.droppedAttributesCount;
}

function decodeAttributes(
  attributes: readonly TraceAttributeRecord[],
  strings: readonly string[],
): [string, unknown][] {
  return attributes.map(({ key, value }) => [strings[key] as string, decodeCbor(value)]);
}
