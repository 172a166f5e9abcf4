import { isKnownKind } from '../columns/registry.js';
import {
  type ColumnKind,
  DEFAULT_KIND,
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../model/table-spec.js';
import type { DriverRow } from '../sql/driver-value.js';
import {
  CATALOG_TABLE,
  cellTable,
  clockOf,
  clockTable,
  keyOf,
  PASS_TABLE,
  STATE_TABLE,
  tableOfMerging,
  tableOfPart,
  tableOfTrigger,
} from '../sql/names.js';
import { type Query, statement } from '../sql/statement.js';
import type { ActualClock, ActualCrr } from '../tables/actual.js';
import { decodeSpec } from '../tables/catalog/table.js';
import { SHARED_TABLES } from '../tables/modules.js';
import { renamedColumns } from '../tables/renames.js';
import { SELECT_OBJECTS, selectColumns } from '../tables/schema-objects.js';
import { TriggerOrder } from '../tables/trigger-order.js';
import type { Connection } from './connection.js';
import { textsOf } from './found-parts.js';
import { type FoundColumn, isMigrated } from './migrated-table.js';
import { isOlder, type RecordedSpec, readRecordedSpecs } from './present-schema.js';
import { run } from './run.js';

/** The parts that a database has of a schema's CRRs, and of others. */
export interface Inspected {
  /** Whether there is bookkeeping at all. */
  readonly hasBookkeeping: boolean;
  /** Every table that all CRRs share is there: an earlier version may have made fewer. */
  readonly hasAllBookkeeping: boolean;
  /** Columns of each base table of the schema; empty if there is no such table. */
  readonly baseColumns: ReadonlyMap<string, ReadonlySet<string>>;
  /** Tables of the schema that have no rowid. */
  readonly withoutRowid: ReadonlySet<string>;
  readonly crrs: ReadonlyMap<string, ActualCrr>;
  /** CRRs of the schema that were renamed since their triggers were made: what they were and have. */
  readonly renamed: ReadonlyMap<string, RenamedCrr>;
  /** CRRs of the schema whose tables a migration has changed since: the schema is older than the database. */
  readonly newer: ReadonlySet<string>;
  /** Tables that have parts here without being CRRs of the schema, and whether they still exist. */
  readonly others: ReadonlyMap<string, { readonly actual: ActualCrr; readonly exists: boolean }>;
}

/** A CRR whose table or columns SQLite has renamed beside its bookkeeping. */
export interface RenamedCrr {
  readonly table: string;
  readonly actual: ActualCrr;
  /** New names of columns by their old ones. */
  readonly columns: ReadonlyMap<string, string>;
}

/** Reads the parts in two round trips: the first finds the tables that the second can query. */
export async function inspect(
  connection: Connection,
  specs: readonly TableSpec[],
): Promise<Inspected> {
  const found = new Found();
  await run(connection, [found.objects(), ...specs.flatMap((spec) => found.columns(spec))], 'read');
  if (found.texts.has(CATALOG_TABLE)) await run(connection, [found.specs()], 'read');
  const formerNames = found.formerNames(specs);
  const renamed = new Map<string, RenamedCrr>();
  for (const spec of specs) {
    const former = formerNames.get(spec.name);
    if (former !== undefined) await run(connection, found.clockColumns(former), 'read');
    const crr = found.renamedCrr(spec, former);
    if (crr !== undefined) renamed.set(spec.name, crr);
  }
  const names = new Set([...specs.map(({ name }) => name), ...formerNames.values()]);
  const others = [...found.owners].filter((owner) => !names.has(owner));
  return {
    hasBookkeeping: found.texts.has(STATE_TABLE),
    hasAllBookkeeping: SHARED_TABLES.every((table) => found.texts.has(table)),
    baseColumns: new Map(specs.map(({ name }) => [name, found.baseColumns(name)])),
    withoutRowid: new Set(
      specs.map(({ name }) => name).filter((name) => found.isWithoutRowid(name)),
    ),
    renamed,
    newer: new Set(specs.filter((spec) => found.isNewer(spec)).map(({ name }) => name)),
    crrs: new Map(specs.map((spec) => [spec.name, found.crrOf(spec)])),
    others: new Map(
      others.map((name) => [name, { actual: found.partsOf(name), exists: found.texts.has(name) }]),
    ),
  };
}

/** What the queries found. */
class Found {
  /** Texts of everything in sqlite_master, by name. */
  readonly texts = new Map<string, string>();
  /** Tables that have parts or triggers of CRRs. */
  readonly owners = new Set<string>();
  readonly #objects = new Map<string, Map<string, string>>();
  readonly #triggers = new Map<string, Map<string, string>>();
  readonly #merging = new Map<string, Map<string, string>>();
  readonly #order = new TriggerOrder();
  /** The tables that the triggers of a CRR are on, as far as they are not bookkeeping. */
  readonly #tables = new Map<string, string>();
  readonly #columns = new Map<string, readonly FoundColumn[]>();
  readonly #recorded = new Map<string, RecordedSpec>();

  objects(): Query {
    const read = (rows: readonly DriverRow[]) => {
      for (const row of rows) {
        const [type, name, table, text] = Array.from(row, String) as [
          string,
          string,
          string,
          string,
        ];
        this.texts.set(name, text);
        if (type === 'trigger') this.#order.add(name, table, text);
        const merges = tableOfMerging(name, table);
        const owner = merges ?? (type === 'trigger' ? tableOfTrigger(name) : tableOfPart(table));
        if (owner === undefined) continue;
        this.owners.add(owner);
        if (merges !== undefined) {
          textsOf(this.#merging, owner).set(name, text);
          continue;
        }
        const isOnBase = table !== PASS_TABLE && tableOfPart(table) === undefined;
        if (type === 'trigger' && isOnBase) this.#tables.set(owner, table);
        textsOf(type === 'trigger' ? this.#triggers : this.#objects, owner).set(name, text);
      }
    };
    return { ...statement(SELECT_OBJECTS), read };
  }

  columns({ name }: TableSpec): Query[] {
    return [name, clockTable(name)].flatMap((table) => this.#columnsQuery(table));
  }

  clockColumns(table: string): Query[] {
    return [this.#columnsQuery(clockTable(table))];
  }

  #columnsQuery(table: string): Query {
    return {
      ...statement(selectColumns(table)),
      read: (rows) => {
        const columns = rows.map((row) => ({
          name: String(row[0]),
          type: String(row[1]),
          isKey: Number(row[2]) > 0,
          default: row[3] === null ? undefined : String(row[3]),
          notNull: Number(row[4]) === 1,
        }));
        this.#columns.set(table, columns);
      },
    };
  }

  specs(): Query {
    return readRecordedSpecs((table, recorded) => this.#recorded.set(table, recorded));
  }

  isWithoutRowid(table: string): boolean {
    return /\bWITHOUT\s+ROWID\b[^)]*$/i.test(this.texts.get(table) ?? '');
  }

  /** Whether the base table is that of the recorded spec, and no longer that of the process's own older one. */
  isNewer(own: TableSpec): boolean {
    const recorded = this.#recorded.get(own.name);
    if (!isOlder(own, recorded)) return false;
    return isMigrated(own, decodeSpec(recorded.spec), this.#columns.get(own.name)!);
  }

  baseColumns(table: string): ReadonlySet<string> {
    return new Set(this.#columns.get(table)!.map(({ name }) => name));
  }

  /** The parts of a table that are known without its spec. */
  partsOf(table: string): ActualCrr {
    return {
      triggers: this.#triggers.get(table) ?? new Map(),
      lateTriggers: this.#order.lateIn(table),
      merging: this.#merging.get(table) ?? new Map(),
      objects: this.#objects.get(table) ?? new Map(),
      clock: undefined,
      columns: new Map(),
      recorded: this.#recorded.get(table)?.spec,
    };
  }

  /** Former names of tables whose bookkeeping has them and whose triggers have moved to a table of the schema. */
  formerNames(specs: readonly TableSpec[]): ReadonlyMap<string, string> {
    const isNew = ({ name }: TableSpec) => !this.owners.has(name);
    const names = new Set(specs.filter(isNew).map(({ name }) => name));
    return new Map(
      [...this.#tables].flatMap(([owner, table]) =>
        names.has(table) && !this.texts.has(owner) ? [[table, owner] as const] : [],
      ),
    );
  }

  renamedCrr(spec: TableSpec, former: string | undefined): RenamedCrr | undefined {
    const table = former ?? spec.name;
    const recorded = this.#recordedSpec(table);
    if (recorded === undefined) return undefined;
    const parts = this.partsOf(table);
    const columns = renamedColumns(recorded, parts.triggers);
    if (former === undefined && columns.size === 0) return undefined;
    const clock = this.#clockOf(spec, table);
    return {
      table,
      columns,
      actual: { ...parts, clock, columns: this.#columnsOf(spec, clock, table) },
    };
  }

  crrOf(spec: TableSpec): ActualCrr {
    const clock = this.#clockOf(spec);
    return { ...this.partsOf(spec.name), clock, columns: this.#columnsOf(spec, clock) };
  }

  #clockOf(spec: TableSpec, table = spec.name): ActualClock | undefined {
    const columns = this.#columns.get(clockTable(table))!;
    if (columns.length === 0) return undefined;
    const key = columns.filter(({ name }) => name.startsWith(keyOf('')));
    const cells = columns
      .filter(({ name }) => name.startsWith(clockOf('')))
      .map(({ name }) => name.slice(clockOf('').length));
    return {
      key: key.map(({ name, type }) => ({ name: name.slice(keyOf('').length), type })),
      isRowidKey: key.some(({ isKey }) => isKey),
      columns: cells.filter((name) => this.#isOurs(spec, name)),
    };
  }

  /** Columns with clocks are those of the clock table; those with cells are known from crr_table alone. */
  #columnsOf(
    spec: TableSpec,
    clock: ActualClock | undefined,
    table = spec.name,
  ): ReadonlyMap<string, ColumnKind> {
    const recorded = this.#recordedSpec(table);
    // Without a record, the schema is all that is known.
    const kindOf = new Map((recorded ?? spec).clockColumns.map(({ name, kind }) => [name, kind]));
    const columns = new Map<string, ColumnKind>();
    for (const name of clock?.columns ?? []) columns.set(name, kindOf.get(name) ?? DEFAULT_KIND);
    if (!this.texts.has(cellTable(table))) return columns;
    for (const { name, kind } of (recorded ?? spec).cellColumns) {
      if (this.#isOurs(spec, name)) columns.set(name, kind);
    }
    return columns;
  }

  /** Columns whose type only a newer version of this package knows are left out. */
  #recordedSpec(table: string): TableSpec | undefined {
    const recorded = this.#recorded.get(table);
    if (recorded === undefined) return undefined;
    const spec = decodeSpec(recorded.spec);
    const isKnown = ({ kind }: ReplicatedColumnSpec): boolean => isKnownKind(kind);
    return {
      ...spec,
      clockColumns: spec.clockColumns.filter(isKnown),
      cellColumns: spec.cellColumns.filter(isKnown),
    };
  }

  /** A column that the base table has and this schema lacks belongs to a newer schema, and is left alone. */
  #isOurs(spec: TableSpec, column: string): boolean {
    const isKnown = replicatedColumns(spec).some(({ name }) => name === column);
    return isKnown || !this.baseColumns(spec.name).has(column);
  }
}
