import { KeyspaceError } from '../errors.js';
import {
  type FieldRecord,
  type QueueDeadLetterRecord,
  type QueueMessageRecord,
  type QueueResponseRecord,
  WORKFLOW_STATES,
  type WorkflowMessageRecord,
  type WorkflowState,
} from '../values/index.js';

/** A message with the value that its record holds as CBOR. */
export interface DecodedMessage extends Omit<QueueMessageRecord, 'body'> {
  readonly body: unknown;
}

/** A message with the value that its record holds as CBOR. */
export interface DecodedWorkflowMessage extends Omit<WorkflowMessageRecord, 'data'> {
  readonly data: unknown;
}

/** A dead letter with its message decoded. */
export interface DecodedDeadLetter extends Omit<QueueDeadLetterRecord, 'message'> {
  readonly message: DecodedMessage;
}

/** A response with the value that it holds as CBOR. */
export interface DecodedResponse extends Omit<QueueResponseRecord, 'body'> {
  readonly body: unknown;
}

/** A field, with its value unless that is in a blob. */
export interface DecodedField extends Omit<FieldRecord, 'content'> {
  /** Present if it is inline. */
  readonly value?: unknown;
  readonly blob?: { readonly digest: Uint8Array; readonly byteCount: number };
}

/** @throws {KeyspaceError} `value.malformed` if the word is none. */
export function workflowState(word: string): WorkflowState {
  const state = WORKFLOW_STATES.find((known) => known === word);
  if (state === undefined) throw malformed('workflow state', 0, 'not one of the states');
  return state;
}

export function malformed(
  payload: string,
  byteOffset: number,
  reason: string,
): KeyspaceError<'value.malformed'> {
  return new KeyspaceError('value.malformed', `${payload} is malformed at byte ${byteOffset}: ${reason}`, {
    payload,
    byteOffset,
    reason,
  });
}
