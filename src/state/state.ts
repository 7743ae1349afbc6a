import { type ActorAccess, encodeUserValue, type WriteOptions } from '../actor/index.js';
import { actorState } from '../layout/index.js';
import { type ActorRecord, actorContents, actorPayload, type EmbeddedConnections } from '../values/index.js';

/** An action that the actor has scheduled for itself. */
export interface ScheduledAction {
  readonly eventId: string;
  /** Milliseconds since the Unix epoch, a safe integer. */
  readonly dueAtMs: number;
  readonly action: string;
  readonly args?: unknown;
}

/** A {@link ScheduledAction} whose id may be left to be made. */
export type NewScheduledAction = Omit<ScheduledAction, 'eventId'> & { readonly eventId?: string | undefined };

/** The actor's own record. `input`, `state` and `args` are any values that CBOR keeps faithfully. */
export interface ActorStateRecord<State = unknown, Input = unknown> {
  /** What the actor was created with; absent if with nothing. */
  readonly input?: Input;
  /** Whether the actor's creation hook has run. */
  readonly initialized: boolean;
  readonly state: State;
  readonly scheduledEvents: readonly ScheduledAction[];
  /**
   * Connections that a record of payload version 1 or 2 had inside. They have no place in newer versions: to
   * write such a record, leave them out.
   */
  readonly embedded?: EmbeddedConnections;
}

const KEY = actorState.encode({});

/**
 * The actor's state record, at key `01`: RivetKit actor-persist `Actor`, version 4 is written, 1 to 4 are read.
 *
 * @throws {KeyspaceError} On writing: `value.unserialisable` naming the path inside the value, `value.too_large`
 * (131,072 bytes of CBOR for the state or the input, 132,096 for the record). On reading: `value.malformed`,
 * `value.version_unsupported`. And as `ActorAccess`.
 * @throws {TypeError} On writing, if a part of the record has another type.
 * @throws {RangeError} On writing, if a time is not a safe integer or a name holds a lone surrogate.
 */
export class ActorState {
  readonly #access: ActorAccess;

  constructor(access: ActorAccess) {
    this.#access = access;
  }

  /** The record, or `undefined` if none was written yet. */
  async get<State = unknown, Input = unknown>(): Promise<ActorStateRecord<State, Input> | undefined> {
    const bytes = await this.#access.get(KEY);
    return bytes && (actorContents(actorPayload.decode(bytes)) as ActorStateRecord<State, Input>);
  }

  async set(record: ActorStateRecord, options?: WriteOptions): Promise<void> {
    const bytes = actorPayload.encode(toRecord(record));
    return this.#access.write((writes) => {
      writes.set(KEY, bytes);
      writes.wakeAt('state', earliest(record.scheduledEvents));
    }, options);
  }

  /** Replaces the record by what `change` makes of it, with nobody writing in between. */
  async update<State = unknown, Input = unknown>(
    change: (record: ActorStateRecord<State, Input> | undefined) => ActorStateRecord<State, Input>,
    options?: WriteOptions,
  ): Promise<void> {
    return this.#access.transaction(async (access) => {
      const store = new ActorState(access);
      await store.set(change(await store.get<State, Input>()));
    }, options);
  }

  /**
   * Adds a scheduled event, or replaces the one with its id. Events are kept in the order they are due.
   *
   * @returns The event's id, a new one if none was given.
   */
  async schedule(event: NewScheduledAction, options?: WriteOptions): Promise<string> {
    if (typeof event?.action !== 'string') throw new TypeError('action must be a string');
    if (typeof event.dueAtMs !== 'number') throw new TypeError('dueAtMs must be a number of milliseconds');
    const { eventId = this.#access.ids.newId() } = event;
    await this.update((record = NEW_RECORD) => {
      const others = record.scheduledEvents.filter((other) => other.eventId !== eventId);
      const scheduledEvents = [...others, { ...event, eventId }].sort((a, b) => a.dueAtMs - b.dueAtMs);
      return { ...record, scheduledEvents };
    }, options);
    return eventId;
  }

  /**
   * Removes a scheduled event.
   *
   * @returns Whether there was one with this id.
   */
  async cancel(eventId: string, options?: WriteOptions): Promise<boolean> {
    return this.#access.transaction(async (access) => {
      const store = new ActorState(access);
      const record = await store.get();
      const scheduledEvents = record?.scheduledEvents.filter((event) => event.eventId !== eventId);
      if (record === undefined || scheduledEvents?.length === record.scheduledEvents.length) return false;
      await store.set({ ...record, scheduledEvents: scheduledEvents ?? [] });
      return true;
    }, options);
  }

  async delete(options?: WriteOptions): Promise<void> {
    return this.#access.write((writes) => {
      writes.delete(KEY);
      writes.wakeAt('state', undefined);
    }, options);
  }
}

/** When the first of the events is due. */
function earliest(events: readonly ScheduledAction[]): number | undefined {
  let earliestMs: number | undefined;
  for (const { dueAtMs } of events) earliestMs = Math.min(earliestMs ?? dueAtMs, dueAtMs);
  return earliestMs;
}

const NEW_RECORD: ActorStateRecord = { initialized: false, state: undefined, scheduledEvents: [] };

function toRecord(record: ActorStateRecord): ActorRecord {
  const { input, initialized, state, scheduledEvents, embedded } = record;
  if (typeof initialized !== 'boolean') throw new TypeError('initialized must be a boolean');
  return {
    ...('input' in record && { input: encodeUserValue(input) }),
    initialized,
    state: encodeUserValue(state),
    scheduledEvents: scheduledEvents.map((event) => {
      const { eventId, dueAtMs, action, args } = event;
      return { eventId, dueAtMs, action, ...('args' in event && { args: encodeUserValue(args) }) };
    }),
    ...(embedded && { embedded }),
  };
}
