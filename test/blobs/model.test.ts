import { expect, test } from 'vitest';
import { isKeyspaceError } from '../../src/errors.js';
import { type ActorKeyspace, openKeyspace } from '../../src/keyspace/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import type { Fault } from '../../src/testing/faults/fault.js';
import { FaultStore } from '../../src/testing/faults/fault-store.js';
import { Random } from '../../src/testing/random.js';
import { SequentialIds } from '../../src/testing/sequential-ids.js';
import { SimulatedClock } from '../../src/testing/simulated-clock.js';
import { collect } from '../keyspace/support.js';
import { expectExactUsage } from '../keyspace/usage-support.js';
import { bytesOf, CHUNK, DAY_MS, HOUR_MS, sha256 } from './support.js';

const SEEDS = Number(process.env.BLOB_MODEL_SEEDS ?? 40);
const STEPS = Number(process.env.BLOB_MODEL_STEPS ?? 120);
const GRACE_MS = 2 * HOUR_MS;
const HOLDERS = ['a', 'b', 'c'];
const FIELDS = ['f', 'g'];

/** What can be put: small, of several chunks, and as a value of a field. */
const CONTENTS = [0, 1, 700, CHUNK, CHUNK + 9, 2 * CHUNK].map((length, at) => bytesOf(length, at + 1));
const DIGESTS = CONTENTS.map(sha256);
const VALUES = ['v', 'w', 'x'].map((letter) => letter.repeat(3_000));

/** Until when each holder holds each digest, as the library's own rules have it. */
class Oracle {
  readonly #ends = new Map<string, Map<string, number>>();

  ends(digest: string): Map<string, number> {
    const ends = this.#ends.get(digest) ?? new Map<string, number>();
    this.#ends.set(digest, ends);
    return ends;
  }

  hold(digest: string, holder: string, endsAtMs: number, nowMs: number): void {
    const before = this.ends(digest).get(holder);
    const counts = before !== undefined && before > nowMs;
    this.ends(digest).set(holder, counts ? Math.max(before, endsAtMs) : endsAtMs);
  }

  release(digest: string, holder: string): void {
    this.ends(digest).delete(holder);
  }

  reachable(nowMs: number): string[] {
    return [...this.#ends]
      .filter(([, ends]) => [...ends.values()].some((end) => end > nowMs))
      .map(([id]) => id);
  }
}

const FAULTS: readonly Fault[] = ['lose', 'applyThenFail', 'fail'];

class World {
  readonly store = new MemoryStore();
  readonly clock = new SimulatedClock();
  readonly ids = new SequentialIds();
  oracle = new Oracle();
  readonly #random: Random;
  #actor: ActorKeyspace | undefined;
  /** When each digest was last seen to be held. */
  readonly #heldAtMs = new Map<string, number>();
  /** What happens to the next commit. */
  #fault: Fault | undefined;

  constructor(seed: string) {
    this.#random = new Random(seed);
  }

  async actor(): Promise<ActorKeyspace> {
    this.#actor ??= await this.#open();
    return this.#actor;
  }

  async #open(): Promise<ActorKeyspace> {
    const store = new FaultStore(this.store, {
      plan: ({ operation }) => {
        const fault = operation === 'commit' ? this.#fault : undefined;
        if (fault !== undefined) this.#fault = undefined;
        return fault;
      },
    });
    const { clock, ids } = this;
    const fieldDefaults = { inlineBytesMax: 100 };
    const keyspace = await openKeyspace({ store, clock, ids, sharedStore: true, fieldDefaults });
    return keyspace.openActor('a');
  }

  /** A new owner, which sees what is durable; the oracle learns what became of what was not acknowledged. */
  async restart(): Promise<void> {
    this.#fault = undefined;
    this.#actor = await this.#open();
    this.oracle = new Oracle();
    const digests = [...DIGESTS, ...VALUES.map((value) => sha256(JSON.stringify(value)))];
    for (const digest of digests) {
      for (const { holder, expiresAtMs } of await this.#actor.blobs.references(digest)) {
        this.oracle.hold(digest, holder, expiresAtMs ?? Number.POSITIVE_INFINITY, this.clock.nowMs());
      }
    }
  }

  async step(): Promise<void> {
    const random = this.#random;
    if (random.chance(0.05)) this.#fault = random.pick(FAULTS);
    try {
      // A pass is begun together with something else, and takes turns with it.
      const passing = random.chance(0.25) ? this.#collect() : undefined;
      const results = await Promise.allSettled([this.#act(), passing]);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    } catch (error) {
      const isCrash = isKeyspaceError(error) && /^(actor|commit|store)\./.test(error.code);
      if (!isCrash) throw error;
      await this.restart();
    }
    if (random.chance(0.03)) await this.restart();
  }

  async #collect(isCalm = false): Promise<void> {
    const { blobs } = await this.actor();
    const between: Promise<void>[] = [];
    const result = await blobs.collect({
      graceMs: GRACE_MS,
      allowNoRoots: true,
      onBlob: () => {
        // Something happens between the plan and the delete.
        if (!isCalm && this.#random.chance(0.3)) between.push(this.#act());
      },
    });
    for (const settled of await Promise.allSettled(between))
      if (settled.status === 'rejected') throw settled.reason;
    expect(result).toMatchObject({ ran: true, failed: 0 });
  }

  async #act(): Promise<void> {
    const random = this.#random;
    const { blobs, fields } = await this.actor();
    const at = random.integer(CONTENTS.length);
    const [bytes, digest] = [CONTENTS[at] as Uint8Array, DIGESTS[at] as string];
    const holder = random.pick(HOLDERS);
    const ttlMs = random.chance(0.5) ? 1 + random.integer(5 * HOUR_MS) : undefined;
    const nowMs = this.clock.nowMs();
    const endsAtMs = ttlMs === undefined ? Number.POSITIVE_INFINITY : nowMs + ttlMs;
    switch (random.integer(10)) {
      case 0:
      case 1:
        await blobs.put(random.chance(0.5) ? bytes : [bytes], { holder, ttlMs });
        return this.oracle.hold(digest, `user:${holder}`, endsAtMs, nowMs);
      case 2:
        await blobs.put(bytes);
        return;
      case 3:
        try {
          await blobs.reference(digest, holder, { ttlMs });
        } catch (error) {
          if (isKeyspaceError(error, 'blob.missing')) return;
          throw error;
        }
        return this.oracle.hold(digest, `user:${holder}`, endsAtMs, nowMs);
      case 4:
        await blobs.release(digest, holder);
        return this.oracle.release(digest, `user:${holder}`);
      case 5: {
        const leaseId = `l${random.integer(2)}`;
        const leaseMs = 1 + random.integer(5 * HOUR_MS);
        await blobs.lease([digest], { leaseMs, leaseId });
        return this.oracle.hold(digest, `lease:${leaseId}`, nowMs + leaseMs, nowMs);
      }
      case 6: {
        const wanted = random.shuffle(DIGESTS).slice(0, random.integer(3));
        const before = (await blobs.roots.get('root')) ?? [];
        try {
          await blobs.roots.set('root', wanted);
        } catch (error) {
          if (isKeyspaceError(error, 'blob.missing')) return;
          throw error;
        }
        for (const each of before) this.oracle.release(each, 'root:root');
        for (const each of wanted) this.oracle.hold(each, 'root:root', Number.POSITIVE_INFINITY, nowMs);
        return;
      }
      case 7: {
        const fieldName = random.pick(FIELDS);
        const value = random.chance(0.3) ? 'inline' : random.pick(VALUES);
        await fields.set(fieldName, value);
        for (const each of VALUES) this.oracle.release(sha256(JSON.stringify(each)), `field:${fieldName}`);
        if (value === 'inline') return;
        return this.oracle.hold(
          sha256(JSON.stringify(value)),
          `field:${fieldName}`,
          Number.POSITIVE_INFINITY,
          nowMs,
        );
      }
      case 8:
        await blobs.sweep({ limit: 1 + random.integer(5) });
        return;
      default:
        this.clock.advance(random.integer(3 * HOUR_MS));
    }
  }

  /** Nothing that is reachable is missing, or another thing. */
  async check(): Promise<void> {
    const { blobs } = await this.actor();
    const nowMs = this.clock.nowMs();
    for (const digest of this.oracle.reachable(nowMs)) {
      const ends = [...this.oracle.ends(digest)].filter(([, end]) => end > nowMs);
      // A lease may be of what was never there.
      const isLeaseOnly = ends.every(([holder]) => holder.startsWith('lease:'));
      if (isLeaseOnly && !(await blobs.has(digest))) continue;
      expect(await blobs.verify(digest)).toBe(true);
      this.#heldAtMs.set(digest, nowMs);
      const references = await blobs.references(digest);
      const found = references.map((each) => [each.holder, each.expiresAtMs ?? Number.POSITIVE_INFINITY]);
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(ends));
    }
    for (const [digest, heldAtMs] of this.#heldAtMs) {
      if (nowMs - heldAtMs < GRACE_MS) expect(await blobs.has(digest), 'within the grace time').toBe(true);
    }
  }

  /** Everything that is unreachable goes, once there was time. */
  async checkEnd(): Promise<void> {
    const { blobs } = await this.actor();
    for (let round = 0; round < 3; round++) {
      this.clock.advance(2 * HOUR_MS);
      while ((await blobs.sweep()).hasMore);
      await this.#collect(true);
    }
    const reachable = this.oracle
      .reachable(this.clock.nowMs())
      .filter((digest) =>
        [...this.oracle.ends(digest)].some(
          ([holder, end]) => end > this.clock.nowMs() && !holder.startsWith('lease:'),
        ),
      );
    const left = (await collect(blobs.list())).map(({ digest }) => digest);
    const leased = this.oracle.reachable(this.clock.nowMs());
    expect(left.filter((digest) => !leased.includes(digest))).toEqual([]);
    expect(reachable.filter((digest) => !left.includes(digest))).toEqual([]);
    expect((await blobs.audit({ verify: true })).problems).toEqual([]);
    await expectExactUsage(this.store, await this.actor());
  }
}

test(`row 75 and threat 20: of ${SEEDS} histories, each keeps what is reachable and loses the rest`, async () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const world = new World(`blobs-${seed}`);
    try {
      for (let step = 0; step < STEPS; step++) {
        await world.step();
        await world.check();
      }
      await world.restart();
      await world.check();
      world.clock.advance(DAY_MS);
      await world.checkEnd();
    } catch (error) {
      throw new Error(`seed ${seed} fails`, { cause: error });
    }
  }
});
