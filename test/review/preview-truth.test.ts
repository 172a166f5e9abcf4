/** A preview shows the other side as it is, whatever a constraint lets the table show. */
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { exchange, openSite } from '../support/site.js';

const id = () => text('id').primaryKey().notNull();
const handles = crrTable(
  'handles',
  { id: id(), handle: text('handle').unique() },
  { history: true },
);
const emails = crrTable(
  'emails',
  { id: id(), email: text('email').notNull().unique() },
  {
    history: true,
    unique: { emails_email_unique: 'park' },
  },
);
const schema = { handles, emails };

test('theirs has the value that a unique index hides, and the row that it does not show', async () => {
  const [a, b] = [await openSite(schema), await openSite(schema)];
  await a.insert(handles).values({ id: 'a', handle: 'ann' });
  await b.insert(handles).values({ id: 'b', handle: 'ann' });
  await a.insert(emails).values({ id: 'a', email: 'x@y' });
  await b.insert(emails).values({ id: 'b', email: 'x@y' });
  const { rows } = await a.$crr.preview(await b.$crr.changes());
  const row = (table: string) => rows.find((one) => one.table === table && one.key.id === 'b');
  expect(row('handles')?.theirs).toEqual({ id: 'b', handle: 'ann' });
  expect(row('handles')?.merged).not.toEqual({ id: 'b', handle: 'ann' });
  expect(row('emails')?.theirs).toEqual({ id: 'b', email: 'x@y' });
  expect(row('emails')?.merged).toBeUndefined();
  await exchange(a, b);
  expect(await a.select().from(emails)).toHaveLength(1);
});
