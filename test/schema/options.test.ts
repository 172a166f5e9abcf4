import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { readSchema } from '../../src/schema/read-schema.js';

test('options after an extra that is undefined count, too', () => {
  const notes = crrTable('notes', { id: text('id').primaryKey().notNull() }, undefined as never, {
    rows: 'growOnly',
  });
  expect(readSchema({ notes }).tables.get('notes')).toMatchObject({ rows: 'growOnly' });
});
