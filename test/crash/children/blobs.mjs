// Puts, releases, sweeps and collects without end, and says what each commit is about to be part of.
import { openKeyspace } from 'actor-keyspace';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { say } from './support.mjs';

const [path, startMs, round] = process.argv.slice(2);
const inner = await openLmdbStore({ path });
const store = new Proxy(inner, {
  get(target, name) {
    const member = target[name];
    if (typeof member !== 'function') return member;
    if (name !== 'commit') return member.bind(target);
    return (commit) => {
      say('commit');
      return target.commit(commit);
    };
  },
});
let nowMs = Number(startMs);
const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now(), after: () => () => {} };
const keyspace = await openKeyspace({ store, clock, fieldDefaults: { inlineBytesMax: 1_000 } });
const actor = await keyspace.openActor('a');
say('open');
for (let at = 0; ; at++) {
  const id = `${round}/${at}`;
  const text = `blob ${id} `.repeat(2_000 * (1 + (at % 5)));
  await actor.blobs.put(text, { holder: 'kept' });
  say(`kept ${id}`);
  // Over several commits, and then without anybody.
  await actor.blobs.put([`large ${id} `.repeat(150_000)]);
  await actor.fields.set('f', text);
  await actor.fields.set('g', text, { ttlMs: 1_000 });
  say(`field ${id}`);
  nowMs += 25 * 3_600_000;
  await actor.fields.sweep();
  await actor.blobs.sweep();
  say('collecting');
  await actor.blobs.collect();
  say('collected');
}
