interface Lane {
  readonly name: string;
  /** Commits that have not settled, running or waiting. */
  unsettled: number;
  /** Commits that wait for earlier ones. */
  waiting: number;
  /** Settles when every commit so far has. */
  last: Promise<unknown> | undefined;
}

/**
 * Keeps the commits of a partition in order where the engine alone would not.
 *
 * The engine applies queued commits in the order they were queued, so most run at once, side by side. A commit
 * that must see the effects of all before it runs alone: it waits for those of its own partitions to settle,
 * and those issued meanwhile wait for it. Other partitions go on.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  /**
   * @param names The partitions the commit is ordered in, without repetition.
   * @param run Queues or applies the commit; called at once if nothing is to be waited for.
   * @param settled Called when the commit has settled.
   */
  run(
    names: readonly string[],
    alone: boolean,
    run: () => Promise<void>,
    settled: () => void,
  ): Promise<void> {
    const lanes = names.map((name) => this.#lane(name));
    const mustWait = lanes.some(({ unsettled, waiting }) => (alone ? unsettled : waiting) > 0);
    const done = mustWait ? runAfter(lanes, run) : run();
    for (const lane of lanes) {
      lane.last = lane.last === undefined ? done : Promise.allSettled([lane.last, done]);
      lane.unsettled++;
    }
    const settle = () => {
      for (const lane of lanes) if (--lane.unsettled === 0) this.#lanes.delete(lane.name);
      settled();
    };
    done.then(settle, settle);
    return done;
  }

  #lane(name: string): Lane {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { name, unsettled: 0, waiting: 0, last: undefined };
      this.#lanes.set(name, lane);
    }
    return lane;
  }
}

async function runAfter(lanes: readonly Lane[], run: () => Promise<void>): Promise<void> {
  for (const lane of lanes) lane.waiting++;
  await Promise.allSettled(lanes.map(({ last }) => last));
  for (const lane of lanes) lane.waiting--;
  return run();
}
