import { createClient } from '@libsql/client';
import { type ApplyResult, type Cursor, withCrr } from 'drizzle-crr';
import { inArray } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import * as schema from './schema.js';
import { notes } from './schema.js';

/** A laptop: its database, and what its screen shows of it. */
export class Laptop {
  /** What is on screen, by id; kept up to date row by row, never read anew as a whole. */
  readonly screen = new Map<string, typeof notes.$inferSelect>();
  /** How far this laptop has read each other one. An application stores it, as plain data. */
  readonly #cursors = new Map<Laptop, number | Cursor>();

  private constructor(
    readonly name: string,
    readonly db: Awaited<ReturnType<typeof open>>,
  ) {}

  static async open(name: string): Promise<Laptop> {
    return new Laptop(name, await open(`file:${name}.db`));
  }

  /** Fetches what is new on another laptop, page by page; returns how many changes came. */
  async fetchFrom(other: Laptop): Promise<number> {
    const excludeSite = await this.db.$crr.siteId(); // What it wrote itself need not come back.
    let since = this.#cursors.get(other) ?? 0;
    let changes = 0;
    do {
      const page = await other.db.$crr.changes({ since, excludeSite, limit: 100 });
      await this.#refresh(await this.db.$crr.apply(page));
      // Only now: had apply() failed, the same page would come again, which does no harm.
      since = page.cursor;
      this.#cursors.set(other, since);
      changes += page.changes.length;
    } while (typeof since !== 'number');
    return changes;
  }

  /** Reads exactly the rows that an apply changed. */
  async #refresh({ inserted, updated, deleted }: ApplyResult): Promise<void> {
    for (const { key } of deleted) this.screen.delete(String(key.id));
    const ids = [...inserted, ...updated].map(({ key }) => String(key.id));
    if (ids.length === 0) return;
    const rows = await this.db.select().from(notes).where(inArray(notes.id, ids));
    for (const row of rows) this.screen.set(row.id, row);
  }
}

async function open(url: string) {
  const db = withCrr(drizzle(createClient({ url }), { schema }), { schema });
  await migrate(db, { migrationsFolder: 'drizzle' });
  await db.$crr.install();
  return db;
}
