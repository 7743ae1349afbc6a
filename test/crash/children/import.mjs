// Imports a file, and says when a commit begins, when it is durable, and how the import ended.
import { createReadStream } from 'node:fs';
import { importKeyspace, isKeyspaceError } from 'actor-keyspace';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { say } from './support.mjs';

const [path, file] = process.argv.slice(2);
const inner = await openLmdbStore({ path });
const store = new Proxy(inner, {
  get(target, name) {
    const member = target[name];
    if (typeof member !== 'function') return member;
    if (name !== 'commit') return member.bind(target);
    return async (commit) => {
      say(commit.checks === undefined ? 'write' : 'publish');
      await target.commit(commit);
      say('durable');
    };
  },
});
try {
  await importKeyspace({ store, open: () => createReadStream(file) });
  say('imported');
} catch (error) {
  if (!isKeyspaceError(error)) throw error;
  say(error.code);
}
await store.close();
