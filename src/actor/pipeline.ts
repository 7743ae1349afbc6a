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
  /** Oldest first: retained, then in flight, then waiting. */
  readonly #accepted: Accepted[] = [];
  #retainedCount = 0;
  #inFlightCount = 0;
  #retainers = 0;
  #pumpScheduled = false;
  #failure: KeyspaceError | undefined;
  #closing: Promise<void> | undefined;
  #hasUntoldLoss = false;
  #firstWrite: ((layer: Layer) => void) | undefined;

  /** @param firstWrite Adds what must be stored with the first entry ever, such as the layout header. */
  constructor(store: Store, fence: Fence, firstWrite?: (layer: Layer) => void) {
    this.#store = store;
    this.#fence = fence;
    this.#firstWrite = firstWrite;
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
    const { commitBytesMax } = this.#store.limits;
    if (layer.hasSets) this.#firstWrite?.(layer);
    assertCommitBytes(layer.bytes, commitBytesMax);
    if (layer.hasSets) {
      this.#store.assertRoom?.(layer.bytes);
      this.#firstWrite = undefined;
    }
    const newest = this.#accepted.at(-1);
    const isWaiting = this.#accepted.length > this.#retainedCount + this.#inFlightCount;
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

  /**
   * Resolves once everything accepted so far is durable.
   *
   * @throws {KeyspaceError} Why something accepted was lost.
   */
  async durable(): Promise<void> {
    try {
      this.assertUsable();
      await this.#accepted.at(-1)?.durable;
    } catch (error) {
      // While it is being closed, a loss is told by `close`.
      if (!isKeyspaceError(error, 'actor.closed')) this.#hasUntoldLoss = false;
      throw error;
    }
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
    this.#retainers++;
    return () => {
      if (--this.#retainers > 0) return;
      this.#accepted.splice(0, this.#retainedCount);
      this.#retainedCount = 0;
    };
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
    if (this.#retainers > 0) this.#retainedCount += group.length;
    else this.#accepted.splice(0, group.length);
    for (const { resolve } of group) resolve();
    this.#pump();
  }

  #failed(error: unknown, group: readonly Accepted[]): void {
    const failure = isKeyspaceError(error, 'commit.fenced') ? fenced(error) : asFailure(error);
    this.#failure = failure;
    const dropped = this.#accepted.splice(0).slice(this.#retainedCount);
    this.#hasUntoldLoss = dropped.some(({ isDeferred }) => isDeferred);
    this.#retainedCount = 0;
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
