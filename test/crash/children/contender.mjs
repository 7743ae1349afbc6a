// Takes one actor over again and again and counts up in it, until another owner fences it out.
import { isKeyspaceError, openKeyspace } from 'actor-keyspace';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { hear, say } from './support.mjs';

const [path, openings, transactionsMax] = process.argv.slice(2);
const keyspace = await openKeyspace({ store: await openLmdbStore({ path }) });
say('ready');
await hear();
let acknowledged = 0;
let fencings = 0;
for (let i = 0; i < Number(openings); i++) {
  const actor = await keyspace.openActor('contended');
  try {
    for (let j = 0; j < Number(transactionsMax); j++) {
      await actor.transaction(async (tx) => {
        const n = Number((await tx.kv.getText('n')) ?? '0') + 1;
        await tx.kv.set('n', `${n}`);
        await tx.kv.set(`by/${process.pid}/${n}`, '');
        await tx.state.set({ initialized: true, state: n, scheduledEvents: [] });
      });
      acknowledged++;
    }
  } catch (error) {
    if (!isKeyspaceError(error, 'actor.fenced')) throw error;
    fencings++;
  }
  await actor.close();
}
await keyspace.close();
say(`done ${acknowledged} ${fencings}`);
process.exit();
