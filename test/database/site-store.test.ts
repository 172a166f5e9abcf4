import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { SiteStore } from '../../src/database/site-store.js';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { crrTable } from '../../src/index.js';
import { openSite } from '../support/site.js';

const notes = crrTable('notes', { id: text('id').primaryKey() });

test('a directory that is forgotten during a read is not lost to the reader', async () => {
  const db = await openSite({ notes });
  const connection = libsqlConnection(db.$client);
  const slow = {
    ...connection,
    async batch(...args: Parameters<typeof connection.batch>) {
      const results = await connection.batch(...args);
      await new Promise((resolve) => setImmediate(resolve));
      return results;
    },
  };
  const store = new SiteStore();
  await store.directory(slow);
  const reading = store.readWith(slow, []);
  store.forget();
  const { directory, dbVersion } = await reading;
  expect(directory.localId).toEqual(await db.$crr.siteId());
  expect(dbVersion).toBe(0);
});

test('two readers at the beginning agree', async () => {
  const db = await openSite({ notes });
  const [a, b, c] = await Promise.all([db.$crr.siteId(), db.$crr.siteId(), db.$crr.version()]);
  expect(a).toEqual(b);
  expect(c).toBe(0);
});
