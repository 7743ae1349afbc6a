import { isKeyspaceError, KeyspaceError } from '../errors.js';
import { assertCommitBytes, type Fence, type Layer, type Store } from '../store/index.js';
import type { ActorLayer } from './actor-layer.js';
import { type Balance, type Books, RECORDS_BYTES_MAX, RECORDS_COUNT_MAX } from './books.js';
import type { Ground, Preparation } from './ground.js';
import { LayeredReads } from './reads.js';
import type { Usage } from './usage.js';
import { replacedKeys, usageChange, usageChangeLater } from './usage-change.js';
import { DUE_PARTITION } from './wake.js';

interface Accepted {
  readonly layer: ActorLayer;
  /** The records as of this layer, once another waits behind it. */
  balance?: Balance;
  /** Whether some of it was acknowledged on acceptance, so that nobody may be waiting to hear of its loss. */
  isDeferred: boolean;
  readonly durable: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Deferred writers wait once this much is accepted and not durable. */
const ACCEPTED_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Turns what an actor accepts into store commits: one in flight, what is accepted meanwhile coalesces, in
 * order, into the next. Until a commit resolves its writes are readable here. When one fails, everything
 * accepted but not durable is dropped and the pipeline refuses all further use.
 */
export class CommitPipeline implements Ground {
  readonly #store: Store;
  readonly #fence: Fence;
  readonly #books: Books;
  readonly #reads: LayeredReads;
  /** Oldest first: retained after their commit, then in flight, then waiting. */
  readonly #accepted: Accepted[] = [];
  /** The oldest that is not durable is being committed. */
  #isInFlight = false;
  /** Layers that ever became durable, and how many of those have left `#accepted`. */
  #committedCount = 0;
  #droppedCount = 0;
  readonly #forgets = new Set<() => void>();
  /** Per reader, oldest first, what `#committedCount` was when it began. */
  readonly #retainers = new Set<{ readonly committedCount: number }>();
  #pumpScheduled = false;
  #failure: KeyspaceError | undefined;
  #closing: Promise<void> | undefined;
  #hasUntoldLoss = false;

  constructor(store: Store, fence: Fence, books: Books) {
    this.#store = store;
    this.#fence = fence;
    this.#books = books;
    this.#reads = new LayeredReads(store, fence.partition, this);
  }

  get isEmpty(): boolean {
    return this.#accepted.length === 0;
  }

  assertUsable(): void {
    if (this.#closing !== undefined) throw new KeyspaceError('actor.closed', 'the actor is closed', {});
    const cause = this.#failure;
    if (cause === undefined) return;
    throw cause.code === 'actor.fenced' ? fenced(cause) : poisoned(cause);
  }

  lookup(id: string): Uint8Array | null | undefined {
    for (let i = this.#accepted.length - 1; i >= 0; i--) {
      const found = (this.#accepted[i] as Accepted).layer.lookup(id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  layers(): Layer[] {
    return this.#accepted.map(({ layer }) => layer);
  }

  prepare(layer: ActorLayer): Preparation | undefined {
    if (this.#store.sync !== undefined) return undefined;
    const release = this.retain();
    const keys = replacedKeys(layer);
    const stored =
      keys.length === 0 ? Promise.resolve([]) : this.#store.getSizes(this.#fence.partition, keys);
    // Whoever gave up waiting for its turn never asks.
    stored.catch(() => {});
    return {
      release,
      change: async () => {
        const oldSizes = this.#reads.sizesOver(keys, await stored);
        this.assertUsable();
        return usageChangeLater(layer, this.#books.usage, this.#reads, oldSizes);
      },
    };
  }

  /**
   * Accepts a layer as a whole: from now on it is read, and the promise resolves when it is durable.
   *
   * @throws {KeyspaceError} `commit.too_large`, `actor.quota_exceeded` or `store.full`, and then nothing of it is
   * accepted; or why the pipeline is unusable.
   */
  accept(
    layer: ActorLayer,
    isDeferred: boolean,
    change: Usage = usageChange(layer, this.#books.usage, this.#reads.sync),
  ): Promise<void> {
    this.assertUsable();
    assertCommitBytes(layer.bytes + RECORDS_BYTES_MAX, this.#store.limits.commitBytesMax);
    const posting = this.#books.post(layer, change);
    if (layer.setCount > 0) this.#assertRoom(layer);
    this.#books.enter(posting, layer, this.#store.limits);
    const { durable } = this.#enqueue(layer, isDeferred);
    this.#books.accept(posting);
    return durable;
  }

  /** What waits has been let in and not reached the store, so it takes room as well. */
  #assertRoom(layer: Layer): void {
    let setCount = layer.setCount + RECORDS_COUNT_MAX;
    let setBytes = layer.setBytes + RECORDS_BYTES_MAX;
    for (let at = this.#waitingFrom; at < this.#accepted.length; at++) {
      const waiting = (this.#accepted[at] as Accepted).layer;
      setCount += waiting.setCount;
      setBytes += waiting.setBytes;
    }
    this.#store.assertRoom?.(setCount, setBytes + setCount * this.#fence.partition.length);
  }

  #enqueue(layer: ActorLayer, isDeferred: boolean): Accepted {
    const newest = this.#accepted.at(-1);
    const isWaiting = this.#accepted.length > this.#waitingFrom;
    if (newest !== undefined && isWaiting) {
      const bytes = newest.layer.bytes + layer.bytes + RECORDS_BYTES_MAX;
      if (bytes <= this.#store.limits.commitBytesMax) {
        newest.layer.absorb(layer);
        newest.isDeferred ||= isDeferred;
        return newest;
      }
      newest.balance = this.#books.keptBalance();
    }
    const accepted = acceptedLayer(layer, isDeferred);
    this.#accepted.push(accepted);
    this.#schedulePump();
    return accepted;
  }

  get #retainedCount(): number {
    return this.#committedCount - this.#droppedCount;
  }

  get #waitingFrom(): number {
    return this.#retainedCount + (this.#isInFlight ? 1 : 0);
  }

  /**
   * Resolves once everything accepted so far is durable.
   *
   * @throws {KeyspaceError} Why something accepted was lost.
   */
  async durable(): Promise<void> {
    try {
      this.assertUsable();
      await this.settled();
    } catch (error) {
      // While it is being closed, a loss is told by `close`.
      if (!isKeyspaceError(error, 'actor.closed')) this.#hasUntoldLoss = false;
      throw error;
    }
  }

  settled(): Promise<void> {
    return this.#accepted.at(-1)?.durable ?? Promise.resolve();
  }

  /**
   * Waits for what is accepted, then refuses all further use. Idempotent: whoever closes again waits as well.
   *
   * @throws {KeyspaceError} Why deferred writes were lost, unless `durable` has told it before; once.
   */
  async close(): Promise<void> {
    const newest = this.#accepted.at(-1);
    this.#closing ??= newest?.durable.catch(() => {}) ?? Promise.resolve();
    await this.#closing;
    this.#forget();
    if (!this.#hasUntoldLoss) return;
    this.#hasUntoldLoss = false;
    throw this.#failure;
  }

  /**
   * Resolves when so little waits for the store that more may be accepted without filling the memory.
   * Never rejects: a failure is told by whatever comes next.
   */
  async headway(): Promise<void> {
    while (this.#acceptedBytes() > ACCEPTED_BYTES_MAX) {
      const oldest = this.#accepted[this.#retainedCount];
      await oldest?.durable.catch(() => {});
    }
  }

  #acceptedBytes(): number {
    let bytes = 0;
    for (const { layer } of this.#accepted.slice(this.#retainedCount)) bytes += layer.bytes;
    return bytes;
  }

  /**
   * Keeps layers readable after their commit until `release`, for a reader that must see, over a store
   * snapshot of unknown instant, every write accepted since it began.
   */
  retain(): () => void {
    const retainer = { committedCount: this.#committedCount };
    this.#retainers.add(retainer);
    return () => {
      this.#retainers.delete(retainer);
      this.#dropCommitted();
    };
  }

  onVoid(forget: () => void): void {
    this.#forgets.add(forget);
  }

  #forget(): void {
    for (const forget of this.#forgets) forget();
    this.#forgets.clear();
  }

  /** Lets go of what was durable before the oldest reader began: its snapshot has it. */
  #dropCommitted(): void {
    const [oldest] = this.#retainers;
    const droppedCount = oldest?.committedCount ?? this.#committedCount;
    this.#accepted.splice(0, droppedCount - this.#droppedCount);
    this.#droppedCount = droppedCount;
  }

  // Writes made in the same turn of the event loop share one commit.
  #schedulePump(): void {
    if (this.#pumpScheduled || this.#isInFlight) return;
    this.#pumpScheduled = true;
    queueMicrotask(() => {
      this.#pumpScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    const next = this.#accepted[this.#retainedCount];
    if (next === undefined) return;
    this.#isInFlight = true;
    const { partition } = this.#fence;
    const balance = next.balance ?? this.#books.balance();
    const { usage, due } = this.#books.writes(partition, balance);
    const writes = [...next.layer.writes(partition), ...usage, ...due];
    const sharedPartition = due.length > 0 ? DUE_PARTITION : undefined;
    this.#store.commit({ fences: [this.#fence], sharedPartition, writes }).then(
      () => this.#committed(next, balance),
      (error) => this.#failed(error, next),
    );
  }

  #committed({ resolve }: Accepted, balance: Balance): void {
    this.#books.committed(balance);
    this.#isInFlight = false;
    this.#committedCount++;
    this.#dropCommitted();
    resolve();
    this.#pump();
  }

  #failed(error: unknown, inFlight: Accepted): void {
    const failure = isKeyspaceError(error, 'commit.fenced') ? fenced(error) : asFailure(error);
    this.#failure = failure;
    const dropped = this.#accepted.splice(0).slice(this.#retainedCount);
    this.#hasUntoldLoss = dropped.some(({ isDeferred }) => isDeferred);
    this.#droppedCount = this.#committedCount;
    this.#isInFlight = false;
    this.#forget();
    for (const accepted of dropped) {
      accepted.reject(accepted === inFlight || failure.code === 'actor.fenced' ? failure : poisoned(failure));
    }
  }
}

function acceptedLayer(layer: ActorLayer, isDeferred: boolean): Accepted {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const durable = new Promise<void>((onDurable, onFailure) => {
    resolve = onDurable;
    reject = onFailure;
  });
  // A deferred write has nobody waiting here: its failure is told by durable() and every later call.
  durable.catch(() => {});
  return { layer, isDeferred, durable, resolve, reject };
}

function fenced(cause: KeyspaceError): KeyspaceError {
  return new KeyspaceError('actor.fenced', 'another owner has claimed this actor', {}, { cause });
}

function poisoned(cause: KeyspaceError): KeyspaceError {
  return new KeyspaceError(
    'actor.poisoned',
    'an earlier commit of this actor failed; reopen it',
    {},
    { cause },
  );
}

function asFailure(error: unknown): KeyspaceError {
  if (error instanceof KeyspaceError) return error;
  return new KeyspaceError(
    'store.failed',
    'the store failed to commit',
    { operation: 'commit' },
    { cause: error },
  );
}
