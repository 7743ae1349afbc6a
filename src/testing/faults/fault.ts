import { KeyspaceError } from '../../errors.js';

/**
 * What is counted as one operation of a store. `scan`, `scanSizes` and `listPartitions` are the asking for their
 * first item, `next` is that for every later one. Reads through a snapshot and without waiting count like any other.
 */
export type StoreOperation = ReadOperation | 'claim' | 'commit';

export type ReadOperation =
  | 'get'
  | 'getMany'
  | 'getSizes'
  | 'scan'
  | 'scanSizes'
  | 'next'
  | 'snapshot'
  | 'listPartitions';

/**
 * What may happen to any operation.
 *
 * - `fail`: it never reaches the store, and is `store.failed`.
 * - `hang`: it waits until `FaultStore.release`, and then goes to the store.
 * - `{ delayMs }`: it waits for so long by the clock given, and then goes to the store. 0 to 2^31 - 1.
 * - `cut`: it and everything after it never reach the store, as when the process or its connection dies; see
 *   `FaultStore.cut`.
 *
 * A read without waiting cannot wait: `hang` and `delayMs` let it pass.
 */
export type ReadFault = 'fail' | 'hang' | 'cut' | { readonly delayMs: number };

/** The same, and `applyThenFail`: the store claims, and the caller is told `store.failed`. */
export type ClaimFault = ReadFault | 'applyThenFail';

/**
 * The same as {@link ReadFault}, and:
 *
 * - `lose`: it never reaches the store, and is `commit.unknown`.
 * - `applyThenFail`: it reaches the store, and whatever that answers, is `commit.unknown`.
 * - `duplicate`: it reaches the store twice, as over a network that repeats; answered is what the store answers to
 *   the first, once both are done. A correct store answers the second like any commit that comes next: it applies
 *   and changes nothing, or it is `commit.fenced` by a claim or `commit.check_failed` by a write in between,
 *   its own included.
 * - `{ applyWrites }`: only so many of its writes reach the store, from the first, and it is `store.failed`. No correct
 *   store does this; it is there to see whether a test would notice.
 */
export type CommitFault =
  | ReadFault
  | 'lose'
  | 'applyThenFail'
  | 'duplicate'
  | { readonly applyWrites: number };

export type Fault = CommitFault;

/** The cause of every error that a `FaultStore` makes up: by it they are told from the store's own. */
export class InjectedFault extends Error {
  readonly operation: StoreOperation;
  /** Which one of its kind, counted from 1. */
  readonly nth: number;
  readonly fault: Fault;

  static {
    Object.defineProperty(InjectedFault.prototype, 'name', { value: 'InjectedFault' });
  }

  constructor(operation: StoreOperation, nth: number, fault: Fault) {
    super(`${operation} number ${nth} met the fault ${describeFault(fault)}`);
    this.operation = operation;
    this.nth = nth;
    this.fault = fault;
  }
}

export function injectedInto(
  { operation, nth }: { readonly operation: StoreOperation; readonly nth: number },
  fault: Fault,
): InjectedFault {
  return new InjectedFault(operation, nth, fault);
}

/** The injected fault that an error comes from, however many causes down; `undefined` if from none. */
export function injectedFault(error: unknown): InjectedFault | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof InjectedFault) return cause;
  }
  return undefined;
}

/** `fail`, `delay of 20 ms` and so on. */
export function describeFault(fault: Fault): string {
  if (typeof fault === 'string') return fault;
  return 'delayMs' in fault ? `delay of ${fault.delayMs} ms` : `only ${fault.applyWrites} writes applied`;
}

export function failed(injected: InjectedFault): KeyspaceError {
  const { operation } = injected;
  const options = { cause: injected };
  return new KeyspaceError('store.failed', 'the store failed, as it was told to', { operation }, options);
}

export function unknown(injected: InjectedFault): KeyspaceError {
  const message = 'the answer of the store is lost, as it was told';
  return new KeyspaceError('commit.unknown', message, {}, { cause: injected });
}

/** A plan gave an operation a fault that it cannot meet. */
export function unsupported(operation: StoreOperation, fault: Fault): TypeError {
  return new TypeError(`${operation} cannot meet the fault ${describeFault(fault)}`);
}
