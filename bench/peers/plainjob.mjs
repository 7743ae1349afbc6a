import Database from 'better-sqlite3';
import { better, defineQueue } from 'plainjob';

const SILENT = { error() {}, warn() {}, info() {}, debug() {} };

/** A job queue on native SQLite, every commit flushed. */
export function openPlainjob(file) {
  const database = new Database(file);
  const queue = defineQueue({ connection: better(database), logger: SILENT });
  // After it has set what it prefers, which may lose the last commits with the machine.
  database.pragma('synchronous = FULL');
  const batch = (run) => database.transaction(run);
  const take = () => queue.getAndMarkJobAsProcessing('mail');
  return {
    enqueue: (body) => queue.add('mail', body),
    take,
    done: ({ id }) => queue.markJobAsDone(id),
    enqueueMany: (bodies) => queue.addMany('mail', bodies),
    takeMany: batch((count) => Array.from({ length: count }, take)),
    doneMany: batch((jobs) => {
      for (const { id } of jobs) queue.markJobAsDone(id);
    }),
    close: () => {
      queue.close();
      if (database.open) database.close();
    },
  };
}
