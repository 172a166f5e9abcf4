import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { type Change, type ChangesOptions, crrTable } from '../../src/index.js';
import { describeEachEngine } from '../support/engines.js';
import { openSite } from '../support/site.js';

const todos = crrTable('todos', {
  id: text('id').primaryKey(),
  title: text('title'),
  n: integer('n'),
});
const notes = crrTable('notes', { id: text('id').primaryKey(), body: text('body') });
const plain = sqliteTable('plain', { id: text('id').primaryKey() });
const schema = { todos, notes, plain };

describeEachEngine('changes()', (engine) => {
  /** Two rows of its own (db_version 1 and 2), one of another site (3), and one transaction (4). */
  const open = async () => {
    const db = await openSite(schema, await engine.open());
    const other = await openSite(schema);
    await db.insert(todos).values({ id: 'a', title: 'x', n: 1 });
    await db.insert(notes).values({ id: 'n', body: 'b' });
    await other.insert(todos).values({ id: 'b', title: 'y' });
    await db.$crr.apply(await other.$crr.changes());
    await db.transaction(async (tx) => {
      await tx.update(todos).set({ title: 'z' });
      await tx.delete(notes);
    });
    return { db, mine: await db.$crr.siteId(), theirs: await other.$crr.siteId() };
  };
  const brief = (changes: readonly Change[]) =>
    changes.map((c) => `${c.table}.${c.cid}@${c.db_version}`);

  const ALL = ['todos.n@1', 'todos.n@3', 'todos.title@4', 'todos.title@4', 'notes.-1@4'];

  test('options choose', async () => {
    const { db, mine, theirs } = await open();
    const cases: [ChangesOptions, string[]][] = [
      [{}, ALL],
      [{ since: undefined, tables: undefined, site: undefined, limit: undefined }, ALL],
      [{ since: 0 }, ALL],
      [{ since: 1 }, ALL.slice(1)],
      [{ since: 3 }, ALL.slice(2)],
      [{ since: 4 }, []],
      [{ since: 99 }, []],
      [{ until: 3 }, ALL.slice(0, 2)],
      [{ since: 1, until: 3 }, ['todos.n@3']],
      [{ until: 0 }, []],
      [{ tables: [notes] }, ['notes.-1@4']],
      [{ tables: ['todos'], since: 3 }, ['todos.title@4', 'todos.title@4']],
      [{ tables: [todos, 'notes', todos] }, ALL],
      [{ tables: [] }, []],
      [{ site: theirs }, ['todos.n@3']],
      [{ excludeSite: theirs }, ALL.filter((line) => line !== 'todos.n@3')],
      [{ excludeSite: mine }, ['todos.n@3']],
      [{ site: mine, excludeSite: mine }, []],
      [{ site: new Uint8Array(16) }, []],
      [{ excludeSite: new Uint8Array(16) }, ALL],
      [{ excludeSite: mine, tables: [notes] }, []],
    ];
    for (const [options, expected] of cases) {
      expect(brief((await db.$crr.changes(options)).changes), Object.keys(options).join()).toEqual(
        expected,
      );
      const pages: Change[] = [];
      for await (const page of db.$crr.changes({ ...options, limit: 1 }))
        pages.push(...page.changes);
      expect(brief(pages).sort(), `in pages ${Object.keys(options)}`).toEqual([...expected].sort());
    }
  });

  test('a change has the nine columns, with the site that wrote it', async () => {
    const { db, theirs } = await open();
    const {
      changes: [change],
    } = await db.$crr.changes({ site: theirs });
    expect(change).toEqual({
      table: 'todos',
      pk: Uint8Array.of(1, 0x0b, 1, 0x62),
      cid: 'n',
      val: null,
      col_version: 1,
      db_version: 3,
      site_id: theirs,
      cl: 1,
      seq: 2,
    });
  });

  test('the cursor of a page goes on where it ended', async () => {
    const { db } = await open();
    const everything = await db.$crr.changes();
    expect(everything.cursor).toBe(4);
    await db.insert(notes).values({ id: 'm', body: 'new' });
    const news = await db.$crr.changes({ since: everything.cursor });
    expect(brief(news.changes)).toEqual(['notes.body@5']);
    expect(brief((await db.$crr.changes({ since: news.cursor })).changes)).toEqual([]);
  });

  test('with a limit, awaiting gives the first page', async () => {
    const { db } = await open();
    const page = await db.$crr.changes({ limit: 2 });
    // Rows travel with their latest db_version, which is 4 for all; a row is never cut.
    expect(brief(page.changes)).toEqual(['notes.-1@4']);
    expect(brief((await db.$crr.changes({ limit: 3 })).changes)).toEqual([
      'todos.n@1',
      'todos.title@4',
      'notes.-1@4',
    ]);
    expect(page.cursor).toMatchObject({ since: 0, after: { db_version: 4 } });
  });

  test('streams while the database is written to', async () => {
    const db = await openSite(schema, await engine.open());
    await db.insert(todos).values(Array.from({ length: 40 }, (_, i) => ({ id: `${i}`, n: 0 })));
    const seen = new Map<string, unknown>();
    let writes = 0;
    for await (const page of db.$crr.changes({ limit: 10 })) {
      for (const change of page.changes) {
        if (change.cid === 'n') seen.set(Buffer.from(change.pk).toString(), change.val);
      }
      if (writes++ < 3) await db.update(todos).set({ n: writes });
    }
    expect(seen.size).toBe(40);
    expect(new Set(seen.values())).toEqual(new Set([3n]));
  });
});

test('misspelt and senseless options are refused', async () => {
  const db = await openSite(schema);
  const option = 'CRR_USAGE_OPTION';
  const cases: [object, string, RegExp][] = [
    [{ sinse: 1 }, option, /no option "sinse": did you mean "since"/],
    [{ since: -1 }, option, /since/],
    [{ since: 1.5 }, option, /since/],
    [{ since: Number.NaN }, option, /since/],
    [{ since: '1' }, 'CRR_USAGE_CURSOR', /since/],
    [{ since: {} }, 'CRR_USAGE_CURSOR', /since/],
    [{ since: { since: 1 } }, 'CRR_USAGE_CURSOR', /since/],
    [{ since: { since: 0, after: { db_version: 1, row: null } } }, 'CRR_USAGE_CURSOR', /since/],
    [
      { since: { since: 0, after: { db_version: 1, row: { table: 't', key: '1; DROP' } } } },
      'CRR_USAGE_CURSOR',
      /since/,
    ],
    [{ until: -1 }, option, /until/],
    [{ limit: 0 }, option, /limit.*at least 1/],
    [{ limit: 2.5 }, option, /limit/],
    [{ site: new Uint8Array(15) }, option, /16 bytes/],
    [{ site: '0123456789abcdef' }, option, /16 bytes/],
    [{ excludeSite: new Uint8Array() }, option, /16 bytes/],
    [{ tables: ['nothing'] }, option, /"nothing" is not a CRR/],
    [{ tables: [plain] }, option, /"plain" is not a CRR/],
    [{ tables: [null] }, option, /not a CRR/],
  ];
  for (const [options, code, message] of cases) {
    // Refused where it is called, not where it is awaited.
    expect(() => db.$crr.changes(options), String(message)).toThrow(
      expect.objectContaining({
        name: 'CrrUsageError',
        code,
        message: expect.stringMatching(message),
      }),
    );
  }
});
