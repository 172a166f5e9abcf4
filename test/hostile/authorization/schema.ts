/** The tables of a server, before and after a migration. */
import { primaryKey, text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, mvr } from '../../../src/index.js';

const id = () => text('id').primaryKey().notNull();
const columns = () => ({
  id: id(),
  owner: text('owner').notNull(),
  org: text('org'),
  title: text('title').notNull(),
  secret: text('secret'),
  votes: counter('votes'),
  tag: mvr(text('tag')),
});

const members = crrTable(
  'members',
  { org: text('org').notNull(), user: text('user').notNull(), role: text('role') },
  (t) => [primaryKey({ columns: [t.org, t.user] })],
);

export const before = { things: crrTable('things', columns()), members };

export const after = {
  things: crrTable('things', { ...columns(), extra: text('extra') }),
  members,
  later: crrTable('later', {
    id: id(),
    owner: text('owner').notNull(),
    body: text('body').notNull(),
  }),
};

export const KEYS: Readonly<Record<string, readonly string[]>> = {
  things: ['id'],
  members: ['org', 'user'],
  later: ['id'],
};
