export { type OtlpAnyValue, type OtlpExport, type OtlpKeyValue, toOtlp } from './otlp.js';
export type { TraceSelection } from './read.js';
export {
  type FlushReport,
  type RecordedSpan,
  type StartSpanOptions,
  TraceRecorder,
  type TraceRecorderOptions,
} from './recorder.js';
export type { TraceRetention } from './retention.js';
export type { SpanContext, SpanLink, SpanStatus, TraceAttributes, TraceEvent, TraceSpan } from './span.js';
export { ActorTraces, type TracePage, type TracePageOptions } from './traces.js';
