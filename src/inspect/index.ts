export { type DecodedEntry, decodeEntry, decodeKeyspaceEntry } from './decode-entry.js';
export type {
  DecodedDeadLetter,
  DecodedField,
  DecodedMessage,
  DecodedResponse,
  DecodedWorkflowMessage,
} from './records.js';
export type { DecodedValue, ValueKind, ValueRecords } from './value.js';
