/** The tables of simulated sites: every kind of constraint, a table with every type of column, with history or not, and texts. */
import { integer, text } from 'drizzle-orm/sqlite-core';
import {
  collaborativeText,
  counter,
  crrTable,
  fractIndex,
  greatest,
  least,
  lww,
  mvr,
} from '../../src/index.js';
import { yText } from '../../src/yjs/index.js';
import { constrained } from '../constraints/schema.js';

const id = () => text('id').primaryKey().notNull();

const thingsColumns = {
  id: id(),
  owner: text('owner'),
  title: text('title'),
  org: text('org').references(() => constrained.orgs.id, { onDelete: 'set null' }),
  mood: lww(text('mood'), { by: 'time' }),
  votes: counter('votes'),
  tag: mvr(text('tag')),
  high: greatest(integer('high')),
  low: least(text('low')),
  place: fractIndex('place', { within: ['owner'] }),
};
const things = crrTable('things', thingsColumns);

/** Its rows are only written two at a time, in one transaction and alike. */
const pairsColumns = { id: id(), batch: text('batch') };
const pairs = crrTable('pairs', pairsColumns);

/** Words are only ever added to its bodies. */
export const notes = crrTable('notes', { id: id(), body: collaborativeText('body', yText()) });

const { orgs, tags } = constrained;

export const simulated = { ...constrained, things, pairs };

/** A simulation has one of them. */
export const SCHEMAS = {
  many: simulated,
  few: { orgs, tags, things, pairs },
  logged: {
    ...{ orgs, tags },
    things: crrTable('things', thingsColumns, { history: true }),
    pairs: crrTable('pairs', pairsColumns, { history: true }),
  },
  texts: { orgs, tags, things, pairs, notes },
};

/** Of all of them. */
export const TABLES = [...new Set(Object.values(SCHEMAS).flatMap((tables) => Object.keys(tables)))];

/** What a migration makes of them, which each site runs at another time. */
export const LATER_SCHEMAS = Object.fromEntries(
  Object.entries(SCHEMAS).map(([name, tables]) => {
    const later = {
      ...thingsColumns,
      note: text('note').notNull().default('none'),
      likes: counter('likes'),
    };
    const options = name === 'logged' ? { history: true } : {};
    return [name, { ...tables, things: crrTable('things', later, options) }];
  }),
) as unknown as typeof SCHEMAS;
export const MIGRATION = [
  "ALTER TABLE things ADD COLUMN note TEXT NOT NULL DEFAULT 'none'",
  'ALTER TABLE things ADD COLUMN likes INTEGER NOT NULL DEFAULT 0',
];
export type SchemaName = keyof typeof SCHEMAS;

/** A trigger of the application: one local write makes another. */
export const TRIGGERS = [
  `CREATE TRIGGER echo AFTER UPDATE OF title ON things
   WHEN (SELECT applying FROM crr_state) = 0
   BEGIN
     UPDATE tags SET name = new.title WHERE id = 'g0';
   END`,
];
