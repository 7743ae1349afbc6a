import { readFileSync } from 'node:fs';

/**
 * One wildlife strike as the U.S. Federal Aviation Administration received it, read as an order to settle: the
 * operator of the aircraft is the client, the cost of the strike is the amount.
 *
 * @typedef {object} Order
 * @property {string} client
 * @property {string} airport
 * @property {string} aircraft
 * @property {string} date
 * @property {number} costUsd Whole dollars.
 */

const FILE = new URL('../data/birdstrikes.csv', import.meta.resolve('vega-datasets'));

/** @returns {Order[]} In the order of the file. */
export function readOrders() {
  const [header = '', ...lines] = readFileSync(FILE, 'utf8').trimEnd().split(/\r?\n/);
  const names = header.split(',');
  return lines.map((line, index) => {
    const cells = line.split(',');
    // The file quotes nothing; if a later one does, a split at commas would misread it.
    if (cells.length !== names.length || line.includes('"')) throw new Error(`cannot read record ${index}`);
    /** @param {string} name */
    const cell = (name) => /** @type {string} */ (cells[names.indexOf(name)]);
    return {
      client: cell('Aircraft Airline Operator'),
      airport: cell('Airport Name'),
      aircraft: cell('Aircraft Make Model'),
      date: cell('Flight Date'),
      costUsd: Number(cell('Cost Total $')),
    };
  });
}
