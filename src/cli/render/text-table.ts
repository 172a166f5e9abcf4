/**
 * Rows under a heading. Columns are as wide as they need to be; columns of numbers align right.
 *
 * @param widths the least width of each column. Raised to the widths used, so that the next page lines up.
 */
export function textTable(
  heading: readonly string[],
  rows: readonly (string | number)[][],
  widths: number[] = [],
): string {
  const lines = [heading, ...rows].map((row) => row.map(String));
  heading.forEach((_, i) => {
    for (const line of lines) widths[i] = Math.max(widths[i] ?? 0, displayWidth(line[i]!));
  });
  const isNumber = heading.map(
    (_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number'),
  );
  return lines
    .map((line) =>
      line
        .map((cell, i) => {
          const space = ' '.repeat(widths[i]! - displayWidth(cell));
          return isNumber[i] ? space + cell : cell + space;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const NO_WIDTH = /[\p{Mark}\p{Cf}]/u;

/** How many columns of a terminal a text fills. */
function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (!NO_WIDTH.test(character)) width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}
