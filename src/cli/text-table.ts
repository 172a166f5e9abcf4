/** Rows under a heading, columns as wide as they need to be; numbers to the right. */
export function textTable(
  heading: readonly string[],
  rows: readonly (string | number)[][],
): string {
  const lines = [heading, ...rows].map((row) => row.map(String));
  const widths = heading.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const isNumber = heading.map(
    (_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number'),
  );
  return lines
    .map((line) =>
      line
        .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
