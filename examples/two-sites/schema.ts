import { crrTable } from 'drizzle-crr';
import { text } from 'drizzle-orm/sqlite-core';

export const notes = crrTable('notes', {
  id: text('id')
    .primaryKey()
    .notNull()
    // Random: sites that give out numbers give the same ones to different rows.
    .$defaultFn(() => crypto.randomUUID()),
  title: text('title').notNull(),
  body: text('body'),
});
