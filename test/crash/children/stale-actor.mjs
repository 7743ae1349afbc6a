// Owns an actor and holds a transaction open until told to go on, then tries every way of writing.
import { openKeyspace } from 'actor-keyspace';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { connectionOf, hear, say } from './support.mjs';

const [path] = process.argv.slice(2);
const keyspace = await openKeyspace({ store: await openLmdbStore({ path }) });
const actor = await keyspace.openActor('a');
await actor.kv.set('owner', 'stale');
const inTransaction = actor.transaction(async (tx) => {
  await tx.kv.set('owner', 'too late');
  await tx.connections.set(connectionOf('late', 1));
  say('in a transaction');
  await hear();
  await tx.kv.clear();
});
const attempts = [
  () => inTransaction,
  () => actor.kv.set('late', '1'),
  () => actor.kv.set('late', '1', { durability: 'deferred' }),
  () => actor.durable(),
  () => actor.kv.clear(),
  () => actor.state.set({ initialized: true, state: 'late', scheduledEvents: [] }),
  () => actor.inspectorToken.set('late'),
  () => actor.kv.get('owner'),
];
const outcomes = [];
for (const attempt of attempts) {
  outcomes.push(
    await attempt().then(
      () => 'done',
      ({ code }) => code,
    ),
  );
}
say(outcomes.join());
await keyspace.close();
process.exit();
