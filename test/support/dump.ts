import type { Client } from '@libsql/client';
import { quoteName } from '../../src/sql/quote.js';

const VOLATILE = new Set([
  // It counts the changes of sqlite_master, as SQLite does: what is here again is not a change fewer.
  'crr_history.installed',
  // The time of the last apply: install() makes one.
  'crr_apply.greatest_time',
]);

/** Everything a database holds, as text: two dumps are equal where nothing was touched. */
export async function dump(client: Client): Promise<string> {
  const { rows: objects } = await client.execute(
    'SELECT type, name, sql FROM sqlite_master ORDER BY type, name',
  );
  const lines = objects.map(({ type, name, sql }) => `${type} ${name}: ${sql}`);
  for (const { type, name } of objects) {
    if (type !== 'table') continue;
    const table = quoteName(String(name));
    const { rows: columns } = await client.execute(`PRAGMA table_info(${table})`);
    const values = columns
      .filter(({ name: column }) => !VOLATILE.has(`${name}.${column}`))
      .map(({ name }) => `quote(${quoteName(String(name))})`)
      .join(` || ',' || `);
    const { rows } = await client.execute(`SELECT ${values} AS row FROM ${table} ORDER BY 1`);
    lines.push(...rows.map(({ row }) => `${name}(${row})`));
  }
  return lines.join('\n');
}
