interface Lane {
  readonly name: string;
  /** Jobs that have begun and not settled. */
  running: number;
  /** Jobs that have not begun, oldest first. */
  readonly waiting: Set<Job>;
}

interface Job {
  readonly lanes: readonly Lane[];
  /** Those of the lanes in which nothing may be running when it begins. */
  readonly alone: readonly Lane[];
  readonly begin: () => void;
}

/** The names of the lanes that a job is ordered in, without repetition. */
export interface Place {
  /** It begins after the earlier jobs of these lanes have begun. */
  readonly shared: readonly string[];
  /** It begins after the earlier jobs of these lanes have settled. */
  readonly alone: readonly string[];
}

/**
 * Keeps jobs in order where the engine alone would not.
 *
 * The engine applies what is queued in the order it was queued, so most jobs begin at once and run side by
 * side. One that must see the effects of all before it runs alone: it waits for those to settle, and what is
 * issued meanwhile waits until it is queued.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  /** @param work Queues or applies, before it returns; called at once if nothing is to be waited for. */
  run<T>(place: Place, work: () => Promise<T>): Promise<T> {
    const alone = place.alone.map((name) => this.#lane(name));
    const lanes = [...alone, ...place.shared.map((name) => this.#lane(name))];
    if (lanes.every(({ waiting }) => waiting.size === 0) && isIdle(alone)) return this.#begin(lanes, work);
    return new Promise((resolve) => {
      const job: Job = { lanes, alone, begin: () => resolve(this.#begin(lanes, work)) };
      for (const { waiting } of lanes) waiting.add(job);
    });
  }

  #begin<T>(lanes: readonly Lane[], work: () => Promise<T>): Promise<T> {
    for (const lane of lanes) lane.running++;
    const done = work();
    const settled = () => {
      for (const lane of lanes) lane.running--;
      this.#advance(lanes);
    };
    done.then(settled, settled);
    return done;
  }

  /** Begins what waited for jobs of these lanes. */
  #advance(lanes: readonly Lane[]): void {
    const changed = [...lanes];
    for (let lane = changed.pop(); lane !== undefined; lane = changed.pop()) {
      const [next] = lane.waiting;
      if (next === undefined) {
        if (lane.running === 0) this.#lanes.delete(lane.name);
      } else if (isIdle(next.alone) && next.lanes.every(({ waiting: [first] }) => first === next)) {
        for (const { waiting } of next.lanes) waiting.delete(next);
        next.begin();
        changed.push(...next.lanes);
      }
    }
  }

  #lane(name: string): Lane {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { name, running: 0, waiting: new Set() };
      this.#lanes.set(name, lane);
    }
    return lane;
  }
}

function isIdle(lanes: readonly Lane[]): boolean {
  return lanes.every(({ running }) => running === 0);
}
