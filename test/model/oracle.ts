import { compareBytes, fromHex } from '../../src/bytes/index.js';

/** Hex sorts as the bytes do, so that a plain sort of strings is the order of keys. */
export type Hex = string;

export interface HexRange {
  readonly begin: Hex;
  readonly end: Hex | undefined;
}

export type HexWrite = { readonly partition: Hex } & (
  | { readonly type: 'set'; readonly key: Hex; readonly value: Hex }
  | { readonly type: 'delete'; readonly key: Hex }
  | { readonly type: 'clearRange'; readonly range: HexRange }
);

export interface HexCheck {
  readonly partition: Hex;
  readonly key: Hex;
  readonly value: Hex | undefined;
}

export interface HexFence {
  readonly partition: Hex;
  readonly epoch: number;
}

/** Everything a store holds of one instant: `partition/key` to value. */
export type Contents = ReadonlyMap<string, Hex>;

export type Outcome = 'done' | 'TypeError' | 'commit.fenced' | { readonly checkIndex: number };

/** What a store must do, without regard to cost. */
export class Oracle {
  contents: Contents = new Map();
  readonly epochs = new Map<Hex, number>();
  /** Issued since the store was opened, stale ones included. */
  fences: HexFence[] = [];
  snapshots: Contents[] = [];

  claim(partition: Hex, epochMin: number | undefined): HexFence {
    const epoch = Math.max((this.epochs.get(partition) ?? 0) + 1, epochMin ?? 1);
    this.epochs.set(partition, epoch);
    const fence = { partition, epoch };
    this.fences.push(fence);
    return fence;
  }

  commit(
    fences: readonly HexFence[],
    shared: Hex | undefined,
    checks: readonly HexCheck[],
    writes: readonly HexWrite[],
  ): Outcome {
    const allowed = [...fences.map(({ partition }) => partition), shared];
    if (fences.length > 0 && [...checks, ...writes].some(({ partition }) => !allowed.includes(partition))) {
      return 'TypeError';
    }
    if (fences.some(({ partition, epoch }) => this.epochs.get(partition) !== epoch)) return 'commit.fenced';
    const checkIndex = checks.findIndex(
      ({ partition, key, value }) => this.contents.get(`${partition}/${key}`) !== value,
    );
    if (checkIndex !== -1) return { checkIndex };
    const next = new Map(this.contents);
    for (const write of writes) {
      if (write.type === 'set') next.set(`${write.partition}/${write.key}`, write.value);
      if (write.type === 'delete') next.delete(`${write.partition}/${write.key}`);
      if (write.type !== 'clearRange') continue;
      for (const [key] of scan(next, write.partition, write.range)) next.delete(`${write.partition}/${key}`);
    }
    this.contents = next;
    return 'done';
  }
}

/** Keys and values of a range, in order. */
export function scan(contents: Contents, partition: Hex, { begin, end }: HexRange): [Hex, Hex][] {
  return [...contents]
    .map(([name, value]) => [...name.split('/'), value] as [Hex, Hex, Hex])
    .filter(([owner, key]) => {
      if (owner !== partition || compare(key, begin) < 0) return false;
      return end === undefined || compare(key, end) < 0;
    })
    .map(([, key, value]) => [key, value] as [Hex, Hex])
    .sort(([a], [b]) => compare(a, b));
}

export function partitionsOf(contents: Contents): Hex[] {
  return [...new Set([...contents.keys()].map((name) => name.split('/')[0] as Hex))].sort(compare);
}

function compare(a: Hex, b: Hex): number {
  return compareBytes(fromHex(a), fromHex(b));
}
