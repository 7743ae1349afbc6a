// Runs numbered transactions over every subsystem, several at once, without end, and says which are acknowledged.
import { openKeyspace } from 'actor-keyspace';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { connectionOf, say } from './support.mjs';

const [path, atOnce] = process.argv.slice(2);
const keyspace = await openKeyspace({ store: await openLmdbStore({ path }) });
const actor = await keyspace.openActor('a', { transactionWaitMsMax: 60_000 });
let last = Number((await actor.kv.getText('n')) ?? '0');
say(`open ${last}`);

const transact = async (n, durability) =>
  actor.transaction(
    async (tx) => {
      await tx.kv.set('n', `${n}`);
      await tx.kv.delete(`recent/${n - 10}`);
      await tx.kv.clear({ prefix: 'scratch/' });
      await tx.kv.setMany([
        [`recent/${n}`, `${n}`.repeat(1 + ((n * 97) % 1_000))],
        [`scratch/${n}`, `${n}`],
      ]);
      await tx.inspectorToken.set(`${n}`);
      await tx.state.set({ initialized: true, state: { n }, scheduledEvents: [] });
      await tx.state.schedule({ eventId: 'e', dueAtMs: n, action: 'a' });
      await tx.connections.set(connectionOf(`c${n % 3}`, n));
    },
    { durability },
  );

const work = async () => {
  for (;;) {
    const n = ++last;
    if (n % 5 === 0) {
      await transact(n, 'deferred');
      await actor.durable();
    } else {
      await transact(n, 'durable');
    }
    say(`${n}`);
  }
};
await Promise.all(Array.from({ length: Number(atOnce) }, work));
