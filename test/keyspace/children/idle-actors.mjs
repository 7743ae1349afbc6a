// Opens and uses many actors, and says how many bytes of heap each takes while it is idle.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openKeyspace } from 'actor-keyspace';
import { MemoryStore } from 'actor-keyspace/stores/memory';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
const ACTORS = 5_000;

const keyspace = await openKeyspace({ store: new MemoryStore() });
const use = async (from) => {
  const actors = [];
  for (let i = from; i < from + ACTORS; i++) {
    const actor = await keyspace.openActor(`actor-${i}`);
    await actor.transaction(async (tx) => {
      await tx.kv.set('k', 'v');
      await tx.kv.delete('k');
    });
    for await (const _entry of actor.kv.scan()) break;
    actors.push(actor);
  }
  return actors;
};

const first = await use(0);
collectGarbage();
const before = process.memoryUsage().heapUsed;
const second = await use(ACTORS);
collectGarbage();
process.stdout.write(`${Math.round((process.memoryUsage().heapUsed - before) / ACTORS)}\n`);
await Promise.all([...first, ...second].map((actor) => actor.close()));
