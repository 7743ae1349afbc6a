import { setImmediate } from 'node:timers/promises';
import { expect } from 'vitest';
import { type ActorAccess, type ActorHandle, openActorHandle } from '../../src/actor/index.js';
import { toHex } from '../../src/bytes/index.js';
import { randomIds, systemClock } from '../../src/clock.js';
import { isKeyspaceError, KeyspaceError } from '../../src/errors.js';
import { ActorKv, type KvEntry } from '../../src/kv/index.js';
import { rootedStore } from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';
import { bytes, HeldStore, text } from '../actor/support.js';
import { collect, userEntries } from '../keyspace/support.js';

export const KEYS = ['', 'a', 'ab', 'b', '\u{10ffff}'] as const;

export type Op =
  | { readonly type: 'set'; readonly key: string }
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'clear'; readonly prefix: string };

/** How a commit that waits in the store ends: the oldest one, or one of the others. */
export interface Settling {
  readonly type: 'settle';
  readonly verdict: 'apply' | 'fail' | 'lose the reply' | 'apply and lose the reply';
  readonly which: number;
}

/** Another handle takes the actor over, whether the one before goes on or has crashed. */
export interface Superseding {
  readonly type: 'supersede';
}

export interface Nested {
  readonly type: 'nested';
  readonly ops: readonly Op[];
  readonly throws: boolean;
}

export type Part = Op | Settling | Superseding | Nested;

export type Durability = 'durable' | 'deferred';

/** Values by the hex of their keys. */
type Model = ReadonlyMap<string, string>;

interface Change {
  readonly op: Op;
  /** What it sets; no two changes set the same. */
  readonly value: string;
}

/** Changes that must be stored together or not at all. */
interface Unit {
  readonly changes: readonly Change[];
  readonly durability: Durability;
  outcome: 'open' | 'done' | { readonly error: unknown };
}

type FailureCode = 'actor.fenced' | 'actor.poisoned';

/** One handle of the actor, and what it must know of its own writes. */
class Owner {
  readonly handle: ActorHandle;
  readonly kv: ActorKv;
  readonly epoch: number;
  /** Accepted and not stored, oldest first; the first `inFlight` are one commit. */
  pending: Unit[] = [];
  inFlight = 0;
  failedWith: FailureCode | undefined;
  hasUntoldLoss = false;

  constructor(handle: ActorHandle, epoch: number) {
    this.handle = handle;
    this.kv = new ActorKv(handle.access);
    this.epoch = epoch;
  }

  accept(unit: Unit): void {
    expect(unit.outcome).toBe(unit.durability === 'deferred' ? 'done' : 'open');
    this.pending.push(unit);
    if (this.inFlight === 0) this.inFlight = this.pending.length;
  }

  /** One that changed nothing is as durable as what it could read: the newest unit accepted before it. */
  acceptReading(unit: Unit): void {
    if (unit.durability === 'deferred' || this.pending.length === 0) {
      expect(unit.outcome).toBe('done');
      return;
    }
    expect(unit.outcome).toBe('open');
    if (this.inFlight === this.pending.length) this.inFlight++;
    this.pending.push(unit);
  }

  committed(): void {
    const units = this.pending.splice(0, this.inFlight);
    for (const { outcome } of units) expect(outcome).toBe('done');
    for (const { durability, outcome } of this.pending) {
      expect(outcome).toBe(durability === 'deferred' ? 'done' : 'open');
    }
    this.inFlight = this.pending.length;
  }

  failed(code: FailureCode): void {
    for (const [index, { durability, outcome }] of this.pending.entries()) {
      if (durability === 'deferred') continue;
      const isFirst = index < this.inFlight && code === 'actor.poisoned';
      const expected = isFirst ? expect.stringMatching(/^(store\.failed|commit\.unknown)$/) : code;
      expect(outcome).toMatchObject({ error: { code: expected } });
    }
    this.failedWith = code;
    this.hasUntoldLoss = this.pending.some(({ durability }) => durability === 'deferred');
    this.pending = [];
    this.inFlight = 0;
  }
}

class ChangedMind extends Error {}

/** As a store at the other end of a wire: an answer is of some instant between the question and its arrival. */
class DistantStore extends HeldStore {
  override async getMany(partition: Uint8Array, keys: readonly Uint8Array[]) {
    const values = await super.getMany(partition, keys);
    await setImmediate();
    return values;
  }

  override async snapshot() {
    await setImmediate();
    const snapshot = await super.snapshot();
    await setImmediate();
    return snapshot;
  }
}

/**
 * One actor on a store whose commits the test decides, and what must be in it: what the store has, and what is
 * accepted on top of that.
 */
export class ActorWorld {
  readonly #memory: MemoryStore;
  readonly #store: HeldStore;
  readonly #superseded: Owner[] = [];
  readonly #units: Unit[] = [];
  #owner!: Owner;
  #stored: Model = new Map();
  #valueCount = 0;

  private constructor(synchronousReads: boolean) {
    this.#memory = new MemoryStore({ synchronousReads });
    this.#store = synchronousReads ? new HeldStore(this.#memory) : new DistantStore(this.#memory);
    this.#store.hold();
  }

  static async open(synchronousReads: boolean): Promise<ActorWorld> {
    const world = new ActorWorld(synchronousReads);
    world.#owner = await world.#open(1);
    return world;
  }

  async write(op: Op, durability: Durability): Promise<void> {
    await this.#write(this.#owner, op, durability);
    await this.read();
  }

  /** A superseded handle goes on writing, since it cannot know. */
  async writeLate(op: Op, durability: Durability, which: number): Promise<void> {
    const owner = this.#superseded[which % Math.max(1, this.#superseded.length)];
    if (owner !== undefined) await this.#write(owner, op, durability);
  }

  async transaction(parts: readonly Part[], throws: boolean, durability: Durability): Promise<void> {
    const owner = this.#owner;
    const hadFailed = owner.failedWith !== undefined;
    const changes: Change[] = [];
    let hasEnded = false;
    const body = async (access: ActorAccess) => {
      for (const part of parts) await this.#runPart(owner, access, part, changes);
      hasEnded = true;
      if (throws) throw new ChangedMind();
    };
    const unit = this.#track(changes, durability, owner.handle.access.transaction(body, { durability }));
    while (!hasEnded && unit.outcome === 'open') await setImmediate();
    await turns();
    const { failedWith } = owner;
    if (throws && !hadFailed) expect(unit.outcome).toEqual({ error: expect.any(ChangedMind) });
    else if (failedWith !== undefined) expect(unit.outcome).toMatchObject({ error: { code: failedWith } });
    else if (changes.length === 0) owner.acceptReading(unit);
    else owner.accept(unit);
    await this.read();
  }

  /** Every way of reading shows what is accepted. */
  async read(): Promise<void> {
    const { kv, failedWith } = this.#owner;
    if (failedWith === undefined) return this.#expectView(kv, this.#accepted());
    const refusal = expect.objectContaining({ code: failedWith });
    await expect(kv.get('a')).rejects.toEqual(refusal);
    await expect(kv.getMany(['a'])).rejects.toEqual(refusal);
    await expect(collect(kv.scan())).rejects.toEqual(refusal);
    if (this.#memory.sync) expect(() => kv.sync.get('a')).toThrow(refusal);
  }

  /** What is accepted does not change while its commit becomes durable, so neither may what is read. */
  async readWhileSettling(how: 'scan' | 'getMany', turnsBefore: number): Promise<void> {
    const { kv, failedWith } = this.#owner;
    if (failedWith !== undefined) return;
    const model = this.#accepted();
    // One reader at a time: readers would keep alive what the others miss.
    const reading = how === 'scan' ? collect(kv.scan()) : kv.getMany(KEYS);
    for (let i = 0; i < turnsBefore; i++) await setImmediate();
    const [read] = await Promise.all([reading, this.settle({ verdict: 'apply', which: 0 })]);
    if (how === 'getMany') expect((read as (Uint8Array | undefined)[]).map(text)).toEqual(valuesOf(model));
    else expect((read as KvEntry[]).map(row)).toEqual(rows(model));
  }

  /** A scan keeps to its instant, whatever is accepted or becomes durable between its entries. */
  async writeWhileScanning(ops: readonly Op[], reverse: boolean): Promise<void> {
    const owner = this.#owner;
    if (owner.failedWith !== undefined) return;
    const expected = rows(this.#accepted(), reverse);
    const scan = owner.kv.scan({ reverse });
    const first = await scan.next();
    for (const op of ops) await this.#write(owner, op, 'deferred');
    await this.settle({ verdict: 'apply', which: 0 });
    const entries = first.done ? [] : [first.value, ...(await collect(scan))];
    expect(entries.map(row)).toEqual(expected);
  }

  async settle({ verdict, which }: Omit<Settling, 'type'>): Promise<void> {
    const { waiting } = this.#store;
    const arrived = this.#store.take(which % Math.max(1, waiting.length));
    if (arrived === undefined) return;
    const epochOf = (commit: typeof arrived.commit) => commit.fences?.[0]?.epoch;
    expect(new Set(waiting.map(epochOf)).size).toBe(waiting.length);
    const owner = [this.#owner, ...this.#superseded].find(({ epoch }) => epoch === epochOf(arrived.commit));
    const isApplied = verdict === 'apply' || verdict === 'apply and lose the reply';
    const lost = new KeyspaceError('commit.unknown', 'the reply was lost', {});
    if (verdict === 'apply') arrived.decide('apply');
    else if (verdict === 'fail') arrived.decide({ fail: new Error('disk gone') });
    else arrived.decide(isApplied ? { applyThenFail: lost } : { fail: lost });
    await turns();
    if (owner !== this.#owner) owner?.failed(isApplied ? 'actor.fenced' : 'actor.poisoned');
    else {
      if (isApplied) this.#stored = changed(this.#stored, owner.pending.slice(0, owner.inFlight));
      if (verdict === 'apply') owner.committed();
      else owner.failed('actor.poisoned');
    }
    await this.#expectStored();
  }

  async supersede(): Promise<void> {
    this.#superseded.push(this.#owner);
    this.#owner = await this.#open(this.#owner.epoch + 1);
    await this.read();
  }

  /** Where nothing is pending, `durable()` either has nothing to wait for or tells of the loss. */
  async awaitDurable(): Promise<void> {
    const { handle, failedWith, pending } = this.#owner;
    if (pending.length > 0) return;
    if (failedWith === undefined) await handle.durable();
    else await expect(handle.durable()).rejects.toMatchObject({ code: failedWith });
    this.#owner.hasUntoldLoss = false;
  }

  /** Lets every commit through and closes every handle there was. */
  async end(): Promise<void> {
    const owner = this.#owner;
    this.#store.release();
    if (owner.failedWith === undefined) {
      await owner.handle.durable();
      await turns();
      this.#stored = this.#accepted();
      owner.inFlight = owner.pending.length;
      owner.committed();
    }
    await turns();
    for (const late of this.#superseded) if (late.pending.length > 0) late.failed('actor.fenced');
    for (const { handle, hasUntoldLoss } of [owner, ...this.#superseded]) {
      if (hasUntoldLoss) await expect(handle.close()).rejects.toBeInstanceOf(KeyspaceError);
      await handle.close();
      await expect(handle.durable()).rejects.toMatchObject({ code: 'actor.closed' });
    }
    for (const { outcome } of this.#units) expect(outcome).not.toBe('open');
    await this.#expectStored();
  }

  async #open(epoch: number): Promise<Owner> {
    // A view of its own, as another process would have.
    const view = rootedStore(this.#store, new Uint8Array());
    const surroundings = {
      store: view,
      root: new Uint8Array(),
      clock: systemClock,
      ids: randomIds,
      quotaBytes: Number.POSITIVE_INFINITY,
    };
    return new Owner(await openActorHandle(surroundings, 'a'), epoch);
  }

  #accepted(): Model {
    return changed(this.#stored, this.#owner.pending);
  }

  async #write(owner: Owner, op: Op, durability: Durability): Promise<void> {
    const change = this.#change(op);
    const unit = this.#track([change], durability, perform(owner.kv, change, durability));
    await turns();
    const { failedWith } = owner;
    if (failedWith === undefined) owner.accept(unit);
    else expect(unit.outcome).toMatchObject({ error: { code: failedWith } });
  }

  async #runPart(owner: Owner, access: ActorAccess, part: Part, changes: Change[]): Promise<void> {
    if (part.type === 'settle') await this.settle(part);
    else if (part.type === 'supersede') await this.supersede();
    else {
      const writing =
        part.type === 'nested' ? this.#runNested(access, part, changes) : this.#runOp(access, part, changes);
      const { failedWith } = owner;
      if (failedWith === undefined) await writing;
      else await expect(writing).rejects.toMatchObject({ code: failedWith });
    }
    // Below a superseded transaction the store is another owner's by now.
    if (owner !== this.#owner || owner.failedWith !== undefined) return;
    const within = changed(this.#accepted(), [{ changes }]);
    await this.#expectView(new ActorKv(access), within);
    await this.#expectView(owner.kv, this.#accepted());
  }

  async #runOp(access: ActorAccess, op: Op, changes: Change[]): Promise<void> {
    const change = this.#change(op);
    await perform(new ActorKv(access), change);
    changes.push(change);
  }

  async #runNested(access: ActorAccess, { ops, throws }: Nested, changes: Change[]): Promise<void> {
    const own: Change[] = [];
    try {
      await access.transaction(async (inner) => {
        for (const op of ops) await this.#runOp(inner, op, own);
        if (throws) throw new ChangedMind();
      });
      changes.push(...own);
    } catch (error) {
      if (isKeyspaceError(error) || !throws) throw error;
    }
  }

  async #expectView(kv: ActorKv, model: Model): Promise<void> {
    expect((await collect(kv.scan())).map(row)).toEqual(rows(model));
    const backwards = await collect(kv.scan({ reverse: true, limit: 2 }));
    expect(backwards.map(row)).toEqual(rows(model, true).slice(0, 2));
    expect((await kv.getMany(KEYS)).map(text)).toEqual(valuesOf(model));
    expect(text(await kv.get('a'))).toBe(model.get('61'));
    if (!this.#memory.sync) return;
    expect(kv.sync.getMany(KEYS).map(text)).toEqual(valuesOf(model));
    expect([...kv.sync.scan()].map(row)).toEqual(rows(model));
  }

  async #expectStored(): Promise<void> {
    const entries = await userEntries(this.#memory);
    expect(entries.map(([key, value]) => [key, Buffer.from(value, 'hex').toString()])).toEqual(
      rows(this.#stored).map(([key, value]) => [`04${key}`, value]),
    );
  }

  #track(changes: readonly Change[], durability: Durability, running: Promise<unknown>): Unit {
    const unit: Unit = { changes, durability, outcome: 'open' };
    this.#units.push(unit);
    running.then(
      () => {
        unit.outcome = 'done';
      },
      (error) => {
        unit.outcome = { error };
      },
    );
    return unit;
  }

  #change(op: Op): Change {
    this.#valueCount++;
    return { op, value: `${this.#valueCount}` };
  }
}

function perform(kv: ActorKv, { op, value }: Change, durability?: Durability): Promise<void> {
  if (op.type === 'set') return kv.set(op.key, value, { durability });
  if (op.type === 'delete') return kv.delete(op.key, { durability });
  return kv.clear({ prefix: op.prefix }, { durability });
}

function changed(model: Model, units: readonly Pick<Unit, 'changes'>[]): Model {
  const result = new Map(model);
  for (const { op, value } of units.flatMap(({ changes }) => changes)) {
    if (op.type === 'set') result.set(toHex(bytes(op.key)), value);
    else if (op.type === 'delete') result.delete(toHex(bytes(op.key)));
    else for (const key of result.keys()) if (key.startsWith(toHex(bytes(op.prefix)))) result.delete(key);
  }
  return result;
}

function rows(model: Model, reverse = false): [string, string][] {
  const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
  return reverse ? sorted.reverse() : sorted;
}

function row({ key, value }: KvEntry): [string, string] {
  return [toHex(key), text(value) as string];
}

function valuesOf(model: Model): (string | undefined)[] {
  return KEYS.map((key) => model.get(toHex(bytes(key))));
}

/** Enough for a distant store to answer what a commit has to know, and the commit, and for those who wait. */
const TURNS = 30;

/** Enough for the store to answer a commit and for everyone who waits for that to go on. */
async function turns(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await setImmediate();
}
