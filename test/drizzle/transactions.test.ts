import { eq, is, relations, sql } from 'drizzle-orm';
import { LibSQLDatabase } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { type ChangePage, crrTable } from '../../src/index.js';
import { describeEachEngine } from '../support/engines.js';
import { line, openSite } from '../support/site.js';

const todos = crrTable('todos', { id: text('id').primaryKey(), title: text('title') });
const notes = crrTable('notes', {
  id: integer('id').primaryKey(),
  todo: text('todo'),
  body: text('body'),
});
const todosRelations = relations(todos, ({ many }) => ({ notes: many(notes) }));
const notesRelations = relations(notes, ({ one }) => ({
  todo: one(todos, { fields: [notes.todo], references: [todos.id] }),
}));
const schema = { todos, notes, todosRelations, notesRelations };

describeEachEngine('transactions', (engine) => {
  const open = async () => openSite(schema, await engine.open());
  type Site = Awaited<ReturnType<typeof open>>;
  const lines = async (db: Site) => (await db.$crr.changes()).changes.map(line);
  const versions = async (db: Site) => (await db.$crr.changes()).changes.map((c) => c.db_version);

  test('a statement outside of one takes a db_version per row inserted and per cell updated', async () => {
    const db = await open();
    await db.insert(todos).values([{ id: 'a' }, { id: 'b' }]);
    await db.update(todos).set({ title: 'x' });
    expect(await lines(db)).toEqual([
      'todos.title = x (v2 db3 cl1 seq0)',
      'todos.title = x (v2 db4 cl1 seq0)',
    ]);
    expect(await db.$crr.version()).toBe(4);
  });

  test('no page tears the cells of one update apart', async () => {
    const db = await open();
    await db.insert(notes).values([1, 2, 3].map((id) => ({ id, todo: 'a', body: 'n' })));
    await db.update(notes).set({ todo: 'b', body: 'm' });
    const pages: ChangePage[] = [];
    for await (const page of db.$crr.changes({ since: 3, limit: 1 })) pages.push(page);
    expect(pages.flatMap(({ changes }) => changes)).toHaveLength(6);
    for (const page of pages) {
      expect(page.changes.map(({ cid }) => cid).sort()).toEqual(['body', 'todo']);
    }
    expect(pages.map(({ cursor }) => cursor).at(-1)).toBe(await db.$crr.version());
  });

  test('what a transaction writes shares one db_version, in order', async () => {
    const db = await open();
    const result = await db.transaction(async (tx) => {
      await tx.insert(todos).values({ id: 'a', title: 'one' });
      await tx.insert(notes).values({ id: 1, todo: 'a', body: 'n' });
      await tx.update(todos).set({ title: 'two' });
      await tx.delete(notes);
      return 'returned';
    });
    expect(result).toBe('returned');
    expect(await lines(db)).toEqual([
      'todos.title = two (v2 db1 cl1 seq5)',
      'notes.-1 = null (v2 db1 cl2 seq6)',
    ]);
    await db.insert(todos).values({ id: 'b' });
    expect(await db.$crr.version()).toBe(2);
  });

  test('nested transactions belong to the outer one; a rolled back one leaves nothing', async () => {
    const db = await open();
    await db.transaction(async (tx) => {
      await tx.insert(todos).values({ id: 'a' });
      await tx.transaction((nested) => nested.insert(todos).values({ id: 'b' }));
      await expect(
        tx.transaction(async (nested) => {
          await nested.insert(todos).values({ id: 'c' });
          throw new Error('no');
        }),
      ).rejects.toThrow('no');
      await tx
        .transaction(async (nested) => {
          await nested.insert(todos).values({ id: 'd' });
          nested.rollback();
        })
        .catch(() => undefined);
      await tx.insert(todos).values({ id: 'e' });
    });
    expect(await lines(db)).toEqual([
      'todos.title = null (v1 db1 cl1 seq1)',
      'todos.title = null (v1 db1 cl1 seq3)',
      'todos.title = null (v1 db1 cl1 seq5)',
    ]);
    expect((await db.select().from(todos)).map(({ id }) => id)).toEqual(['a', 'b', 'e']);
  });

  test('a transaction that throws or rolls back leaves no trace', async () => {
    const db = await open();
    await db.insert(todos).values({ id: 'a' });
    await expect(
      db.transaction(async (tx) => {
        await tx.insert(todos).values({ id: 'b' });
        throw new Error('thrown');
      }),
    ).rejects.toThrow('thrown');
    await expect(
      db.transaction(async (tx) => {
        await tx.delete(todos);
        tx.rollback();
      }),
    ).rejects.toThrow();
    await expect(
      db.transaction(async (tx) => {
        await tx.insert(todos).values({ id: 'c' });
        await tx.insert(todos).values({ id: 'a' });
      }),
    ).rejects.toThrow();
    expect(await versions(db)).toEqual([1]);
    expect(await db.$crr.version()).toBe(1);
    await db.insert(todos).values({ id: 'later' });
    expect(await versions(db)).toEqual([1, 2]);
  });

  test('a transaction or batch that writes nothing takes no db_version', async () => {
    const db = await open();
    await db.insert(todos).values({ id: 'a' });
    await db.transaction((tx) => tx.select().from(todos));
    await db.transaction(async (tx) => {
      await tx.update(todos).set({ title: null });
    });
    await db.batch([db.select().from(todos), db.query.todos.findMany()]);
    await db.batch([db.select().from(todos)]);
    await db.batch([db.run(sql`SELECT 1`)]);
    expect(await db.$crr.version()).toBe(1);
    const { rows } = await db.$client.execute('SELECT in_transaction, applying FROM crr_state');
    expect([rows[0]!.in_transaction, rows[0]!.applying]).toEqual([0, 0]);
  });

  test('a batch shares one db_version, and its results keep their shape', async () => {
    const db = await open();
    const [inserted, returned, none, selected, related, raw, all] = await db.batch([
      db.insert(todos).values({ id: 'a', title: 'x' }),
      db.insert(notes).values({ id: 1, todo: 'a' }).returning({ key: notes.id }),
      db.update(todos).set({ title: 'y' }),
      db.select({ title: todos.title }).from(todos),
      db.query.todos.findFirst({ with: { notes: true } }),
      db.run(sql`DELETE FROM notes`),
      db.all<{ n: number }>(sql`SELECT count(*) AS n FROM notes`),
    ]);
    expect(inserted.rowsAffected).toBe(1);
    expect(returned).toEqual([{ key: 1 }]);
    expect(none.rowsAffected).toBe(1);
    expect(selected).toEqual([{ title: 'y' }]);
    expect(related).toEqual({ id: 'a', title: 'y', notes: [{ id: 1, todo: 'a', body: null }] });
    expect(raw.rowsAffected).toBe(1);
    expect(all).toEqual([{ n: 0 }]);
    expect(new Set(await versions(db))).toEqual(new Set([1]));
  });

  test('a batch that fails leaves no trace', async () => {
    const db = await open();
    await db.insert(todos).values({ id: 'a' });
    await expect(
      db.batch([db.insert(todos).values({ id: 'b' }), db.insert(todos).values({ id: 'a' })]),
    ).rejects.toThrow();
    expect(await versions(db)).toEqual([1]);
    await db.insert(todos).values({ id: 'c' });
    expect(await versions(db)).toEqual([1, 2]);
  });

  test("everything else is Drizzle's own", async () => {
    const client = await engine.open();
    const db = await openSite(schema, client);
    expect(is(db, LibSQLDatabase)).toBe(true);
    expect(db.$client).toBe(client);
    const returned = await db.insert(todos).values({ id: 'a', title: 'x' }).returning();
    expect(returned).toEqual([{ id: 'a', title: 'x' }]);
    const prepared = db
      .select()
      .from(todos)
      .where(eq(todos.id, sql.placeholder('id')))
      .prepare();
    expect(await prepared.all({ id: 'a' })).toEqual([{ id: 'a', title: 'x' }]);
    const insert = db
      .insert(notes)
      .values({ id: sql.placeholder('id'), todo: 'a' })
      .prepare();
    await insert.run({ id: 7 });
    expect(await db.query.notes.findMany({ with: { todo: true } })).toEqual([
      { id: 7, todo: { id: 'a', title: 'x' }, body: null },
    ]);
    expect(await db.$count(todos)).toBe(1);
    const upserted = await db
      .insert(todos)
      .values({ id: 'a', title: 'z' })
      .onConflictDoUpdate({ target: todos.id, set: { title: 'z' } })
      .returning();
    expect(upserted).toEqual([{ id: 'a', title: 'z' }]);
    expect(await lines(db)).toEqual([
      'notes.todo = a (v1 db2 cl1 seq1)',
      'notes.body = null (v1 db2 cl1 seq2)',
      'todos.title = z (v2 db3 cl1 seq0)',
    ]);
  });

  test('automatic integer keys are stamped under the key that they got', async () => {
    const db = await open();
    await db.insert(notes).values([{ body: 'first' }, { body: 'second' }]);
    expect((await db.select({ id: notes.id }).from(notes)).map(({ id }) => id)).toEqual([1, 2]);
    expect(
      (await db.$crr.changes()).changes.filter(({ cid }) => cid === 'body').map(({ val }) => val),
    ).toEqual(['first', 'second']);
  });
});
