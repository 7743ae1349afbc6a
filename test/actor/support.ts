import { Books } from '../../src/actor/books.js';
import { CommitPipeline } from '../../src/actor/pipeline.js';
import { Scope } from '../../src/actor/scope.js';
import { Usage } from '../../src/actor/usage.js';
import { encodeUtf8 } from '../../src/bytes/index.js';
import { randomIds, systemClock } from '../../src/clock.js';
import type {
  Commit,
  Entry,
  Fence,
  KeyRange,
  ScanOptions,
  Snapshot,
  Store,
  Write,
} from '../../src/store/index.js';
import { MemoryStore } from '../../src/stores/memory/index.js';

export const bytes = encodeUtf8;
export const text = (value: Uint8Array | undefined): string | undefined =>
  value && Buffer.from(value).toString('utf8');

/** What the test decides about one commit that reached the store. */
export type Verdict = 'apply' | { readonly fail: unknown } | { readonly applyThenFail: unknown };

interface Arrived {
  readonly commit: Commit;
  readonly decide: (verdict: Verdict) => void;
}

/** A store whose commits wait for the test's verdict, once `hold` is called. */
export class HeldStore implements Store {
  readonly #inner: Store;
  readonly #arrived: Arrived[] = [];
  #onArrival: (() => void) | undefined;
  #isHolding = false;
  readonly commits: Commit[] = [];

  constructor(inner: Store = new MemoryStore()) {
    this.#inner = inner;
  }

  get limits() {
    return this.#inner.limits;
  }
  get capabilities() {
    return this.#inner.capabilities;
  }
  get sync() {
    return this.#inner.sync;
  }
  get(partition: Uint8Array, key: Uint8Array) {
    return this.#inner.get(partition, key);
  }
  getMany(partition: Uint8Array, keys: readonly Uint8Array[]) {
    return this.#inner.getMany(partition, keys);
  }
  scan(partition: Uint8Array, range: KeyRange, options?: ScanOptions): AsyncIterable<Entry> {
    return this.#inner.scan(partition, range, options);
  }
  getSizes(partition: Uint8Array, keys: readonly Uint8Array[]) {
    return this.#inner.getSizes(partition, keys);
  }
  scanSizes(partition: Uint8Array, range: KeyRange, options?: ScanOptions) {
    return this.#inner.scanSizes(partition, range, options);
  }
  snapshot(): Promise<Snapshot> {
    return this.#inner.snapshot();
  }
  listPartitions(range?: KeyRange) {
    return this.#inner.listPartitions(range);
  }
  claim(partition: Uint8Array): Promise<Fence> {
    return this.#inner.claim(partition);
  }
  close() {
    return this.#inner.close();
  }

  hold(): void {
    this.#isHolding = true;
  }

  /** Stops holding and applies what waits. */
  release(): void {
    this.#isHolding = false;
    for (const { decide } of this.#arrived.splice(0)) decide('apply');
  }

  /** The oldest commit that waits for a verdict, as soon as there is one. */
  async arrived(): Promise<Arrived> {
    while (this.#arrived.length === 0) {
      await new Promise<void>((resolve) => {
        this.#onArrival = resolve;
      });
    }
    return this.#arrived.shift() as Arrived;
  }

  /** The commits that wait for a verdict, oldest first. */
  get waiting(): readonly Commit[] {
    return this.#arrived.map(({ commit }) => commit);
  }

  /** Takes one of those out, for the caller to decide. */
  take(index: number): Arrived | undefined {
    return this.#arrived.splice(index, 1)[0];
  }

  async commit(commit: Commit): Promise<void> {
    this.commits.push(commit);
    const verdict = this.#isHolding ? await this.#verdict(commit) : 'apply';
    if (verdict === 'apply') return this.#inner.commit(commit);
    if ('fail' in verdict) throw verdict.fail;
    await this.#inner.commit(commit);
    throw verdict.applyThenFail;
  }

  #verdict(commit: Commit): Promise<Verdict> {
    return new Promise((decide) => {
      this.#arrived.push({ commit, decide });
      this.#onArrival?.();
    });
  }
}

export const PARTITION = Uint8Array.of(2, 0x61, 0);

export interface Opened {
  readonly scope: Scope;
  readonly pipeline: CommitPipeline;
  readonly fence: Fence;
}

export async function openScope(
  store: Store,
  { transactionWaitMsMax = 5_000, quotaBytes = Number.POSITIVE_INFINITY } = {},
): Promise<Opened> {
  const fence = await store.claim(PARTITION);
  const stored = { hasHeader: false, hasUsage: false, usage: new Usage(), wake: {} };
  const pipeline = new CommitPipeline(store, fence, new Books('a', quotaBytes, stored));
  const settings = {
    store,
    partition: PARTITION,
    storePartition: PARTITION,
    readOnly: false,
    transactionWaitMsMax,
    clock: systemClock,
    ids: randomIds,
  };
  return { scope: new Scope(settings, pipeline), pipeline, fence };
}

/** What the actor's user wrote, without the library's own records. */
export async function scanned(entries: AsyncIterable<Entry> | Iterable<Entry>): Promise<[string, string][]> {
  const result: [string, string][] = [];
  for await (const { key, value } of entries) {
    if (key[0] !== 0) result.push([text(key) as string, text(value) as string]);
  }
  return result;
}

/** Of a commit, the writes of what the actor's user wrote. */
export function userWrites({ writes }: Commit): readonly Write[] {
  return writes.filter((write) => write.type === 'clearRange' || write.key[0] !== 0);
}
