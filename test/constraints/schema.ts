/** Tables with every kind of reference and unique index, and the same tables without them. */
import {
  type AnySQLiteColumn,
  foreignKey,
  integer,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { counter, crrTable, fractIndex } from '../../src/index.js';

const id = () => text('id').primaryKey().notNull();

const orgs = crrTable('orgs', { id: id(), name: text('name').notNull().unique() });

const users = crrTable(
  'users',
  {
    id: id(),
    org: text('org')
      .notNull()
      .references(() => orgs.id, { onDelete: 'cascade' }),
    email: text('email').unique(),
    handle: text('handle').notNull(),
    // Each of a team and its lead needs the other.
    team: text('team').references((): AnySQLiteColumn => teams.id, { onDelete: 'cascade' }),
    visits: counter('visits'),
  },
  (t) => [uniqueIndex('users_handle').on(t.handle)],
  { unique: { users_handle: 'park' } },
);

const teams = crrTable(
  'teams',
  {
    id: id(),
    lead: text('lead').references((): AnySQLiteColumn => users.id, { onDelete: 'cascade' }),
    parent: text('parent').references((): AnySQLiteColumn => teams.id, { onDelete: 'cascade' }),
    title: text('title'),
  },
  (t) => [uniqueIndex('teams_title').on(t.title)],
  { unique: { teams_title: 'suffix' } },
);

const projects = crrTable('projects', {
  id: integer('id').primaryKey().notNull(),
  org: text('org')
    .notNull()
    .references(() => orgs.id, { onDelete: 'restrict', onUpdate: 'cascade' }),
  number: integer('number').notNull().unique(),
  title: text('title').notNull().default('new'),
});

const tasks = crrTable(
  'tasks',
  {
    id: id(),
    project: integer('project')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade', onUpdate: 'cascade' }),
    slug: text('slug').notNull(),
    code: text('code').unique(),
    parent: text('parent').references((): AnySQLiteColumn => tasks.id, { onDelete: 'set null' }),
    // Changes of the key set it to NULL, deletes are refused.
    assignee: text('assignee').references(() => users.id, { onUpdate: 'set null' }),
    rank: integer('rank'),
    note: text('note'),
  },
  (t) => [
    unique('tasks_slug').on(t.project, t.slug),
    // One of its columns may itself show NULL.
    unique('tasks_rank').on(t.assignee, t.rank),
  ],
  { unique: { tasks_rank: 'null' } },
);

const profiles = crrTable('profiles', {
  id: id(),
  user: text('user')
    .notNull()
    .unique()
    .references(() => users.id, { onDelete: 'cascade' }),
  bio: text('bio'),
});

const members = crrTable(
  'members',
  {
    org: text('org')
      .notNull()
      .references(() => orgs.id, { onDelete: 'cascade' }),
    user: text('user')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade', onUpdate: 'cascade' }),
    role: text('role'),
  },
  (t) => [primaryKey({ columns: [t.org, t.user] })],
);

const badges = crrTable(
  'badges',
  {
    id: id(),
    org: text('org'),
    user: text('user'),
    label: text('label'),
    place: fractIndex('place', { within: ['org'] }),
  },
  (t) => [
    foreignKey({ columns: [t.org, t.user], foreignColumns: [members.org, members.user] }).onDelete(
      'set null',
    ),
  ],
);

/** Rows that are parked and shown, but never deleted. */
const notices = crrTable(
  'notices',
  {
    id: id(),
    org: text('org')
      .notNull()
      .references(() => orgs.id, { onDelete: 'cascade' }),
    author: text('author').references(() => users.id, { onDelete: 'set null' }),
    about: text('about').references((): AnySQLiteColumn => notices.id),
    number: integer('number').notNull().unique(),
    seen: counter('seen'),
  },
  { rows: 'growOnly' },
);

const tags = crrTable('tags', { id: id(), name: text('name') });

export const constrained = {
  orgs,
  users,
  teams,
  projects,
  tasks,
  profiles,
  members,
  badges,
  notices,
  tags,
};

/** What a peer without constraints has. */
export const free = {
  orgs: crrTable('orgs', { id: id(), name: text('name').notNull() }),
  users: crrTable('users', {
    id: id(),
    org: text('org').notNull(),
    email: text('email'),
    handle: text('handle').notNull(),
    team: text('team'),
    visits: counter('visits'),
  }),
  teams: crrTable('teams', {
    id: id(),
    lead: text('lead'),
    parent: text('parent'),
    title: text('title'),
  }),
  projects: crrTable('projects', {
    id: integer('id').primaryKey().notNull(),
    org: text('org').notNull(),
    number: integer('number').notNull(),
    title: text('title').notNull().default('new'),
  }),
  tasks: crrTable('tasks', {
    id: id(),
    project: integer('project').notNull(),
    slug: text('slug').notNull(),
    code: text('code'),
    parent: text('parent'),
    assignee: text('assignee'),
    rank: integer('rank'),
    note: text('note'),
  }),
  profiles: crrTable('profiles', { id: id(), user: text('user').notNull(), bio: text('bio') }),
  members: crrTable(
    'members',
    { org: text('org').notNull(), user: text('user').notNull(), role: text('role') },
    (t) => [primaryKey({ columns: [t.org, t.user] })],
  ),
  badges: crrTable('badges', {
    id: id(),
    org: text('org'),
    user: text('user'),
    label: text('label'),
    place: fractIndex('place', { within: ['org'] }),
  }),
  notices: crrTable(
    'notices',
    {
      id: id(),
      org: text('org').notNull(),
      author: text('author'),
      about: text('about'),
      number: integer('number').notNull(),
      seen: counter('seen'),
    },
    { rows: 'growOnly' },
  ),
  tags: crrTable('tags', { id: id(), name: text('name') }),
};
