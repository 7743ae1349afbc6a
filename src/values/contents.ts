import { KeyspaceError } from '../errors.js';
import type { ActorRecord, EmbeddedConnections } from './actor.js';
import { decodeCbor } from './cbor-decode.js';
import type { ConnectionRecord } from './connection.js';

/** An actor with the values that its record holds as CBOR. */
export interface ActorContents {
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
export interface ConnectionContents extends Omit<ConnectionRecord, 'parameters' | 'state'> {
  readonly parameters: unknown;
  readonly state: unknown;
}

/** @throws {KeyspaceError} `value.malformed` if a value is not canonical CBOR. */
export function actorContents(record: ActorRecord): ActorContents {
  const { input, initialized, state, scheduledEvents, embedded } = record;
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
export function connectionContents(record: ConnectionRecord, connectionId: string): ConnectionContents {
  if (record.id !== connectionId) {
    const reason = 'the record has another id than its key';
    const details = { payload: 'connection', byteOffset: 2, reason };
    throw new KeyspaceError('value.malformed', `connection is malformed at byte 2: ${reason}`, details);
  }
  return { ...record, parameters: decodeCbor(record.parameters), state: decodeCbor(record.state) };
}
