/** A scenario for any engine, as those of conformance.ts: deletes are forgotten, and a client from before them is told. */
import { asc, eq, sql } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, explainError, increment, mvr } from '../../src/index.js';
import { bytesToHex } from '../../src/model/value.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import type { OpenSite, Site } from './conformance.js';

const things = crrTable('things', {
  id: text('id').primaryKey().notNull(),
  size: integer('size').notNull().default(7),
  votes: counter('votes'),
  tag: mvr(text('tag')),
});

const thing = (id: string) => ({ id, votes: 2, tag: id });

export async function compactionScenario(open: OpenSite): Promise<string[]> {
  const schema = { things };
  const [server, near, away] = [await open(schema), await open(schema), await open(schema)];
  const handler = createSyncHandler({ db: server.db, public: true });
  const syncOf = ({ db }: Site) => createSync({ db, fetch: handler, retry: { attempts: 1 } });
  const idsOf = async ({ db }: Site) =>
    (await db.select().from(things).orderBy(asc(things.id)))
      .map((row) => JSON.stringify(row))
      .join();
  const tombstones = async ({ db }: Site) => {
    const query = sql`SELECT count(*) AS n FROM things__crr_clock WHERE causal_length % 2 = 0`;
    return Number(Object.values(((await db.all(query)) as object[])[0]!)[0]);
  };
  const run = async ({ db }: Site, statement: string) => void (await db.run(sql.raw(statement)));
  const lines: string[] = [];

  await server.db.insert(things).values(['a', 'b', 'c', 'd'].map(thing));
  for (const site of [near, away, near, away]) await syncOf(site).sync();
  for (const id of ['a', 'b', 'c']) await server.db.delete(things).where(eq(things.id, id));
  const held = await server.db.$crr.compact();
  lines.push(`held back: ${held.tombstones} of ${await tombstones(server)}`);

  // One client reads the deletes, and what it writes is noted with that. The other one stays away for too long.
  for (const id of ['f', 'g']) {
    await near.db.insert(things).values([thing(id)]);
    await syncOf(near).sync();
  }
  const id = bytesToHex(await away.db.$crr.siteId());
  await run(server, `UPDATE crr_peer SET seen = seen - 100 WHERE site_id = x'${id}'`);
  const { tombstones: removed } = await server.db.$crr.compact({ limit: 2 });
  lines.push(`removed ${removed}, left ${await tombstones(server)}`);
  const reader = await Promise.resolve(server.db.$crr.changes({ since: 1 })).then(
    () => 'reads',
    (error: unknown) => (explainError(error) as { code?: string }).code,
  );
  lines.push(`a reader from before: ${reader}`);

  // It comes back with a row of its own, an edit of one that is gone, and one of a row that is there.
  await away.db.insert(things).values([thing('e')]);
  await away.db.update(things).set({ size: 9 }).where(eq(things.id, 'b'));
  await away.db
    .update(things)
    .set({ votes: increment(things.votes, 5) })
    .where(eq(things.id, 'd'));
  const { refusedRows } = await syncOf(away).sync();
  lines.push(`refused: ${refusedRows.map(({ key, code }) => `${key.id} ${code}`)}`);
  await server.db.insert(things).values([thing('a')]);
  for (const site of [near, away, near, away]) await syncOf(site).sync();
  for (const site of [server, near, away]) lines.push(await idsOf(site));
  for (const site of [server, near, away]) {
    lines.push(`findings: ${(await site.db.$crr.verify()).findings.length}`);
  }
  return lines;
}
