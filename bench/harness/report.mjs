// @ts-check

/** @typedef {import('./goals.mjs').Goal} Goal */
/** @typedef {import('./goals.mjs').Result} Result */

/**
 * A result as JSON has it, with every sample. Times are in nanoseconds, rates per second.
 *
 * @param {Result} result
 */
export function toJson({ area, line, ours, reference, ratio, goal, met }) {
  const { row, against, unit, clock } = line;
  return {
    area,
    row,
    against,
    unit,
    clock,
    ours: { ...ours, samples: line.ours },
    reference: reference && { ...reference, samples: line.reference },
    ratio,
    goal: goal && { ratioMax: goal.ratioMax, ratioMin: goal.ratioMin, max: goal.max, met },
  };
}

/**
 * How many goals are met, and which are not or could not be told.
 *
 * @param {readonly Result[]} results
 * @param {readonly Goal[]} unmeasured
 */
export function verdict(results, unmeasured) {
  const judged = results.filter(({ met }) => met !== undefined);
  const missed = judged.filter(({ met }) => met === false);
  const lines = [`${judged.length - missed.length} of ${judged.length} figures meet their goal.`];
  for (const { area, line } of missed) {
    lines.push(
      `  missed: ${area}, ${line.row}${line.against === undefined ? '' : `, against ${line.against}`}`,
    );
  }
  for (const { area, row } of unmeasured) lines.push(`  not measured: ${area}, ${row}`);
  return lines.join('\n');
}
