import { KeyspaceError } from '../../errors.js';
import type { Environment } from './environment.js';
import { closedError, engineFailure } from './failure.js';
import type { ViewSource } from './reader.js';
import type { View } from './view.js';

/** One instant, kept readable until released. */
export interface Lease {
  /** @throws {KeyspaceError} `store.closed` after release. */
  view(): View;
  /** Idempotent. */
  release(): void;
}

/**
 * The read transactions in use. All end before the environment does: one that is used after it, or that it
 * waits for, would crash or hang.
 */
export class Leases implements ViewSource {
  readonly #environment: Environment;
  readonly #current: View;
  readonly #open = new Set<Lease>();
  #closed = false;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#current = { data: environment.data };
  }

  view(): View {
    if (this.#closed) throw closedError();
    return this.#current;
  }

  /** @throws {KeyspaceError} `store.closed`; `store.failed`, for example with the reader table full. */
  hold(): Lease {
    const { data } = this.view();
    const transaction = this.#begin();
    let view: View | undefined = { data, transaction };
    const lease: Lease = {
      view: () => {
        if (view === undefined) throw this.#closed ? closedError() : releasedError();
        return view;
      },
      release: () => {
        if (view === undefined) return;
        view = undefined;
        this.#open.delete(lease);
        transaction.done();
      },
    };
    this.#open.add(lease);
    return lease;
  }

  /** Releases all, and lends no more. */
  close(): void {
    this.#closed = true;
    for (const lease of this.#open) lease.release();
  }

  #begin() {
    const { root } = this.#environment;
    try {
      // The current transaction may be older than another process's last commit.
      root.resetReadTxn();
      return root.useReadTransaction();
    } catch (error) {
      throw engineFailure('begin to read', error);
    }
  }
}

function releasedError(): KeyspaceError<'store.closed'> {
  return new KeyspaceError('store.closed', 'the snapshot is closed', {});
}
