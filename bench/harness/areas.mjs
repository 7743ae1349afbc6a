// @ts-check
import { readdirSync } from 'node:fs';
import { judge } from './goals.mjs';
import { measureRow } from './measure.mjs';

const FOLDER = new URL('../areas/', import.meta.url);

/** @typedef {import('./goals.mjs').Goal} Goal */
/** @typedef {import('./goals.mjs').Result} Result */

/**
 * What rows are made with.
 *
 * @typedef {object} Context
 * @property {string} folder Empty, for this area alone, and removed after it.
 * @property {boolean} quick Whether to do with less data.
 * @property {import('./random.mjs').Random} random
 */

/**
 * One file of `areas/`. A file there is all that an area takes.
 *
 * @typedef {object} Area
 * @property {string} title
 * @property {(context: Context) => AsyncIterable<import('./measure.mjs').Row>} rows
 * @property {(results: readonly Result[]) => string[]} [summary] What to say below the table.
 */

/** Names of the areas there are. */
export function areaNames() {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => file.slice(0, -'.mjs'.length))
    .sort();
}

/**
 * @param {string} name
 * @returns {Promise<Area>}
 */
export function importArea(name) {
  return import(new URL(`${name}.mjs`, FOLDER).href);
}

/**
 * Measures an area, row by row.
 *
 * @param {string} name
 * @param {Area} area
 * @param {Context} context
 * @param {import('./measure.mjs').Settings} settings
 * @param {readonly Goal[]} goals
 * @param {(progress: string) => void} report
 */
export async function runArea(name, area, context, settings, goals, report) {
  /** @type {Result[]} */
  const results = [];
  report(`${name}: preparing`);
  for await (const row of area.rows(context)) {
    if (results.some(({ line }) => line.row === row.name))
      throw new Error(`${name} has two rows ${row.name}`);
    report(`${name}: ${row.name}`);
    for (const line of await measureRow(row, settings)) results.push(judge(name, line, goals));
  }
  return results;
}
