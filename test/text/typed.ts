import { text } from 'drizzle-orm/sqlite-core';
import { collaborativeText, crrTable } from '../../src/index.js';
import { yText } from '../../src/yjs/index.js';

export const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  body: collaborativeText('body', yText()),
});

/** So long that every few words there is a new baseline. */
export const wordOf = (n: number) => `${n} ${'abcdefghij'.repeat(30)}\n`;
