import { createClient } from '@libsql/client';
import { type ApplyResult, type Cursor, withCrr } from 'drizzle-crr';
import { inArray } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import * as schema from './schema.js';
import { notes } from './schema.js';

/** A laptop: its database, and the notes on its screen. */
export class Laptop {
  /** The notes on screen, by id. They are refreshed row by row, never all at once. */
  readonly screen = new Map<string, typeof notes.$inferSelect>();
  /** Up to where this laptop has read each of the others. An application would store these cursors. */
  readonly #cursors = new Map<Laptop, number | Cursor>();

  private constructor(
    readonly name: string,
    readonly db: Awaited<ReturnType<typeof open>>,
  ) {}

  static async open(name: string): Promise<Laptop> {
    return new Laptop(name, await open(`file:${name}.db`));
  }

  /** Fetches new changes from another laptop, page by page. Returns the number of changes. */
  async fetchFrom(other: Laptop): Promise<number> {
    const excludeSite = await this.db.$crr.siteId(); // Its own changes need not come back.
    let since = this.#cursors.get(other) ?? 0;
    let changes = 0;
    do {
      const page = await other.db.$crr.changes({ since, excludeSite, limit: 100 });
      await this.#refresh(await this.db.$crr.apply(page));
      // Store the cursor last: if apply() fails, the same page comes again, which does no harm.
      since = page.cursor;
      this.#cursors.set(other, since);
      changes += page.changes.length;
    } while (typeof since !== 'number');
    return changes;
  }

  /** Reads only the rows that an apply changed. */
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
