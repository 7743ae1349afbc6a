import { isKeyspaceError } from '../errors.js';
import { type ActorKeyspace, openKeyspace } from '../index.js';
import { openLmdbStore } from '../stores/lmdb/index.js';
import { quoted } from './output.js';

export interface BlobActorsOptions {
  readonly root: string;
  readonly actorId: string | undefined;
  /** Otherwise each is claimed, which fences out whoever has it open. */
  readonly readOnly: boolean;
}

/** Opens the actors of a store, or one of them, one after the other. */
export async function forEachActor(
  path: string,
  { root, actorId, readOnly }: BlobActorsOptions,
  work: (actor: ActorKeyspace) => Promise<void>,
): Promise<number> {
  const store = await openLmdbStore({ path, readOnly });
  try {
    const keyspace = await openKeyspace({ store, root, sharedStore: true });
    let actors = 0;
    for await (const id of keyspace.actors()) {
      if (actorId !== undefined && id !== actorId) continue;
      actors++;
      const actor = await keyspace.openActor(id, { readOnly });
      await work(actor);
      await actor.close().catch((error: unknown) => {
        if (!isKeyspaceError(error)) throw error;
      });
    }
    if (actorId !== undefined && actors === 0) {
      throw new Error(`there is no actor ${quoted(actorId, 60)} in this store`);
    }
    return actors;
  } finally {
    await store.close();
  }
}
