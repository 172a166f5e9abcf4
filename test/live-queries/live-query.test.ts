/** Live queries of one process: when they run again, and what their subscribers get. */
import { and, count, desc, eq, inArray, relations, sql } from 'drizzle-orm';
import { integer, primaryKey, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { counter, crrTable, increment } from '../../src/index.js';
import { liveQuery } from '../../src/live-queries/index.js';
import { hubOf } from '../../src/live-queries/live-query.js';
import { memoryClient } from '../support/client.js';
import { openSite } from '../support/site.js';
import { follow, settled } from './follow.js';
import { pendingTimers } from './pending-timers.js';

const projects = crrTable('projects', {
  id: text('id').primaryKey().notNull(),
  name: text('name').notNull(),
});
const tasks = crrTable('tasks', {
  id: text('id').primaryKey().notNull(),
  project: text('project'),
  title: text('title'),
  votes: counter('votes'),
});
const members = crrTable(
  'members',
  { team: text('team').notNull(), number: integer('number').notNull(), name: text('name') },
  (self) => [primaryKey({ columns: [self.team, self.number] })],
);
const settings = sqliteTable('settings', { name: text('name').primaryKey(), value: text('value') });
const log = sqliteTable('log', { entry: text('entry') });
const schema = {
  projects,
  tasks,
  members,
  settings,
  log,
  projectRelations: relations(projects, ({ many }) => ({ tasks: many(tasks) })),
  taskRelations: relations(tasks, ({ one }) => ({
    parent: one(projects, { fields: [tasks.project], references: [projects.id] }),
  })),
};

async function open() {
  const client = memoryClient();
  await client.execute('CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT)');
  await client.execute('CREATE TABLE log (entry TEXT)');
  const db = await openSite(schema, client);
  const runs: string[] = [];
  const execute = client.execute.bind(client);
  vi.spyOn(client, 'execute').mockImplementation((async (statement: { sql: string }) => {
    if (/^(select|with)/i.test(statement.sql)) runs.push(statement.sql);
    return execute(statement as never);
  }) as never);
  return { db, client, runs };
}

let site: Awaited<ReturnType<typeof open>>;
beforeEach(async () => {
  site = await open();
});

const add = (...ids: string[]) =>
  site.db.insert(tasks).values(ids.map((id) => ({ id, project: 'p', title: `title of ${id}` })));

describe('a live query', () => {
  test('runs when somebody subscribes, and again after a write', async () => {
    await add('a');
    const query = liveQuery(site.db, (db) => db.select().from(tasks).orderBy(tasks.id));
    expect(query.getSnapshot()).toEqual({ status: 'loading', data: undefined, error: undefined });
    await settled(site.db);
    expect(site.runs).toEqual([]);
    const following = follow(query);
    expect((await following.count(1)).data).toMatchObject([{ id: 'a' }]);
    await add('b');
    expect((await following.count(2)).data).toMatchObject([{ id: 'a' }, { id: 'b' }]);
    await settled(site.db);
    expect(following.snapshots).toHaveLength(2);
    expect(site.runs).toHaveLength(2);
  });

  test.each([
    ['an insert', () => add('b')],
    ['an update', () => site.db.update(tasks).set({ title: 'new' })],
    ['a delete', () => site.db.delete(tasks)],
    ['a counter', () => site.db.update(tasks).set({ votes: increment(tasks.votes, 2) })],
    ['a transaction', () => site.db.transaction(async (tx) => void (await tx.delete(tasks)))],
    ['a batch', () => site.db.batch([site.db.delete(tasks)])],
    ['raw SQL', () => site.db.run(sql`UPDATE tasks SET title = 'raw'`)],
    ['a write with RETURNING', () => site.db.update(tasks).set({ title: 'r' }).returning()],
    ['the client itself', () => site.client.execute("UPDATE tasks SET title = 'client'")],
  ])('is run again after %s', async (_, write) => {
    await add('a');
    const following = follow(liveQuery(site.db, (db) => db.select().from(tasks), { pollMs: 20 }));
    await following.count(1);
    await write();
    await following.count(2);
  });

  test('is run again after an apply', async () => {
    const other = await openSite(schema, memoryClient(), {
      ddl: [
        'CREATE TABLE projects (id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL)',
        'CREATE TABLE tasks (id TEXT PRIMARY KEY NOT NULL, project TEXT, title TEXT, votes INTEGER NOT NULL DEFAULT 0)',
        'CREATE TABLE members (team TEXT NOT NULL, number INTEGER NOT NULL, name TEXT, PRIMARY KEY (team, number))',
      ],
    });
    await other.insert(tasks).values({ id: 'other' });
    const following = follow(liveQuery(site.db, (db) => db.select().from(tasks)));
    await following.count(1);
    await site.db.$crr.apply(await other.$crr.changes());
    expect((await following.count(2)).data).toMatchObject([{ id: 'other' }]);
  });

  test('is not run for other tables, nor after writes that change nothing', async () => {
    await add('a');
    const following = follow(liveQuery(site.db, (db) => db.select().from(tasks)));
    await following.count(1);
    await site.db.insert(projects).values({ id: 'p', name: 'one' });
    await site.db.insert(settings).values({ name: 'color', value: 'red' });
    await site.db.update(tasks).set({ title: 'title of a' });
    await site.db.delete(tasks).where(eq(tasks.id, 'nobody'));
    await settled(site.db);
    expect(site.runs).toHaveLength(1);
    expect(following.snapshots).toHaveLength(1);
  });

  test('does not notify of results that are equal', async () => {
    await add('a', 'b');
    const following = follow(liveQuery(site.db, (db) => db.select({ n: count() }).from(tasks)));
    const { data } = await following.count(1);
    await site.db.update(tasks).set({ title: 'other' });
    await settled(site.db);
    expect(site.runs).toHaveLength(2);
    expect(following.snapshots).toHaveLength(1);
    expect(following.data).toBe(data);
  });

  test('keeps the identity of rows that have not changed', async () => {
    await add('a', 'c', 'd');
    const following = follow(liveQuery(site.db, (db) => db.select().from(tasks).orderBy(tasks.id)));
    const { data: before } = await following.count(1);
    await add('b');
    const { data: after } = await following.count(2);
    expect(after!.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    expect([after![0], after![2], after![3]]).toEqual([before![0], before![1], before![2]]);
    expect(after![0]).toBe(before![0]);
    expect(after![2]).toBe(before![1]);
    expect(after![3]).toBe(before![2]);
    await site.db.update(tasks).set({ title: 'new' }).where(eq(tasks.id, 'c'));
    const { data: last } = await following.count(3);
    expect(last!.map((row, i) => row === after![i])).toEqual([true, true, false, true]);
  });

  test('many writes in a row are few runs', async () => {
    const following = follow(liveQuery(site.db, (db) => db.select().from(tasks)));
    await following.count(1);
    await Promise.all(Array.from({ length: 50 }, (_, i) => add(String(i))));
    await vi.waitFor(() => expect(following.data).toHaveLength(50));
    expect(site.runs.length).toBeLessThan(25);
  });

  test('nothing runs when nobody subscribes any more', async () => {
    const query = liveQuery(site.db, (db) => db.select().from(tasks));
    const following = follow(query);
    const { data } = await following.count(1);
    following.stop();
    following.stop();
    const runs = site.runs.length;
    await add('a');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(site.runs).toHaveLength(runs);
    expect(query.getSnapshot().data).toBe(data);
    const again = follow(query);
    expect(query.getSnapshot().data).toBe(data);
    expect((await again.count(1)).data).toHaveLength(1);
  });

  test('equal queries are run once, and have the same result', async () => {
    await add('a');
    const ofTitle = (title: string) =>
      liveQuery(site.db, (db) => db.select().from(tasks).where(eq(tasks.title, title)));
    const all = Array.from({ length: 5 }, () => follow(ofTitle('title of a')));
    const other = follow(ofTitle('other'));
    await Promise.all([...all, other].map((one) => one.count(1)));
    expect(site.runs).toHaveLength(2);
    expect(new Set(all.map(({ data }) => data)).size).toBe(1);
    const late = follow(ofTitle('title of a'));
    expect(late.data).toBe(all[0]!.data);
    await add('b');
    await settled(site.db);
    expect(site.runs).toHaveLength(4);
  });

  test('equal SQL that is decoded differently is not equal', async () => {
    await add('a');
    const queries = [
      liveQuery(site.db, (db) => db.select({ one: tasks.id }).from(tasks)),
      liveQuery(site.db, (db) => db.select({ two: tasks.id }).from(tasks)),
      liveQuery(site.db, (db) =>
        db.select({ one: sql<string>`${tasks.id}`.mapWith((v) => `${v}!`) }).from(tasks),
      ),
    ];
    const results = await Promise.all(
      queries.map(async (query) => (await follow<unknown>(query).count(1)).data),
    );
    expect(results).toEqual([[{ one: 'a' }], [{ two: 'a' }], [{ one: 'a!' }]]);
  });
});

describe('the tables that a query reads', () => {
  const expectReads = async (
    query: Parameters<typeof follow>[0],
    { yes, no }: { yes: () => PromiseLike<unknown>; no: () => PromiseLike<unknown> },
  ) => {
    const following = follow(query);
    await following.count(1);
    const runs = site.runs.length;
    await no();
    await settled(site.db);
    expect(site.runs).toHaveLength(runs);
    await yes();
    await following.count(2);
  };
  const project = (name: string) => () => site.db.insert(projects).values({ id: name, name });
  const member = () =>
    site.db.insert(members).values({ team: 'x', number: (Math.random() * 1e9) | 0 });

  test('a relational query', async () => {
    await project('p')();
    await add('a');
    await expectReads(
      liveQuery(site.db, (db) => db.query.projects.findMany({ with: { tasks: true } })),
      { yes: () => site.db.update(tasks).set({ title: 'x' }), no: member },
    );
  });

  test('joins and subqueries', async () => {
    await project('p')();
    await add('a');
    const newest = (db: typeof site.db) =>
      db
        .select({ name: projects.name, title: tasks.title })
        .from(projects)
        .leftJoin(tasks, eq(tasks.project, projects.id))
        .where(sql`${projects.id} IN (SELECT project FROM tasks)`)
        .orderBy(desc(projects.id));
    await expectReads(liveQuery(site.db, newest), {
      yes: () => site.db.update(tasks).set({ title: 'x' }),
      no: member,
    });
  });

  test('a table that only a fragment of SQL names', async () => {
    await expectReads(
      liveQuery(site.db, (db) =>
        db.select({ n: sql<number>`(SELECT count(*) FROM tasks)` }).from(sql`(SELECT 1)`),
      ),
      { yes: () => add('a'), no: project('q') },
    );
  });

  test('raw SQL', async () => {
    const query = liveQuery(site.db, () => sql<{ n: number }>`SELECT count(*) AS n FROM tasks`);
    await expectReads(query, { yes: () => add('a'), no: project('q') });
    expect(query.getSnapshot().data).toEqual([{ n: 1 }]);
  });

  test('raw SQL by db.all(), and db.$count()', async () => {
    await expectReads(
      liveQuery(site.db, (db) => db.all<{ n: number }>(sql`SELECT count(*) AS n FROM tasks`)),
      { yes: () => add('a'), no: project('q') },
    );
    const counted = liveQuery(site.db, (db) => db.$count(tasks));
    await expectReads(counted, { yes: () => add('b'), no: project('r') });
    expect(counted.getSnapshot().data).toBe(2);
  });

  test('a view, with an aggregate', async () => {
    await site.db.run(
      sql`CREATE VIEW open_tasks AS SELECT project, count(*) AS n FROM tasks GROUP BY project`,
    );
    const view = sqliteView('open_tasks', { project: text('project'), n: integer('n') }).existing();
    await expectReads(
      liveQuery(site.db, (db) => db.select().from(view)),
      { yes: () => add('a'), no: project('q') },
    );
  });

  test('plain tables', async () => {
    await site.db.insert(settings).values({ name: 'color', value: 'red' });
    const query = liveQuery(site.db, (db) => db.select().from(settings));
    const following = follow(query);
    await following.count(1);
    await site.db.update(settings).set({ value: 'blue' });
    expect((await following.count(2)).data).toMatchObject([{ value: 'blue' }]);
  });

  test('a plain table that a trigger writes to', async () => {
    await site.client.execute(
      'CREATE TRIGGER logged AFTER INSERT ON settings BEGIN INSERT INTO log VALUES (new.name); END',
    );
    const following = follow(liveQuery(site.db, (db) => db.select().from(log)));
    await following.count(1);
    await site.db.insert(settings).values({ name: 'a' });
    expect((await following.count(2)).data).toEqual([{ entry: 'a' }]);
  });
});

describe('a query by primary key', () => {
  const expectPinned = async (query: Parameters<typeof follow>[0]) => {
    const following = follow(query);
    await following.count(1);
    const runs = site.runs.length;
    await site.db.update(tasks).set({ title: 'other' }).where(eq(tasks.id, 'b'));
    await add('c');
    await site.db.delete(tasks).where(eq(tasks.id, 'b'));
    await settled(site.db);
    expect(site.runs).toHaveLength(runs);
    await site.db.update(tasks).set({ title: 'mine' }).where(eq(tasks.id, 'a'));
    await following.count(2);
    await site.db.delete(tasks).where(eq(tasks.id, 'a'));
    await following.count(3);
    await add('a');
    await following.count(4);
  };

  beforeEach(() => add('a', 'b'));

  test('a select', () =>
    expectPinned(liveQuery(site.db, (db) => db.select().from(tasks).where(eq(tasks.id, 'a')))));

  test('a select with further conditions', () =>
    expectPinned(
      liveQuery(site.db, (db) =>
        db
          .select()
          .from(tasks)
          .where(and(eq(tasks.id, 'a'), eq(tasks.project, 'p')))
          .limit(1),
      ),
    ));

  test('a list of keys', () =>
    expectPinned(
      liveQuery(site.db, (db) =>
        db
          .select()
          .from(tasks)
          .where(inArray(tasks.id, ['a', 'z'])),
      ),
    ));

  test('a relational query', () =>
    expectPinned(
      liveQuery(site.db, (db) => db.query.tasks.findFirst({ where: eq(tasks.id, 'a') })),
    ));

  test('a relational query with a function', () =>
    expectPinned(
      liveQuery(site.db, (db) =>
        db.query.tasks.findFirst({ where: ({ id }, operators) => operators.eq(id, 'a') }),
      ),
    ));

  test('a key of two columns', async () => {
    await site.db.insert(members).values([
      { team: 'x', number: 1 },
      { team: 'x', number: 2 },
    ]);
    const following = follow(
      liveQuery(site.db, (db) =>
        db
          .select()
          .from(members)
          .where(and(eq(members.number, 1), eq(members.team, 'x'))),
      ),
    );
    await following.count(1);
    await site.db.update(members).set({ name: 'other' }).where(eq(members.number, 2));
    await settled(site.db);
    expect(site.runs).toHaveLength(1);
    await site.db.update(members).set({ name: 'mine' }).where(eq(members.number, 1));
    await following.count(2);
  });

  test.each([
    ['or', () => sql`${tasks.id} = 'a' or ${tasks.id} = 'b'`],
    [
      'a subquery of the same table',
      () => and(eq(tasks.id, 'a'), sql`exists (select 1 from tasks where title = 'other')`),
    ],
    ['not', () => sql`not ${eq(tasks.id, 'a')}`],
    ['a part of the key', () => eq(tasks.project, 'p')],
  ])('is none with %s', async (_, where) => {
    follow(liveQuery(site.db, (db) => db.select().from(tasks).where(where())));
    await settled(site.db);
    const runs = site.runs.length;
    await site.db.update(tasks).set({ title: 'other' }).where(eq(tasks.id, 'b'));
    await settled(site.db);
    expect(site.runs).toHaveLength(runs + 1);
  });

  test('many changes at once concern every row', async () => {
    const following = follow(
      liveQuery(site.db, (db) => db.select().from(tasks).where(eq(tasks.id, 'a'))),
    );
    await following.count(1);
    await site.db.transaction(async (tx) => {
      await tx.insert(tasks).values(Array.from({ length: 1_500 }, (_, i) => ({ id: `many ${i}` })));
      await tx.update(tasks).set({ title: 'late' }).where(eq(tasks.id, 'a'));
    });
    expect((await following.count(2)).data).toMatchObject([{ title: 'late' }]);
  });
});

describe('no leaks', () => {
  test('10,000 subscriptions leave no listener, entry or timer', async () => {
    const { writes } = hubOf(site.db).internals;
    const timers = pendingTimers();
    for (let i = 0; i < 10_000; i++) {
      const query = liveQuery(site.db, (db) =>
        db
          .select()
          .from(tasks)
          .where(eq(tasks.id, `${i % 7}`)),
      );
      const [one, two] = [query.subscribe(() => {}), query.subscribe(() => {})];
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      one();
      two();
    }
    // What was begun for the last ones ends.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(timers()).toBe(0);
    expect(hubOf(site.db).size).toBe(0);
    expect(writes.size).toBe(0);
  });
});
