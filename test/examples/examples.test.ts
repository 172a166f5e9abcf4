import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sqldBinary } from '../../tools/sqld/index.js';
import { root, runTsx } from '../support/run-tsx.js';

/** For each example, the line that tells it ended well. */
const VERDICTS: Record<string, RegExp> = {
  board: /^The board is at/m,
  kanban: /^Both boards are the same; plan has 2 \+ 3 votes\.$/m,
  migrations: /^Both sites hold the same rows\.$/m,
  'node-server': /^the other client had it after \d+ ms$/m,
  'turso-edge': /^all three have \[/m,
  telemetry: /^3 rows were merged;/m,
  team: /^Both laptops show the same\.$/m,
  quickstart: /^phone: {2}\[ \{ id: 'a', title: 'write it down', done: true \} \]$/m,
  'two-sites': /^All three hold the same 251 notes; n7 stayed deleted\.$/m,
};

/** Whole processes on a machine that may be busy; nothing here is about time. */
const SLOW = 240_000;

describe('npm run -s example', () => {
  const names = readdirSync(join(root, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  test('every example has a verdict here', () => {
    expect(Object.keys(VERDICTS).sort()).toEqual(names.sort());
  });

  // Without sqld it says what to install: nothing else of it can run.
  // These have tests of their own, which read more of what they print.
  const others = names.filter((name) => !['board', 'kanban', 'team', 'telemetry'].includes(name));
  const runnable = others.filter((name) => name !== 'turso-edge' || sqldBinary() !== undefined);
  test.each(runnable)('%s ends well', { timeout: SLOW }, async (name) => {
    const { code, stdout, stderr } = await runTsx('examples/run.ts', [name]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(VERDICTS[name]!);
  });

  test('without a name it lists the examples', async () => {
    const { code, stdout } = await runTsx('examples/run.ts');
    expect(code).toBe(0);
    for (const name of names) expect(stdout).toContain(name);
  });

  test('an unknown name lists the examples and fails', async () => {
    const { code, stderr } = await runTsx('examples/run.ts', ['quickstrat']);
    expect(code).toBe(1);
    expect(stderr).toContain('There is no example "quickstrat"');
    for (const name of names) expect(stderr).toContain(name);
  });
});

describe('npm run demo', () => {
  test('ends with all three databases equal, and without colour in a pipe', {
    timeout: SLOW,
  }, async () => {
    const { code, stdout, stderr } = await runTsx('demo/index.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/✔ All three hold the same [\d,]+ rows and the same clocks\./);
    expect(stdout).toContain('✔ Each contested cell was decided as the merge rules say.');
    expect(stdout).toContain('✔ Nothing is left to exchange.');
    expect(stdout).not.toContain('✘');
    expect(stdout).not.toContain('\x1b');
    const server = sqldBinary() ? 'A real libSQL server (sqld) at http://127.0.0.1:' : 'no sqld';
    expect(stdout).toContain(server);
    const widest = Math.max(...stdout.split('\n').map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(80);
  });
});
