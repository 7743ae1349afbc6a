// Commits side by side on a disk that fails once, closes the store, and says what became of every commit.
import { existsSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { actor, hear, say, set, utf8 } from './support.mjs';

const ROUNDS = 10;

const [path, actors, how] = process.argv.slice(2);
const store = await openLmdbStore({ path });
const names = Array.from({ length: Number(actors) }, (_, i) => `actor-${i}`);
const fences = await Promise.all(names.map((name) => store.claim(actor(name))));
const acknowledged = [];
const codes = {};
writeFileSync(process.env.FAULT_FILE, '');
const outcomes = names.map(async (name, i) => {
  // Some begin while others are being written.
  for (let turn = 0; turn < i % 5; turn++) await setImmediate();
  for (let round = 0; round < ROUNDS; round++) {
    const partition = actor(name);
    const key = `key-${round}`;
    const writes = [set(partition, key, 'value')];
    const absent = [{ partition, key: utf8(key), value: undefined }];
    const checked = how === 'checked' || (how === 'mixed' && i % 2 === 0);
    const commit = checked ? { checks: absent, writes } : { fences: [fences[i]], writes };
    await store.commit(commit).then(
      () => acknowledged.push(`${name} ${key}`),
      (error) => {
        codes[error.code] = (codes[error.code] ?? 0) + 1;
      },
    );
  }
  // Nobody waits for this one when the store is closed.
  void store.claim(actor(`${name}-later`)).catch(() => {});
});
await Promise.all(outcomes);
await store.close();
say(JSON.stringify({ acknowledged, codes, faulty: !existsSync(process.env.FAULT_FILE) }));
await hear();
const reopened = await openLmdbStore({ path }).catch((error) => error);
say(reopened.code ?? 'reopened');
await reopened.close?.();
// Ends by itself, if the store lets it.
process.stdin.destroy();
