import { crrTable } from 'drizzle-crr';
import {
  type AnySQLiteColumn,
  index,
  integer,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

/** A key that no other laptop generates. Keys of this kind are in the order in which they were made. */
const id = () => text('id').primaryKey().notNull();

export const users = crrTable('users', {
  id: id(),
  email: text('email').unique(),
  handle: text('handle').notNull().unique(),
});

export const projects = crrTable('projects', {
  id: id(),
  owner: text('owner_id')
    .notNull()
    .references(() => users.id, { onDelete: 'restrict' }),
  name: text('name').notNull(),
});

export const members = crrTable(
  'members',
  {
    project: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    user: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role', { enum: ['editor', 'reader'] })
      .notNull()
      .default('reader'),
  },
  (t) => [primaryKey({ columns: [t.project, t.user] })],
);

export const tasks = crrTable(
  'tasks',
  {
    id: id(),
    project: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    slug: text('slug').notNull(),
    assignee: text('assignee_id').references(() => users.id, { onDelete: 'set null' }),
    parent: text('parent_id').references((): AnySQLiteColumn => tasks.id, { onDelete: 'cascade' }),
    done: integer('done', { mode: 'boolean' }).notNull().default(false),
  },
  (t) => [
    uniqueIndex('tasks_slug').on(t.project, t.slug),
    index('tasks_project').on(t.project),
    index('tasks_parent').on(t.parent),
  ],
);

export const comments = crrTable(
  'comments',
  {
    id: id(),
    task: text('task_id')
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    author: text('author_id').references(() => users.id, { onDelete: 'set null' }),
    body: text('body').notNull(),
  },
  (t) => [index('comments_task').on(t.task)],
);
