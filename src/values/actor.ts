import { fromData, toData, toOptionalData } from './data.js';
import { definePayload, firstVersion, nextVersion, type Payload } from './payload.js';
import * as v1 from './schemas/actor-v1.generated.js';
import * as v2 from './schemas/actor-v2.generated.js';
import * as v3 from './schemas/actor-v3.generated.js';

/** An action that the actor has scheduled for itself. */
export interface ScheduledEvent {
  readonly eventId: string;
  /** Milliseconds since the Unix epoch, a safe integer. */
  readonly dueAtMs: number;
  readonly action: string;
  /** CBOR. */
  readonly args?: Uint8Array;
}

/** A connection as versions 1 and 2 kept it inside the actor. */
export interface EmbeddedConnection {
  readonly id: string;
  readonly token: string;
  /** CBOR. */
  readonly parameters: Uint8Array;
  /** CBOR. */
  readonly state: Uint8Array;
  /** Names of the events it receives. */
  readonly subscriptions: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly lastSeenAtMs: number;
  readonly hibernatableRequestId?: Uint8Array;
}

/** A hibernating WebSocket as version 2 kept it inside the actor. */
export interface EmbeddedWebSocket {
  readonly requestId: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly lastSeenAtMs: number;
  readonly messageIndex: number;
}

/** What versions 1 and 2 held that has no place in an actor since: its connections. */
export interface EmbeddedConnections {
  readonly connections: readonly EmbeddedConnection[];
  readonly webSockets: readonly EmbeddedWebSocket[];
}

/** An actor: its input, its state and what it has scheduled. */
export interface ActorRecord {
  /** CBOR of what the actor was created with. */
  readonly input?: Uint8Array;
  /** Whether the actor's creation hook has run. */
  readonly initialized: boolean;
  /** CBOR. */
  readonly state: Uint8Array;
  readonly scheduledEvents: readonly ScheduledEvent[];
  /**
   * Present only in records decoded from version 1 or 2 that had any. RivetKit drops them when it upgrades, since
   * they lack the gateway and request they belong to; here whoever writes the record says so by leaving them out.
   */
  readonly embedded?: EmbeddedConnections;
}

type Wire = v3.Actor & { readonly embedded?: EmbeddedConnections };

/**
 * The value at key `01`.
 *
 * Format: RivetKit actor-persist, `Actor` (versions 1 to 4 are read, 4 is written). Record of version 4:
 * optional input data · bool · state data · list of (event id · i64 · action · optional args data).
 * `encode` throws a `TypeError` if `embedded` is present.
 */
export const actorPayload: Payload<ActorRecord> = definePayload<Wire, ActorRecord>({
  name: 'actor',
  versions: nextVersion(
    nextVersion(
      nextVersion(firstVersion(1, v1.readActor), v2.readActor, upgradeFromV1),
      v3.readActor,
      upgradeFromV2,
    ),
    v3.readActor,
    (record: Wire) => record,
  ),
  write: v3.writeActor,
  toWire,
  fromWire,
});

function upgradeFromV1(record: v1.Actor): v2.Actor {
  return {
    ...record,
    connections: record.connections.map((connection) => ({
      ...connection,
      hibernatableRequestId: undefined,
    })),
    hibernatableWebSockets: [],
  };
}

function upgradeFromV2(record: v2.Actor): Wire {
  const { input, hasInitialized, state, connections, hibernatableWebSockets } = record;
  const scheduledEvents = record.scheduledEvents.map(({ eventId, timestamp, kind }) => ({
    eventId,
    timestamp,
    ...kind.val,
  }));
  const actor = { input, hasInitialized, state, scheduledEvents };
  if (connections.length === 0 && hibernatableWebSockets.length === 0) return actor;
  return {
    ...actor,
    embedded: {
      connections: connections.map(fromEmbeddedConnection),
      webSockets: hibernatableWebSockets.map((socket) => ({
        requestId: fromData(socket.requestId),
        lastSeenAtMs: socket.lastSeenTimestamp,
        messageIndex: socket.msgIndex,
      })),
    },
  };
}

function fromEmbeddedConnection(connection: v2.Connection): EmbeddedConnection {
  const { id, token, parameters, state, subscriptions, lastSeen, hibernatableRequestId } = connection;
  return {
    id,
    token,
    parameters: fromData(parameters),
    state: fromData(state),
    subscriptions: subscriptions.map(({ eventName }) => eventName),
    lastSeenAtMs: lastSeen,
    ...(hibernatableRequestId && { hibernatableRequestId: fromData(hibernatableRequestId) }),
  };
}

function toWire(actor: ActorRecord): Wire {
  if (actor.embedded !== undefined) {
    throw new TypeError('embedded connections cannot be written; leave them out of the record to drop them');
  }
  return {
    input: toOptionalData(actor.input),
    hasInitialized: actor.initialized,
    state: toData(actor.state),
    scheduledEvents: actor.scheduledEvents.map(({ eventId, dueAtMs, action, args }) => ({
      eventId,
      timestamp: dueAtMs,
      action,
      args: toOptionalData(args),
    })),
  };
}

function fromWire({ input, hasInitialized, state, scheduledEvents, embedded }: Wire): ActorRecord {
  return {
    ...(input && { input: fromData(input) }),
    initialized: hasInitialized,
    state: fromData(state),
    scheduledEvents: scheduledEvents.map(({ eventId, timestamp, action, args }) => ({
      eventId,
      dueAtMs: timestamp,
      action,
      ...(args && { args: fromData(args) }),
    })),
    ...(embedded && { embedded }),
  };
}
