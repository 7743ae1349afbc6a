import type { ActorAccess } from '../actor/index.js';
import { compareBytes, toHex } from '../bytes/index.js';
import {
  type LayoutRange,
  type Location,
  WORKFLOW_FIELD,
  workflowEntryMetadata,
  workflowField,
  workflowHistory,
  workflowName,
} from '../layout/index.js';
import { inRange } from '../store/index.js';
import {
  type WorkflowEntry,
  type WorkflowMetadataRecord,
  type WorkflowState,
  workflowMetadataPayload,
} from '../values/index.js';
import { encodeState } from './fields.js';
import { assertNamed, nameBytes, readNames } from './names.js';
import { iterationsRange, pruneRange, subtreeRange } from './prune.js';
import {
  assertStored,
  decodeStored,
  decodeStoredEntry,
  encodeStored,
  entryWrite,
  metadataWrite,
  type StoredValue,
  type StoredWrite,
  storedEntryId,
} from './stored.js';

/** What a flush has written; confirm it when that is durable. */
export interface StagedFlush {
  /** Entries, names, metadata and fields that it writes. */
  readonly writeCount: number;
  /** Clears the marks of what was written and has not changed since. */
  confirm(): void;
}

/**
 * A workflow's history while an engine works on it: reads fall through to what is stored, changes are kept, as bytes,
 * until a flush writes all of them in one commit. A mark is cleared only when what it stands for is durable; what
 * changes during a flush stays for the next one, and after a flush that fails everything does. Memory holds the
 * names and what is not flushed, however long the history is.
 *
 * At most one draft of an actor is in use at a time.
 */
export class WorkflowDraft {
  readonly #access: ActorAccess;
  readonly #names: string[];
  readonly #indexes = new Map<string, number>();
  #flushedNames: number;
  /** By key in hex, which sorts as the key does. */
  readonly #writes = new Map<string, StoredWrite>();
  #pruned: readonly LayoutRange[] = [];

  private constructor(access: ActorAccess, names: string[]) {
    this.#access = access;
    this.#names = names;
    this.#flushedNames = names.length;
    for (const [index, name] of names.entries()) {
      if (!this.#indexes.has(name)) this.#indexes.set(name, index);
    }
  }

  /** Use `actor.workflow.load`. */
  static async load(access: ActorAccess): Promise<WorkflowDraft> {
    return new WorkflowDraft(access, await readNames(access));
  }

  /** Interned names by index, those not flushed included. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Whether there is anything to flush. */
  get isDirty(): boolean {
    return this.#writes.size > 0 || this.#pruned.length > 0 || this.#flushedNames < this.#names.length;
  }

  /** The index of a name, which becomes the next one's if it has none. */
  intern(name: string): number {
    let index = this.#indexes.get(name);
    if (index === undefined) {
      nameBytes(name);
      index = this.#names.push(name) - 1;
      this.#indexes.set(name, index);
    }
    return index;
  }

  async getEntry(location: Location): Promise<WorkflowEntry | undefined> {
    const bytes = await this.#read(workflowHistory.encode({ location }));
    return bytes && decodeStoredEntry(location, bytes);
  }

  /**
   * @throws {RangeError} If the location refers to a name that is not interned.
   * @throws {KeyspaceError} `value.unserialisable`; `value.too_large` or `key.too_large`, before anything is kept.
   */
  setEntry(entry: WorkflowEntry): void {
    assertNamed(entry.location, this.#names.length);
    this.#keep(entryWrite(entry));
  }

  /** Entries in order of their locations; what changes meanwhile may show as it was or as it is. */
  async *entries(under: Location = []): AsyncGenerator<WorkflowEntry, void, undefined> {
    const range = subtreeRange(under);
    const kept = [...this.#writes]
      .filter(([, { key }]) => inRange(key, range))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, write]) => write);
    const pruned = this.#pruned;
    let next = 0;
    for await (const { key, value } of this.#access.scan(range)) {
      for (; next < kept.length && compareBytes((kept[next] as StoredWrite).key, key) < 0; next++) {
        yield* decodeKept(kept[next] as StoredWrite);
      }
      if (next < kept.length && compareBytes((kept[next] as StoredWrite).key, key) === 0) {
        yield* decodeKept(kept[next++] as StoredWrite);
      } else if (!pruned.some((gone) => inRange(key, gone))) {
        yield decodeStoredEntry(workflowHistory.decode(key).location, value);
      }
    }
    for (; next < kept.length; next++) yield* decodeKept(kept[next] as StoredWrite);
  }

  async getMetadata(entryId: string): Promise<WorkflowMetadataRecord | undefined> {
    const bytes = await this.#read(workflowEntryMetadata.encode({ entryId }));
    return bytes && workflowMetadataPayload.decode(bytes);
  }

  setMetadata(entryId: string, record: WorkflowMetadataRecord): void {
    this.#keep(metadataWrite(entryId, record));
  }

  setState(state: WorkflowState): void {
    this.#keep({ key: workflowField.encode({ field: WORKFLOW_FIELD.state }), value: encodeState(state) });
  }

  /** The workflow's output as of the draft; there if it is set, `undefined` included. */
  async getOutput(): Promise<StoredValue | undefined> {
    return decodeStored(await this.#read(workflowField.encode({ field: WORKFLOW_FIELD.output })));
  }

  setOutput(output: unknown): void {
    this.#keep({ key: workflowField.encode({ field: WORKFLOW_FIELD.output }), value: encodeStored(output) });
  }

  setError(error: unknown): void {
    this.#keep({ key: workflowField.encode({ field: WORKFLOW_FIELD.error }), value: encodeStored(error) });
  }

  clearError(): void {
    this.#keep({ key: workflowField.encode({ field: WORKFLOW_FIELD.error }), value: undefined });
  }

  /** Removes the entry at a location and all under it, with their metadata, at the next flush. */
  prune(location: Location): void {
    this.#prune(subtreeRange(location));
  }

  /** Removes a loop's iterations before `before`, with their metadata, at the next flush. */
  pruneIterations(loop: Location, before: number): void {
    this.#prune(iterationsRange(loop, before));
  }

  /**
   * Writes everything that changed, in one commit.
   *
   * @throws {KeyspaceError} As every write of an actor; `commit.check_failed` if names were interned by others.
   * Everything then stays to be flushed again.
   */
  async flush(): Promise<void> {
    (await this.stage(this.#access)).confirm();
  }

  /** The flush without clearing marks: see `actor.workflow.stage`. */
  async stage(access: ActorAccess): Promise<StagedFlush> {
    const writes = [...this.#writes];
    const names = this.#names.slice(this.#flushedNames);
    const firstName = this.#flushedNames;
    const pruned = this.#pruned;
    if (writes.length + names.length + pruned.length > 0) {
      await access.transaction(async (inner) => {
        if (names.length > 0) await assertStored(inner, workflowName.encode({ index: firstName }), undefined);
        for (const range of pruned) await pruneRange(inner, range);
        await inner.write((target) => {
          for (const [i, name] of names.entries()) {
            target.set(workflowName.encode({ index: firstName + i }), nameBytes(name));
          }
          for (const [, { key, value }] of writes) value ? target.set(key, value) : target.delete(key);
        });
      });
    }
    return {
      writeCount: writes.length + names.length,
      confirm: () => {
        this.#flushedNames = Math.max(this.#flushedNames, firstName + names.length);
        this.#pruned = this.#pruned.filter((range) => !pruned.includes(range));
        for (const [id, write] of writes) if (this.#writes.get(id) === write) this.#writes.delete(id);
      },
    };
  }

  #keep(write: StoredWrite): void {
    this.#writes.set(toHex(write.key), write);
  }

  #prune(range: LayoutRange): void {
    for (const [id, { key, value }] of this.#writes) {
      if (!inRange(key, range) || value === undefined) continue;
      const metadataKey = workflowEntryMetadata.encode({ entryId: storedEntryId(key, value) });
      this.#writes.delete(id);
      this.#keep({ key: metadataKey, value: undefined });
    }
    this.#pruned = [...this.#pruned, range];
  }

  async #read(key: Uint8Array): Promise<Uint8Array | undefined> {
    const kept = this.#writes.get(toHex(key));
    if (kept !== undefined) return kept.value;
    if (this.#pruned.some((range) => inRange(key, range))) return undefined;
    return this.#access.get(key);
  }
}

function* decodeKept({ key, value }: StoredWrite): Generator<WorkflowEntry, void, undefined> {
  if (value !== undefined) yield decodeStoredEntry(workflowHistory.decode(key).location, value);
}
