import { type ActorAccess, encodeUserValue, type WriteOptions } from '../actor/index.js';
import { connection as connectionKey } from '../layout/index.js';
import { assertBytes } from '../store/index.js';
import { type ConnectionRecord, connectionContents, connectionPayload } from '../values/index.js';

/** A connection that outlives the process which serves it. Parameters and state are any values CBOR keeps. */
export interface Connection<State = unknown, Parameters = unknown>
  extends Omit<ConnectionRecord, 'parameters' | 'state'> {
  readonly parameters: Parameters;
  readonly state: State;
}

/**
 * The actor's connections, at keys `02 ‖ connection id`: RivetKit actor-persist `Conn`, version 4 is written,
 * 3 and 4 are read. An id is text of up to 1,699 bytes in UTF-8; `""` is one.
 *
 * @throws {KeyspaceError} On writing: `value.unserialisable`, `value.too_large` (131,072 bytes of CBOR for state or
 * parameters, 132,096 for the record), `key.too_large`. On reading: `value.malformed`,
 * `value.version_unsupported`. And as `ActorAccess`.
 * @throws {TypeError} On writing, if a part has another type.
 * @throws {RangeError} On writing, if a number does not fit, a binary id is not 4 bytes, or text holds a lone
 * surrogate.
 */
export class ActorConnections {
  readonly #access: ActorAccess;

  constructor(access: ActorAccess) {
    this.#access = access;
  }

  async get<State = unknown, Parameters = unknown>(
    connectionId: string,
  ): Promise<Connection<State, Parameters> | undefined> {
    const bytes = await this.#access.get(connectionKey.encode({ connectionId }));
    return bytes && (decodeConnection(connectionId, bytes) as Connection<State, Parameters>);
  }

  /** Adds the connection, or replaces the one with its id. */
  async set(connection: Connection, options?: WriteOptions): Promise<void> {
    const key = connectionKey.encode({ connectionId: connection.id });
    const { gatewayId, requestId, requestHeaders } = connection;
    assertBytes(gatewayId, 'gatewayId');
    assertBytes(requestId, 'requestId');
    if (!(requestHeaders instanceof Map)) throw new TypeError('requestHeaders must be a Map');
    const bytes = connectionPayload.encode({
      ...connection,
      parameters: encodeUserValue(connection.parameters),
      state: encodeUserValue(connection.state),
    });
    return this.#access.write((writes) => writes.set(key, bytes), options);
  }

  async delete(connectionId: string, options?: WriteOptions): Promise<void> {
    const key = connectionKey.encode({ connectionId });
    return this.#access.write((writes) => writes.delete(key), options);
  }

  /** Every connection, in byte order of the ids' UTF-8, as they were when the first was asked for. */
  async *list<State = unknown, Parameters = unknown>(): AsyncGenerator<
    Connection<State, Parameters>,
    void,
    undefined
  > {
    for await (const { key, value } of this.#access.scan(connectionKey.range())) {
      const { connectionId } = connectionKey.decode(key);
      yield decodeConnection(connectionId, value) as Connection<State, Parameters>;
    }
  }
}

function decodeConnection(connectionId: string, bytes: Uint8Array): Connection {
  return connectionContents(connectionPayload.decode(bytes), connectionId);
}
