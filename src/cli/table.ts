/** Rows of cells in columns: the first to the left, the others to the right, all indented. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows.map(([name = '', ...cells]) => {
    const aligned = cells.map((cell, index) => cell.padStart(widths[index + 1] as number));
    return `  ${[name.padEnd(widths[0] as number), ...aligned].join('  ')}`.trimEnd();
  });
}
