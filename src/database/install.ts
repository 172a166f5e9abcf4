import { CrrDatabaseError } from '../errors.js';
import type { CrrSchema } from '../model/schema.js';
import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import { statement } from '../sql/statement.js';
import { alterSql } from '../tables/alter.js';
import { decodeSpec } from '../tables/catalog/table.js';
import { backfillStatements, reconcileStatements } from '../tables/clock/backfill.js';
import { selectOtherValue } from '../tables/clock/fill.js';
import { differences } from '../tables/differences.js';
import { isMergingReady, type MergingStyle, makeMerging } from '../tables/merging.js';
import { sharedStatements } from '../tables/modules.js';
import { tryAll } from '../tables/pending/rejected.js';
import { columnsWithoutTrigger } from '../tables/renames.js';
import { compareCounts } from '../tables/statistics.js';
import { refuseUnfitTables } from './base-tables.js';
import type { Connection } from './connection.js';
import { requireFormat } from './format.js';
import { type Inspected, inspect } from './inspect.js';
import { newerSchema } from './present-schema.js';
import { RenamedTables } from './renamed-tables.js';
import { run } from './run.js';

/**
 * Updates a database's bookkeeping and triggers to match the schema, in one transaction;
 * if it is up to date, nothing is written. Rows without a clock get one, clocks without a row
 * become tombstones. Parts of tables that are gone, or are plain now, are dropped.
 *
 * @throws {CrrDatabaseError} if a base table or one of its columns is missing, or another version of this package made the
 * bookkeeping in another format.
 */
export async function install(connection: Connection, schema: CrrSchema): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await installOnce(connection, schema);
    } catch (error) {
      // Several processes may install at once, for example when all of them start. Each finds the objects that another has made.
      const madeMeanwhile = /already exists|duplicate column name|no such (trigger|table)/;
      if (attempt === MAX_ATTEMPTS || !madeMeanwhile.test(String(error))) throw error;
    }
  }
}

const MAX_ATTEMPTS = 3;

async function installOnce(connection: Connection, schema: CrrSchema): Promise<void> {
  const declared = [...schema.tables.values()];
  const inspected = await inspect(connection, declared);
  await refuseRenamedTables(connection, declared, inspected);
  // A process that still has the schema from before a migration must not take its columns out of replication.
  const specs = declared.filter(({ name }) => !inspected.newer.has(name));
  refuseUnfitTables(specs, inspected);
  if (inspected.hasBookkeeping) await requireFormat(connection);
  for (const spec of specs) await refuseUnknownRename(connection, spec, inspected);
  const changes = specs.map((spec) => ({ spec, steps: tableSteps(spec, inspected) }));
  const steps = [...removals(inspected, schema), ...changes.flatMap((change) => change.steps)];
  const isComplete = inspected.hasAllBookkeeping && steps.length === 0;
  const completed =
    isComplete && (await clocksMatchRows(connection, specs))
      ? []
      : [
          ...(inspected.hasAllBookkeeping ? [] : sharedStatements()),
          ...steps,
          ...specs.flatMap((spec) => [...backfillStatements(spec), ...reconcileStatements(spec)]),
          // Not applied here: a change that breaks a constraint would make install() fail each time.
          tryAll(),
        ];
  const statements = [
    ...completed,
    ...changes.flatMap((change) => mergingSteps(change, inspected, connection.mergingStyle)),
  ];
  if (statements.length === 0) return;
  await connection.batch(
    statements.map((sql) => statement(sql)),
    'write',
  );
}

/** A table that is not there may have been renamed or dropped by a migration, which this process is older than. */
async function refuseRenamedTables(
  connection: Connection,
  specs: readonly TableSpec[],
  { baseColumns, hasBookkeeping }: Inspected,
): Promise<void> {
  const missing = specs.find(({ name }) => baseColumns.get(name)!.size === 0);
  if (missing === undefined || !hasBookkeeping) return;
  await requireFormat(connection);
  const renamed = new RenamedTables();
  await run(connection, [renamed.query()], 'read');
  const reason = renamed.whyGone(missing.name);
  if (reason !== undefined) throw newerSchema(`"${missing.name}" ${reason}`);
}

/**
 * A column whose triggers are gone may have been renamed or dropped. It was dropped if the new columns hold
 * nothing that came from it.
 */
async function refuseUnknownRename(
  connection: Connection,
  spec: TableSpec,
  { crrs, renamed, baseColumns }: Inspected,
): Promise<void> {
  const { recorded, triggers } = crrs.get(spec.name)!;
  if (recorded === undefined || renamed.has(spec.name)) return;
  const before = decodeSpec(recorded);
  const present = baseColumns.get(spec.name)!;
  const gone = columnsWithoutTrigger(before, triggers).filter((name) => !present.has(name));
  const known = new Set(replicatedColumns(before).map(({ name }) => name));
  if (gone.length === 0) return;
  for (const column of replicatedColumns(spec)) {
    if (known.has(column.name) || !present.has(column.name)) continue;
    let hasValues = false;
    const read = (rows: readonly unknown[]) => {
      hasValues = rows.length > 0;
    };
    await run(connection, [{ ...statement(selectOtherValue(spec, column)), read }], 'read');
    if (hasValues) throw unknownRename(spec.name, column.name, gone);
  }
}

function unknownRename(table: string, column: string, gone: readonly string[]): CrrDatabaseError {
  const former = gone.map((name) => `"${name}"`).join(', ');
  return new CrrDatabaseError(
    'CRR_DATABASE_RENAME',
    `column "${column}" of "${table}" has values and no clocks, and ${former} is gone with its triggers, so nothing shows whether it was renamed: change tables with the migrations of drizzle-crr generate. If "${column}" is a new column, set it to its default, call install(), and write its values then`,
  );
}

function tableSteps(spec: TableSpec, inspected: Inspected): string[] {
  const renamed = inspected.renamed.get(spec.name);
  if (renamed !== undefined) {
    const { table, actual, columns } = renamed;
    const { begin, commit } = alterSql({ from: { table, actual }, to: spec, renamed: columns });
    return [...begin, ...commit];
  }
  const actual = inspected.crrs.get(spec.name)!;
  if (differences(actual, spec).length === 0) return [];
  const { begin, commit } = alterSql({
    ...{ from: { table: spec.name, actual }, to: spec },
    // The base table is as it is to be.
    grows: true,
  });
  return [...begin, ...commit];
}

/** The steps of an alteration drop what only merging needs. */
function mergingSteps(
  { spec, steps }: TableChange,
  { crrs }: Inspected,
  style?: MergingStyle,
): string[] {
  const { merging } = crrs.get(spec.name)!;
  return steps.length > 0 || !isMergingReady(merging, spec)
    ? makeMerging(spec, merging, style)
    : [];
}

interface TableChange {
  readonly spec: TableSpec;
  readonly steps: readonly string[];
}

/** A table that the schema does not mention, and that exists, is somebody else's CRR: it stays. */
function removals({ others }: Inspected, schema: CrrSchema): string[] {
  return [...others].flatMap(([table, { actual, exists }]) => {
    if (exists && !schema.plainTables.has(table)) return [];
    const { begin, commit } = alterSql({ from: { table, actual }, to: undefined });
    return [...begin, ...commit];
  });
}

/** Whether each table has as many rows as living clocks. */
export async function clocksMatchRows(
  connection: Connection,
  specs: readonly TableSpec[],
): Promise<boolean> {
  let allMatch = true;
  const queries = specs.map((spec) =>
    compareCounts(spec, (isMatch) => {
      if (!isMatch) allMatch = false;
    }),
  );
  await run(connection, queries, 'read');
  return allMatch;
}
