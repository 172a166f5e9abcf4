/** Whether a client has seen or written what it may not; the rules of docs/sync.md, written once more. */
import { type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { type Facts, textOf } from './facts.js';
import { accessTo, conditionsOf, type Rights, tableOf } from './rights.js';
import { SCHEMAS } from './schema.js';
import type { Station } from './station.js';

/** The rows of a server that it shows, and that do not meet the conditions of a client. */
export async function hiddenRows(server: Station, rights: Rights): Promise<Set<string>> {
  const db = server.site.db as unknown as BetterSQLite3Database;
  const hidden = new Set<string>();
  for (const [name, where] of conditionsOf(rights)) {
    if (!server.site.specs.some((spec) => spec.name === name)) continue;
    const table = SCHEMAS.many[name];
    const rows = await db.select({ id: table.id }).from(table).where(isNotTrue(where));
    for (const { id } of rows) hidden.add(`${name} ${id}`);
  }
  return hidden;
}

const isNotTrue = (where: SQL) => sql`(${where}) IS NOT TRUE`;

/** Runs a request of a client. @returns what it has written although it may not. */
export async function watchWrites(
  server: Station,
  rights: Rights,
  request: () => Promise<Response>,
): Promise<{ readonly response: Response; readonly found: string[] }> {
  const [hidden, before] = [await hiddenRows(server, rights), await server.facts()];
  const response = await request();
  const after = await server.facts();
  if (after === before) return { response, found: [] };
  // A row must meet the condition before the write and after it.
  for (const row of await hiddenRows(server, rights)) hidden.add(row);
  const mayWrite = (row: string, column = '') => {
    const { write, writeWhere, readOnly } = accessTo(rights, tableOf(row));
    if (write === false || readOnly?.includes(column)) return false;
    return !hidden.has(row) || writeWhere === 'all';
  };
  const found = [...changedRows(before, after)]
    .filter(([row]) => !mayWrite(row))
    .map(([row, cl]) => `${row}: life ${cl}`);
  for (const [id, fact] of after.cells) {
    const was = before.cells.get(id);
    if (was !== undefined && textOf(was) === textOf(fact)) continue;
    // A new life of a row has all of its columns.
    if (was === undefined && mayWrite(fact.row) && fact.val === null) continue;
    if (!mayWrite(fact.row, id.slice(fact.row.length + 1).split(' ', 1)[0]))
      found.push(textOf(fact));
  }
  return { response, found };
}

function changedRows(before: Facts, after: Facts): [row: string, cl: number][] {
  return [...after.rows].filter(([row, cl]) => before.rows.get(row) !== cl);
}

/** What a client knows of rows that the server shows and hides from it. Both have settled. */
export async function seenInVain(client: Station, server: Station): Promise<string[]> {
  const hidden = await hiddenRows(server, client.plan.rights);
  return (
    [...client.known!.cells.values()]
      .filter(({ row }) => hidden.has(row) && !client.refused.has(row))
      // Its tombstone of a former life shows nothing. One of a later life would hide the row when the client may see it.
      .filter(({ row, kind, cl }) => kind !== 'row' || cl > server.known!.rows.get(row)!)
      .map(textOf)
  );
}
