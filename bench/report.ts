/** Renders the table that a run prints. */
import { type Column, type Figures, TARGETS } from './figures.js';

const OTHERS: readonly (readonly [Column, string])[] = [
  ['crsqlite_wasm', 'cr-sqlite (wasm)'],
  ['ours_wasm', 'ours (same wasm)'],
  ['crsqlite_native', 'cr-sqlite (native)'],
];

export function renderTable(figures: Figures): string {
  const columns = OTHERS.filter(([column]) =>
    figures.names().some((name) => figures.get(name, column) !== undefined),
  );
  const head = ['figure', 'ours', 'target', '', ...columns.map(([, title]) => title), 'meaning'];
  const rows = order(figures).map((name) => {
    const value = figures.get(name);
    const target = TARGETS[name];
    const note = [target?.meaning, figures.detail(name)].filter(Boolean).join(': ');
    return [
      name,
      number(value),
      target === undefined ? '' : `<= ${target.atMost}`,
      target === undefined || value === undefined ? '' : value <= target.atMost ? 'ok' : 'MISS',
      ...columns.map(([column]) => number(figures.get(name, column))),
      note,
    ];
  });
  return alignColumns([head, ...rows], new Set([1, 2, ...columns.map((_, i) => 4 + i)]));
}

/** The published figures first, then the others in the order in which they were measured. */
function order(figures: Figures): string[] {
  const names = figures.names();
  const published = Object.keys(TARGETS).filter((name) => names.includes(name));
  return [...published, ...names.filter((name) => !(name in TARGETS))];
}

function number(value: number | undefined): string {
  if (value === undefined) return '';
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 100 ? 2 : 0);
}

function alignColumns(rows: readonly (readonly string[])[], right: ReadonlySet<number>): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (right.has(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n');
}
