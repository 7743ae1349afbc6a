// Runs numbered SQL transactions without end, and says which are acknowledged.
import { openKeyspace } from 'actor-keyspace';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { say } from './support.mjs';

const [path, atOnce] = process.argv.slice(2);
const keyspace = await openKeyspace({ store: await openLmdbStore({ path }) });
const actor = await keyspace.openActor('a', { transactionWaitMsMax: 60_000 });
const { sqlite } = actor;
await sqlite.exec(
  'CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, b); CREATE INDEX IF NOT EXISTS i ON t (b)',
);
let last = (await sqlite.get('SELECT coalesce(max(n), 0) AS n FROM t')).n;
say(`open ${last}`);

const work = async () => {
  for (;;) {
    const n = ++last;
    if (n % 3 === 0) {
      await actor.transaction(async (tx) => {
        await tx.sqlite.run('INSERT INTO t VALUES (?, randomblob(?))', n, (n * 997) % 20_000);
        await tx.sqlite.run('UPDATE t SET b = randomblob(300) WHERE n % 7 = ?', n % 7);
        await tx.kv.set('n', `${n}`);
      });
    } else if (n % 3 === 1) {
      await sqlite.exec(`BEGIN; INSERT INTO t VALUES (${n}, 1); DELETE FROM t WHERE n < ${n - 60}; COMMIT`);
    } else {
      await sqlite.run('INSERT INTO t VALUES (?, 2)', n);
      if (n % 30 === 2) await sqlite.run('VACUUM');
    }
    say(`${n}`);
  }
};
await Promise.all(Array.from({ length: Number(atOnce) }, work));
