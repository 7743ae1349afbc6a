// Enqueues numbered messages and works them off, several at once, without end, and says what is acknowledged: `e 7`
// once message 7 is enqueued, `d 7` once it is done with.
import { openKeyspace } from 'actor-keyspace';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { say } from './support.mjs';

const [path, atOnce] = process.argv.slice(2);
const keyspace = await openKeyspace({
  store: await openLmdbStore({ path }),
  queue: {
    messagesMax: 50,
    deliveriesMax: Number.POSITIVE_INFINITY,
    visibilityMs: 20,
    idempotencyMs: 1_000_000,
  },
});
const actor = await keyspace.openActor('a', { transactionWaitMsMax: 60_000 });
let next = Number((await actor.kv.getText('next')) ?? '0');
say('open');

const produce = async () => {
  for (;;) {
    const n = next++;
    await actor.kv.set('next', `${next}`, { durability: 'deferred' });
    const message = { name: `name-${n % 3}`, body: { n }, delayMs: n % 7 === 0 ? 2 : 0 };
    await actor.queue.enqueue({ ...message, idempotencyKey: `${n}` }, { waitMs: 60_000 });
    say(`e ${n}`);
  }
};

const consume = async () => {
  for await (const message of actor.queue.messages()) {
    const { n } = message.body;
    try {
      if (n % 11 === 0 && message.deliveryCount === 1) {
        await message.nack({ delayMs: 1 });
        continue;
      }
      await actor.transaction(async (tx) => {
        await tx.queue.ack(message);
        if ((await tx.kv.get(`done/${n}`)) !== undefined) throw new Error(`message ${n} is done twice`);
        await tx.kv.set(`done/${n}`, `${message.id}`);
      });
      say(`d ${n}`);
    } catch (error) {
      // It took too long: the message is somebody else's.
      if (error.code !== 'queue.lease_invalid') throw error;
    }
  }
};

await Promise.all(Array.from({ length: Number(atOnce) }, () => [produce(), consume()]).flat());
