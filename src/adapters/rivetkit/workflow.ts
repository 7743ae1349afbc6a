import type { EngineDriver, WorkflowMessageDriver, WorkflowResult } from '@rivetkit/workflow-engine';
import type { ActorAccess, ActorWrites } from '../../actor/index.js';
import type { Clock } from '../../clock.js';
import { isKeyspaceError } from '../../errors.js';
import { type ActorKeyspace, accessOf } from '../../keyspace/index.js';
import { workflowEntryMetadata, workflowHistory, workflowMessage, workflowName } from '../../layout/index.js';
import { decodeCbor, workflowEntryPayload } from '../../values/index.js';
import type { WorkflowMessage } from '../../workflow/index.js';
import { KeySpace } from './key-space.js';

const SPACE = new KeySpace(Uint8Array.of(0x06, 0x01), {
  begin: workflowName.range().begin,
  end: workflowEntryMetadata.range().end,
});

export interface WorkflowDriverOptions {
  /** How often a workflow in live mode looks for what others sent it, in milliseconds, 1 or more. Default 100. */
  readonly pollMs?: number | undefined;
  /** Where messages come from instead of `actor.workflow`. Waiting then polls `receiveMessages` of it, too. */
  readonly messages?: WorkflowMessageDriver | undefined;
}

/** The driver of one run of an actor's workflow: make one for each `runWorkflow`. */
export interface WorkflowDriver extends EngineDriver {
  /**
   * To be called with what a run came to: when the actor is due next follows it. Without, an actor that was due and
   * now only waits for messages would stay due.
   */
  settle(result: Pick<WorkflowResult, 'state' | 'sleepUntil'>): Promise<void>;
}

/**
 * Lets `@rivetkit/workflow-engine` run an actor's workflow on its keyspace. Keys and values are those that the engine
 * writes anywhere; `actor.workflow` shows them.
 *
 * Every batch is one commit. Alarms are the actor's place in the due index. A message is removed in the commit that
 * brings it into the history, so that a crash neither loses nor repeats it.
 *
 * @throws {TypeError} If it is no actor of this package.
 */
export function createWorkflowDriver(
  actor: ActorKeyspace,
  options: WorkflowDriverOptions = {},
): WorkflowDriver {
  const { pollMs = 100, messages } = options;
  if (!(Number.isSafeInteger(pollMs) && pollMs >= 1))
    throw new RangeError('pollMs must be a whole number of 1 or more');
  return new Driver(actor, pollMs, messages);
}

class Driver implements WorkflowDriver {
  readonly workerPollInterval: number;
  readonly messageDriver: WorkflowMessageDriver;
  readonly #actor: ActorKeyspace;
  readonly #access: ActorAccess;
  readonly #hasOwnMessages: boolean;
  /** Received and not yet in the history, by id. */
  readonly #received = new Map<string, WorkflowMessage>();
  /** Ids of messages that the run could have received. */
  #seen: ReadonlySet<string> | undefined;

  constructor(actor: ActorKeyspace, pollMs: number, messages: WorkflowMessageDriver | undefined) {
    this.#actor = actor;
    this.#access = accessOf(actor);
    this.#hasOwnMessages = messages !== undefined;
    this.workerPollInterval = pollMs;
    this.messageDriver = messages ?? {
      addMessage: async ({ id, name, data }) => {
        await actor.workflow.send({ id, name, data });
      },
      receiveMessages: (options) => this.#receive(options),
      // In the history by now, with what it was completed with.
      completeMessage: async () => undefined,
    };
  }

  async get(key: Uint8Array): Promise<Uint8Array | null> {
    return (await this.#access.get(SPACE.stored(key))) ?? null;
  }

  set(key: Uint8Array, value: Uint8Array): Promise<void> {
    return this.#access.write((writes) => SPACE.set(writes, key, value));
  }

  delete(key: Uint8Array): Promise<void> {
    return this.#access.write((writes) => writes.delete(SPACE.stored(key)));
  }

  deletePrefix(prefix: Uint8Array): Promise<void> {
    return this.#access.write((writes) => writes.clearRange(SPACE.prefixRange(prefix)));
  }

  async list(prefix: Uint8Array): Promise<{ key: Uint8Array; value: Uint8Array }[]> {
    await this.#begin();
    return SPACE.list(this.#access, SPACE.prefixRange(prefix));
  }

  async batch(entries: { key: Uint8Array; value: Uint8Array }[]): Promise<void> {
    const recorded = entries.flatMap(({ key, value }) => this.#recordedIn(SPACE.stored(key), value));
    await this.#access.write((writes: ActorWrites) => {
      for (const { key, value } of entries) SPACE.set(writes, key, value);
      for (const { sequence } of recorded) writes.delete(workflowMessage.encode({ sequence }));
    });
    for (const { id } of recorded) this.#received.delete(id);
  }

  async setAlarm(_workflowId: string, wakeAtMs: number): Promise<void> {
    const nowMs = this.#access.clock.nowMs();
    // What came in while the run was ending would otherwise wait for the alarm.
    await this.#actor.workflow.wakeAt((await this.#hasUnseen()) ? Math.min(nowMs, wakeAtMs) : wakeAtMs);
  }

  clearAlarm(): Promise<void> {
    return this.#actor.workflow.wakeAt(undefined);
  }

  async settle({ state, sleepUntil }: Pick<WorkflowResult, 'state' | 'sleepUntil'>): Promise<void> {
    const isWaiting = state === 'sleeping' || state === 'running' || state === 'pending';
    if (isWaiting && sleepUntil !== undefined) return;
    const isDue = isWaiting && (await this.#hasUnseen());
    await this.#actor.workflow.wakeAt(isDue ? this.#access.clock.nowMs() : undefined);
  }

  async waitForMessages(names: string[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for await (const { id } of this.#actor.workflow.messages(names)) if (!this.#received.has(id)) return;
      await pause(this.#access.clock, this.workerPollInterval, signal);
      // Only that driver knows what it has: whoever waits asks it again.
      if (this.#hasOwnMessages) return;
    }
    throw signal.reason;
  }

  async #receive({ names, count }: { names?: readonly string[]; count: number }) {
    const found: WorkflowMessage[] = [];
    const seen = new Set<string>();
    for await (const message of this.#actor.workflow.messages()) {
      seen.add(message.id);
      const isWanted = names === undefined || names.includes(message.name);
      if (isWanted && found.length < count && !this.#received.has(message.id)) found.push(message);
    }
    this.#seen = seen;
    for (const message of found) this.#received.set(message.id, message);
    return found.map(({ id, name, data, sentAtMs }) => ({ id, name, data, sentAt: sentAtMs }));
  }

  /** Received messages that an entry of the history holds. */
  #recordedIn(key: Uint8Array, value: Uint8Array): WorkflowMessage[] {
    if (this.#received.size === 0 || !isHistory(key)) return [];
    const { event } = workflowEntryPayload.decode(value);
    if (event.type !== 'message') return [];
    const data = decodeCbor(event.data);
    const id: unknown = typeof data === 'object' && data !== null && 'id' in data ? data.id : undefined;
    const message = typeof id === 'string' ? this.#received.get(id) : undefined;
    return message === undefined ? [] : [message];
  }

  /** A run begins by listing what is stored: what was sent before, it can receive. */
  async #begin(): Promise<void> {
    if (this.#seen !== undefined) return;
    this.#seen = await this.#pending();
  }

  async #hasUnseen(): Promise<boolean> {
    for (const id of await this.#pending()) if (this.#seen?.has(id) !== true) return true;
    return false;
  }

  async #pending(): Promise<Set<string>> {
    const ids = new Set<string>();
    for await (const { id } of this.#actor.workflow.messages()) ids.add(id);
    return ids;
  }
}

function isHistory(key: Uint8Array): boolean {
  try {
    workflowHistory.decode(key);
    return true;
  } catch (error) {
    if (isKeyspaceError(error, 'key.malformed')) return false;
    throw error;
  }
}

/** Waits for so long, or until the signal is aborted. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener('abort', end);
  });
}
