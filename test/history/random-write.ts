import { eq, sql } from 'drizzle-orm';
import type { Random } from '../support/random.js';
import { KEYS, type ModelledSite, notes } from './model.js';

/** One or more statements that change a few rows in all ways, in a transaction or not. */
export async function randomWrite({ db }: ModelledSite, random: Random): Promise<void> {
  const key = random.pick(KEYS);
  const is = eq(notes.id, key);
  const text = () => random.pick(['x', 'y', 'z', null]);
  const one = async (tx: Pick<typeof db, 'insert' | 'update' | 'delete' | 'run'>) => {
    switch (random.int(9)) {
      case 0:
      case 1:
        await tx
          .insert(notes)
          .values({ id: key, title: text(), size: random.int(9) })
          .onConflictDoNothing();
        break;
      case 2:
        await tx.run(sql`INSERT OR REPLACE INTO notes (id, title) VALUES (${key}, ${text()})`);
        break;
      case 3:
        await tx
          .update(notes)
          .set({ title: text(), size: random.int(3) })
          .where(is);
        break;
      case 4:
        await tx.update(notes).set({ seen: text(), status: text() }).where(is);
        break;
      case 5:
        await tx
          .update(notes)
          .set({ votes: sql`votes + 1`, best: random.int(9) })
          .where(is);
        break;
      case 6:
        await tx.update(notes).set({ title: text() });
        break;
      case 7:
        await tx.delete(notes).where(is);
        break;
      default: {
        const other = random.pick(KEYS);
        await tx.run(sql`UPDATE OR IGNORE notes SET id = ${other} WHERE id = ${key}`);
      }
    }
  };
  if (random.int(2) === 0) return one(db);
  await db.transaction(async (tx) => {
    for (let n = 1 + random.int(2); n > 0; n--) await one(tx as never);
  });
}
