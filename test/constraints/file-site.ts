/** Sites in files that several processes have open. */
import { drizzle } from 'drizzle-orm/better-sqlite3';
import Libsql from 'libsql';
import { overriding } from '../../src/engines/libsql-client.js';
import { withCrr } from '../../src/index.js';
import { closeLater } from '../support/closing.js';
import { createTableSql } from '../support/create-table.js';
import { constrained } from './schema.js';
import { Site } from './site.js';

/** @param onStatement is called before each statement is run. */
export function openFile(path: string, onStatement: () => void = () => {}): Site {
  const database = new Libsql(path);
  closeLater(() => database.close());
  const client = overriding(database, {
    prepare: ((sql: string) => {
      onStatement();
      return database.prepare(sql);
    }) as Libsql.Database['prepare'],
  });
  return new Site(withCrr(drizzle({ client: client as never }), { schema: constrained }));
}

/** A new database, with a log, so that readers and a writer do not wait for each other. */
export async function createFile(path: string): Promise<Site> {
  const database = new Libsql(path);
  database.exec('PRAGMA journal_mode = WAL');
  for (const table of Object.values(constrained)) database.exec(createTableSql(table));
  database.close();
  const site = openFile(path);
  await site.db.$crr.install();
  return site;
}
