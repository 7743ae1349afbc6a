import type { Clock } from '../../clock.js';
import { isKeyspaceError, KeyspaceError } from '../../errors.js';
import { type Fault, failed, injectedInto, type StoreOperation, unknown, unsupported } from './fault.js';
import type { FaultPlan, StoreCall } from './plan.js';

/** What became of one operation so far. */
export interface CallRecord {
  readonly operation: StoreOperation;
  readonly nth: number;
  readonly fault?: Fault | undefined;
  /** `waiting` before it reaches the store, `delivered` until it is answered, then `done` or the error's code. */
  readonly outcome: string;
}

interface OpenRecord extends CallRecord {
  outcome: string;
}

/**
 * `called` · `delivered` to the store · `settled` by the store · `answered` to the caller. A duplicate is delivered and
 * settled twice; a read without waiting is only called and answered.
 */
export type CallEvent =
  | { readonly type: 'called'; readonly call: StoreCall; readonly fault: Fault | undefined }
  | { readonly type: 'delivered'; readonly call: StoreCall }
  | {
      readonly type: 'settled';
      readonly call: StoreCall;
      readonly result?: unknown;
      readonly error?: unknown;
    }
  | { readonly type: 'answered'; readonly call: StoreCall; readonly error?: unknown };

/** Hands one operation to the store. */
type Deliver<T> = () => Promise<T>;
/** What an operation does at the store under a fault of its own kind. */
export type Variants<T> = (call: StoreCall, fault: Fault, deliver: Deliver<T>) => Promise<T>;

interface Waiting {
  readonly call: StoreCall;
  readonly goOn: () => void;
  readonly refuse: (error: KeyspaceError) => void;
}

interface CallsOptions {
  readonly plan: FaultPlan;
  readonly clock: Clock;
  readonly logLength: number;
  readonly onEvent: (event: CallEvent) => void;
}

/** Counts the operations of one store, keeps a log of them, and lets each meet its fault. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #counts = new Map<StoreOperation, number>();
  readonly #log: CallRecord[] = [];
  readonly #waiting = new Set<Waiting>();
  /** Delivered and not settled: what to tell their callers if the connection is cut. */
  readonly #delivered = new Map<StoreCall, (error: KeyspaceError) => void>();
  #count = 0;
  #isCut = false;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  get log(): readonly CallRecord[] {
    return this.#log;
  }

  get waiting(): readonly StoreCall[] {
    return [...this.#waiting].map(({ call }) => call);
  }

  get deliveredCount(): number {
    return this.#delivered.size;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** @param discard Frees what the store hands over when its caller has been told of a cut before. */
  async perform<T>(
    described: Pick<StoreCall, 'operation' | 'partition' | 'commit'>,
    deliver: Deliver<T>,
    variants?: Variants<T>,
    discard?: (result: T) => void,
  ): Promise<T> {
    const { call, fault, record } = this.#begin(described, false);
    const atStore = this.#observed(call, deliver);
    try {
      this.#meet(call, fault);
      if (fault === 'hang') await this.#wait(call);
      else if (typeof fault === 'object' && 'delayMs' in fault) await this.#wait(call, fault.delayMs);
      else if (fault !== undefined) {
        if (variants === undefined) throw unsupported(call.operation, fault);
        return await this.#deliver(call, record, () => variants(call, fault, atStore), discard);
      }
      return await this.#deliver(call, record, atStore, discard);
    } catch (error) {
      this.#answer(call, record, error);
      throw error;
    }
  }

  performSync<T>(described: Pick<StoreCall, 'operation' | 'partition'>, deliver: () => T): T {
    const { call, fault, record } = this.#begin(described, true);
    try {
      this.#meet(call, fault);
      const result = deliver();
      record.outcome = 'done';
      this.#options.onEvent({ type: 'answered', call });
      return result;
    } catch (error) {
      this.#answer(call, record, error);
      throw error;
    }
  }

  release(): void {
    for (const { goOn } of [...this.#waiting]) goOn();
  }

  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    for (const { call, refuse } of [...this.#waiting]) refuse(failed(injectedInto(call, 'cut')));
    for (const [call, refuse] of [...this.#delivered]) {
      const injected = injectedInto(call, 'cut');
      refuse(call.operation === 'commit' ? unknown(injected) : failed(injected));
    }
  }

  close(): void {
    for (const { refuse } of [...this.#waiting]) {
      refuse(new KeyspaceError('store.closed', 'the store is closed', {}));
    }
  }

  #begin(
    { operation, partition, commit }: Pick<StoreCall, 'operation' | 'partition' | 'commit'>,
    isSync: boolean,
  ) {
    const nth = (this.#counts.get(operation) ?? 0) + 1;
    this.#counts.set(operation, nth);
    this.#count++;
    const call: StoreCall = { operation, nth, index: this.#count, isSync, partition, commit };
    const fault = this.#isCut ? undefined : this.#options.plan(call);
    const record: OpenRecord = { operation, nth, fault, outcome: 'waiting' };
    this.#log.push(record);
    if (this.#log.length > this.#options.logLength) this.#log.shift();
    this.#options.onEvent({ type: 'called', call, fault });
    return { call, fault, record };
  }

  /** Throws for the faults that keep any operation from the store. */
  #meet(call: StoreCall, fault: Fault | undefined): void {
    if (fault === 'cut') this.cut();
    if (this.#isCut) throw failed(injectedInto(call, 'cut'));
    if (fault === 'fail') throw failed(injectedInto(call, fault));
  }

  #wait(call: StoreCall, delayMs?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(waiting);
        cancel?.();
      };
      const waiting: Waiting = {
        call,
        goOn: () => {
          end();
          resolve();
        },
        refuse: (error) => {
          end();
          reject(error);
        },
      };
      this.#waiting.add(waiting);
      const cancel =
        delayMs === undefined ? undefined : this.#options.clock.after(delayMs, () => waiting.goOn());
    });
  }

  /** Answers with what `act` comes to, or that the connection was cut, whichever is first. */
  #deliver<T>(
    call: StoreCall,
    record: OpenRecord,
    act: Deliver<T>,
    discard: ((result: T) => void) | undefined,
  ): Promise<T> {
    record.outcome = 'delivered';
    return new Promise((resolve, reject) => {
      this.#delivered.set(call, reject);
      act().then(
        (result) => {
          this.#delivered.delete(call);
          if (this.isCut) {
            discard?.(result);
            return;
          }
          record.outcome = 'done';
          this.#options.onEvent({ type: 'answered', call });
          resolve(result);
        },
        (error) => {
          this.#delivered.delete(call);
          reject(error);
        },
      );
    });
  }

  #observed<T>(call: StoreCall, deliver: Deliver<T>): Deliver<T> {
    const { onEvent } = this.#options;
    return async () => {
      onEvent({ type: 'delivered', call });
      try {
        const result = await deliver();
        onEvent({ type: 'settled', call, result });
        return result;
      } catch (error) {
        onEvent({ type: 'settled', call, error });
        throw error;
      }
    };
  }

  #answer(call: StoreCall, record: OpenRecord, error: unknown): void {
    record.outcome = isKeyspaceError(error) ? error.code : String(error);
    this.#options.onEvent({ type: 'answered', call, error });
  }
}
