import { constrainedTables } from '../model/constraints.js';
import type { CrrSchema } from '../model/schema.js';
import type { SqlValue } from '../model/value.js';
import { SITE_TABLE } from '../sql/names.js';
import { type Query, statement } from '../sql/statement.js';
import type { Difference } from '../tables/difference.js';
import type { FindingCode } from '../tables/finding.js';
import { sharedInspections, tableInspections } from '../tables/inspections.js';
import type { BrokenRow, Inspection, Invariant, Repair } from '../tables/invariant.js';
import { sharedObjects } from '../tables/modules.js';
import { SELECT_OBJECTS } from '../tables/schema-objects.js';
import { compareSchema } from './compare.js';
import type { Connection } from './connection.js';
import { messages } from './database-errors.js';
import { grouped, Pages } from './pages.js';
import { run } from './run.js';
import { checkSqlite } from './sqlite-checks.js';

/** Something in a database that is not as it should be. */
export interface Finding {
  readonly code: FindingCode;
  /** Name of the table in the database; empty: the database as a whole. */
  readonly table: string;
  /** The values of a CRR's key; or, of another table, texts by their names. */
  readonly key?: readonly SqlValue[] | Readonly<Record<string, string>>;
  /** Name of the column in the database. */
  readonly column?: string;
  readonly found: string;
  readonly expected: string;
  readonly isRepairable: boolean;
}

/** What a look at a database found. */
export interface Verification {
  readonly findings: Finding[];
  /** How many there are. Of one kind in a table, only some are listed. */
  count: number;
  /** Checks that the engine does not have. */
  readonly skipped: string[];
  /** What repairs it, if that is wanted. */
  readonly remedies: Remedies;
}

export interface Remedies {
  /** The parts that all tables share are missing. */
  bookkeeping: boolean;
  /** Parts of tables are missing or outdated, and the database was made from this schema. */
  parts: boolean;
  readonly repairs: Repair[];
}

/** Most queries of a batch. */
const MOST_QUERIES = 60;

/**
 * Compares the bookkeeping with the rows, in pages, each in one transaction. A table that cannot be read is a finding.
 */
export class Verifier {
  readonly #found: Verification = {
    findings: [],
    count: 0,
    skipped: [],
    remedies: { bookkeeping: false, parts: false, repairs: [] },
  };

  constructor(
    readonly connection: Connection,
    readonly schema: CrrSchema,
    /** How many findings of a kind in a table are listed. */
    readonly limit: number,
  ) {}

  async look(): Promise<Verification> {
    const constrained = constrainedTables(this.schema).map(({ name }) => name);
    const sqlite = await checkSqlite(this.connection, new Set(constrained));
    for (const finding of sqlite.findings) this.#add(finding);
    this.#found.skipped.push(...sqlite.skipped);
    if (await this.#lacksObjects()) return this.#found;
    const specs = await this.#readableTables();
    await this.#inspect([...sharedInspections(), ...specs.flatMap(tableInspections)]);
    return this.#found;
  }

  /** Adds the shared parts that are missing. @returns whether one is a table, without which nothing else can be read. */
  async #lacksObjects(): Promise<boolean> {
    const names = new Set<string>();
    const read = (rows: readonly ArrayLike<unknown>[]) => {
      for (const { 1: name } of rows) names.add(String(name));
    };
    await run(this.connection, [{ ...statement(SELECT_OBJECTS), read }], 'read');
    const objects = sharedObjects([...this.schema.tables.values()]);
    const missing = [...objects.keys()].filter((name) => !names.has(name));
    for (const name of missing) {
      this.#add({
        ...{ code: 'bookkeeping-missing', table: name, isRepairable: name !== SITE_TABLE },
        ...{ found: `"${name}" is missing`, expected: 'a part that all tables share' },
      });
      if (name !== SITE_TABLE) this.#found.remedies.bookkeeping = true;
    }
    return missing.some((name) => objects.get(name)!.isTable);
  }

  /** The differences that `check` finds, without those in numbers of rows. */
  async #readableTables() {
    try {
      const { differences, readable } = await compareSchema(this.connection, this.schema);
      const isRepairable = differences.every((difference) =>
        isRepairableBy(difference, differences),
      );
      for (const { kind, table, message } of differences) {
        const expected = 'what the schema asks for: see drizzle-crr check';
        this.#add({ code: kind, table, found: message, expected, isRepairable });
      }
      if (isRepairable && differences.length > 0) this.#found.remedies.parts = true;
      return readable;
    } catch (error) {
      this.#unreadable('', error);
      return [];
    }
  }

  /** All inspections together, page by page: a remote database answers once for many of them. */
  async #inspect(inspections: readonly Inspection[]): Promise<void> {
    let active = inspections.map((inspection) => new Pages(inspection));
    while (active.length > 0) {
      for (const some of grouped(active, MOST_QUERIES)) await this.#check(some);
      active = active.filter(({ isDone }) => !isDone);
    }
  }

  /** Checks a page of each. An invariant that cannot be checked is reported and left out from then on. */
  async #check(some: readonly Pages[]): Promise<void> {
    const check = async (queries: (found: (() => void)[]) => Query[]) => {
      const found: (() => void)[] = [];
      await run(this.connection, queries(found), 'read');
      for (const add of found) add();
    };
    const broken = (pages: Pages, invariants: Iterable<Invariant>, found: (() => void)[]) =>
      pages.queries(invariants, (invariant, row) =>
        found.push(() => this.#addBroken(pages.inspection, invariant, row)),
      );
    try {
      await check((found) =>
        some.flatMap((pages) => [...broken(pages, pages.left, found), ...pages.nextEnd()]),
      );
      for (const pages of some) pages.turn();
    } catch {
      for (const pages of some) await this.#checkApart(pages, broken, check);
    }
  }

  async #checkApart(
    pages: Pages,
    broken: (pages: Pages, invariants: Iterable<Invariant>, found: (() => void)[]) => Query[],
    check: (queries: (found: (() => void)[]) => Query[]) => Promise<void>,
  ): Promise<void> {
    const { table } = pages.inspection;
    for (const invariant of pages.left) {
      try {
        await check((found) => broken(pages, [invariant], found));
      } catch (error) {
        pages.left.delete(invariant);
        this.#unreadable(table, error);
      }
    }
    try {
      await run(this.connection, pages.nextEnd(), 'read');
      pages.turn();
    } catch (error) {
      pages.end();
      this.#unreadable(table, error);
    }
  }

  #addBroken(
    { table, rows }: Inspection,
    { code, column, repairs = [] }: Invariant,
    { key, found, expected }: BrokenRow,
  ): void {
    for (const repair of repairs) {
      if (!this.#found.remedies.repairs.includes(repair)) this.#found.remedies.repairs.push(repair);
    }
    this.#add({
      ...{ code, table, found, expected, isRepairable: repairs.length > 0 },
      ...(rows !== undefined && { key }),
      ...(column !== undefined && { column }),
    });
  }

  #unreadable(table: string, error: unknown): void {
    const found = messages(error);
    const isKnown = (finding: Finding) =>
      finding.code === 'unreadable' && finding.table === table && finding.found === found;
    if (this.#found.findings.some(isKnown)) return;
    this.#add({
      ...{ code: 'unreadable', table, isRepairable: false },
      ...{ found, expected: 'a table that can be read' },
    });
  }

  readonly #listed = new Map<string, number>();

  #add(finding: Finding): void {
    this.#found.count++;
    const kind = `${finding.code} ${finding.table} ${finding.column ?? ''}`;
    const listed = this.#listed.get(kind) ?? 0;
    this.#listed.set(kind, listed + 1);
    if (listed < this.limit) this.#found.findings.push(finding);
  }
}

/**
 * Parts can be made again if the database was made from this schema. Otherwise a migration is missing, or has to be
 * written.
 */
function isRepairableBy({ kind, table }: Difference, all: readonly Difference[]): boolean {
  if (!MADE_AGAIN.has(kind)) return false;
  const describes = (other: Difference) =>
    other.table === table && other.kind === 'description-differs';
  return kind === 'trigger-order' || !all.some(describes);
}

const MADE_AGAIN: ReadonlySet<string> = new Set([
  ...['trigger-missing', 'trigger-outdated', 'trigger-unknown', 'trigger-order'],
  ...['clock-index-missing', 'aside-outdated'],
]);
