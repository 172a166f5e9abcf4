/** Tables with each kind of constraint, with and without history, and random writes to them. */
import { eq, sql } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, fractIndex, greatest, lww, mvr } from '../../src/index.js';
import { createTableSql } from '../support/create-table.js';
import type { Random } from '../support/random.js';
import { openSite } from '../support/site.js';

const id = () => text('id').primaryKey().notNull();

export const notes = crrTable(
  'notes',
  {
    id: id(),
    title: text('title').default('untitled'),
    size: integer('size'),
    votes: counter('votes'),
    mood: mvr(text('mood')),
    seen: lww(text('seen'), { by: 'time' }),
    best: greatest(integer('best')),
  },
  { history: true },
);
export const teams = crrTable('teams', {
  id: id(),
  name: text('name').unique(),
  points: counter('points'),
});
export const users = crrTable('users', {
  id: id(),
  team: text('team')
    .notNull()
    .references(() => teams.id, { onDelete: 'cascade' }),
  email: text('email').notNull().unique(),
  place: fractIndex('place'),
});
/** With a CHECK: low < high. */
export const spans = crrTable('spans', {
  id: id(),
  low: integer('low').notNull().default(0),
  high: integer('high').notNull().default(100),
});
export const schema = { notes, teams, users, spans };

export type World = Awaited<ReturnType<typeof openWorld>>;

export function openWorld(client?: Parameters<typeof openSite>[1]) {
  const ddl = Object.values(schema).map((table) => {
    const text = createTableSql(table);
    return table === spans ? text.replace(/\)$/, ', CHECK (low < high))') : text;
  });
  return openSite(schema, client, { ddl });
}

const KEYS = ['a', 'b', 'c'];
const TITLES = ['x', 'y', 'z', null];

type Writer = Pick<World, 'insert' | 'update' | 'delete' | 'run'>;

/** One random write. It may break a constraint: then it throws. */
export async function writeOne(tx: Writer, random: Random): Promise<void> {
  const key = random.pick(KEYS);
  switch (random.int(14)) {
    case 0:
    case 1:
      await tx.insert(notes).values({ id: key, title: random.pick(TITLES), size: random.int(5) });
      break;
    case 2:
      await tx
        .update(notes)
        .set({ title: random.pick(TITLES), size: random.int(5) })
        .where(eq(notes.id, key));
      break;
    case 3:
      await tx
        .update(notes)
        .set({ votes: sql`votes + ${random.int(5)}`, mood: random.pick(TITLES) })
        .where(eq(notes.id, key));
      break;
    case 4:
      await tx
        .update(notes)
        .set({ seen: random.pick(TITLES), best: random.int(9) })
        .where(eq(notes.id, key));
      break;
    case 5:
      await tx.delete(notes).where(eq(notes.id, key));
      break;
    case 6:
    case 7:
      await tx.insert(teams).values({ id: key, name: random.pick(TITLES) });
      break;
    case 8:
      await tx
        .update(teams)
        .set({ name: random.pick(TITLES), points: sql`points + 1` })
        .where(eq(teams.id, key));
      break;
    case 9:
      await tx.delete(teams).where(eq(teams.id, key));
      break;
    case 10:
      await tx
        .insert(users)
        .values({ id: key, team: random.pick(KEYS), email: `${random.pick(KEYS)}@x`, place: key });
      break;
    case 11:
      await tx
        .update(users)
        .set({ team: random.pick(KEYS), email: `${random.pick(KEYS)}@x` })
        .where(eq(users.id, key));
      break;
    case 12:
      await tx
        .insert(spans)
        .values({ id: key, low: random.int(50), high: 50 + random.int(50) })
        .onConflictDoUpdate({ target: spans.id, set: { low: random.int(90) } });
      break;
    default:
      await tx
        .update(spans)
        .set(random.chance(0.5) ? { low: random.int(90) } : { high: random.int(90) })
        .where(eq(spans.id, key));
  }
}

/** Some random writes, of which those that break a constraint are left out. */
export async function writeSome(tx: Writer, random: Random, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    try {
      await writeOne(tx, random);
    } catch (error) {
      const text = `${error} ${(error as Error).cause}`;
      if (!/constraint failed|CONSTRAINT/.test(text)) throw error;
    }
  }
}

/** Everything that the tables show, as text. */
export async function rowsOf(db: Pick<World, 'all'>): Promise<string> {
  const rows: unknown[] = [];
  for (const name of Object.keys(schema)) {
    rows.push(name, await db.all(sql.raw(`SELECT * FROM ${name} ORDER BY id`)));
  }
  return JSON.stringify(rows);
}
