import { maskableColumns } from '../model/constraints.js';
import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import { list, statementText } from '../sql/layout.js';
import {
  adoptedTable,
  asideTable,
  cellGate,
  cellTable,
  clockOf,
  clockTable,
  headTable,
  keyOf,
  logTable,
  maskOf,
  mergeGate,
  offeredValueOf,
  prunedTable,
  rankGate,
  rivalTable,
  trigger,
} from '../sql/names.js';
import { quoteName, quoteStrictName, quoteText } from '../sql/quote.js';
import { type ActualCrr, expectedClock } from './actual.js';
import { aside, asideStatements, settlingStatements } from './aside/table.js';
import {
  encodeSpec,
  forgetSpecStatements,
  recordSpecStatements,
  renameSpecStatements,
} from './catalog/table.js';
import { CELL_COLUMNS, cells, cellTableStatements, hasLogs } from './cells/table.js';
import { backfillStatements, reconcileStatements } from './clock/backfill.js';
import { NO_CLOCK } from './clock/clock.js';
import { stampUnwritten } from './clock/fill.js';
import { clock, clockTableStatements, hasRowidKey } from './clock/table.js';
import { followFormerNames } from './former/follow.js';
import { columnKnownAs, tableDropped, tableKnownAs } from './former/names.js';
import { dropTrigger } from './trigger.js';

/*
 * A migration is the same text for every database. In some of them install() has made the bookkeeping of a table,
 * at some point of the migrations before; in others it has none. SQL has no statement that depends on that, but a
 * name of a subquery does: `(SELECT "clock_title" FROM clock AS own ...)` is a column of that clock table if it has
 * one of that name, otherwise a column of the query around it.
 */

/** Names of a table and its columns so far, which a database may still have in its bookkeeping. */
export interface FormerNames {
  /** Former names of the table, the newest first. */
  readonly tables: readonly string[];
  /** Former names by present ones, of columns and key columns, the newest first. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  /** Every name that a column of the table had at any time. */
  readonly everyColumn: ReadonlySet<string>;
  /** Columns that the table has had from the beginning. */
  readonly steady: ReadonlySet<string>;
  /** Whether it had a foreign key or a unique index at any time, so that rows of it may be aside. */
  readonly hadConstraints: boolean;
}

/**
 * Drops the triggers that a database may have on a table, and its gates. Run for all tables before the first of
 * {@link adoptStatements}: triggers of one table name the bookkeeping of others.
 */
export const dropAdoptedTriggers = (table: string, former: FormerNames): string[] =>
  [table, ...former.tables].flatMap((name) => triggersAndGates(name, former.everyColumn));

/**
 * Gives a table the bookkeeping of its spec, without triggers and gates, whatever of it a database has already:
 * clocks and cells that are there are kept, also under former names, and rows without a clock get one. Run before
 * anything alters the base table.
 */
export function adoptStatements(spec: TableSpec, former: FormerNames): string[] {
  const names = [spec.name, ...former.tables];
  const addedLater = spec.clockColumns.filter(({ name }) => !former.steady.has(name));
  const aliases = [...former.columns].flatMap(([name, others]) =>
    others.map((other) => columnKnownAs(spec.name, other, name)),
  );
  const isRenamed = former.tables.length > 0 || aliases.length > 0;
  return [
    ...keepClocks(spec, names, former),
    ...keepCells(spec, names, former),
    ...keepAside(spec, names, former),
    ...former.tables.flatMap((name) => [
      ...tableKnownAs(name, spec.name),
      ...renameSpecStatements(name, spec.name),
    ]),
    ...aliases,
    ...recordSpecStatements(spec),
    ...(isRenamed ? followFormerNames() : []),
    ...backfillStatements(spec),
    ...reconcileStatements(spec),
    ...addedLater.flatMap((column) => stampUnwritten(spec, column)),
  ];
}

/** The parts that a CRR has after {@link adoptStatements}. */
export function adoptedCrr(spec: TableSpec): ActualCrr {
  const objects = [
    ...(cellTableStatements(spec).length > 0 ? [cellTable(spec.name)] : []),
    ...(spec.constraints === undefined ? [] : [asideTable(spec.name)]),
  ].map((name) => [name, ''] as const);
  return {
    triggers: new Map(),
    merging: new Map(),
    objects: new Map(objects),
    clock: expectedClock(spec),
    columns: new Map(replicatedColumns(spec).map(({ name, kind }) => [name, kind])),
    recorded: encodeSpec(spec),
  };
}

/** Ends what install() may have made for a table that a migration drops. Run before it is dropped. */
export function endAdopted(table: string, former: FormerNames): string[] {
  const names = [table, ...former.tables];
  return [
    ...names.flatMap((name) => triggersAndGates(name, former.everyColumn)),
    ...names.flatMap((name) =>
      [
        clockTable,
        cellTable,
        asideTable,
        rankGate,
        rivalTable,
        logTable,
        headTable,
        prunedTable,
      ].map((part) => dropTable(part(name))),
    ),
    ...names.flatMap(forgetSpecStatements),
    ...tableDropped(table),
  ];
}

/** The triggers on a base table; those on gates and clocks go with their tables. */
export function baseTriggers(table: string, columns: Iterable<string>): string[] {
  const events = [
    ...['log', 'insert', 'key', 'delete', 'resume', 'resume_key'],
    ...['refuse_delete', 'refuse_key'],
    ...['aside_insert', 'aside_delete', 'aside_key', 'rival_insert', 'rival_update'],
    ...['replaced_insert', 'replaced_update', 'replaced_delete', 'guard_delete'],
  ];
  const ofColumns = [...columns].flatMap((name, n) => [
    ...['update', 'undo', 'show', 'aside_update'].map((event) => `${event}_${name}`),
    // A table has at most as many references as columns that refer.
    `guard_reference_${n}`,
  ]);
  return [...events, ...ofColumns].map((event) => trigger(table, event));
}

function triggersAndGates(table: string, columns: Iterable<string>): string[] {
  return [
    ...baseTriggers(table, columns).map(dropTrigger),
    ...['life', 'return', 'pass'].map((event) => dropTrigger(trigger(table, event))),
    ...[mergeGate, cellGate, rankGate, rivalTable].map((part) => dropTable(part(table))),
  ];
}

function keepClocks(spec: TableSpec, names: readonly string[], former: FormerNames): string[] {
  const adopted = quoteName(adoptedTable(spec.name));
  const [create, createIndex] = clockTableStatements(spec) as [string, string];
  const present = clock(spec);
  const columns: KeptColumn[] = [
    ...(hasRowidKey(spec) ? [] : [{ name: 'row_id' }]),
    ...keptKeys(spec, former),
    ...['causal_length', 'db_version', 'row_version', 'row_db_version'].map((name) => ({ name })),
    ...['row_site', 'row_seq', 'sentinel'].map((name) => ({ name })),
    ...spec.clockColumns.map(({ name }) => ({
      name: clockOf(name),
      former: (former.columns.get(name) ?? []).map(clockOf),
      otherwise: NO_CLOCK,
    })),
  ];
  return [
    create.replace(present, () => adopted),
    ...names.flatMap((name) => [
      create.replace(present, () => quoteName(clockTable(name))),
      copyKept(clockTable(name), adopted, columns),
      dropTable(clockTable(name)),
    ]),
    `ALTER TABLE ${adopted} RENAME TO ${present}`,
    createIndex,
  ];
}

function keepCells(spec: TableSpec, names: readonly string[], former: FormerNames): string[] {
  const [create, createIndex] = cellTableStatements(spec);
  if (create === undefined || createIndex === undefined) {
    return names.map((name) => dropTable(cellTable(name)));
  }
  const adopted = quoteName(adoptedTable(spec.name));
  const present = spec.cellColumns.map(({ name }) => name);
  const pairs = present.flatMap((name) =>
    [name, ...(former.columns.get(name) ?? [])].map((other) => [other, name] as const),
  );
  const cases = pairs.map(([other, name]) => `WHEN ${quoteText(other)} THEN ${quoteText(name)}`);
  const columns: KeptColumn[] = [
    ...keptKeys(spec, former),
    ...CELL_COLUMNS.split(', ').map((name) =>
      name === 'column_name'
        ? { name, value: `CASE column_name ${cases.join(' ')} END` }
        : { name },
    ),
    ...(hasLogs(spec) ? [{ name: 'number', former: [], otherwise: '0' }] : []),
  ];
  return [
    create.replace(cells(spec), () => adopted),
    ...names.flatMap((name) => [
      create.replace(cells(spec), () => quoteName(cellTable(name))),
      copyKept(cellTable(name), adopted, columns),
      dropTable(cellTable(name)),
    ]),
    `ALTER TABLE ${adopted} RENAME TO ${cells(spec)}`,
    createIndex,
  ];
}

/** Rows that the base table does not show as they are merged are undecided, under whatever constraints follow. */
function keepAside(spec: TableSpec, names: readonly string[], former: FormerNames): string[] {
  if (spec.constraints === undefined) return names.map((name) => dropTable(asideTable(name)));
  const adopted = quoteName(adoptedTable(spec.name));
  const [create] = asideStatements(spec) as [string];
  const masked = new Set(maskableColumns(spec));
  const formerly = (name: string, part: (name: string) => string): KeptColumn => ({
    name: part(name),
    former: (former.columns.get(name) ?? []).map(part),
    otherwise: 'NULL',
  });
  const columns: KeptColumn[] = [
    ...keptKeys(spec, former),
    ...spec.clockColumns.map(({ name }) => formerly(name, offeredValueOf)),
    { name: 'state' },
    ...[...masked].map((name) => formerly(name, maskOf)),
    { name: 'was' },
  ];
  return [
    ...settlingStatements(),
    create.replace(aside(spec), () => adopted),
    ...names.flatMap((name) => [
      create.replace(aside(spec), () => quoteName(asideTable(name))),
      copyKept(asideTable(name), adopted, columns),
      dropTable(asideTable(name)),
    ]),
    `ALTER TABLE ${adopted} RENAME TO ${aside(spec)}`,
  ];
}

const keptKeys = (spec: TableSpec, former: FormerNames): KeptColumn[] =>
  spec.key.map(({ name }) => ({
    name: keyOf(name),
    former: (former.columns.get(name) ?? []).map(keyOf),
    otherwise: 'NULL',
  }));

interface KeptColumn {
  readonly name: string;
  /** SQL, if it is not the column itself. */
  readonly value?: string;
  /** If the column may be missing, or have one of these names. */
  readonly former?: readonly string[];
  /** SQL of the value if it has none of these names. */
  readonly otherwise?: string;
}

/** Stands for a column that is missing. No clock and no key column has this value. */
const MISSING = "x'00'";

/** Copies rows whose columns may be missing or have former names. What is there already stays. */
function copyKept(from: string, into: string, columns: readonly KeptColumn[]): string {
  const source = quoteName(from);
  const own = (name: string) =>
    `(SELECT ${quoteStrictName(name)} FROM ${source} AS own WHERE own.rowid = kept.rowid)`;
  const missing = columns.flatMap(({ name, former = [], otherwise }) => {
    if (otherwise === undefined) return [];
    if (former.length === 0) return [`${otherwise} AS ${quoteName(name)}`];
    return [name, ...former].map((each) => `${MISSING} AS ${quoteName(each)}`);
  });
  const values = columns.map(({ name, value, former = [], otherwise }) => {
    if (otherwise === undefined) return value ?? `kept.${quoteName(name)}`;
    if (former.length === 0) return own(name);
    const found = [name, ...former].map(
      (each) => `WHEN ${own(each)} IS NOT ${MISSING} THEN ${own(each)}`,
    );
    return `CASE ${found.join(' ')} ELSE ${otherwise} END`;
  });
  return statementText`
    INSERT OR IGNORE INTO ${into} (
      ${list(columns.map(({ name }) => quoteName(name)))}
    )
    SELECT
      ${list(values)}
    FROM ${source} AS kept, (SELECT ${missing.join(', ')}) AS missing
    ORDER BY kept.rowid`;
}

const dropTable = (name: string) => `DROP TABLE IF EXISTS ${quoteName(name)}`;
