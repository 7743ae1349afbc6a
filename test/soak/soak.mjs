// Simulates histories until the time is over, and exits with 1 on the first that finds something wrong.
// SOAK_SECONDS: how long, default 60. SOAK_SEED: lives this one history instead. SOAK_STORE: memory or lmdb, default both.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbStore } from 'actor-keyspace/stores/lmdb';
import { SimulationFailure, simulate } from 'actor-keyspace/testing';

async function openLmdb() {
  const folder = await mkdtemp(join(tmpdir(), 'actor-keyspace-soak-'));
  const store = await openLmdbStore({ path: join(folder, 'store') });
  return { store, dispose: () => rm(folder, { recursive: true }) };
}

/** Histories per batch are such that a batch of each takes about as long. */
const STORES = {
  memory: { open: undefined, batch: 100 },
  lmdb: { open: openLmdb, batch: 5 },
};

/** Short histories reach many beginnings, long ones what only builds up. */
const SHAPES = [
  { steps: 100, actors: 2, owners: 3 },
  { steps: 40, actors: 1, owners: 2 },
  { steps: 400, actors: 3, owners: 4 },
];

const { SOAK_SECONDS = '60', SOAK_SEED, SOAK_STORE } = process.env;
const names = SOAK_STORE === undefined ? Object.keys(STORES) : [SOAK_STORE];
const seconds = Number(SOAK_SECONDS);
if (!(seconds > 0) || names.some((name) => STORES[name] === undefined)) {
  console.error('SOAK_SECONDS must be a number above 0, and SOAK_STORE memory or lmdb');
  process.exit(2);
}

/** The number at the end of a seed decides the shape, so that the seed alone repeats the history. */
async function live(name, seed) {
  const shape = SHAPES[Number(/\d+$/.exec(seed)?.[0] ?? 0) % SHAPES.length];
  try {
    return await simulate({ ...shape, seed, open: STORES[name].open });
  } catch (error) {
    console.error(error instanceof SimulationFailure ? error.message : error);
    console.error(`\nreproduce: SOAK_STORE=${name} SOAK_SEED=${seed} npm run test:soak`);
    process.exit(1);
  }
}

if (SOAK_SEED !== undefined) {
  for (const name of names) console.log(name, await live(name, SOAK_SEED));
} else {
  const base = Date.now().toString(36);
  const endMs = performance.now() + seconds * 1_000;
  const histories = Object.fromEntries(names.map((name) => [name, 0]));
  while (performance.now() < endMs) {
    for (const name of names) {
      const first = histories[name];
      const startMs = performance.now();
      let checks = 0;
      while (histories[name] < first + STORES[name].batch && performance.now() < endMs) {
        const { counts } = await live(name, `${base}-${histories[name]}`);
        checks += counts.checks;
        histories[name]++;
      }
      if (histories[name] === first) continue;
      const ms = Math.round(performance.now() - startMs);
      console.log(
        `${name}: seeds ${base}-${first} to ${base}-${histories[name] - 1}, ${checks} checks, ${ms} ms`,
      );
    }
  }
  const total = names.map((name) => `${histories[name]} on ${name}`).join(', ');
  console.log(`nothing wrong in ${total}`);
}
