/*
 * The output of the demo, as text. Every function returns a string; only demo/index.ts prints.
 */

type Colour = 'bold' | 'dim' | 'green' | 'red' | 'cyan';
const CODES: Record<Colour, number> = { bold: 1, dim: 2, green: 32, red: 31, cyan: 36 };

export interface Screen {
  /** Characters in a line. */
  readonly width: number;
  readonly colour: boolean;
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The screen of this process. It has colour only on a terminal and if NO_COLOR is not set. */
export function screenOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Screen {
  return {
    width: Math.max(60, Math.min(stream.columns ?? 80, 120)),
    colour: stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
  };
}

export function paint({ colour }: Screen, style: Colour, text: string): string {
  return colour ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
}

export function heading(screen: Screen, number: number, text: string): string {
  return paint(screen, 'bold', `${number}. ${text}`);
}

/** Wraps at spaces and indents by two characters. */
export function paragraph({ width }: Screen, text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + word.length + 3 > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `  ${line}`).join('\n');
}

/** Aligns columns, numbers to the right. If the screen is narrow, the widest columns shrink. */
export function table(screen: Screen, { head, rows }: Table): string {
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]!.length)),
  );
  const gaps = 2 * head.length;
  while (widths.reduce((sum, w) => sum + w, gaps) > screen.width && Math.max(...widths) > 6) {
    widths[widths.indexOf(Math.max(...widths))]! -= 1;
  }
  const numeric = head.map((_, i) => rows.length > 0 && rows.every((row) => isNumber(row[i]!)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => {
        const text = cell.length > widths[i]! ? `${cell.slice(0, widths[i]! - 1)}…` : cell;
        return `  ${numeric[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)}`;
      })
      .join('')
      .trimEnd();
  const rule = `  ${'─'.repeat(widths.reduce((sum, w) => sum + w, gaps - 2))}`;
  return [
    paint(screen, 'cyan', line(head)),
    paint(screen, 'dim', rule),
    ...rows.map((row) => line(row)),
  ].join('\n');
}

export function verdictLine(screen: Screen, holds: boolean, text: string): string {
  return paint(screen, holds ? 'green' : 'red', `  ${holds ? '✔' : '✘'} ${text}`);
}

export const count = (n: number) => n.toLocaleString('en');
export const time = (ms: number) =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

const isNumber = (text: string) => /^(–|[\d.,]+( m?s)?)$/.test(text);
