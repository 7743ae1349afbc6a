import type { ActorAccess, WriteOptions } from '../actor/index.js';
import {
  type Location,
  WORKFLOW_FIELD,
  workflowEntryMetadata,
  workflowField,
  workflowHistory,
  workflowMessage,
  workflowName,
} from '../layout/index.js';
import {
  type WorkflowEntry,
  type WorkflowMetadataRecord,
  type WorkflowState,
  workflowMetadataPayload,
} from '../values/index.js';
import { type StagedFlush, WorkflowDraft } from './draft.js';
import { decodeState, encodeState } from './fields.js';
import { addMessage, type NewWorkflowMessage, readMessages, type WorkflowMessage } from './messages.js';
import { locationPath, readNames } from './names.js';
import { iterationsRange, pruneRange, subtreeRange } from './prune.js';
import {
  decodeStored,
  decodeStoredEntry,
  encodeStored,
  entryWrite,
  metadataWrite,
  type StoredValue,
} from './stored.js';

/** An entry as an observer sees it. */
export interface WorkflowSnapshotEntry extends WorkflowEntry {
  /** The location in names: `orders/~3/charge`, where `~3` is turn 3 of the loop `orders`. */
  readonly path: string;
  readonly metadata?: WorkflowMetadataRecord;
}

export interface WorkflowResetOptions extends WriteOptions {
  readonly keepInput?: boolean | undefined;
  readonly keepMessages?: boolean | undefined;
}

const stateKey = workflowField.encode({ field: WORKFLOW_FIELD.state });
const outputKey = workflowField.encode({ field: WORKFLOW_FIELD.output });
const errorKey = workflowField.encode({ field: WORKFLOW_FIELD.error });
const inputKey = workflowField.encode({ field: WORKFLOW_FIELD.input });

/**
 * What a replaying workflow engine keeps: interned names, the history by location, metadata of its entries, the
 * workflow's state, output, error and input, and messages it has not received. The keys and values but for those of
 * messages are those of RivetKit's workflow engine, which can be run on them: see `actor-keyspace/adapters/rivetkit`.
 *
 * A value is there or not; one that is there may be `undefined`. Whole entries hold at most 131,072 bytes: larger is
 * `value.too_large`, before anything is written.
 *
 * @throws {KeyspaceError} Every method: `value.malformed`, `value.version_unsupported`, and as `ActorAccess`.
 */
export class ActorWorkflow {
  readonly #access: ActorAccess;

  constructor(access: ActorAccess) {
    this.#access = access;
  }

  /** The history for an engine to work on. Reads the names alone; one draft at a time. Not inside a transaction. */
  load(): Promise<WorkflowDraft> {
    return WorkflowDraft.load(this.#access);
  }

  /**
   * Writes what a draft has to flush as part of a transaction. Marks stay until `confirm` is called, once the
   * transaction is durable; without that they are written again, and nothing is lost.
   */
  stage(draft: WorkflowDraft): Promise<StagedFlush> {
    return draft.stage(this.#access);
  }

  /** Interned names by index. */
  names(): Promise<string[]> {
    return readNames(this.#access);
  }

  async getEntry(location: Location): Promise<WorkflowEntry | undefined> {
    const bytes = await this.#access.get(workflowHistory.encode({ location }));
    return bytes && decodeStoredEntry(location, bytes);
  }

  setEntry(entry: WorkflowEntry, options?: WriteOptions): Promise<void> {
    const { key, value } = entryWrite(entry);
    return this.#access.write((writes) => writes.set(key, value as Uint8Array), options);
  }

  /** The entries at and under a location, in order of their locations, as of one moment. Streams. */
  async *entries(under: Location = []): AsyncGenerator<WorkflowEntry, void, undefined> {
    for await (const { key, value } of this.#access.scan(subtreeRange(under))) {
      yield decodeStoredEntry(workflowHistory.decode(key).location, value);
    }
  }

  async getMetadata(entryId: string): Promise<WorkflowMetadataRecord | undefined> {
    const bytes = await this.#access.get(workflowEntryMetadata.encode({ entryId }));
    return bytes && workflowMetadataPayload.decode(bytes);
  }

  setMetadata(entryId: string, record: WorkflowMetadataRecord, options?: WriteOptions): Promise<void> {
    const { key, value } = metadataWrite(entryId, record);
    return this.#access.write((writes) => writes.set(key, value as Uint8Array), options);
  }

  /** Undefined before the workflow has begun. */
  async getState(): Promise<WorkflowState | undefined> {
    const bytes = await this.#access.get(stateKey);
    return bytes && decodeState(bytes);
  }

  setState(state: WorkflowState, options?: WriteOptions): Promise<void> {
    return this.#set(stateKey, encodeState(state), options);
  }

  async getOutput(): Promise<StoredValue | undefined> {
    return decodeStored(await this.#access.get(outputKey));
  }

  async setOutput(output: unknown, options?: WriteOptions): Promise<void> {
    return this.#set(outputKey, encodeStored(output), options);
  }

  async getError(): Promise<StoredValue | undefined> {
    return decodeStored(await this.#access.get(errorKey));
  }

  async setError(error: unknown, options?: WriteOptions): Promise<void> {
    return this.#set(errorKey, encodeStored(error), options);
  }

  async getInput(): Promise<StoredValue | undefined> {
    return decodeStored(await this.#access.get(inputKey));
  }

  async setInput(input: unknown, options?: WriteOptions): Promise<void> {
    return this.#set(inputKey, encodeStored(input), options);
  }

  /**
   * Removes the entry at a location and all under it, with their metadata, in one commit.
   *
   * @returns How many entries there were.
   */
  prune(location: Location): Promise<number> {
    return pruneRange(this.#access, subtreeRange(location));
  }

  /**
   * Removes the iterations of a loop before `before`, with their metadata, in one commit.
   *
   * @param loop Location of the loop itself, which ends with the index of its name.
   * @returns How many entries there were.
   */
  async pruneIterations(loop: Location, before: number): Promise<number> {
    return pruneRange(this.#access, iterationsRange(loop, before));
  }

  /** The history for an observer: entries with their paths and metadata, in order of locations. Streams. */
  async *snapshot(under: Location = []): AsyncGenerator<WorkflowSnapshotEntry, void, undefined> {
    const names = await this.names();
    for await (const entry of this.entries(under)) {
      const metadata = await this.getMetadata(entry.id);
      yield { ...entry, path: locationPath(entry.location, names), ...(metadata && { metadata }) };
    }
  }

  /**
   * Lets a workflow that failed run again: entries whose retries are exhausted begin anew, its error is removed, it
   * sleeps and the actor is due now.
   *
   * @returns Whether it had failed; otherwise nothing is written.
   */
  async recover(options?: WriteOptions): Promise<boolean> {
    return this.#access.transaction(async (access) => {
      const workflow = new ActorWorkflow(access);
      if ((await workflow.getState()) !== 'failed') return false;
      for await (const { key, value } of access.scan(workflowEntryMetadata.range())) {
        const { error, ...record } = workflowMetadataPayload.decode(value);
        if (record.status !== 'exhausted') continue;
        const { entryId } = workflowEntryMetadata.decode(key);
        await workflow.setMetadata(entryId, {
          ...record,
          status: 'pending',
          attempts: 0,
          lastAttemptAtMs: 0,
        });
      }
      await access.write((writes) => {
        writes.delete(errorKey);
        writes.set(stateKey, encodeState('sleeping'));
        writes.wakeAt('workflow', access.clock.nowMs());
      });
      return true;
    }, options);
  }

  /** Removes the workflow, in one commit: history, names, fields, messages, and when it wakes. */
  async reset(options: WorkflowResetOptions = {}): Promise<void> {
    const { keepInput = false, keepMessages = false } = options;
    return this.#access.write((writes) => {
      for (const family of [workflowName, workflowHistory, workflowEntryMetadata]) {
        writes.clearRange(family.range());
      }
      for (const key of [stateKey, outputKey, errorKey]) writes.delete(key);
      if (!keepInput) writes.delete(inputKey);
      if (!keepMessages) writes.clearRange(workflowMessage.range());
      writes.wakeAt('workflow', undefined);
    }, options);
  }

  /** Says when the workflow next has something to do, in milliseconds since the Unix epoch; undefined: never. */
  wakeAt(atMs: number | undefined, options?: WriteOptions): Promise<void> {
    return this.#access.write((writes) => writes.wakeAt('workflow', atMs), options);
  }

  /**
   * Sends the workflow a message, and makes the actor due.
   *
   * @returns The message's id, a new one if none was given.
   */
  send(message: NewWorkflowMessage, options?: WriteOptions): Promise<string> {
    return addMessage(this.#access, message, options);
  }

  /** Messages that the workflow has not received, in the order in which they were sent, of these names or of all. */
  messages(names?: readonly string[]): AsyncGenerator<WorkflowMessage, void, undefined> {
    return readMessages(this.#access, names);
  }

  /** Removes a message; not having one is fine. */
  removeMessage(sequence: number, options?: WriteOptions): Promise<void> {
    return this.#access.write((writes) => writes.delete(workflowMessage.encode({ sequence })), options);
  }

  #set(key: Uint8Array, value: Uint8Array, options: WriteOptions | undefined): Promise<void> {
    return this.#access.write((writes) => writes.set(key, value), options);
  }
}
