// @ts-check

/** @typedef {import('./goals.mjs').Goal} Goal */
/** @typedef {import('./goals.mjs').Result} Result */
/** @typedef {import('./measure.mjs').Unit} Unit */

const HEADER = ['', 'against', 'reference', 'ours', 'ratio', 'spread', 'goal', 'met'];
const TEXT_COLUMNS = 2;
const ABSENT = '–';

/**
 * The table of one area, for people.
 *
 * @param {readonly Result[]} results
 */
export function resultTable(results) {
  return alignedTable([HEADER, ...results.map(cellsOf)]);
}

/**
 * @param {Result} result
 * @returns {string[]}
 */
function cellsOf({ line, ours, reference, ratio, goal, met }) {
  const spread = ratio
    ? `${ratioText(ratio.min)}..${ratioText(ratio.max)}`
    : `${figureText(ours.min, line.unit)}..${figureText(ours.max, line.unit)}`;
  return [
    line.row,
    line.against ?? ABSENT,
    reference ? figureText(reference.median, line.unit) : ABSENT,
    figureText(ours.median, line.unit),
    ratio ? ratioText(ratio.median) : ABSENT,
    spread,
    goal ? goalText(goal, line.unit) : ABSENT,
    met === undefined ? ABSENT : met ? 'yes' : 'NO',
  ];
}

/**
 * @param {Goal} goal
 * @param {Unit} unit
 */
export function goalText({ ratioMax, ratioMin, max }, unit) {
  if (max !== undefined) return `≤ ${figureText(max, unit)}`;
  return ratioMax === undefined ? `≥ ${ratioMin}` : `≤ ${ratioMax}`;
}

/**
 * @param {number} figure
 * @param {Unit} unit
 */
export function figureText(figure, unit) {
  switch (unit) {
    case 'time':
      if (figure < 1e3) return `${threeDigits(figure)} ns`;
      return figure < 1e6 ? `${threeDigits(figure / 1e3)} µs` : `${threeDigits(figure / 1e6)} ms`;
    case 'rate':
      if (figure < 1e3) return `${threeDigits(figure)}/s`;
      return figure < 1e6 ? `${threeDigits(figure / 1e3)}k/s` : `${threeDigits(figure / 1e6)}M/s`;
    case 'ms':
      return `${threeDigits(figure)} ms`;
    case 'bytes':
      return `${Math.round(figure).toLocaleString('en-US')} B`;
  }
}

/** @param {number} ratio */
export function ratioText(ratio) {
  return ratio.toFixed(ratio < 0.1 ? 3 : 2);
}

/** @param {number} figure */
function threeDigits(figure) {
  return figure.toFixed(figure < 9.995 ? 2 : figure < 99.95 ? 1 : 0);
}

/**
 * Columns as wide as their widest cell: text to the left, figures to the right.
 *
 * @param {readonly (readonly string[])[]} rows
 */
function alignedTable(rows) {
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = /** @type {number} */ (widths[column]);
        return column < TEXT_COLUMNS ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return lines.join('\n');
}
