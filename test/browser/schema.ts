import { integer, text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable } from '../../src/index.js';

export const cards = crrTable('cards', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  photo: text('photo'),
  size: integer('size'),
  votes: counter('votes'),
});
