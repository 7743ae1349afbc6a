import type { ActorAccess, WriteOptions } from '../actor/index.js';
import { type ErrorCode, isKeyspaceError } from '../errors.js';
import { IndexMismatch } from './index-entries.js';
import { Ledger } from './ledger.js';
import { rebase } from './rebase.js';
import { rebuild } from './rebuild.js';
import type { QueueRoom } from './room.js';
import type { QueueSettings } from './settings.js';

const ENDS: readonly ErrorCode[] = ['actor.fenced', 'actor.poisoned', 'actor.closed'];

/** Calls of one queue, on an actor or inside a transaction: each sees it in order, and leaves it so. */
export class QueueSession {
  readonly access: ActorAccess;
  readonly settings: QueueSettings;
  readonly room: QueueRoom;
  /** Whether it is inside a transaction, where nothing else happens that one could wait for. */
  readonly isInTransaction: boolean;

  constructor(access: ActorAccess, settings: QueueSettings, room: QueueRoom, isInTransaction: boolean) {
    this.access = access;
    this.settings = settings;
    this.room = room;
    this.isInTransaction = isInTransaction;
  }

  /** Runs `work` in one transaction, and puts the queue in order before if need be. */
  async run<T>(work: (ledger: Ledger) => Promise<T>, options?: WriteOptions): Promise<T> {
    try {
      for (;;) {
        const outcome = await this.#attempt(work, options);
        if ('result' in outcome) {
          if (outcome.isChanged) this.room.changed();
          return outcome.result;
        }
        await this.#repair(outcome.repair);
      }
    } catch (error) {
      // Whoever waits has nothing more to wait for.
      if (isKeyspaceError(error) && ENDS.includes(error.code)) this.room.changed();
      throw error;
    }
  }

  async #attempt<T>(work: (ledger: Ledger) => Promise<T>, options: WriteOptions | undefined) {
    try {
      return await this.access.transaction(async (access) => {
        const ledger = await Ledger.open(access, this.settings);
        if (!(ledger instanceof Ledger)) return { repair: ledger };
        const result = await work(ledger);
        return { result, isChanged: await ledger.save() };
      }, options);
    } catch (error) {
      if (error instanceof IndexMismatch) return { repair: 'discard' as const };
      throw error;
    }
  }

  async #repair(repair: 'rebuild' | 'rebase' | 'discard'): Promise<void> {
    const { access, settings } = this;
    const work = async () => {
      let isWrong = repair === 'discard';
      if (repair === 'rebase') {
        try {
          return await rebase(access, settings);
        } catch (error) {
          if (!(error instanceof IndexMismatch)) throw error;
          isWrong = true;
        }
      }
      await rebuild(access, settings, isWrong);
    };
    // Inside a transaction nobody else is at it.
    await (this.isInTransaction ? work() : this.room.repaired(work));
  }
}
