import type { ActorAccess } from '../actor/index.js';
import { decodeUtf8, encodeUtf8 } from '../bytes/index.js';
import { KeyspaceError } from '../errors.js';
import { type Location, workflowName } from '../layout/index.js';

/**
 * All interned names, by index.
 *
 * @throws {KeyspaceError} `value.malformed` if one is not UTF-8 or an index before the last is missing.
 */
export async function readNames(access: ActorAccess): Promise<string[]> {
  const names: string[] = [];
  for await (const { key, value } of access.scan(workflowName.range())) {
    const { index } = workflowName.decode(key);
    if (index !== names.length) throw malformed(`name ${names.length} is missing`);
    const name = decodeUtf8(value);
    if (name === undefined) throw malformed(`name ${index} is not UTF-8`);
    names.push(name);
  }
  return names;
}

/** @throws {TypeError} If it is no text. @throws {RangeError} If it holds a lone surrogate. */
export function nameBytes(name: string): Uint8Array {
  if (typeof name !== 'string') throw new TypeError(`a name must be a string, not ${typeof name}`);
  return encodeUtf8(name);
}

/** @throws {RangeError} If the location refers to a name that is not interned. */
export function assertNamed(location: Location, nameCount: number): void {
  for (const segment of location) {
    const index = typeof segment === 'number' ? segment : segment.loop;
    if (!(index < nameCount)) throw new RangeError(`name ${index} is not one of ${nameCount}`);
  }
}

/** A location with names for indexes: `orders/~3/charge`, where `~3` is turn 3 of the loop `orders`. */
export function locationPath(location: Location, names: readonly string[]): string {
  return location
    .map((segment) =>
      typeof segment === 'number' ? (names[segment] ?? `#${segment}`) : `~${segment.iteration}`,
    )
    .join('/');
}

function malformed(reason: string): KeyspaceError {
  const details = { payload: 'workflow.name', byteOffset: 0, reason };
  return new KeyspaceError('value.malformed', `workflow names are malformed: ${reason}`, details);
}
