/**
 * Columns that change their type, or come new with one, through the real drizzle-kit: two sites migrate
 * at different moments, and exchange changes before, between and after.
 */
import { join } from 'node:path';
import type { Client } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { withCrr } from '../../src/index.js';
import { checkDatabase, checkFolder } from '../../src/migrate/check.js';
import { loadProject } from '../../src/migrate/config.js';
import { projectSchema } from '../../src/migrate/project-schema.js';
import { NEUTRAL_SITE } from '../../src/model/site.js';
import { openClient } from '../support/client.js';
import { type TestProject, testProject } from '../support/project.js';
import { sampled } from '../support/sampled.js';
import { exchange, registerConflicts } from '../support/site.js';

const posts = (...columns: string[]) =>
  `import { integer, text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, lww, mvr } from 'drizzle-crr';
export const posts = crrTable('posts', { id: text('id').primaryKey().notNull(), ${columns.join(', ')} });`;

interface Step {
  readonly name: string;
  readonly schema: string;
  /** Run on the first site when it has migrated and the second has not, and on the second then. */
  readonly between?: readonly [first: readonly string[], second: readonly string[]];
  /** What both show when only the first has migrated, and when both have. */
  readonly rows: readonly (readonly unknown[])[];
  /** Afterwards, apart, both write; and then both show. */
  readonly concurrent: string;
  readonly merged: readonly (readonly unknown[])[];
}

const LIVES: Record<string, readonly [query: string, start: readonly string[], Step[]]> = {
  'an integer that becomes a counter, and an integer again': [
    'SELECT id, views FROM posts ORDER BY id',
    ["INSERT INTO posts (id, views) VALUES ('a', 10), ('b', 0), ('c', -4)"],
    [
      {
        name: 'counter',
        schema: posts("views: counter('views')"),
        between: [
          ["UPDATE posts SET views = views + 1 WHERE id <> 'b'"],
          ["UPDATE posts SET views = 5 WHERE id = 'b'"],
        ],
        rows: [
          ['a', 11],
          ['b', 5],
          ['c', -3],
        ],
        concurrent: 'UPDATE posts SET views = views + 20',
        merged: [
          ['a', 51],
          ['b', 45],
          ['c', 37],
        ],
      },
      {
        name: 'integer',
        schema: posts("views: integer('views').notNull().default(0)"),
        rows: [
          ['a', 51],
          ['b', 45],
          ['c', 37],
        ],
        concurrent: 'UPDATE posts SET views = views + 1',
        merged: [
          ['a', 52],
          ['b', 46],
          ['c', 38],
        ],
      },
    ],
  ],
  'text that becomes a counter': [
    'SELECT id, views, typeof(views) FROM posts ORDER BY id',
    ["INSERT INTO posts (id, views) VALUES ('a', '10'), ('b', 'many'), ('c', '1.5')"],
    [
      {
        name: 'counter',
        schema: posts("views: counter('views')"),
        rows: [
          ['a', 10, 'integer'],
          ['b', 0, 'integer'],
          ['c', 0, 'integer'],
        ],
        concurrent: 'UPDATE posts SET views = views + 2',
        merged: [
          ['a', 14, 'integer'],
          ['b', 4, 'integer'],
          ['c', 4, 'integer'],
        ],
      },
    ],
  ],
  'text that becomes a register, and text again': [
    'SELECT id, views FROM posts ORDER BY id',
    ["INSERT INTO posts (id, views) VALUES ('a', 'x'), ('b', NULL)"],
    [
      {
        name: 'register',
        schema: posts("views: mvr(text('views'))"),
        between: [["UPDATE posts SET views = 'y' WHERE id = 'a'"], []],
        rows: [
          ['a', 'y'],
          ['b', null],
        ],
        concurrent: "UPDATE posts SET views = 'z' || hex(randomblob(4)) WHERE id = 'b'",
        merged: [],
      },
      {
        name: 'text',
        schema: posts("views: text('views')"),
        rows: [],
        concurrent: "UPDATE posts SET views = 'end'",
        merged: [
          ['a', 'end'],
          ['b', 'end'],
        ],
      },
    ],
  ],
  'a column merged by time, and by version again': [
    'SELECT id, views FROM posts ORDER BY id',
    ["INSERT INTO posts (id, views) VALUES ('a', 'x')"],
    [
      {
        name: 'time',
        schema: posts("views: lww(text('views'), { by: 'time' })"),
        between: [["UPDATE posts SET views = 'first'"], ["UPDATE posts SET views = 'second'"]],
        // Written with sight of the first, so it follows it, in whatever way they count.
        rows: [['a', 'second']],
        concurrent: "UPDATE posts SET views = 'same'",
        merged: [['a', 'same']],
      },
      {
        name: 'version',
        schema: posts("views: text('views')"),
        between: [["UPDATE posts SET views = '1'"], []],
        rows: [['a', '1']],
        concurrent: "UPDATE posts SET views = 'same'",
        merged: [['a', 'same']],
      },
    ],
  ],
  'a counter and a register that come new, beside a counter that was there': [
    'SELECT id, views, likes, mood FROM posts ORDER BY id',
    [
      "INSERT INTO posts (id, views) VALUES ('a', 1), ('b', 2)",
      "DELETE FROM posts WHERE id = 'b'",
      "UPDATE posts SET views = views + 4 WHERE id = 'a'",
    ],
    [
      {
        name: 'added',
        schema: posts(
          "views: counter('views')",
          "likes: counter('likes')",
          "mood: mvr(text('mood').notNull().default('fine'))",
        ),
        between: [
          [
            "UPDATE posts SET likes = likes + 3, mood = 'good' WHERE id = 'a'",
            "INSERT INTO posts (id, likes) VALUES ('d', 7)",
          ],
          ["INSERT INTO posts (id) VALUES ('c')"],
        ],
        rows: [
          ['a', 5, 3, 'good'],
          ['c', 0, 0, 'fine'],
          ['d', 0, 7, 'fine'],
        ],
        concurrent: "UPDATE posts SET likes = likes + 1, mood = 'sunny'",
        merged: [
          ['a', 5, 5, 'sunny'],
          ['c', 0, 2, 'sunny'],
          ['d', 0, 9, 'sunny'],
        ],
      },
    ],
  ],
};

const BEFORE: Record<string, string> = {
  'an integer that becomes a counter, and an integer again': posts(
    "views: integer('views').notNull().default(0)",
  ),
  'a counter and a register that come new, beside a counter that was there':
    posts("views: counter('views')"),
};

describe.each(sampled(['sqlite', 'turso'], 2))('dialect %s', (dialect) => {
  let project: TestProject;
  beforeAll(async () => {
    project = await testProject({});
  });
  afterAll(() => project?.remove());

  test.each(Object.entries(LIVES))(
    '%s',
    { timeout: 180_000 },
    async (life, [query, start, steps]) => {
      const index = Object.keys(LIVES).indexOf(life);
      const out = `drizzle${index}`;
      project.write({
        'drizzle.config.ts': `export default { dialect: '${dialect}', schema: './schema${index}.ts', out: './${out}' };`,
      });
      const generate = async (name: string, schema: string) => {
        project.write({ [`schema${index}.ts`]: schema });
        const { code, stdout, stderr } = await project.crr('generate', '--name', name);
        expect(code, `${stdout}\n${stderr}`).toBe(0);
        const loaded = await loadProject(project.folder, {});
        expect(checkFolder(loaded.out, projectSchema(loaded))).toEqual([]);
        return loaded;
      };
      const clients = ['a', 'b'].map((name) =>
        openClient({ url: `file:${join(project.folder, `${index}${name}.db`)}` }),
      );
      const [first, second] = clients as [Client, Client];
      type Loaded = Awaited<ReturnType<typeof generate>>;
      const advance = async (client: Client, loaded: Loaded) => {
        await migrate(drizzle({ client }), { migrationsFolder: loaded.out });
        expect(await checkDatabase(libsqlConnection(client), projectSchema(loaded))).toEqual([]);
        return withCrr(drizzle({ client }), { schema: loaded.exports });
      };
      const rows = async (client: Client) =>
        (await client.execute(query)).rows.map((row) => Array.from(row as ArrayLike<unknown>));

      let loaded = await generate('start', BEFORE[life] ?? posts("views: text('views')"));
      let a = await advance(first, loaded);
      let b = await advance(second, loaded);
      for (const statement of start) await first.execute(statement);
      await exchange(a, b);
      for (const step of steps) {
        loaded = await generate(step.name, step.schema);
        a = await advance(first, loaded);
        await exchange(a, b);
        for (const statement of step.between?.[0] ?? []) await first.execute(statement);
        await exchange(a, b);
        for (const statement of step.between?.[1] ?? []) await second.execute(statement);
        await exchange(a, b);
        const settled = step.rows.length > 0 ? step.rows : await rows(first);
        expect(await rows(first), step.name).toEqual(settled);
        b = await advance(second, loaded);
        await exchange(a, b);
        for (const client of clients) expect(await rows(client), step.name).toEqual(settled);
        const table = projectSchema(loaded).drizzleTables.get('posts')!;
        for (const client of clients) await client.execute(step.concurrent);
        await exchange(a, b);
        if (step.name === 'register') {
          for (const db of [a, b]) {
            const [conflict, ...others] = await registerConflicts(db, table);
            expect(conflict).toMatchObject({ key: { id: 'b' }, column: 'views' });
            expect(conflict!.values).toHaveLength(2);
            expect(others).toEqual([]);
          }
        }
        expect(await rows(second), step.name).toEqual(await rows(first));
        if (step.merged.length > 0) expect(await rows(first), step.name).toEqual(step.merged);
        for (const db of [a, b]) expect(await db.$crr.pendingCount()).toBe(0);
        const [idOfA, idOfB] = [await a.$crr.siteId(), await b.$crr.siteId()];
        for (const db of [a, b]) {
          if (step.name === 'added') {
            const likes = await db.$crr.contributions(
              table,
              { id: 'a' } as never,
              'likes' as never,
            );
            const shares = new Map(likes.map(({ siteId, value }) => [siteId.join(), value]));
            expect(shares).toEqual(
              new Map([
                [idOfA.join(), 4n],
                [idOfB.join(), 1n],
              ]),
            );
          }
          if (life.startsWith('an integer') && step.name === 'counter') {
            const views = await db.$crr.contributions(
              table,
              { id: 'a' } as never,
              'views' as never,
            );
            const shares = new Map(views.map(({ siteId, value }) => [siteId.join(), value]));
            expect(shares).toEqual(
              new Map([
                [NEUTRAL_SITE.join(), 10n],
                [idOfA.join(), 21n],
                [idOfB.join(), 20n],
              ]),
            );
          }
        }
      }
    },
  );
});
