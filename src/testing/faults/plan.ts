import type { Commit } from '../../store/index.js';
import type { Random } from '../random.js';
import type { ClaimFault, CommitFault, Fault, ReadFault, ReadOperation, StoreOperation } from './fault.js';

/** One operation on its way to the store. */
export interface StoreCall {
  readonly operation: StoreOperation;
  /** Which one of its kind at this `FaultStore`, counted from 1. */
  readonly nth: number;
  /** Which one of all, counted from 1. */
  readonly index: number;
  /** Whether it is a read without waiting. */
  readonly isSync: boolean;
  /** The partition read or claimed; of a commit that of its first fence, or else of its first write. */
  readonly partition?: Uint8Array | undefined;
  /** Of a commit. */
  readonly commit?: Commit | undefined;
}

/** Decides what happens to each operation; `undefined`: nothing unusual. Asked once for each, in order. */
export type FaultPlan = (call: StoreCall) => Fault | undefined;

/** What happens to the n-th operation of its kind, counted from 1. */
export type ScriptedFault =
  | { readonly operation: 'commit'; readonly nth: number; readonly fault: CommitFault }
  | { readonly operation: 'claim'; readonly nth: number; readonly fault: ClaimFault }
  | { readonly operation: ReadOperation; readonly nth: number; readonly fault: ReadFault }
  | { readonly operation: 'any'; readonly nth: number; readonly fault: ReadFault };

/** @throws {RangeError} If an `nth` is not a whole number of 1 or more. */
export function scriptedFaults(script: readonly ScriptedFault[]): FaultPlan {
  for (const { nth } of script) {
    if (!(Number.isSafeInteger(nth) && nth >= 1)) {
      throw new RangeError(`nth must be a whole number of 1 or more, not ${String(nth)}`);
    }
  }
  return (call) =>
    script.find(({ operation, nth }) =>
      operation === 'any' ? nth === call.index : operation === call.operation && nth === call.nth,
    )?.fault;
}

type Rates<Name extends string> = { readonly [Key in Name]?: number | undefined };
type ReadFaultName = 'fail' | 'hang' | 'cut' | 'delay';

/** How likely each fault is, by operation: 0 to 1, together at most 1. */
export interface FaultRates {
  readonly read?: Rates<ReadFaultName> | undefined;
  readonly claim?: Rates<ReadFaultName | 'applyThenFail'> | undefined;
  readonly commit?: Rates<ReadFaultName | 'lose' | 'applyThenFail' | 'duplicate' | 'applyPart'> | undefined;
  /** Delays are from 1 to this. Default 50. */
  readonly delayMsMax?: number | undefined;
}

/**
 * Faults at random; the same seed and the same operations meet the same faults.
 *
 * @throws {RangeError} If rates are negative, or add up to more than 1 for an operation.
 */
export function seededFaults(random: Random, rates: FaultRates): FaultPlan {
  const { read = {}, claim = {}, commit = {}, delayMsMax = 50 } = rates;
  const weighted = { read: withNone(read), claim: withNone(claim), commit: withNone(commit) };
  return ({ operation, commit: committed }) => {
    const kind = operation === 'commit' || operation === 'claim' ? operation : 'read';
    const name = random.weighted(weighted[kind]);
    if (name === 'delay') return { delayMs: 1 + random.integer(delayMsMax) };
    if (name === 'applyPart') return { applyWrites: random.integer((committed?.writes.length ?? 0) + 1) };
    return name;
  };
}

type FaultName = ReadFaultName | 'lose' | 'applyThenFail' | 'duplicate' | 'applyPart';

function withNone(rates: Rates<FaultName>): [number, FaultName | undefined][] {
  const entries = Object.entries(rates) as [FaultName, number | undefined][];
  const weighted = entries.map(([name, rate = 0]): [number, FaultName | undefined] => [rate, name]);
  const total = weighted.reduce((sum, [rate]) => sum + rate, 0);
  if (!(total <= 1 && weighted.every(([rate]) => rate >= 0))) {
    throw new RangeError(`rates must be 0 or more and add up to at most 1, not to ${total}`);
  }
  return [...weighted, [1 - total, undefined]];
}
