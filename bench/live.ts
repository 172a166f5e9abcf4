/** How long it takes from a write to the result at the subscriber of a live query, and what else runs. */
import assert from 'node:assert/strict';
import { createClient } from '@libsql/client';
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { index, text } from 'drizzle-orm/sqlite-core';
import { crrTable, withCrr } from '../src/index.js';
import { type LiveQuery, type LiveSource, liveQuery } from '../src/live-queries/index.js';
import { createTableSql } from '../test/support/create-table.js';
import type { Workbench } from './database.js';
import type { Figures } from './figures.js';
import { median } from './measure.js';

const ROWS = 100_000;
/** Rows of a list. */
const LISTED = 100;
const COUNTS = [1, 100, 1_000];

const cards = crrTable(
  'cards',
  {
    id: text('id').primaryKey().notNull(),
    list: text('list').notNull(),
    title: text('title').notNull(),
  },
  ({ list }) => [index('cards_list').on(list)],
);
const schema = { cards };

/**
 * Live queries of one row each, of which a write concerns one, and of lists of 100 rows each, all of which read the
 * table that is written to.
 */
export async function measureLive(
  bench: Workbench,
  rounds: number,
  figures: Figures,
): Promise<void> {
  const client = createClient({ url: `file:${bench.newPath()}` });
  await client.execute('PRAGMA journal_mode = WAL');
  for (const statement of createTableSql(cards).split(';')) {
    if (statement.trim() !== '') await client.execute(statement);
  }
  await client.execute('CREATE INDEX IF NOT EXISTS cards_list ON cards (list)');
  const db = withCrr(drizzle({ client, schema }), { schema });
  await db.$crr.install();
  // As text: libSQL binds numbers as REAL.
  await db.run(
    sql.raw(`
      INSERT INTO cards (id, list, title)
      WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS - 1})
      SELECT 'c' || i, 'l' || (i / ${LISTED}), 'card ' || i FROM n`),
  );

  const run = { count: 0 };
  const counted = <T extends LiveSource>(query: T): T => {
    const { then } = query as unknown as PromiseLike<unknown>;
    return Object.assign(query, {
      // biome-ignore lint/suspicious/noThenProperty: a query of Drizzle is run by its then()
      then(...args: Parameters<typeof then>) {
        run.count++;
        return then.apply(query, args);
      },
    });
  };
  let title = 0;
  const measure = async (name: string, queries: readonly LiveQuery<unknown>[], runs: number) => {
    const unsubscribe = await Promise.all(queries.map(subscribed));
    const notified: number[] = [];
    const settled: number[] = [];
    for (let round = 0; round < rounds * 6; round++) {
      run.count = 0;
      const heard = new Promise<void>((resolve) => {
        const stop = queries[0]!.subscribe(() => {
          stop();
          resolve();
        });
      });
      const begin = performance.now();
      await db
        .update(cards)
        .set({ title: `title ${++title}` })
        .where(eq(cards.id, 'c0'));
      await heard;
      notified.push(performance.now() - begin);
      while (run.count < runs) await new Promise((resolve) => setImmediate(resolve));
      settled.push(performance.now() - begin);
      // Other frames, in which nothing may run.
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(run.count, runs);
    }
    for (const stop of unsubscribe) stop();
    const detail = `all ${runs} runs: ${median(settled).toFixed(2)} ms`;
    figures.set(`${name}_ms`, median(notified), detail);
  };
  for (const count of COUNTS) {
    const rows = Array.from({ length: count }, (_, i) =>
      liveQuery(db, (db) =>
        counted(
          db
            .select()
            .from(cards)
            .where(eq(cards.id, `c${i}`)),
        ),
      ),
    );
    await measure(`live_row_${count}`, rows, 1);
    const lists = Array.from({ length: count }, (_, i) =>
      liveQuery(db, (db) =>
        counted(
          db
            .select()
            .from(cards)
            .where(eq(cards.list, `l${i}`)),
        ),
      ),
    );
    await measure(`live_list_${count}`, lists, count);
  }
  const begin = performance.now();
  for (let i = 0; i < 20; i++)
    await db
      .update(cards)
      .set({ title: `${i}` })
      .where(eq(cards.id, 'c0'));
  figures.set('live_write_alone_ms', (performance.now() - begin) / 20);
  client.close();
}

/** Subscribes, and waits for the first result. */
function subscribed(query: LiveQuery<unknown>): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const unsubscribe = query.subscribe(() => {
      const { status, error } = query.getSnapshot();
      if (status === 'failed') reject(error);
      else resolve(unsubscribe);
    });
  });
}
