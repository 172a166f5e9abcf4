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

test('options that come twice are refused: one of them would have no effect', () => {
  const columns = { id: text('id').primaryKey().notNull() };
  const twice = () =>
    crrTable('notes', columns, { rows: 'growOnly' } as never, { history: true } as never);
  expect(twice).toThrow('crrTable(): table "notes" has options twice: pass one object of them');
});
