/** A schema's life in steps, each a change that drizzle-kit makes a migration of. */
export interface LifeStep {
  readonly name: string;
  /** Body of schema.ts after the imports. */
  readonly schema: string;
  /** Answers to drizzle-kit's questions, in order. */
  readonly answers?: readonly ('renamed' | 'new')[];
  /** Plain SQL run before the migration, as an application would have written. */
  readonly writes?: readonly string[];
  /** `table.key.column@version=value` of every cell in the change feed after the migration. */
  readonly cells: readonly string[];
  /** Values of rows by a query, where the feed does not tell them. */
  readonly rows?: readonly [query: string, rows: readonly unknown[][]];
}

export const IMPORTS = `import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { asCrr, crrTable, lww } from 'drizzle-crr';
`;

const TAGS = `export const tags = sqliteTable('tags', { name: text('name').primaryKey().notNull(), color: text('color') });
`;
const CRR_TAGS = TAGS.replace('sqliteTable', 'crrTable');

export const LIFE: readonly LifeStep[] = [
  {
    name: 'new',
    schema: `${TAGS}export const posts = crrTable('posts', { id: text('id').primaryKey().notNull(), title: text('title'), n: integer('n') });`,
    cells: [],
  },
  {
    name: 'add columns: nullable, with default, NOT NULL with default',
    writes: [
      "INSERT INTO posts VALUES ('a', 'one', 1), ('b', 'two', 2)",
      "UPDATE posts SET title = 'uno' WHERE id = 'a'",
      "INSERT INTO tags VALUES ('x', 'red'), ('y', 'blue')",
    ],
    schema: `${TAGS}export const posts = crrTable('posts', { id: text('id').primaryKey().notNull(), title: text('title'), n: integer('n'), body: text('body'), mood: text('mood').default('fine'), stars: integer('stars').notNull().default(3) }, (t) => [index('by_n').on(t.n)]);`,
    cells: ['posts.a.n@1=1', 'posts.a.title@2=uno', 'posts.b.n@1=2', 'posts.b.title@1=two'],
    rows: [
      'SELECT id, body, mood, stars FROM posts ORDER BY id',
      [
        ['a', null, 'fine', 3],
        ['b', null, 'fine', 3],
      ],
    ],
  },
  {
    name: 'drop a column that has an index',
    writes: ["UPDATE posts SET mood = 'good', stars = 4 WHERE id = 'a'"],
    schema: `${TAGS}export const posts = crrTable('posts', { id: text('id').primaryKey().notNull(), title: text('title'), body: text('body'), mood: text('mood').default('fine'), stars: integer('stars').notNull().default(3) });`,
    cells: [
      'posts.a.mood@1=good',
      'posts.a.stars@1=4',
      'posts.a.title@2=uno',
      'posts.b.title@1=two',
    ],
  },
  {
    name: 'rename a column',
    writes: ["UPDATE posts SET body = 'long' WHERE id = 'b'"],
    answers: ['renamed'],
    schema: `${TAGS}export const posts = crrTable('posts', { id: text('id').primaryKey().notNull(), headline: text('headline'), body: text('body'), mood: text('mood').default('fine'), stars: integer('stars').notNull().default(3) });`,
    cells: [
      'posts.a.headline@2=uno',
      'posts.a.mood@1=good',
      'posts.a.stars@1=4',
      'posts.b.body@1=long',
      'posts.b.headline@1=two',
    ],
  },
  {
    name: 'rename the table',
    writes: ["UPDATE posts SET headline = 'ein' WHERE id = 'a'"],
    answers: ['renamed'],
    schema: `${TAGS}export const posts = crrTable('articles', { id: text('id').primaryKey().notNull(), headline: text('headline'), body: text('body'), mood: text('mood').default('fine'), stars: integer('stars').notNull().default(3) });`,
    cells: [
      'articles.a.headline@3=ein',
      'articles.a.mood@1=good',
      'articles.a.stars@1=4',
      'articles.b.body@1=long',
      'articles.b.headline@1=two',
    ],
  },
  {
    name: 'change type, nullability and default',
    schema: `${TAGS}export const posts = crrTable('articles', { id: text('id').primaryKey().notNull(), headline: text('headline').notNull().default(''), body: text('body'), mood: text('mood').default('so so'), stars: text('stars').notNull().default('3') });`,
    cells: [
      'articles.a.headline@3=ein',
      'articles.a.mood@1=good',
      'articles.a.stars@1=4',
      'articles.b.body@1=long',
      'articles.b.headline@1=two',
      'articles.b.mood@0=fine',
    ],
  },
  {
    name: 'rebuild (a check constraint), add and rename columns, all at once',
    writes: ["INSERT INTO articles (id, headline) VALUES ('c', 'three')"],
    answers: ['renamed', 'new'],
    schema: `${TAGS}export const posts = crrTable('articles', { id: text('id').primaryKey().notNull(), headline: text('headline').notNull().default(''), content: text('content'), mood: text('mood').default('so so'), stars: text('stars').notNull().default('3'), lang: text('lang').notNull().default('en') }, (t) => [check('some', sql\`\${t.headline} <> '!'\`)]);`,
    cells: [
      'articles.a.headline@3=ein',
      'articles.a.mood@1=good',
      'articles.a.stars@1=4',
      'articles.b.content@1=long',
      'articles.b.headline@1=two',
      'articles.b.mood@0=fine',
      'articles.c.content@1=null',
      'articles.c.headline@1=three',
      'articles.c.mood@1=so so',
      'articles.c.stars@1=3',
    ],
    rows: [
      'SELECT id, content, lang FROM articles ORDER BY id',
      [
        ['a', null, 'en'],
        ['b', 'long', 'en'],
        ['c', null, 'en'],
      ],
    ],
  },
  {
    name: 'change the key: clocks are dropped and filled again',
    writes: ["DELETE FROM articles WHERE id = 'c'"],
    schema: `${TAGS}export const posts = crrTable('articles', { id: text('id').notNull(), headline: text('headline').notNull().default(''), content: text('content'), lang: text('lang').notNull().default('en') }, (t) => [primaryKey({ columns: [t.id, t.lang] })]);`,
    cells: [
      'articles.a/en.content@1=null',
      'articles.a/en.headline@1=ein',
      'articles.b/en.content@1=long',
      'articles.b/en.headline@1=two',
    ],
  },
  {
    name: 'a plain table with rows becomes a CRR, with no change for drizzle-kit',
    schema: `${CRR_TAGS}export const posts = crrTable('articles', { id: text('id').notNull(), headline: text('headline').notNull().default(''), content: text('content'), lang: text('lang').notNull().default('en') }, (t) => [primaryKey({ columns: [t.id, t.lang] })]);`,
    cells: [
      'articles.a/en.content@1=null',
      'articles.a/en.headline@1=ein',
      'articles.b/en.content@1=long',
      'articles.b/en.headline@1=two',
      'tags.x.color@1=red',
      'tags.y.color@1=blue',
    ],
  },
  {
    name: 'two CRRs at once: one loses its last cell, one is new, and a plain table comes along',
    answers: ['new', 'new'],
    schema: `export const tags = crrTable('tags', { name: text('name').primaryKey().notNull() });
export const posts = crrTable('articles', { id: text('id').notNull(), headline: text('headline').notNull().default(''), content: text('content'), lang: text('lang').notNull().default('en') }, (t) => [primaryKey({ columns: [t.id, t.lang] })]);
export const links = asCrr(sqliteTable('links', { n: integer('n').primaryKey().notNull(), url: lww(text('url')) }));
export const log = sqliteTable('log', { n: integer('n').primaryKey() });`,
    cells: [
      'articles.a/en.content@1=null',
      'articles.a/en.headline@1=ein',
      'articles.b/en.content@1=long',
      'articles.b/en.headline@1=two',
      'tags.x.-1@1=null',
      'tags.y.-1@1=null',
    ],
  },
  {
    name: 'a CRR becomes a plain table, another goes',
    writes: [
      "INSERT INTO links VALUES (1, 'http://a')",
      "UPDATE tags SET name = 'z' WHERE name = 'y'",
    ],
    schema: `export const tags = crrTable('tags', { name: text('name').primaryKey().notNull() });
export const links = sqliteTable('links', { n: integer('n').primaryKey().notNull(), url: text('url') });
export const log = sqliteTable('log', { n: integer('n').primaryKey() });`,
    cells: ['tags.x.-1@1=null', 'tags.y.-1@2=null', 'tags.z.-1@1=null'],
    rows: ['SELECT n, url FROM links', [[1, 'http://a']]],
  },
];
