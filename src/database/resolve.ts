import { typeOf } from '../columns/registry.js';
import { type Cells, readShown, ShownRows } from '../feed/shown-rows.js';
import { packKey, unpackKey } from '../model/packed-key.js';
import { type RowId, textOfRow } from '../model/row-id.js';
import type { TableSpec } from '../model/table-spec.js';
import { compareValues, type SqlValue } from '../model/value.js';
import type { Statement } from '../sql/statement.js';
import type { CommitNote } from '../tables/commit/table.js';
import { noteChoice } from '../tables/log/choice.js';
import { readForkedRows } from '../tables/log/query.js';
import {
  deleteRow,
  insertRow,
  type RestoredCell,
  restoredCells,
  updateRow,
} from '../tables/log/revert.js';
import type { Connection } from './connection.js';
import { writePlanned } from './log-writes.js';
import type { PreviewedRow } from './preview.js';
import { conflictOf, lastCells } from './row-conflict.js';
import { readRowHistories } from './row-events.js';
import { rowFault } from './row-faults.js';
import { run } from './run.js';
import type { SiteStore } from './site-store.js';

export interface ResolveParts {
  readonly connection: Connection;
  readonly sites: SiteStore;
  /** Tables with history. */
  readonly specs: readonly TableSpec[];
}

/** Values by column name for a row in conflict; null deletes it, undefined leaves it as it is merged. */
export type Resolver = (row: PreviewedRow) => Promise<Cells | null | undefined>;

/** What has become of the rows in conflict. */
export interface Resolution {
  readonly resolved: readonly PreviewedRow[];
  /** The resolver, or the database, has refused: these are as they are merged, and stay in conflict. */
  readonly unresolved: readonly { readonly row: PreviewedRow; readonly error: unknown }[];
}

/**
 * Lets a function decide the conflicts that have come since a db_version. Each answer is a write and a transaction of its
 * own, so one that the database refuses stops no other.
 */
export async function resolveConflicts(
  parts: ResolveParts,
  since: number,
  resolve: Resolver,
  note: CommitNote,
): Promise<Resolution> {
  const resolved: PreviewedRow[] = [];
  const unresolved: { row: PreviewedRow; error: unknown }[] = [];
  for (const row of (await readConflicts(parts, since)).conflicts) {
    try {
      if (await resolveRow(parts, row, since, resolve, note)) resolved.push(row);
    } catch (error) {
      const isRefused = error instanceof Refused;
      if (!isRefused && rowFault(error) === undefined) throw error;
      unresolved.push({ row, error: isRefused ? error.cause : error });
    }
  }
  return { resolved, unresolved };
}

/** The function that decides has thrown. */
class Refused extends Error {}

/**
 * Rows of which a head has come after a db_version.
 *
 * @param only the only row that is looked at. Default: all.
 */
async function readConflicts(
  { connection, sites, specs }: ResolveParts,
  since: number,
  only?: { readonly spec: TableSpec; readonly pk: Uint8Array },
) {
  const wanted = only === undefined ? [] : [only];
  if (only === undefined) {
    const lists = specs.map((spec) =>
      readForkedRows(spec, (key) => wanted.push({ spec, pk: packKey(key) })),
    );
    await run(connection, lists, 'read');
  }
  const shown = new ShownRows();
  const reads = wanted.flatMap(({ spec, pk }) => readShown(spec, [unpackKey(pk)], shown.add));
  if (wanted.length > 0) await run(connection, reads, 'read');
  const { rows, sites: ids, dbVersion } = await readRowHistories(connection, sites, wanted);
  const conflicts = [...rows.values()].flatMap(({ spec, pk, history }) => {
    const row = { table: spec.name, pk };
    const isTheirs = ({ arrived }: { readonly arrived: number }) => arrived > since;
    const found = conflictOf(history, isTheirs, shown.cellsOf(row), ids);
    return found === undefined ? [] : [{ ...row, ...found }];
  });
  return { conflicts, rows, dbVersion };
}

/**
 * Asks, and writes the answer; if somebody has written meanwhile, asks again.
 *
 * @param since conflicts count of which a head has come after this db_version.
 * @returns whether something was decided.
 */
export function resolveRow(
  parts: ResolveParts,
  { table, pk }: RowId,
  since: number,
  resolve: Resolver,
  note: CommitNote,
): Promise<boolean> {
  const spec = parts.specs.find(({ name }) => name === table)!;
  return writePlanned(parts.connection, async () => {
    const { conflicts, rows, dbVersion } = await readConflicts(parts, since, { spec, pk });
    const row = conflicts[0];
    const nothing = { dbVersion, statements: [], note, result: false };
    if (row === undefined) return nothing;
    const answer = await asked(resolve, row);
    if (answer === undefined) return nothing;
    const { history } = rows.get(textOfRow({ table, pk }))!;
    const key = unpackKey(pk);
    const last = lastCells(history);
    const statements =
      answer === null
        ? deleteAgain(spec, key, row.merged !== undefined, last)
        : writeCells(spec, key, row, answer, last);
    return { dbVersion, statements, note, result: statements.length > 0 };
  });
}

/** A row that is deleted already is created for a moment: the delete has all heads as parents, and ends the conflict. */
export function deleteAgain(
  spec: TableSpec,
  key: readonly SqlValue[],
  isAlive: boolean,
  last: Cells,
): Statement[] {
  const gone = deleteRow(spec, key);
  return isAlive ? [gone] : [insertRow(spec, key, restoredCells(spec, last)), gone];
}

async function asked(resolve: Resolver, row: PreviewedRow): Promise<Cells | null | undefined> {
  try {
    return await resolve(row);
  } catch (error) {
    throw new Refused('the resolver failed', { cause: error });
  }
}

/** A cell that shows the value already is chosen by an event alone, which ends its conflict. */
function writeCells(
  spec: TableSpec,
  key: readonly SqlValue[],
  { merged, conflicts }: PreviewedRow,
  answer: Cells,
  last: Cells,
) {
  if (merged === undefined)
    return [insertRow(spec, key, restoredCells(spec, new Map([...last, ...answer])))];
  const isShown = ({ column: { name }, value }: RestoredCell) =>
    compareValues(value, merged.get(name) ?? null) === 0;
  const given = restoredCells(spec, answer);
  const changed = given.filter((cell) => !isShown(cell));
  const isForked = ({ column }: RestoredCell) =>
    conflicts?.some(({ column: { name } }) => name === column.name);
  // A column whose greatest value stands may go on to show what it shows.
  const mayStay = ({ column }: RestoredCell) => {
    const type = typeOf(column);
    return type.storage === 'clock' && type.decidedBy === 'value';
  };
  const kept = given.filter((cell) => isForked(cell) && (isShown(cell) || mayStay(cell)));
  return [
    ...(changed.length === 0 ? [] : [updateRow(spec, key, changed)]),
    ...kept.flatMap(({ column }) => noteChoice(spec, key, column)),
  ];
}
