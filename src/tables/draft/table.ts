import type { SqlValue } from '../../model/value.js';
import { bytesOf, type DriverRow } from '../../sql/driver-value.js';
import { statementText } from '../../sql/layout.js';
import { DRAFT_ROW_TABLE, DRAFT_TABLE, FORMER_TABLE, GUARD_TABLE } from '../../sql/names.js';
import { NOW_MS } from '../../sql/now.js';
import { quoteBlob, quoteText } from '../../sql/quote.js';
import { bindValue, type Query, type Statement, statement } from '../../sql/statement.js';
import { WHOLE_TABLE } from '../former/table.js';

/**
 * crr_draft, crr_draft_row: drafts, and the rows that they have written. They are made when the first draft is, and no
 * trigger writes to them.
 *
 *     revision      raised whenever something in the draft changes
 *     base          the row as it was when the draft first wrote it; NULL = there was none
 *     theirs        the row as the draft has it; NULL = it deleted it
 *
 * Both are JSON: texts of values by column, as in events. A cell that the draft has not written is the same in both.
 */
export const draftStatements = (): Statement[] =>
  [
    statementText`
      CREATE TABLE IF NOT EXISTS ${DRAFT_TABLE} (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        revision INTEGER NOT NULL,
        created INTEGER NOT NULL
      )`,
    statementText`
      CREATE TABLE IF NOT EXISTS ${DRAFT_ROW_TABLE} (
        draft INTEGER NOT NULL,
        table_name TEXT NOT NULL,
        pk BLOB NOT NULL,
        base TEXT,
        theirs TEXT,
        PRIMARY KEY (draft, table_name, pk)
      )`,
  ].map((sql) => statement(sql));

/** Reads whether drafts were ever made here. */
export const anyDrafts = (found: (isAny: boolean) => void): Query => ({
  ...statement(`SELECT name FROM sqlite_master WHERE name = ${quoteText(DRAFT_ROW_TABLE)}`),
  read: (rows) => found(rows.length > 0),
});

/** Makes a draft, unless there is one of this name. */
export function createDraft(name: string): Statement {
  const args: SqlValue[] = [];
  const value = bindValue(name, args);
  return statement(
    `INSERT INTO ${DRAFT_TABLE} (name, revision, created) SELECT ${value}, 0, ${NOW_MS} WHERE true ON CONFLICT (name) DO NOTHING`,
    args,
  );
}

/** A draft without its rows. */
export interface StoredDraft {
  readonly id: number;
  readonly name: string;
  readonly revision: number;
  readonly created: number;
  readonly rows: number;
}

/** Reads all drafts, by name. */
export function selectDrafts(found: (draft: StoredDraft) => void): Query {
  return draftsQuery('true', [], found);
}

/** Reads the draft of a name. */
export function selectDraft(name: string, found: (draft: StoredDraft) => void): Query {
  const args: SqlValue[] = [];
  return draftsQuery(`name = ${bindValue(name, args)}`, args, found);
}

function draftsQuery(
  condition: string,
  args: readonly SqlValue[],
  found: (draft: StoredDraft) => void,
): Query {
  const sql = statementText`
    SELECT
      id,
      name,
      revision,
      created,
      (SELECT count(*) FROM ${DRAFT_ROW_TABLE} WHERE draft = ${DRAFT_TABLE}.id) AS row_count
    FROM ${DRAFT_TABLE}
    WHERE ${condition}
    ORDER BY name`;
  return {
    ...statement(sql, args),
    read(rows) {
      for (const { 0: id, 1: name, 2: revision, 3: created, 4: count } of rows) {
        found({
          id: Number(id),
          name: String(name),
          revision: Number(revision),
          created: Number(created),
          rows: Number(count),
        });
      }
    },
  };
}

/** A row of a draft under the present names of its table and columns. */
export interface StoredDraftRow {
  readonly table: string;
  readonly pk: Uint8Array;
  readonly base: string | undefined;
  readonly theirs: string | undefined;
}

/** Reads the rows of a draft. Tables that were renamed have their present names. */
export function selectDraftRows(name: string, found: (row: StoredDraftRow) => void): Query {
  const args: SqlValue[] = [];
  const sql = statementText`
    SELECT
      ifnull((SELECT present_name FROM ${FORMER_TABLE} AS former WHERE former.table_name = drawn.table_name AND former.cid = ${WHOLE_TABLE}), drawn.table_name) AS table_name,
      pk,
      base,
      theirs
    FROM ${DRAFT_ROW_TABLE} AS drawn
    WHERE drawn.draft = (SELECT id FROM ${DRAFT_TABLE} WHERE name = ${bindValue(name, args)})
    ORDER BY table_name, pk`;
  return {
    ...statement(sql, args),
    read(rows) {
      for (const { 0: table, 1: pk, 2: base, 3: theirs } of rows) {
        found({
          table: String(table),
          pk: bytesOf(pk!),
          base: textOf(base),
          theirs: textOf(theirs),
        });
      }
    },
  };
}

const textOf = (value: DriverRow[number] | undefined) =>
  value === null || value === undefined ? undefined : String(value);

/** Reads the former names of columns, each with its present one. */
export function selectFormerColumns(
  found: (table: string, former: string, present: string) => void,
): Query {
  return {
    ...statement(
      `SELECT table_name, cid, present_name FROM ${FORMER_TABLE} WHERE cid <> ${WHOLE_TABLE} AND present_name IS NOT NULL`,
    ),
    read(rows) {
      for (const { 0: table, 1: former, 2: present } of rows) {
        found(String(table), String(former), String(present));
      }
    },
  };
}

/** Fails the batch if the draft is gone, or has another revision. */
export const guardRevision = (id: number, revision: number): Statement =>
  statement(
    `INSERT INTO ${GUARD_TABLE} (reason) SELECT 'stale' WHERE NOT EXISTS (SELECT 1 FROM ${DRAFT_TABLE} WHERE id = ${id} AND revision = ${revision})`,
  );

export const raiseRevision = (id: number): Statement =>
  statement(`UPDATE ${DRAFT_TABLE} SET revision = revision + 1 WHERE id = ${id}`);

/** Writes a row of a draft, under whatever name its table had. */
export function storeDraftRow(id: number, { table, pk, base, theirs }: StoredDraftRow): Statement {
  const args: SqlValue[] = [];
  const texts = [base, theirs].map((text) => bindValue(text ?? null, args));
  return statement(
    statementText`
      INSERT INTO ${DRAFT_ROW_TABLE} (draft, table_name, pk, base, theirs)
      VALUES (${id}, ${quoteText(table)}, ${quoteBlob(pk)}, ${texts.join(', ')})
      ON CONFLICT (draft, table_name, pk) DO UPDATE SET
        base = excluded.base,
        theirs = excluded.theirs`,
    args,
  );
}

/** Removes a row from a draft. */
export function removeDraftRow(id: number, table: string, pk: Uint8Array): Statement {
  const names = `table_name = ${quoteText(table)} OR table_name IN (SELECT table_name FROM ${FORMER_TABLE} WHERE cid = ${WHOLE_TABLE} AND present_name = ${quoteText(table)})`;
  return statement(
    `DELETE FROM ${DRAFT_ROW_TABLE} WHERE draft = ${id} AND pk = ${quoteBlob(pk)} AND (${names})`,
  );
}

/** Removes a draft with its rows. */
export function dropDraft(name: string): Statement[] {
  const rowArgs: SqlValue[] = [];
  const args: SqlValue[] = [];
  const id = `(SELECT id FROM ${DRAFT_TABLE} WHERE name = ${bindValue(name, rowArgs)})`;
  return [
    statement(`DELETE FROM ${DRAFT_ROW_TABLE} WHERE draft = ${id}`, rowArgs),
    statement(`DELETE FROM ${DRAFT_TABLE} WHERE name = ${bindValue(name, args)}`, args),
  ];
}
