// One process of the booking demo. `pay` dies between payment and confirmation; `wake` runs whoever is due.
import { writeSync } from 'node:fs';
import { runWorkflow } from '@rivetkit/workflow-engine';
import { openKeyspace } from 'actor-keyspace';
import { createWorkflowDriver } from 'actor-keyspace/adapters/rivetkit';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';

const [role, path] = process.argv.slice(2);
// Synchronous, so that nothing said is lost in a kill.
const say = (line) => {
  writeSync(1, `${line}\n`);
};
const keyspace = await openKeyspace({ store: await openLmdbStore({ path }) });

const booking = async (context, { table }) => {
  await context.step('reserve', async () => say(`  step: table ${table} reserved`) ?? 'reserved');
  await context.step('charge', async () => say('  step: card charged') ?? 'charged');
  const { body } = await context.queue.next('confirmation', { names: ['confirm'] });
  return context.step(
    'confirm',
    async () => say(`  step: confirmed by ${body}`) ?? `table ${table}, ${body}`,
  );
};

async function run(actorId) {
  const actor = await keyspace.openActor(actorId);
  const driver = createWorkflowDriver(actor);
  const result = await runWorkflow(actorId, booking, { table: 4 }, driver).result;
  await driver.settle(result);
  return result;
}

if (role === 'pay') {
  const { state } = await run('guest-1');
  say(`${state}, waiting for a confirmation`);
  await (await keyspace.openActor('guest-1')).workflow.send({ name: 'confirm', data: 'Ada' });
  process.kill(process.pid, 'SIGKILL');
} else {
  for await (const { actorId } of keyspace.due()) {
    say(`${actorId} is due`);
    const { state, output } = await run(actorId);
    say(`${state}: ${output}`);
  }
  say(`next due: ${(await keyspace.nextDue())?.actorId ?? 'nobody'}`);
}
await keyspace.close();
