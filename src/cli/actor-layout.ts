import { isKeyspaceError } from '../errors.js';
import type { Keyspace } from '../index.js';
import type { Layout } from '../layout/index.js';
import { failureLine } from './failure.js';

export interface FoundLayout {
  /** Absent if no key tells. */
  readonly layout?: Layout;
  /** Why the library would not open the actor, for example because its layout is newer. */
  readonly problem?: string;
}

/** Opens an actor for reading, to see what the library makes of it. */
export async function findLayout(keyspace: Keyspace, actorId: string): Promise<FoundLayout> {
  try {
    const actor = await keyspace.openActor(actorId, { readOnly: true });
    const { layout } = actor;
    await actor.close();
    return layout === undefined ? {} : { layout };
  } catch (error) {
    if (!isKeyspaceError(error)) throw error;
    return { problem: failureLine(error) };
  }
}
