import type { CollectResult } from '../blobs/index.js';
import { type Clock, DELAY_MS_MAX, systemClock } from '../clock.js';
import type { ActorKeyspace } from '../keyspace/index.js';

/** What was done for one actor. */
export interface MaintenanceReport {
  readonly actorId: string;
  /** References and fields that ended. */
  readonly expired: number;
  /** Present if a pass was due. */
  readonly collected?: CollectResult;
}

export interface BlobMaintenanceOptions {
  /** The actors to take care of, of any keyspaces, each open for writing here: nothing is claimed. */
  readonly actors: () => Iterable<ActorKeyspace> | AsyncIterable<ActorKeyspace>;
  /** From the end of one round to the next: 1,000 to 2^31 - 1. Default 60,000. */
  readonly intervalMs?: number | undefined;
  /** Of how many rounds one collects, the first among them; 0: none. Default 60. */
  readonly collectEvery?: number | undefined;
  /** What one sweep ends at most, of which there are as many as it takes. Default 1,000. */
  readonly batch?: number | undefined;
  /** See `CollectOptions`. */
  readonly graceMs?: number | undefined;
  /** Default the system's, whose timers do not keep the process alive. */
  readonly clock?: Clock | undefined;
  readonly onReport?: ((report: MaintenanceReport) => void) | undefined;
  /** Told of what fails; the others go on, and the next round comes. */
  readonly onError?: ((error: unknown, actorId: string | undefined) => void) | undefined;
}

export interface BlobMaintenance {
  /** Begins no more, and resolves once what is under way has ended. Idempotent. */
  stop(): Promise<void>;
}

const INTERVAL_MS_MIN = 1_000;

const unreferencedClock: Clock = {
  nowMs: () => systemClock.nowMs(),
  monotonicMs: () => systemClock.monotonicMs(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Sweeps and collects the blobs and fields of actors: at once, and then on an interval; one round, and in it one actor,
 * at a time.
 *
 * @throws {RangeError} If a number is out of its range.
 */
export function startBlobMaintenance(options: BlobMaintenanceOptions): BlobMaintenance {
  const { intervalMs = 60_000, collectEvery = 60, batch = 1_000, clock = unreferencedClock } = options;
  assertWhole(intervalMs, INTERVAL_MS_MIN, DELAY_MS_MAX, 'intervalMs');
  assertWhole(collectEvery, 0, Number.MAX_SAFE_INTEGER, 'collectEvery');
  assertWhole(batch, 1, Number.MAX_SAFE_INTEGER, 'batch');
  const controller = new AbortController();
  let rounds = 0;
  let callOff = () => {};
  let running: Promise<void>;
  const begin = () => {
    const isCollecting = collectEvery > 0 && rounds % collectEvery === 0;
    rounds++;
    running = round({ ...options, batch }, isCollecting, controller.signal).then(() => {
      if (!controller.signal.aborted) callOff = clock.after(intervalMs, begin);
    });
  };
  begin();
  return {
    stop: () => {
      controller.abort();
      callOff();
      return running;
    },
  };
}

async function round(
  options: BlobMaintenanceOptions & { readonly batch: number },
  isCollecting: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { actors, onReport, onError } = options;
  try {
    for await (const actor of actors()) {
      if (signal.aborted) return;
      try {
        onReport?.(await maintain(actor, options, isCollecting, signal));
      } catch (error) {
        if (!signal.aborted) onError?.(error, actor.id);
      }
    }
  } catch (error) {
    onError?.(error, undefined);
  }
}

async function maintain(
  actor: ActorKeyspace,
  { batch, graceMs }: { readonly batch: number; readonly graceMs?: number | undefined },
  isCollecting: boolean,
  signal: AbortSignal,
): Promise<MaintenanceReport> {
  // Fields first: what they were kept in retires with them.
  let expired = 0;
  for (const part of [actor.fields, actor.blobs]) {
    for (let hasMore = true; hasMore && !signal.aborted; ) {
      const swept = await part.sweep({ limit: batch });
      expired += swept.expired;
      hasMore = swept.hasMore;
    }
  }
  if (!isCollecting || signal.aborted) return { actorId: actor.id, expired };
  return { actorId: actor.id, expired, collected: await actor.blobs.collect({ graceMs, signal }) };
}

function assertWhole(value: number, min: number, max: number, name: string): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${name} must be a whole number from ${min} to ${max}, not ${String(value)}`);
}
