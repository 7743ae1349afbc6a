import { isKeyspaceError, KeyspaceError } from '../errors.js';
import { assertCommitBytes, type Fence, type Layer, type Store, type Write } from '../store/index.js';
import type { Ground } from './ground.js';

interface Accepted {
  readonly layer: Layer;
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
  /** Oldest first: retained after their commit, then in flight, then waiting. */
  readonly #accepted: Accepted[] = [];
  #inFlightCount = 0;
  /** Layers that ever became durable, and how many of those have left `#accepted`. */
  #committedCount = 0;
  #droppedCount = 0;
  /** Per reader, oldest first, what `#committedCount` was when it began. */
  readonly #retainers = new Set<{ readonly committedCount: number }>();
  #pumpScheduled = false;
  #failure: KeyspaceError | undefined;
  #closing: Promise<void> | undefined;
  #hasUntoldLoss = false;
  #preface: Layer | undefined;

  /** @param preface What must be stored no later than the first entry: the layout header. */
  constructor(store: Store, fence: Fence, preface?: Layer) {
    this.#store = store;
    this.#fence = fence;
    this.#preface = preface;
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

  /**
   * Accepts a layer as a whole: from now on it is read, and the promise resolves when it is durable.
   *
   * @throws {KeyspaceError} `commit.too_large` or `store.full`, and then nothing of it is accepted; or why
   * the pipeline is unusable.
   */
  accept(layer: Layer, isDeferred: boolean): Promise<void> {
    this.assertUsable();
    assertCommitBytes(layer.bytes, this.#store.limits.commitBytesMax);
    if (layer.setCount > 0) {
      this.#assertRoom(layer);
      if (this.#preface !== undefined) this.#enqueue(this.#preface, false);
      this.#preface = undefined;
    }
    return this.#enqueue(layer, isDeferred);
  }

  /** What waits has been let in and not reached the store, so it takes room as well. */
  #assertRoom(layer: Layer): void {
    let { setCount, setBytes } = layer;
    for (let at = this.#waitingFrom; at < this.#accepted.length; at++) {
      const waiting = (this.#accepted[at] as Accepted).layer;
      setCount += waiting.setCount;
      setBytes += waiting.setBytes;
    }
    this.#store.assertRoom?.(setCount, setBytes + setCount * this.#fence.partition.length);
  }

  #enqueue(layer: Layer, isDeferred: boolean): Promise<void> {
    const newest = this.#accepted.at(-1);
    const isWaiting = this.#accepted.length > this.#waitingFrom;
    const { commitBytesMax } = this.#store.limits;
    if (newest !== undefined && isWaiting && newest.layer.bytes + layer.bytes <= commitBytesMax) {
      newest.layer.absorb(layer);
      newest.isDeferred ||= isDeferred;
      return newest.durable;
    }
    const accepted = acceptedLayer(layer, isDeferred);
    this.#accepted.push(accepted);
    this.#schedulePump();
    return accepted.durable;
  }

  get #retainedCount(): number {
    return this.#committedCount - this.#droppedCount;
  }

  get #waitingFrom(): number {
    return this.#retainedCount + this.#inFlightCount;
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

  /** Lets go of what was durable before the oldest reader began: its snapshot has it. */
  #dropCommitted(): void {
    const [oldest] = this.#retainers;
    const droppedCount = oldest?.committedCount ?? this.#committedCount;
    this.#accepted.splice(0, droppedCount - this.#droppedCount);
    this.#droppedCount = droppedCount;
  }

  // Writes made in the same turn of the event loop share one commit.
  #schedulePump(): void {
    if (this.#pumpScheduled || this.#inFlightCount > 0) return;
    this.#pumpScheduled = true;
    queueMicrotask(() => {
      this.#pumpScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    const group = this.#fitting();
    if (group.length === 0) return;
    this.#inFlightCount = group.length;
    const writes: Write[] = group.flatMap(({ layer }) => layer.writes(this.#fence.partition));
    this.#store.commit({ fences: [this.#fence], writes }).then(
      () => this.#committed(group),
      (error) => this.#failed(error, group),
    );
  }

  /** The oldest waiting layers that fit into one commit. */
  #fitting(): Accepted[] {
    let bytes = 0;
    let end = this.#retainedCount;
    for (; end < this.#accepted.length; end++) {
      bytes += (this.#accepted[end] as Accepted).layer.bytes;
      if (end > this.#retainedCount && bytes > this.#store.limits.commitBytesMax) break;
    }
    return this.#accepted.slice(this.#retainedCount, end);
  }

  #committed(group: readonly Accepted[]): void {
    this.#inFlightCount = 0;
    this.#committedCount += group.length;
    this.#dropCommitted();
    for (const { resolve } of group) resolve();
    this.#pump();
  }

  #failed(error: unknown, group: readonly Accepted[]): void {
    const failure = isKeyspaceError(error, 'commit.fenced') ? fenced(error) : asFailure(error);
    this.#failure = failure;
    const dropped = this.#accepted.splice(0).slice(this.#retainedCount);
    this.#hasUntoldLoss = dropped.some(({ isDeferred }) => isDeferred);
    this.#droppedCount = this.#committedCount;
    this.#inFlightCount = 0;
    for (const accepted of dropped) {
      const wasInFlight = group.includes(accepted);
      accepted.reject(wasInFlight || failure.code === 'actor.fenced' ? failure : poisoned(failure));
    }
  }
}

function acceptedLayer(layer: Layer, isDeferred: boolean): Accepted {
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
