/** The table of docs/engines.md lists what the suites of test/engines run. `vitest -u` writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BROWSER_PROGRAMS } from '../engines/browser/list.js';
import { REFUSED, SCENARIOS } from '../engines/conformance.js';
import { OPENERS } from '../engines/openers.js';
import { LIBSQL_WEB, RUNTIMES } from '../engines/runtimes/list.js';

const FILE = new URL('../../docs/engines.md', import.meta.url);
const MARKS = /<!-- table -->\n[\s\S]*<!-- \/table -->/;
const ONLY_1 = 'from Drizzle 1.0 on';

interface Line {
  readonly name: string;
  readonly note?: string | undefined;
}

function lines(): Line[] {
  return [
    ...OPENERS.map(({ name, drizzle }) => ({ name, note: drizzle ? undefined : ONLY_1 })),
    ...RUNTIMES.map(({ name, skip }) => ({ name, note: skip ? ONLY_1 : undefined })),
    { name: 'SQLite in Durable Objects, workerd' },
    { name: LIBSQL_WEB },
    ...BROWSER_PROGRAMS.filter(({ scenariosOf }) => scenariosOf === undefined).map(
      ({ name, needsDrizzle1 }) => ({
        name: `${name}, Chromium`,
        note: needsDrizzle1 ? ONLY_1 : undefined,
      }),
    ),
  ];
}

function table(): string {
  const total = Object.keys(SCENARIOS).length;
  const rows = lines().map(({ name, note = '' }) => {
    const { scenarios = [], reason } = REFUSED.get(name) ?? {};
    return [name, `${total - scenarios.length} of ${total}`, reason ?? note];
  });
  const all = [['engine', 'scenarios', 'notes'], ...rows];
  const widths = all[0]!.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const text = (row: string[]) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [head, ...body] = all.map(text);
  return ['<!-- table -->', '', head, rule, ...body, '', '<!-- /table -->'].join('\n');
}

test('docs/engines.md lists the engines and their scenarios', () => {
  const text = readFileSync(FILE, 'utf8');
  const isUpdate = expect.getState().snapshotState?.snapshotUpdateState === 'all';
  if (isUpdate) writeFileSync(FILE, text.replace(MARKS, table()));
  expect(MARKS.exec(readFileSync(FILE, 'utf8'))?.[0]).toBe(table());
});
