import { fromData, toData } from './data.js';
import { definePayload, firstVersion, nextVersion, type Payload } from './payload.js';
import { type Connection, readConnection, writeConnection } from './schemas/connection-v3.generated.js';

/** A connection that outlives the process which serves it. */
export interface ConnectionRecord {
  readonly id: string;
  /** CBOR. */
  readonly parameters: Uint8Array;
  /** CBOR. */
  readonly state: Uint8Array;
  /** Names of the events it receives. */
  readonly subscriptions: readonly string[];
  /** 4 bytes. */
  readonly gatewayId: Uint8Array;
  /** 4 bytes. */
  readonly requestId: Uint8Array;
  /** 0 to 65,535. */
  readonly serverMessageIndex: number;
  /** 0 to 65,535. */
  readonly clientMessageIndex: number;
  readonly requestPath: string;
  /** A Map, since header names come from outside and `__proto__` may be one. */
  readonly requestHeaders: ReadonlyMap<string, string>;
}

const ID_BYTES = 4;

/**
 * The value at key `02 ‖ connection id`.
 *
 * Format: RivetKit actor-persist, `Conn` (versions 3 and 4 are read, 4 is written). Record: id · parameters data ·
 * state data · list of event names · gateway id, 4 bytes · request id, 4 bytes · u16 · u16 · request path · map of
 * headers in the order given. `encode` throws a `RangeError` if either id has another length.
 */
export const connectionPayload: Payload<ConnectionRecord> = definePayload({
  name: 'connection',
  versions: nextVersion(firstVersion(3, readConnection), readConnection, (record) => record),
  write: writeConnection,

  toWire: (connection: ConnectionRecord): Connection => ({
    ...connection,
    parameters: toData(connection.parameters),
    state: toData(connection.state),
    subscriptions: connection.subscriptions.map((eventName) => ({ eventName })),
    gatewayId: toId('gatewayId', connection.gatewayId),
    requestId: toId('requestId', connection.requestId),
  }),

  fromWire: (record): ConnectionRecord => ({
    ...record,
    parameters: fromData(record.parameters),
    state: fromData(record.state),
    subscriptions: record.subscriptions.map(({ eventName }) => eventName),
    gatewayId: fromData(record.gatewayId),
    requestId: fromData(record.requestId),
  }),
});

function toId(field: string, id: Uint8Array): ArrayBuffer {
  if (id.length !== ID_BYTES) throw new RangeError(`${field} has ${id.length} bytes instead of ${ID_BYTES}`);
  return toData(id);
}
