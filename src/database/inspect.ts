import { NOW_SQL } from '../columns/lww/timed-version.js';
import { type ColumnKind, DEFAULT_KIND, type TableSpec } from '../model/table-spec.js';
import {
  cellGate,
  cellIndex,
  cellOf,
  cellTable,
  clockIndex,
  clockTable,
  keyOf,
  mergeGate,
  SHARED_TABLES,
  STATE_TABLE,
  tableOfPart,
  tableOfTrigger,
  trigger,
} from '../sql/names.js';
import { quoteText } from '../sql/quote.js';
import { statement } from '../sql/statement.js';
import type { ClockParts, CrrParts } from '../tables/parts.js';
import type { Connection } from './connection.js';

/** What a database holds of a schema's CRRs, and of others. */
export interface Inspected {
  /** Whether the tables that all CRRs share are there. */
  readonly hasBookkeeping: boolean;
  /** Every table that all CRRs share is there: an earlier version may have made fewer. */
  readonly hasAllBookkeeping: boolean;
  /** Columns of each base table of the schema; empty where there is no such table. */
  readonly baseColumns: ReadonlyMap<string, ReadonlySet<string>>;
  readonly parts: ReadonlyMap<string, CrrParts>;
  /** Tables that have parts here without being CRRs of the schema, and whether they still exist. */
  readonly others: ReadonlyMap<string, { readonly parts: CrrParts; readonly exists: boolean }>;
}

/** Reads what is there, in one read transaction. */
export async function inspect(
  connection: Connection,
  specs: readonly TableSpec[],
): Promise<Inspected> {
  const [objects, ...tables] = await connection.batch(
    [
      statement('SELECT type, name, sql FROM sqlite_master'),
      ...specs.flatMap(({ name }) => [
        statement(`SELECT name FROM pragma_table_info(${quoteText(name)})`),
        statement(`SELECT name, type, pk FROM pragma_table_info(${quoteText(clockTable(name))})`),
      ]),
    ],
    'read',
  );
  const texts = new Map<string, string>();
  const triggers = new Map<string, Map<string, string>>();
  const names = new Set(specs.map(({ name }) => name));
  const owners = new Set<string>();
  for (const row of objects!) {
    const [type, name, sql] = Array.from(row, String) as [string, string, string];
    texts.set(name, sql);
    const owner = type === 'trigger' ? tableOfTrigger(name) : tableOfPart(name);
    if (owner === undefined) continue;
    owners.add(owner);
    if (type !== 'trigger') continue;
    const ofTable = triggers.get(owner) ?? new Map<string, string>();
    triggers.set(owner, ofTable.set(name, sql));
  }
  const partsOf = (table: string, clock: ClockParts | undefined): CrrParts => ({
    triggers: triggers.get(table) ?? new Map(),
    gate: texts.get(mergeGate(table)),
    clock,
    cells: texts.has(cellTable(table))
      ? { hasIndex: texts.has(cellIndex(table)), gate: texts.get(cellGate(table)) }
      : undefined,
  });
  const baseColumns = new Map<string, Set<string>>();
  const parts = new Map<string, CrrParts>();
  specs.forEach((spec, i) => {
    const base = new Set(tables[2 * i]!.map((row) => String(row[0])));
    baseColumns.set(spec.name, base);
    const columns = tables[2 * i + 1]!.map((row) => ({
      name: String(row[0]),
      type: String(row[1]),
      isKey: Number(row[2]) > 0,
    }));
    const hasIndex = texts.has(clockIndex(spec.name));
    const found = partsOf(spec.name, readClock(columns, spec, base, hasIndex));
    parts.set(spec.name, { ...found, kinds: readKinds(found, spec, base) });
  });
  const others = [...owners].filter((owner) => !names.has(owner));
  return {
    hasBookkeeping: texts.has(STATE_TABLE),
    hasAllBookkeeping: SHARED_TABLES.every((table) => texts.has(table)),
    baseColumns,
    parts,
    others: new Map(
      others.map((name) => [name, { parts: partsOf(name, undefined), exists: texts.has(name) }]),
    ),
  };
}

interface ClockColumn {
  readonly name: string;
  readonly type: string;
  readonly isKey: boolean;
}

function readClock(
  columns: readonly ClockColumn[],
  spec: TableSpec,
  base: ReadonlySet<string>,
  hasIndex: boolean,
): ClockParts | undefined {
  if (columns.length === 0) return undefined;
  const known = columnsOf(spec);
  const key = columns.filter(({ name }) => name.startsWith(keyOf('')));
  const cells = columns
    .filter(({ name }) => name.startsWith(cellOf('')))
    .map(({ name }) => name.slice(cellOf('').length));
  return {
    key: key.map(({ name, type }) => ({ name: name.slice(keyOf('').length), type })),
    rowidKey: key.some(({ isKey }) => isKey),
    // A column that the base table has and this schema does not is that of a newer schema: let it be.
    columns: cells.filter((name) => known.has(name) || !base.has(name)),
    hasIndex,
  };
}

/** How columns merge in the database: a clock in the row tells, or the trigger that writes cells. */
function readKinds(
  { clock, triggers }: CrrParts,
  spec: TableSpec,
  base: ReadonlySet<string>,
): ReadonlyMap<string, ColumnKind> {
  const kinds = new Map<string, ColumnKind>();
  for (const name of clock?.columns ?? []) {
    const isTimed = triggers.get(trigger(spec.name, `update_${name}`))?.includes(NOW_SQL);
    kinds.set(name, isTimed ? { type: 'lww', by: 'time' } : DEFAULT_KIND);
  }
  const known = columnsOf(spec);
  for (const kind of SITE_KINDS) {
    const prefix = trigger(spec.name, `${kind.type}_`);
    for (const event of triggers.keys()) {
      const name = event.startsWith(prefix) ? event.slice(prefix.length) : '';
      // As with clocks: what the base table has and this schema has not is a newer schema's.
      if (name !== '' && (known.has(name) || !base.has(name))) kinds.set(name, kind);
    }
  }
  return kinds;
}

const SITE_KINDS: readonly ColumnKind[] = [{ type: 'counter' }, { type: 'mvr' }];

const columnsOf = (spec: TableSpec): ReadonlySet<string> =>
  new Set([...spec.clockColumns, ...spec.cellColumns].map(({ name }) => name));
