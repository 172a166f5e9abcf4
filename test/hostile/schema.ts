/** The tables of a server under attack, and the rows of somebody whom no attacker may see. */
import { blob, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, fractIndex, greatest, least, lww, mvr } from '../../src/index.js';
import { simulated } from '../simulator/schema.js';

const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner').notNull(),
  body: text('body').notNull().default('empty'),
  weight: real('weight'),
  data: blob('data', { mode: 'buffer' }),
  labels: text('labels', { mode: 'json' }),
  due: integer('due', { mode: 'timestamp' }),
});

const plain = sqliteTable('plain', { id: text('id').primaryKey().notNull(), body: text('body') });

/** Every type of column, and values that a query can fail to decode. Inputs to it are many, so they have to be fast. */
const simple = {
  things: crrTable('things', {
    id: text('id').primaryKey().notNull(),
    owner: text('owner'),
    title: text('title'),
    org: text('org'),
    mood: lww(text('mood'), { by: 'time' }),
    votes: counter('votes'),
    tag: mvr(text('tag')),
    high: greatest(integer('high')),
    low: least(text('low')),
    place: fractIndex('place', { within: ['owner'] }),
  }),
  members: crrTable(
    'members',
    { org: text('org').notNull(), user: text('user').notNull(), role: text('role') },
    (t) => [primaryKey({ columns: [t.org, t.user] })],
  ),
  projects: crrTable('projects', {
    id: integer('id').primaryKey().notNull(),
    title: text('title'),
  }),
  tags: crrTable(
    'tags',
    { id: text('id').primaryKey().notNull(), name: text('name') },
    { rows: 'growOnly' },
  ),
  notes,
  plain,
};

/** The same with every constraint, and tables that are decided by others. */
const constrained = { ...simulated, notes, plain };

export const SCHEMAS = { simple, constrained };
export type Attacked = keyof typeof SCHEMAS;

/** In each value of the rows below, and in nothing that an attacker sends. */
export const SECRET = 'SECRET';
const SECRET_HEX = Buffer.from(SECRET).toString('hex');

/** Whether a text shows a value of somebody else. */
export const showsSecret = (text: string) =>
  text.includes(SECRET) || text.toLowerCase().includes(SECRET_HEX);

const MEMBERS = `INSERT INTO members (org, user, role) VALUES ('o0', 'u0', '${SECRET}'), ('o1', 'u1', '${SECRET}')`;

const CONSTRAINED_ROWS: readonly string[] = [
  ...[0, 1, 2].map((i) => `INSERT INTO orgs (id, name) VALUES ('o${i}', '${SECRET} ${i}')`),
  ...[0, 1, 2, 3].map(
    (i) =>
      `INSERT INTO users (id, org, email, handle) VALUES ('u${i}', 'o${i % 3}', '${SECRET}${i}', '${SECRET}${i}')`,
  ),
  `INSERT INTO teams (id, lead, title) VALUES ('t0', 'u0', '${SECRET}'), ('t1', 'u1', '${SECRET}1')`,
  `UPDATE users SET team = 't0' WHERE id = 'u1'`,
  `INSERT INTO projects (id, org, number, title) VALUES (1, 'o0', 1, '${SECRET}'), (2, 'o1', 2, '${SECRET}')`,
  `INSERT INTO tasks (id, project, slug, code, parent, assignee, rank, note)
   VALUES ('k0', 1, '${SECRET}', '${SECRET}0', NULL, 'u0', 1, '${SECRET}'), ('k1', 2, '${SECRET}', NULL, 'k0', 'u1', 2, NULL)`,
  `INSERT INTO profiles (id, user, bio) VALUES ('f0', 'u0', '${SECRET}')`,
  MEMBERS,
  `INSERT INTO badges (id, org, user, label) VALUES ('b0', 'o0', 'u0', '${SECRET}')`,
  `INSERT INTO notices (id, org, author, number) VALUES ('m0', 'o0', 'u0', 1), ('m1', 'o1', 'u1', 2)`,
  `INSERT INTO pairs (id, batch) VALUES ('p0a', '${SECRET}'), ('p0b', '${SECRET}')`,
];

const SIMPLE_ROWS: readonly string[] = [
  `INSERT INTO tags (id, name) VALUES ('g0', '${SECRET}')`,
  ...[0, 1, 2, 3].map(
    (i) =>
      `INSERT INTO things (id, owner, title, org, mood, votes, tag, high, low, place)
       VALUES ('i${i}', 'ann', '${SECRET}', 'o${i % 3}', '${SECRET}', 5, '${SECRET}', 3, '${SECRET}', 'a${i}')`,
  ),
  `UPDATE things SET votes = votes + 1, tag = '${SECRET} two' WHERE id = 'i1'`,
  `DELETE FROM things WHERE id = 'i3'`,
  ...[0, 1, 2].map(
    (i) =>
      `INSERT INTO notes (id, owner, body, weight, data, labels, due)
       VALUES ('n${i}', 'ann', '${SECRET}', 1.5, x'${SECRET_HEX}', '["${SECRET}"]', 1700000000)`,
  ),
  `DELETE FROM notes WHERE id = 'n2'`,
  `INSERT INTO plain (id, body) VALUES ('a', '${SECRET}')`,
];

/** The rows of ann, one statement each. Keys are no secrets. */
export const POPULATIONS: Readonly<Record<Attacked, readonly string[]>> = {
  simple: [...SIMPLE_ROWS, MEMBERS],
  constrained: [...CONSTRAINED_ROWS, ...SIMPLE_ROWS],
};
