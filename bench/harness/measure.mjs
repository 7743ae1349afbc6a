// @ts-check
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/**
 * Does something so many times; what it returns is only awaited. For units that are no time, it returns the figure.
 *
 * @typedef {(calls: number) => unknown} Run
 */

/**
 * What a figure is: `time` in nanoseconds per item, `rate` in items per second; `ms` and `bytes` as returned.
 *
 * @typedef {'time' | 'rate' | 'ms' | 'bytes'} Unit
 */

/**
 * What time is taken: `elapsed`, or `processor`, all that the process computed, for what waits for nothing: other
 * programs then cost it little.
 *
 * @typedef {'elapsed' | 'processor'} Clock
 */

/**
 * One thing to measure. An area yields its rows one by one, and may free what one needed before the next.
 *
 * @typedef {object} Row
 * @property {string} name Unique in its area.
 * @property {Unit} unit
 * @property {Clock} [clock] Default `elapsed`.
 * @property {number} [items] How many items one call is. Default 1.
 * @property {number} [sampleMs] How long one sample takes, about. Default: the settings'.
 * @property {number} [slices] In how many parts a sample is taken, in turns with the others. Default 4.
 * @property {boolean} [stall] Whether to measure too for how long the event loop stood still.
 * @property {Run} ours
 * @property {Readonly<Record<string, Run | undefined>>} references By name. Absent ones are left out.
 */

/**
 * @typedef {object} Settings
 * @property {number} rounds
 * @property {number} sampleMs
 * @property {number} warmUpMs At least so long, and on until all were done so often...
 * @property {number} warmUpCalls
 * @property {number} warmUpMsMax ... but no longer than this.
 * @property {Readonly<Record<Clock, () => number>>} clocks In milliseconds.
 * @property {() => void} collectGarbage Frees what was allocated last.
 */

/**
 * What one row measured against one reference, sample by sample. Without a reference the figure stands alone.
 *
 * @typedef {object} Line
 * @property {string} row
 * @property {string | undefined} against
 * @property {Unit} unit
 * @property {Clock} clock
 * @property {readonly number[]} ours
 * @property {readonly number[] | undefined} reference
 */

const SLICES = 4;
const STALL_RESOLUTION_MS = 1;

/**
 * Warms everything up, then measures in rounds: each has one sample of ours and of every reference. Samples are
 * taken in slices, in turns, so that what disturbs the machine for a while disturbs all; and the order moves on by
 * one from round to round.
 *
 * @param {Row} row
 * @param {Settings} settings
 * @returns {Promise<Line[]>}
 */
export async function measureRow(row, settings) {
  const { name, unit, clock = 'elapsed', ours, references } = row;
  /** @type {(readonly [string | undefined, Run])[]} */
  const named = [[undefined, ours]];
  for (const [against, run] of Object.entries(references)) if (run !== undefined) named.push([against, run]);
  /** @type {Subject[]} */
  const subjects = [];
  for (const [against, run] of named) subjects.push(await warmUp(against, run, row, settings));
  for (let round = 0; round < settings.rounds; round++) {
    const first = round % subjects.length;
    await measureRound([...subjects.slice(first), ...subjects.slice(0, first)], row, settings);
  }
  const [{ figures, stallsMs }, ...others] = /** @type {[Subject, ...Subject[]]} */ (subjects);
  const line = { row: name, unit, clock, ours: figures };
  if (others.length === 0) return [{ ...line, against: undefined, reference: undefined }];
  return others.flatMap((other) => {
    const { against } = other;
    /** @type {Line} */
    const figure = { ...line, against, reference: other.figures };
    if (row.stall !== true) return [figure];
    return [
      figure,
      { ...figure, row: `${name}, stall`, unit: 'ms', ours: stallsMs, reference: other.stallsMs },
    ];
  });
}

/**
 * @typedef {object} Subject
 * @property {string | undefined} against The reference's name; absent for ours.
 * @property {Run} run
 * @property {number} calls How many take one sample's time.
 * @property {number[]} figures
 * @property {number[]} stallsMs
 */

/**
 * @param {string | undefined} against
 * @param {Run} run
 * @param {Row} row
 * @param {Settings} settings
 * @returns {Promise<Subject>}
 */
async function warmUp(against, run, row, settings) {
  let calls = 1;
  if (isTimed(row.unit)) calls = await callsPerSample(run, row, settings);
  else await run(1);
  return { against, run, calls, figures: [], stallsMs: [] };
}

/**
 * @param {Run} run
 * @param {Row} row
 * @param {Settings} settings
 */
async function callsPerSample(run, row, settings) {
  const { clock = 'elapsed', sampleMs = settings.sampleMs } = row;
  const { warmUpMs, warmUpCalls, warmUpMsMax } = settings;
  const now = settings.clocks[clock];
  let spentMs = 0;
  let spentCalls = 0;
  for (let calls = 1; ; ) {
    const elapsedMs = await timed(run, calls, now);
    spentMs += elapsedMs;
    spentCalls += calls;
    const isWarm = spentMs >= warmUpMs && (spentCalls >= warmUpCalls || spentMs >= warmUpMsMax);
    if (elapsedMs < sampleMs / 4) calls *= 2;
    else if (isWarm) return Math.max(1, Math.round((calls * sampleMs) / elapsedMs));
  }
}

/**
 * Adds one figure to each subject.
 *
 * @param {readonly Subject[]} subjects
 * @param {Row} row
 * @param {Settings} settings
 */
async function measureRound(subjects, row, { clocks, collectGarbage }) {
  const { unit, clock = 'elapsed', items = 1, slices = SLICES, stall = false } = row;
  if (!isTimed(unit)) {
    for (const { run, figures } of subjects) figures.push(Number(await run(1)));
    return;
  }
  const samples = subjects.map((subject) => ({ subject, elapsedMs: 0, stallMs: 0 }));
  for (let slice = 0; slice < slices; slice++) {
    for (const sample of samples) {
      const { run, calls } = sample.subject;
      await nextTurn();
      const stalls = stall ? await watchStalls() : undefined;
      // Each pays for its own garbage, and for all of it.
      collectGarbage();
      sample.elapsedMs += await timed(run, callsOf(calls, slices), clocks[clock], collectGarbage);
      if (stalls !== undefined) sample.stallMs = Math.max(sample.stallMs, await stalls());
    }
  }
  for (const { subject, elapsedMs, stallMs } of samples) {
    const count = slices * callsOf(subject.calls, slices) * items;
    subject.figures.push(unit === 'time' ? (elapsedMs * 1e6) / count : (count * 1e3) / elapsedMs);
    subject.stallsMs.push(stallMs);
  }
}

/**
 * @param {number} calls Of a sample.
 * @param {number} slices
 */
function callsOf(calls, slices) {
  return Math.max(1, Math.round(calls / slices));
}

/** @param {Unit} unit */
function isTimed(unit) {
  return unit === 'time' || unit === 'rate';
}

/**
 * @param {Run} run
 * @param {number} calls
 * @param {() => number} now
 * @param {() => void} [afterwards]
 */
async function timed(run, calls, now, afterwards) {
  const startMs = now();
  const result = run(calls);
  if (result instanceof Promise) await result;
  afterwards?.();
  return now() - startMs;
}

/** @returns A function that ends the watch and tells the longest time, in milliseconds, between two turns. */
async function watchStalls() {
  const delays = monitorEventLoopDelay({ resolution: STALL_RESOLUTION_MS });
  delays.enable();
  // Only what lies between two of its timers is seen.
  await sleep(2 * STALL_RESOLUTION_MS);
  delays.reset();
  return async () => {
    await sleep(2 * STALL_RESOLUTION_MS);
    delays.disable();
    return delays.max / 1e6;
  };
}
