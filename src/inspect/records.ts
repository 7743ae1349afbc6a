import { KeyspaceError } from '../errors.js';
import {
  type ActorRecord,
  type ConnectionRecord,
  decodeCbor,
  type EmbeddedConnections,
  type QueueMessageRecord,
  WORKFLOW_STATES,
  type WorkflowMessageRecord,
  type WorkflowState,
} from '../values/index.js';

/** An actor with the values that its record holds as CBOR. */
export interface DecodedActor {
  /** Absent if the actor was created with nothing. */
  readonly input?: unknown;
  /** Whether the actor's creation hook has run. */
  readonly initialized: boolean;
  readonly state: unknown;
  readonly scheduledEvents: readonly {
    readonly eventId: string;
    /** Milliseconds since the Unix epoch. */
    readonly dueAtMs: number;
    readonly action: string;
    readonly args?: unknown;
  }[];
  /** Only in records of version 1 or 2 that had any. */
  readonly embedded?: EmbeddedConnections;
}

/** A connection with the values that its record holds as CBOR. */
export interface DecodedConnection extends Omit<ConnectionRecord, 'parameters' | 'state'> {
  readonly parameters: unknown;
  readonly state: unknown;
}

/** A message with the value that its record holds as CBOR. */
export interface DecodedMessage extends Omit<QueueMessageRecord, 'body'> {
  readonly body: unknown;
}

/** A message with the value that its record holds as CBOR. */
export interface DecodedWorkflowMessage extends Omit<WorkflowMessageRecord, 'data'> {
  readonly data: unknown;
}

export function decodedActor({
  input,
  initialized,
  state,
  scheduledEvents,
  embedded,
}: ActorRecord): DecodedActor {
  return {
    ...(input && { input: decodeCbor(input) }),
    initialized,
    state: decodeCbor(state),
    scheduledEvents: scheduledEvents.map(({ args, ...event }) => ({
      ...event,
      ...(args && { args: decodeCbor(args) }),
    })),
    ...(embedded && { embedded }),
  };
}

/** @throws {KeyspaceError} `value.malformed`, also if the record is of another connection than its key. */
export function decodedConnection(record: ConnectionRecord, connectionId: unknown): DecodedConnection {
  if (record.id !== connectionId) throw malformed('connection', 2, 'the record has another id than its key');
  return { ...record, parameters: decodeCbor(record.parameters), state: decodeCbor(record.state) };
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
