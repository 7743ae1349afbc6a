import { onTestFinished } from 'vitest';
import { type ActorKeyspace, type Keyspace, openKeyspace } from '../../src/keyspace/index.js';
import type { Store } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';

export interface OpenedDatabase {
  readonly store: Store;
  readonly keyspace: Keyspace;
  readonly actor: ActorKeyspace;
}

/** The actor `a` of a store in memory, with SQLite loaded. */
export async function openDatabase(store: Store = new MemoryStore()): Promise<OpenedDatabase> {
  const keyspace = await openKeyspace({ store });
  onTestFinished(async () => {
    await keyspace.close().catch(() => {});
  });
  const actor = await keyspace.openActor('a');
  await actor.sqlite.load();
  return { store, keyspace, actor };
}

export async function integrity(actor: ActorKeyspace): Promise<unknown> {
  const rows = await actor.sqlite.with({ rows: 'arrays' }).all<string[]>('PRAGMA integrity_check');
  return rows.map(([text]) => text).join('\n');
}

export const count = async (actor: ActorKeyspace, table = 't'): Promise<number> =>
  (await actor.sqlite.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))?.n ?? -1;
