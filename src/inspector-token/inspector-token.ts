import type { ActorAccess, WriteOptions } from '../actor/index.js';
import { decodeUtf8, encodeUtf8 } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { inspectorToken } from '../layout/index.js';
import { assertValue, VALUE_BYTES_MAX } from '../store/index.js';

const KEY = inspectorToken.encode({});

/**
 * The token that admits an inspector to the actor, at key `03`: its UTF-8 bytes, without an envelope.
 *
 * @throws {KeyspaceError} As `ActorAccess`.
 */
export class ActorInspectorToken {
  readonly #access: ActorAccess;

  constructor(access: ActorAccess) {
    this.#access = access;
  }

  /** @throws {KeyspaceError} `value.malformed` if the stored bytes are not UTF-8. */
  async get(): Promise<string | undefined> {
    const bytes = await this.#access.get(KEY);
    const token = bytes && decodeUtf8(bytes);
    if (bytes === undefined || token !== undefined) return token;
    const details = { payload: 'inspector token', byteOffset: 0, reason: 'not UTF-8' };
    throw new KeyspaceError('value.malformed', 'the inspector token is not UTF-8', details);
  }

  /**
   * @throws {RangeError} If the token holds a lone surrogate.
   * @throws {KeyspaceError} `value.too_large` above 131,072 bytes.
   */
  async set(token: string, options?: WriteOptions): Promise<void> {
    const bytes = encodeUtf8(token);
    assertValue(bytes, VALUE_BYTES_MAX);
    return this.#access.write((writes) => writes.set(KEY, bytes), options);
  }

  async delete(options?: WriteOptions): Promise<void> {
    return this.#access.write((writes) => writes.delete(KEY), options);
  }
}
