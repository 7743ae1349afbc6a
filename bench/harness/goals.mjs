// @ts-check
import { ratios, summarise } from './statistics.mjs';

/**
 * What a line should come to. Exactly one of the bounds is given.
 *
 * @typedef {object} Goal
 * @property {string} area
 * @property {string} row Name of the row, or its beginning and `*`.
 * @property {string} [against] The reference; absent where the figure itself is bounded.
 * @property {number} [ratioMax] Of ours to the reference.
 * @property {number} [ratioMin]
 * @property {number} [max] Of our figure, in its unit.
 */

/** @typedef {import('./measure.mjs').Line} Line */
/** @typedef {import('./measure.mjs').Unit} Unit */
/** @typedef {import('./statistics.mjs').Summary} Summary */

/**
 * A line with what it comes to.
 *
 * @typedef {object} Result
 * @property {string} area
 * @property {Line} line
 * @property {Summary} ours
 * @property {Summary | undefined} reference
 * @property {Summary | undefined} ratio
 * @property {Goal | undefined} goal
 * @property {boolean | undefined} met
 */

/**
 * @param {string} area
 * @param {Line} line
 * @param {readonly Goal[]} goals
 * @returns {Result}
 */
export function judge(area, line, goals) {
  const ours = summarise(line.ours);
  const reference = line.reference && summarise(line.reference);
  const ratio = line.reference && summarise(ratios(line.ours, line.reference));
  const goal = goals.find((candidate) => isGoalOf(candidate, area, line));
  return { area, line, ours, reference, ratio, goal, met: goal && isMet(goal, ours, ratio) };
}

/**
 * Goals of areas that no result was measured for.
 *
 * @param {readonly Goal[]} goals
 * @param {readonly string[]} areas
 * @param {readonly Result[]} results
 */
export function unmeasured(goals, areas, results) {
  const reached = new Set(results.map(({ goal }) => goal));
  return goals.filter((goal) => areas.includes(goal.area) && !reached.has(goal));
}

/**
 * @param {Goal} goal
 * @param {string} area
 * @param {Line} line
 */
function isGoalOf(goal, area, line) {
  if (goal.area !== area || (goal.against !== undefined && goal.against !== line.against)) return false;
  return goal.row.endsWith('*') ? line.row.startsWith(goal.row.slice(0, -1)) : line.row === goal.row;
}

/**
 * @param {Goal} goal
 * @param {Summary} ours
 * @param {Summary | undefined} ratio
 */
function isMet({ ratioMax, ratioMin, max }, ours, ratio) {
  if (max !== undefined) return ours.median <= max;
  if (ratio === undefined) return undefined;
  if (ratioMax !== undefined) return ratio.median <= ratioMax;
  return ratioMin === undefined ? undefined : ratio.median >= ratioMin;
}
