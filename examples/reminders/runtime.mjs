import { setTimeout as pause } from 'node:timers/promises';

/** How long it sleeps at most: another process may have scheduled something meanwhile. */
const SLEEP_MS_MAX = 1_000;

/** And at least, whatever goes wrong. */
const SLEEP_MS_MIN = 10;

/** How long an event whose action failed is put off. */
const RETRY_MS = 1_000;

/**
 * A small actor runtime: it sleeps until some actor has something to do, opens that actor, does it and closes it.
 * It remembers nothing itself, so it may be stopped or killed at any time and go on where it was. Whoever else had
 * the actor open loses it; a runtime that also serves requests would keep the actors that it has open.
 */
export class Runtime {
  #keyspace;
  #actions;
  #onError;

  /**
   * @param {import('actor-keyspace').Keyspace} keyspace
   * @param {Readonly<Record<string, Action>>} actions By the name that events are scheduled with.
   * @param {(error: unknown, actorId: string, event: import('actor-keyspace').ScheduledAction) => void} onError
   */
  constructor(keyspace, actions, onError) {
    this.#keyspace = keyspace;
    this.#actions = actions;
    this.#onError = onError;
  }

  /**
   * Wakes actors until the signal aborts.
   *
   * @param {AbortSignal} signal
   */
  async run(signal) {
    while (!signal.aborted) {
      for await (const { actorId } of this.#keyspace.due()) {
        if (signal.aborted) return;
        await this.#wake(actorId);
      }
      const next = await this.#keyspace.nextDue();
      const sleepMs = next === undefined ? SLEEP_MS_MAX : next.wakeAtMs - Date.now();
      const boundedMs = Math.min(Math.max(sleepMs, SLEEP_MS_MIN), SLEEP_MS_MAX);
      await pause(boundedMs, undefined, { signal }).catch(() => {});
    }
  }

  /** @param {string} actorId */
  async #wake(actorId) {
    const actor = await this.#keyspace.openActor(actorId);
    try {
      const record = await actor.state.get();
      const due = record?.scheduledEvents.filter(({ dueAtMs }) => dueAtMs <= Date.now()) ?? [];
      for (const event of due) await this.#perform(actor, event);
    } finally {
      await actor.close();
    }
  }

  /**
   * @param {import('actor-keyspace').ActorKeyspace} actor
   * @param {import('actor-keyspace').ScheduledAction} event
   */
  async #perform(actor, event) {
    try {
      // What the action writes and the end of the event are one commit: done once, or not at all.
      await actor.transaction(async (transaction) => {
        await this.#actions[event.action]?.(transaction, event, actor.id);
        await transaction.state.cancel(event.eventId);
      });
    } catch (error) {
      this.#onError(error, actor.id, event);
      await actor.state.schedule({ ...event, dueAtMs: Date.now() + RETRY_MS });
    }
  }
}

/**
 * @typedef {(
 *   transaction: import('actor-keyspace').ActorTransaction,
 *   event: import('actor-keyspace').ScheduledAction,
 *   actorId: string,
 * ) => Promise<void>} Action
 */
