import { type OpenActorOptions, openActorHandle } from '../actor/index.js';
import { KeyspaceError } from '../errors.js';
import { decodePartition, encodeActorPartition, encodeRoot } from '../layout/index.js';
import { rootedStore, type Store, WHOLE_PARTITION } from '../store/index.js';
import { ActorKeyspace } from './actor-keyspace.js';
import { OpenActors } from './open-actors.js';

export interface KeyspaceOptions {
  readonly store: Store;
  /** Name that keeps several keyspaces apart in one store: at most 20 bytes of UTF-8 without NUL. Default none. */
  readonly root?: string | undefined;
  /** Whether `close` leaves the store open, since others use it. Default false. */
  readonly sharedStore?: boolean | undefined;
}

/**
 * Opens a keyspace: the actors of one store, or of one root in it.
 *
 * @throws {TypeError} If the root is not a string, or `sharedStore` not a boolean.
 * @throws {RangeError} If the root is too long, or has a NUL or a lone surrogate.
 */
export async function openKeyspace(options: KeyspaceOptions): Promise<Keyspace> {
  return new Keyspace(options);
}

/** The actors of one store, or of one root in it. */
export class Keyspace {
  readonly #store: Store;
  readonly #root: Uint8Array;
  readonly #sharedStore: boolean;
  readonly #open = new OpenActors();
  #closing: Promise<void> | undefined;

  /** Use {@link openKeyspace}. */
  constructor({ store, root, sharedStore = false }: KeyspaceOptions) {
    if (typeof sharedStore !== 'boolean') throw new TypeError('sharedStore must be a boolean');
    this.#root = encodeRoot(root);
    this.#store = rootedStore(store, this.#root);
    this.#sharedStore = sharedStore;
  }

  /**
   * Opens an actor, new or not. Unless read-only it is claimed: whoever had it open before, here or in another
   * process, is fenced out and fails with `actor.fenced` at its next commit.
   *
   * @param actorId Text without NUL of 1 to 254 bytes in UTF-8.
   * @throws {TypeError} If the id is not a string.
   * @throws {RangeError} If an option is out of range.
   * @throws {KeyspaceError} `actor.id_invalid`, `layout.unsupported`, `layout.migration_required`, `layout.mixed`,
   * `store.closed`, or what the store throws.
   */
  async openActor(actorId: string, options?: OpenActorOptions): Promise<ActorKeyspace> {
    this.#assertOpen();
    const handle = await openActorHandle(this.#store, this.#root, actorId, options);
    const actor = new ActorKeyspace(handle, () => this.#open.delete(actor));
    if (this.#closing !== undefined) await actor.close();
    this.#assertOpen();
    this.#open.add(actor);
    return actor;
  }

  /** Ids of the actors that have anything stored, in byte order of their UTF-8. Costs actors, not keys. */
  async *actors(): AsyncGenerator<string, void, undefined> {
    this.#assertOpen();
    for await (const partition of this.#store.listPartitions()) {
      const { actorId } = decodePartition(partition);
      if (actorId !== undefined) yield actorId;
    }
  }

  /**
   * Deletes everything an actor has, in one commit, and fences out its owner. An actor that does not exist is
   * deleted already.
   *
   * @throws {KeyspaceError} `actor.id_invalid`, `store.closed`, or what the store throws.
   */
  async deleteActor(actorId: string): Promise<void> {
    this.#assertOpen();
    const partition = encodeActorPartition(actorId);
    const fence = await this.#store.claim(partition);
    const writes = [{ type: 'clearRange', partition, range: WHOLE_PARTITION } as const];
    await this.#store.commit({ fences: [fence], writes });
  }

  /**
   * Closes every actor opened here and not superseded by opening it again, then the store unless it is shared. Idempotent: the outcome stays the same.
   *
   * @throws {KeyspaceError} What closing the first actor that failed threw; the others and the store are closed
   * all the same.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closing = await Promise.allSettled(this.#open.all().map((actor) => actor.close()));
    if (!this.#sharedStore) await this.#store.close();
    const failed = closing.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new KeyspaceError('store.closed', 'the keyspace is closed', {});
  }
}
