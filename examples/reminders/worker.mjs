// One process of the demo: schedules reminders and is killed, or wakes whoever is due.
import { openKeyspace } from 'actor-keyspace';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { Runtime } from './runtime.mjs';

const [role, path, count] = process.argv.slice(2);
const keyspace = await openKeyspace({ store: await openLmdbStore({ path: path ?? '' }) });

if (role === 'schedule') {
  const nowMs = Date.now();
  for (let n = 1; n <= Number(count); n++) {
    const actor = await keyspace.openActor(`guest-${n}`);
    await actor.state.schedule({ dueAtMs: nowMs + n * 200, action: 'remind', args: { text: `Table ${n}` } });
  }
  console.log(`scheduled ${count} reminders`);
  process.kill(process.pid, 'SIGKILL');
}

const stop = new AbortController();
let left = Number(count);
const actions = {
  /** @type {import('./runtime.mjs').Action} */
  async remind(transaction, { args, dueAtMs }, actorId) {
    const { text } = /** @type {{ text: string }} */ (args);
    await transaction.kv.set('reminded', text);
    console.log(`${actorId} reminded: ${text}, ${Date.now() >= dueAtMs ? 'in time' : 'too early'}`);
    if (--left === 0) stop.abort();
  },
};
const runtime = new Runtime(keyspace, actions, (error) => console.error(error));
await runtime.run(stop.signal);
const reminded = [];
for await (const actorId of keyspace.actors()) {
  const actor = await keyspace.openActor(actorId, { readOnly: true });
  if (await actor.kv.getText('reminded')) reminded.push(actorId);
}
console.log(
  `${reminded.length} of ${count} reminded, next due: ${(await keyspace.nextDue())?.actorId ?? 'nobody'}`,
);
await keyspace.close();
