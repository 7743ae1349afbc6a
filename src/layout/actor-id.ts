import { isUtf8Encodable } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';

/** Limit of an actor id in its encoded form: the UTF-8 bytes and two more. */
export const ACTOR_ID_BYTES_MAX = 256;

/**
 * Length of `T[actorId]` in bytes.
 *
 * NUL is refused because partitions would no longer end themselves: `T["a"]` is a byte prefix of
 * `T["a\0b"]`.
 *
 * @throws {TypeError} If the id is not a string.
 * @throws {KeyspaceError} `actor.id_invalid` if it is empty, takes more than 256 bytes encoded, or holds a
 * NUL or a lone surrogate. Neither message nor details quote it.
 */
export function measureActorId(actorId: string): number {
  if (typeof actorId !== 'string') throw new TypeError(`actor id must be a string, not ${typeof actorId}`);
  if (actorId.length === 0) throw invalid('is empty');
  const actorIdBytes = Buffer.byteLength(actorId) + 2;
  if (actorIdBytes > ACTOR_ID_BYTES_MAX) {
    throw invalid(`takes ${actorIdBytes} bytes encoded, the limit is ${ACTOR_ID_BYTES_MAX}`, {
      actorIdBytes,
      actorIdBytesMax: ACTOR_ID_BYTES_MAX,
    });
  }
  if (!isUtf8Encodable(actorId)) throw invalid('holds a lone surrogate');
  if (actorId.includes('\0')) throw invalid('holds a NUL');
  return actorIdBytes;
}

function invalid(
  reason: string,
  sizes: { actorIdBytes?: number; actorIdBytesMax?: number } = {},
): KeyspaceError<'actor.id_invalid'> {
  return new KeyspaceError('actor.id_invalid', `actor id ${reason}`, { reason, ...sizes });
}
