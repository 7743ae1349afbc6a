import { type ActorAccess, encodeUserValue } from '../actor/index.js';
import { equalBytes, toHex } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { type Location, workflowEntryMetadata, workflowHistory } from '../layout/index.js';
import { assertKey, assertValue, COMMON_LIMITS, VALUE_BYTES_MAX } from '../store/index.js';
import {
  decodeCbor,
  decodeWorkflowEvent,
  encodeWorkflowEvent,
  sameLocation,
  type WorkflowEntry,
  type WorkflowMetadataRecord,
  workflowEntryPayload,
  workflowMetadataPayload,
} from '../values/index.js';

/** A value that is there, `undefined` included. */
export interface StoredValue {
  readonly value: unknown;
}

/** An entry as it is stored: what is written, and what a draft holds until then. */
export interface StoredWrite {
  readonly key: Uint8Array;
  /** Undefined deletes. */
  readonly value: Uint8Array | undefined;
}

/** @throws {KeyspaceError} `value.unserialisable`, `value.too_large`, `key.too_large`. */
export function entryWrite(entry: WorkflowEntry): StoredWrite {
  const { id, location, event } = entry;
  const value = workflowEntryPayload.encode({ id, location, event: encodeWorkflowEvent(event) });
  return checked(workflowHistory.encode({ location }), value);
}

/** @throws {KeyspaceError} `value.too_large`, `key.too_large`. */
export function metadataWrite(entryId: string, record: WorkflowMetadataRecord): StoredWrite {
  return checked(workflowEntryMetadata.encode({ entryId }), workflowMetadataPayload.encode(record));
}

/**
 * The bytes of an output, a state or an input. Everything that may be large passes here or {@link entryWrite}.
 *
 * @throws {KeyspaceError} `value.unserialisable`, `value.too_large`.
 */
export function encodeStored(value: unknown): Uint8Array {
  return encodeUserValue(value);
}

export function decodeStored(bytes: Uint8Array | undefined): StoredValue | undefined {
  return bytes && { value: decodeCbor(bytes) };
}

/**
 * @throws {KeyspaceError} `value.malformed`, also if the entry has another location than its key;
 * `value.version_unsupported`.
 */
export function decodeStoredEntry(location: Location, bytes: Uint8Array): WorkflowEntry {
  const { event, ...entry } = workflowEntryPayload.decode(bytes);
  if (!sameLocation(entry.location, location)) throw misplaced();
  return { ...entry, event: decodeWorkflowEvent(event) };
}

/** The id alone, for whoever removes an entry together with its metadata. */
export function storedEntryId(key: Uint8Array, bytes: Uint8Array): string {
  const { id, location } = workflowEntryPayload.decode(bytes);
  if (!equalBytes(workflowHistory.encode({ location }), key)) throw misplaced();
  return id;
}

/** @throws {KeyspaceError} `commit.check_failed` if the key has another value. */
export async function assertStored(access: ActorAccess, key: Uint8Array, expected: undefined): Promise<void> {
  if ((await access.get(key)) === expected) return;
  const details = { checkIndex: 0, keyHex: toHex(key) };
  throw new KeyspaceError('commit.check_failed', 'names were interned by somebody else: load again', details);
}

function checked(key: Uint8Array, value: Uint8Array): StoredWrite {
  assertKey(key, COMMON_LIMITS);
  assertValue(value, VALUE_BYTES_MAX);
  return { key, value };
}

function misplaced(): KeyspaceError {
  const reason = 'the entry has another location than its key';
  const details = { payload: 'workflow.entry', byteOffset: 2, reason };
  return new KeyspaceError('value.malformed', `workflow.entry is malformed at byte 2: ${reason}`, details);
}
