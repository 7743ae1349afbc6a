// Runs a workflow of the published engine that takes numbered messages, one at a time, and says which.
import { Loop, runWorkflow } from '@rivetkit/workflow-engine';
import { openKeyspace } from 'actor-keyspace';
import { createWorkflowDriver } from 'actor-keyspace/adapters/rivetkit';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { say } from './support.mjs';

const [path, count] = process.argv.slice(2);
const keyspace = await openKeyspace({ store: await openLmdbStore({ path }) });
const actor = await keyspace.openActor('a');
if ((await actor.kv.get('sent')) === undefined) {
  await actor.transaction(async ({ workflow, kv }) => {
    for (let n = 0; n < Number(count); n++) await workflow.send({ name: 'number', data: n });
    await kv.set('sent', 'yes');
  });
}
say('open');

const workflow = (ctx) =>
  ctx.loop({
    name: 'numbers',
    state: { taken: [] },
    historyEvery: 3,
    historyKeep: 1,
    run: async (turn, { taken }) => {
      if (taken.length === Number(count)) return Loop.break(taken);
      const { body } = await turn.queue.next('next', { names: ['number'] });
      await turn.step('say', async () => {
        say(`${body}`);
        return body;
      });
      return Loop.continue({ taken: [...taken, body] });
    },
  });

const driver = createWorkflowDriver(actor, { pollMs: 1 });
const result = await runWorkflow('a', workflow, undefined, driver, { mode: 'live' }).result;
await driver.settle(result);
await keyspace.close();
say(`result ${JSON.stringify(result.output)}`);
