/** The commands open a database with the driver that the project has, whichever that is. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { bunBinary, node24Binary } from '../../tools/runtimes/index.js';
import { isDrizzle1 } from '../support/drizzle-line.js';
import { type TestProject, testProject } from '../support/project.js';
import { root } from '../support/run-tsx.js';
import { isLong } from '../support/sampled.js';
import { CONFIG, SCHEMA } from './notes-project.js';

// Each runs many commands, on machines that may be busy.
vi.setConfig({ testTimeout: 180_000 });

interface Case {
  readonly name: string;
  readonly packages?: readonly string[];
  /** Packages that stand in for others, by their files. */
  readonly files?: Readonly<Record<string, string>>;
  readonly runtime?: string | undefined;
  readonly skip?: string | undefined;
}

/** With a column that has a table of its own. */
const WITH_CELLS = SCHEMA.replace('crrTable }', 'counter, crrTable }').replace(
  "stars: integer('stars')",
  "stars: integer('stars'), likes: counter('likes')",
);

/** The npm package libsql has the interface of better-sqlite3, and its binary in its package. */
const STAND_IN = {
  'node_modules/better-sqlite3/package.json': '{"name":"better-sqlite3","main":"index.js"}',
  'node_modules/better-sqlite3/index.js': "module.exports = require('libsql');",
};
const notIn045 = isDrizzle1 ? undefined : 'Drizzle 0.45 has no driver for it';
const notHere = (binary: string | undefined) =>
  binary === undefined ? `no binary of it for ${process.platform}-${process.arch}` : undefined;

const CASES: readonly Case[] = [
  { name: 'better-sqlite3', packages: ['libsql'], files: STAND_IN },
  { name: '@tursodatabase/database', packages: ['@tursodatabase'], skip: notIn045 },
  { name: 'bun:sqlite', runtime: bunBinary(), skip: notHere(bunBinary()) },
  { name: 'node:sqlite', runtime: node24Binary(), skip: notIn045 ?? notHere(node24Binary()) },
];

async function projectOf({ packages = [], files = {}, runtime }: Omit<Case, 'name' | 'skip'>) {
  const made = await testProject(
    { 'drizzle.config.ts': CONFIG.replace('turso', 'sqlite'), 'schema.ts': WITH_CELLS, ...files },
    { packages, ...(runtime && { runtime }) },
  );
  onTestFinished(() => made.remove());
  return made;
}

/** In a process of its own, so that nothing holds the file afterwards. */
function insertNote(file: string): void {
  const text = `new (require('libsql'))(${JSON.stringify(file)}).exec("INSERT INTO notes VALUES ('a', 'hello', 3, 5)")`;
  execFileSync(process.execPath, ['-e', text], { cwd: root });
}

async function done(made: TestProject, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await made.crr(...args);
  expect(code, stdout + stderr).toBe(0);
  return stdout;
}

describe.each(CASES)('$name', ({ name, skip, ...rest }) => {
  test.skipIf(skip !== undefined)(
    `every command opens it${skip ? ` (skipped: ${skip})` : ''}`,
    async () => {
      const made = await projectOf(rest);
      // drizzle-kit opens the file with a driver of its own.
      await done(made, 'push', '--url', 'file:app.db');
      await done(made, 'push', '--url', 'file:other.db');
      expect(await done(made, 'check')).toBe('The database and the schema agree: 1 CRR.\n');
      insertNote(join(made.folder, 'app.db'));
      expect(await done(made, 'changes')).toMatch(/notes {2}"a" +body +"hello"/);
      const serving = made.start('serve', '--port', '0');
      const [, url] = await serving.printed(/(http:\S+)/);
      expect(await done(made, 'sync', url!, '--url', 'file:other.db')).toMatch(/received 3/);
      expect(await done(made, 'status', '--url', 'file:other.db')).toMatch(/notes +1 +0/);
      const wrong = await made.crr('status', '--url', 'file:schema.ts');
      expect([wrong.code, wrong.stderr]).toEqual([
        1,
        // Turso has no such error of its own.
        expect.stringMatching(/schema\.ts (is not a SQLite database|cannot be opened or used: )/),
      ]);
    },
  );
});

test('without a driver the message names those that can', async () => {
  const made = await projectOf({});
  made.write({ 'app.db': '' });
  const { code, stderr } = await made.crr('status');
  expect(stderr).toMatch(/no driver in .* that can open file:app\.db: npm install @libsql\/client/);
  expect(code).toBe(1);
  const server = await made.crr('status', '--url', 'http://127.0.0.1:9/');
  expect(server.stderr).toMatch(/can open http:.*: npm install @libsql\/client\n$/);
});

test('a driver without its binary is named', async () => {
  const made = await projectOf({ packages: ['better-sqlite3'] });
  made.write({ 'app.db': '' });
  const { code, stderr } = await made.crr('status');
  expect(stderr).toMatch(/app\.db cannot be opened or used: Could not locate the bindings file/);
  expect(code).toBe(1);
});

test.each([
  ['d1-http', /driver: 'd1-http'.* no transactions.*\.wrangler/],
  ['expo', /driver: 'expo'.* on the device/],
  ['durable-sqlite', /driver: 'durable-sqlite'.* in the Durable Object/],
])('a database that cannot be opened from here: %s', async (driver, message) => {
  const made = await projectOf({ packages: ['@libsql'] });
  const credentials = "{ accountId: 'a', databaseId: 'b', token: 'c' }";
  const config = CONFIG.replace('turso', 'sqlite')
    .replace("{ url: 'file:app.db' }", credentials)
    .replace('{ ', `{ driver: '${driver}', `);
  made.write({ 'drizzle.config.ts': config });
  for (const command of ['status', 'check', 'push']) {
    const { code, stderr } = await made.crr(command);
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
  }
  // What needs no such database works as ever, whichever it is.
  if (driver !== 'd1-http' && !isLong) return;
  expect(await done(made, 'generate', '--name', 'first')).toMatch(/notes: becomes a CRR/);
  expect(await done(made, 'check', '--offline')).toMatch(/agree/);
  // A copy of the database is a file like others.
  await done(made, 'push', '--url', 'file:copy.db');
  await done(made, 'status', '--url', 'file:copy.db');
});
