// @ts-check
import { parseArgs } from 'node:util';

const ROUNDS_MIN = 5;
const ROUNDS = 7;

/**
 * @typedef {object} Arguments
 * @property {readonly string[]} areas
 * @property {boolean} quick
 * @property {number} rounds
 * @property {string | undefined} json
 * @property {string | undefined} folder
 * @property {boolean} help
 */

export const HELP = `Usage: npm run bench -- [options]

Measures actor-keyspace against references run in the same process, in turns.

  --area a,b       only these areas
  --quick          smaller data and shorter samples: minutes become seconds, figures become rough
  --rounds n       samples of each figure, ${ROUNDS_MIN} or more (default ${ROUNDS}; with --quick ${ROUNDS_MIN})
  --folder path    where to put the folder that data is written to and that is removed at the end
                   (default: the system's temporary folder); its disk is what durable work is measured on
  --json path      where to write every sample (default bench/results/latest.json)
  --help           this text

Areas: `;

/**
 * @param {readonly string[]} words
 * @param {readonly string[]} known Names of areas.
 * @returns {Arguments}
 * @throws {RangeError | TypeError} With what is wrong.
 */
export function readArguments(words, known) {
  const { values } = parseArgs({
    args: [...words],
    options: {
      area: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      folder: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const areas = (values.area ?? [...known]).flatMap((list) => list.split(',')).map((name) => name.trim());
  const unknown = areas.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new RangeError(`there is no area ${unknown.join(', ')}; there are ${known.join(', ')}`);
  const quick = values.quick === true;
  const rounds = values.rounds === undefined ? (quick ? ROUNDS_MIN : ROUNDS) : Number(values.rounds);
  if (!(Number.isSafeInteger(rounds) && rounds >= ROUNDS_MIN)) {
    throw new RangeError(`rounds must be a whole number of ${ROUNDS_MIN} or more, not ${values.rounds}`);
  }
  return {
    areas: [...new Set(areas)],
    quick,
    rounds,
    json: values.json,
    folder: values.folder,
    help: values.help === true,
  };
}
