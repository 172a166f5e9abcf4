import { crrTable } from 'drizzle-crr';
import { text } from 'drizzle-orm/sqlite-core';

export const notes = crrTable('notes', {
  id: text('id')
    .primaryKey()
    .notNull()
    // Random, because sites that count up would give the same number to different rows.
    .$defaultFn(() => crypto.randomUUID()),
  title: text('title').notNull(),
  body: text('body'),
});
