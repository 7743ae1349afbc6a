import { NAMESPACE, type NamespaceName } from '../layout/index.js';
import type { UsageCount, UsageRecord } from '../values/index.js';

/** How much an actor holds: entries, and the bytes of their keys (inside the actor) and values. */
export interface ActorUsage extends UsageCount {
  /** What `bytes` may grow to. */
  readonly quotaBytes: number;
  /** Of each namespace. `other` is of bytes that are none, which this library never writes. */
  readonly namespaces: Readonly<Record<NamespaceName | 'other', UsageCount>>;
}

export function actorUsage({ namespaces }: UsageRecord, quotaBytes: number): ActorUsage {
  const names = [...(Object.keys(NAMESPACE) as NamespaceName[]), 'other'] as const;
  const counts = names.map((name, slot) => [name, namespaces[slot]] as const);
  return {
    keyCount: sum(namespaces.map(({ keyCount }) => keyCount)),
    bytes: sum(namespaces.map(({ bytes }) => bytes)),
    quotaBytes,
    namespaces: Object.fromEntries(counts) as ActorUsage['namespaces'],
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
