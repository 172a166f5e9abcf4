/**
 * The life of a schema. Two sites, a laptop and a server, migrate at different times and never lose a
 * write. Each step writes schema.ts, runs `drizzle-crr generate` and applies the migrations like any
 * Drizzle project. You can look at the project afterwards, in examples/migrations/.run.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@libsql/client';
import { CrrDatabaseError, crrTable, withCrr } from 'drizzle-crr';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { main } from '../../src/cli/main.js';

const project = fileURLToPath(new URL('.run', import.meta.url));
rmSync(project, { recursive: true, force: true });
mkdirSync(project);
writeFileSync(
  join(project, 'drizzle.config.ts'),
  `export default { dialect: 'turso', schema: './schema.ts', out: './drizzle', dbCredentials: { url: 'file:laptop.db' } };\n`,
);

// Once the package is built, the project uses it as an installed one. From its source it takes five times as long to load.
const built = fileURLToPath(new URL('../../dist', import.meta.url));
if (existsSync(built)) writeFileSync(join(project, 'tsconfig.json'), '{}');

const IMPORTS = `import { crrTable } from 'drizzle-crr';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';\n\n`;
const client = { laptop: open('laptop'), server: open('server') };
type Name = keyof typeof client;

function open(name: string) {
  return createClient({ url: `file:${join(project, `${name}.db`)}` });
}

let step = 0;
function heading(title: string): void {
  step++;
  console.log(`\n${step}. ${title}\n`);
}
const say = (line: string) => console.log(`   ${line}`);

/** Runs \`npx drizzle-crr ...\` and shows its output without drizzle-kit's. */
async function crr(...args: string[]): Promise<number> {
  let words = '';
  const code = await main(args, {
    stdout: (text) => {
      words += text;
    },
    stderr: (text) => {
      words += text;
    },
    cwd: project,
    env: process.env,
    isTTY: false,
  });
  say(`$ npx drizzle-crr ${args.join(' ')}`);
  const ours = words
    .split('\n')
    .filter((line) => /^(CRR|Nothing|The |\d+ difference|Run | {2}\w)/.test(line));
  for (const line of ours) say(line);
  return code;
}

async function generate(name: string, schema: string): Promise<void> {
  writeFileSync(join(project, 'schema.ts'), IMPORTS + schema);
  const code = await crr('generate', '--name', name);
  if (code !== 0) throw new Error(`drizzle-crr generate ended with ${code}`);
}

async function migrateSite(name: Name): Promise<void> {
  await migrate(drizzle(client[name]), { migrationsFolder: join(project, 'drizzle') });
  say(`${name}: migrate() of drizzle-orm applied what was new`);
}

// The application at each version, with the schema that it was built with.
const todos1 = crrTable('todos', { id: text('id').primaryKey().notNull(), title: text('title') });
const todos2 = crrTable('todos', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  priority: integer('priority').notNull().default(3),
});
const notesPlain = sqliteTable('notes', {
  id: text('id').primaryKey().notNull(),
  body: text('body'),
});
const notesCrr = crrTable('notes', { id: text('id').primaryKey().notNull(), body: text('body') });
const app = <T extends Record<string, unknown>>(name: Name, schema: T) =>
  withCrr(drizzle(client[name]), { schema });

type App = ReturnType<typeof app>;
async function exchange(laptop: App, server: App): Promise<void> {
  await server.$crr.apply(await laptop.$crr.changes());
  await laptop.$crr.apply(await server.$crr.changes());
  say('laptop and server exchanged their changes');
}

async function rows(name: Name, table: string): Promise<string> {
  const { rows } = await client[name].execute(`SELECT * FROM ${table} ORDER BY id`);
  return rows.map((row) => Array.from(row as ArrayLike<unknown>).join(' | ')).join(';  ');
}
async function show(table: string): Promise<void> {
  for (const name of ['laptop', 'server'] as const)
    say(`${name.padEnd(6)} ${table}: ${await rows(name, table)}`);
}

heading('The first migration: a CRR "todos" and a plain table "notes"');
await generate(
  'first',
  `export const todos = crrTable('todos', { id: text('id').primaryKey().notNull(), title: text('title') });
export const notes = sqliteTable('notes', { id: text('id').primaryKey().notNull(), body: text('body') });\n`,
);
await migrateSite('laptop');
await migrateSite('server');
const laptop1 = app('laptop', { todos1, notesPlain });
const server1 = app('server', { todos1, notesPlain });
await laptop1.insert(todos1).values({ id: 'a', title: 'buy milk' });
await server1.insert(todos1).values({ id: 'b', title: 'water plants' });
await laptop1.insert(notesPlain).values({ id: 'n1', body: 'only on this laptop so far' });
await exchange(laptop1, server1);
await show('todos');

heading('A column is added, and only the server migrates');
await generate(
  'priority',
  `export const todos = crrTable('todos', { id: text('id').primaryKey().notNull(), title: text('title'), priority: integer('priority').notNull().default(3) });
export const notes = sqliteTable('notes', { id: text('id').primaryKey().notNull(), body: text('body') });\n`,
);
const file = readFileSync(join(project, 'drizzle/0001_priority.sql'), 'utf8');
say(
  `the migration holds ${file.split('--> statement-breakpoint').length} statements, drizzle-kit's between begin_alter and commit_alter`,
);
await migrateSite('server');
const server2 = app('server', { todos2, notesPlain });
await server2.update(todos2).set({ priority: 1 }).where(sql`id = 'a'`);
await laptop1.update(todos1).set({ title: 'buy oat milk' }).where(sql`id = 'a'`);
await exchange(laptop1, server2);
await show('todos');
say(
  `laptop: ${await laptop1.$crr.pendingCount()} change waits for the column it does not have yet`,
);

heading('The laptop migrates, and what waited is applied by the migration itself');
await migrateSite('laptop');
const laptop2 = app('laptop', { todos2, notesPlain });
say(`laptop: ${await laptop2.$crr.pendingCount()} changes wait`);
await show('todos');

heading('The plain table becomes a CRR, its rows with it');
await generate(
  'notes',
  `export const todos = crrTable('todos', { id: text('id').primaryKey().notNull(), title: text('title'), priority: integer('priority').notNull().default(3) });
export const notes = crrTable('notes', { id: text('id').primaryKey().notNull(), body: text('body') });\n`,
);
await migrateSite('laptop');
await migrateSite('server');
const laptop3 = app('laptop', { todos2, notesCrr });
const server3 = app('server', { todos2, notesCrr });
await exchange(laptop3, server3);
await show('notes');

heading('Somebody drops a trigger: nothing is lost silently');
await client.laptop.execute('DROP TRIGGER todos__crr_on_insert');
const found = await crr('check');
const laptop4 = app('laptop', { todos2, notesCrr });
const refused = await laptop4
  .insert(todos2)
  .values({ id: 'c', title: 'lost?' })
  .then(
    () => false,
    (error: unknown) => error instanceof CrrDatabaseError && error.code === 'CRR_DATABASE_DRIFT',
  );
say(`the first write is refused: ${refused}`);
await laptop4.$crr.install();
await laptop4.insert(todos2).values({ id: 'c', title: 'not lost' });
const mended = await crr('check');
await exchange(laptop4, server3);
await show('todos');

const same =
  (await rows('laptop', 'todos')) === (await rows('server', 'todos')) &&
  (await rows('laptop', 'notes')) === (await rows('server', 'notes'));
const good = same && refused && found === 1 && mended === 0;
console.log(
  good ? '\nBoth sites hold the same rows.' : '\nThe sites differ: this should not happen.',
);
client.laptop.close();
client.server.close();
process.exitCode = good ? 0 : 1;
