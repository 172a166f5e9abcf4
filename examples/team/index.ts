/** Users, projects, tasks and comments with foreign keys and unique columns, on two laptops that are apart for a while. */
import { deepStrictEqual } from 'node:assert';
import { createClient } from '@libsql/client';
import { withCrr } from 'drizzle-crr';
import { asc, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import * as schema from './schema.js';
import { comments, members, projects, tasks, users } from './schema.js';

const ada = await open('file:ada.db');
const ben = await open('file:ben.db');

await ada.insert(users).values([
  { id: 'u1', handle: 'ada', email: 'ada@example.org' },
  { id: 'u2', handle: 'ben' },
]);
await ada.insert(projects).values([
  { id: 'p1', owner: 'u1', name: 'Boat' },
  { id: 'p2', owner: 'u1', name: 'Shed' },
]);
await ada.insert(members).values({ project: 'p1', user: 'u2', role: 'editor' });
await ada.insert(tasks).values([
  { id: 't1', project: 'p1', slug: 'hull', assignee: 'u2' },
  { id: 't2', project: 'p2', slug: 'roof' },
]);
await exchange();
await show('Both laptops have the same rows');

// Apart, each writes what is right on that laptop.
await ada.insert(tasks).values({ id: 't3', project: 'p1', slug: 'mast' });
await ben.insert(tasks).values({ id: 't4', project: 'p1', slug: 'mast' }); // The slug is unique.
await ada.delete(projects).where(eq(projects.id, 'p2')); // Its tasks go with it.
await ben.insert(comments).values({ id: 'c1', task: 't2', author: 'u2', body: 'Tiles or tin?' });
await ben.insert(tasks).values({ id: 't5', project: 'p2', slug: 'door' });
await ada.delete(users).where(eq(users.id, 'u2')); // His assignments become NULL.
await ben.update(tasks).set({ done: true }).where(eq(tasks.id, 't1'));
await exchange();
await show('Together again: one "mast" has a suffix, and what hangs on "Shed" is kept aside');
for (const table of [tasks, comments]) {
  for (const conflict of await ada.$crr.conflicts(table)) {
    const { table: name, key, reason } = conflict;
    const other = reason === 'unique' ? conflict.winner : reason === 'reference' && conflict.parent;
    console.log(`  ${name} ${key.id}: ${reason}, because of ${other && JSON.stringify(other.key)}`);
  }
}

// They settle it with ordinary writes.
await ada.update(tasks).set({ slug: 'second mast' }).where(eq(tasks.id, 't4'));
await ben.insert(projects).values({ id: 'p2', owner: 'u1', name: 'Shed' });
await exchange();
await show('\nThey rename a task, and bring the project back: so is its door');
deepStrictEqual(await ada.$crr.conflicts(tasks), []);
console.log('Both laptops show the same.');

async function open(url: string) {
  const db = withCrr(drizzle({ client: createClient({ url }), schema }), { schema });
  await migrate(db, { migrationsFolder: 'drizzle' });
  return db;
}

async function exchange(): Promise<void> {
  await ben.$crr.apply(await ada.$crr.changes());
  await ada.$crr.apply(await ben.$crr.changes());
}

/** What both laptops show. */
async function show(when: string) {
  const rows = await listOf(ada);
  deepStrictEqual(await listOf(ben), rows);
  console.log(`${when}:\n`);
  for (const { project, slug, assignee, done } of rows) {
    console.log(
      `  ${project.padEnd(6)}${slug.padEnd(14)}${(assignee ?? '-').padEnd(6)}${done ? 'done' : ''}`.trimEnd(),
    );
  }
  console.log();
}

function listOf(db: typeof ada) {
  return db
    .select({ project: projects.name, slug: tasks.slug, assignee: users.handle, done: tasks.done })
    .from(tasks)
    .innerJoin(projects, eq(projects.id, tasks.project))
    .leftJoin(users, eq(users.id, tasks.assignee))
    .orderBy(asc(projects.name), asc(tasks.slug));
}
