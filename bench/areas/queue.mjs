import { join } from 'node:path';
import { openDenoKv } from '../peers/deno-kv.mjs';
import { openOurs } from '../peers/keyspace.mjs';
import { encodeBody, openLmdbQueue } from '../peers/lmdb-queue.mjs';
import { openPlainjob } from '../peers/plainjob.mjs';

export const title = 'The queue of one actor, every operation durable';

const BATCH = 100;
const PRODUCERS = 256;
const SAMPLE_MS = 400;
const BODY = { to: 'Ada', subject: 'a teapot', text: 'x'.repeat(64) };
const BACKLOG = 100_000;
const QUEUE = { messagesMax: Number.POSITIVE_INFINITY, deliveriesMax: Number.POSITIVE_INFINITY };

export async function* rows({ folder, quick }) {
  const { keyspace } = await openOurs(join(folder, 'ours'), { queue: QUEUE });
  const lmdb = openLmdbQueue(join(folder, 'lmdb'));
  const plainjob = openPlainjob(join(folder, 'plainjob.db'));
  const deno = await openDenoKv(join(folder, 'deno.db'));
  const { queue } = await keyspace.openActor('queue');
  const body = encodeBody(BODY);
  try {
    yield {
      name: 'enqueue, receive, ack',
      unit: 'rate',
      sampleMs: SAMPLE_MS,
      ours: repeated(async () => {
        await queue.enqueue({ name: 'mail', body: BODY });
        const [message] = await queue.receive();
        await message.ack();
      }),
      references: {
        'lmdb batch': repeated(async () => {
          await lmdb.enqueueMany([body]);
          await lmdb.doneMany(await lmdb.takeMany(1));
        }),
        plainjob: repeated(() => {
          plainjob.enqueue(BODY);
          plainjob.done(plainjob.take());
        }),
        '@deno/kv': deno && repeated(() => deno.queueCycle(BODY)),
      },
    };

    const messages = Array.from({ length: BATCH }, () => ({ name: 'mail', body: BODY }));
    const bodies = messages.map(() => BODY);
    const encoded = messages.map(() => body);
    yield {
      name: `the same, ${BATCH} at a time`,
      unit: 'rate',
      items: BATCH,
      sampleMs: SAMPLE_MS,
      ours: repeated(async () => {
        await queue.enqueueMany(messages);
        await queue.ackMany(await queue.receive({ count: BATCH }));
      }),
      references: {
        'lmdb batch': repeated(async () => {
          await lmdb.enqueueMany(encoded);
          await lmdb.doneMany(await lmdb.takeMany(BATCH));
        }),
        plainjob: repeated(() => {
          plainjob.enqueueMany(bodies);
          plainjob.doneMany(plainjob.takeMany(BATCH));
        }),
      },
    };

    const { queue: produced } = await keyspace.openActor('produced');
    yield {
      name: `enqueue, ${PRODUCERS} at once`,
      unit: 'rate',
      items: PRODUCERS,
      sampleMs: SAMPLE_MS,
      slices: 1,
      stall: true,
      ours: together(() => produced.enqueue({ name: 'mail', body: BODY })),
      references: { 'lmdb batch': together(() => lmdb.enqueueMany([body])) },
    };

    const few = await openBacklog(keyspace, 10);
    const many = await openBacklog(keyspace, quick ? BACKLOG / 10 : BACKLOG);
    yield {
      name: 'receive and nack, large backlog',
      unit: 'time',
      sampleMs: SAMPLE_MS,
      ours: repeated(takeAndGiveBack(many)),
      references: { 'backlog of 10': repeated(takeAndGiveBack(few)) },
    };
  } finally {
    await keyspace.close();
    await lmdb.close();
    plainjob.close();
    await deno?.close();
  }
}

/** Some messages of every ten are delayed. */
async function openBacklog(keyspace, count) {
  const { queue } = await keyspace.openActor(`backlog-${count}`);
  const messages = Array.from({ length: 10 }, (_, at) => ({
    name: `name-${at % 3}`,
    body: BODY,
    delayMs: at < 3 ? 3_600_000 : 0,
  }));
  const page = Array.from({ length: Math.min(100, count / 10) }, () => messages).flat();
  for (let left = count; left > 0; left -= page.length) await queue.enqueueMany(page);
  return queue;
}

function takeAndGiveBack(queue) {
  return async () => {
    const [message] = await queue.receive();
    await message.nack();
  };
}

function repeated(cycle) {
  return async (calls) => {
    for (let call = 0; call < calls; call++) await cycle();
  };
}

/** One call is one enqueueing by each. */
function together(enqueue) {
  return async (calls) => {
    await Promise.all(
      Array.from({ length: PRODUCERS }, async () => {
        for (let turn = 0; turn < calls; turn++) await enqueue();
      }),
    );
  };
}
