import { wireOffset } from '../columns/wire-version.js';
import { cellsTextSql, parseSiteCells } from '../merge/offer-cells.js';
import { type Change, SENTINEL } from '../model/change.js';
import { packKey } from '../model/packed-key.js';
import type { SiteDirectory } from '../model/site.js';
import { type Affinity, affinityOf, type ColumnSpec, type TableSpec } from '../model/table-spec.js';
import { hexToBytes, type SqlValue } from '../model/value.js';
import { clockTable, keyOf } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { type Statement, statement } from '../sql/statement.js';
import { cellClock, clockRowid, hasRowidKey } from '../tables/clock/clock-table.js';

/**
 * Where a reader stands: `since` is the db_version up to which it has everything; rows are read in
 * the order of their greatest db_version, and `after` is the last row read. A cell travels when it
 * is newer than `since`, in the page of its row, so `since` stays while the pages go by.
 */
export interface ReadPosition {
  readonly since: number;
  readonly after: RowPosition;
}

/** The greatest db_version read; `row`, its clock rowid, only where a db_version was cut in the middle. */
export interface RowPosition {
  readonly db_version: number;
  readonly row?: { readonly table: string; readonly key: string } | undefined;
}

/** A value as a driver hands it out. */
export type DriverValue = null | bigint | number | string | boolean | ArrayBuffer | Uint8Array;
export type DriverRow = ArrayLike<DriverValue>;

/** A row of the clock table with its base row, decoded as far as paging needs it. */
export interface ClockRow {
  readonly table: string;
  readonly key: string;
  readonly dbVersion: number;
  /** All changes of the row that are newer than the cursor. */
  readonly changes: readonly Change[];
  /** Its key, where the row is alive and the reader may not see it. */
  readonly hidden?: Uint8Array;
}

/** One query: the rows of a table from a position on, in the order of (db_version, clock rowid). */
export function readStatement(
  spec: TableSpec,
  position: ReadPosition,
  tableIsAfterCut: boolean,
  limit: number | undefined,
  visible?: Statement,
): Statement {
  const { after } = position;
  const rowid = `k.${clockRowid(spec)}`;
  const from =
    after.row === undefined
      ? `k.dbv > ${after.db_version}`
      : after.row.table === spec.name
        ? `k.dbv >= ${after.db_version} AND (k.dbv > ${after.db_version} OR ${rowid} > ${after.row.key})`
        : `k.dbv ${tableIsAfterCut ? '>=' : '>'} ${after.db_version}`;
  const clock = quoteName(clockTable(spec.name));
  const sameKey = spec.key
    .map(({ name }) => `b.${quoteName(name)} = k.${quoteName(keyOf(name))}`)
    .join(' AND ');
  const end = limit === undefined ? '' : ` LIMIT ${limit}`;
  // The base table under its own name: a condition written with Drizzle names its columns so.
  const isVisible = visible
    ? `, (SELECT 1 FROM ${quoteName(spec.name)} WHERE ${spec.key.map(({ name }) => `${quoteName(spec.name)}.${quoteName(name)} = k.${quoteName(keyOf(name))}`).join(' AND ')} AND (${visible.sql}))`
    : '';
  return statement(
    `SELECT ${selection(spec).join(', ')}${isVisible} FROM ${clock} AS k LEFT JOIN ${quoteName(spec.name)} AS b ON ${sameKey} WHERE ${from} ORDER BY k.dbv, ${rowid}${end}`,
    visible?.args,
  );
}

/**
 * What every row begins with: one text of `rowid dbv cl v0 d0 s0 q0 l cells classes`. Clients build
 * each column of a row as properties of an object, which costs more than the rest of the reading.
 */
const CLOCK = 0;
/** Key values and cell values follow. */
const VALUES = 1;

function selection(spec: TableSpec): string[] {
  const rowid = `k.${clockRowid(spec)}`;
  // Few rows have cells with clocks of their own: one text holds them, NULL for the others.
  const own = spec.clockColumns.map(({ name }) => `k.${cellClock(name)}`);
  const texts = own.map((x, i) => `CASE WHEN ${x} IS NULL THEN '' ELSE '${i}=' || ${x} || ';' END`);
  const none = own.map((x) => `${x} IS NULL`).join(' AND ');
  const cells =
    own.length === 0 ? "''" : `CASE WHEN ${none} THEN '' ELSE ${texts.join(' || ')} END`;
  const values = valueColumns(spec);
  const classes = values.filter(({ ambiguous }) => ambiguous);
  const clock = [
    rowid,
    'k.dbv',
    'k.cl',
    'k.v0',
    'ifnull(k.d0, k.dbv)',
    "ifnull(k.s0, '')",
    "ifnull(k.q0, '')",
    "ifnull(k.l, '')",
    cells,
    ...classes.map(({ sql }) => `substr(typeof(${sql}), 1, 1)`),
  ];
  return [
    clock.join(" || ' ' || "),
    ...values.map(({ sql, affinity }) => portable(sql, affinity)),
    ...(spec.cellColumns.length > 0 ? [cellsTextSql(spec)] : []),
  ];
}

/**
 * A value as every driver hands it out whole. What some of them lose or refuse comes as text that
 * begins with U+0001: integers beyond 2^53 - 1, infinities, and text with NUL (or U+0001 first).
 */
export function portable(sql: string, affinity: Affinity): string {
  const safe = '-9007199254740991 AND 9007199254740991';
  const integer = `CASE WHEN ${sql} BETWEEN ${safe} THEN ${sql} ELSE ${ESCAPE} || 'i' || ${sql} END`;
  const real = `CASE WHEN ${sql} IN (9e999, -9e999) THEN ${ESCAPE} || 'r' || (${sql} > 0) ELSE ${sql} END`;
  const isAwkward = `instr(${sql}, char(0)) OR substr(${sql}, 1, 1) = ${ESCAPE}`;
  const text = `CASE WHEN ${isAwkward} THEN ${ESCAPE} || 't' || hex(${sql}) ELSE ${sql} END`;
  const branches = { integer, real, text };
  // A text or real column stores no integers, a text column no reals either.
  const possible =
    affinity === 'text'
      ? ['text']
      : affinity === 'real'
        ? ['real', 'text']
        : ['integer', 'real', 'text'];
  const cases = possible.map(
    (type) => `WHEN '${type}' THEN ${branches[type as keyof typeof branches]}`,
  );
  return `CASE typeof(${sql}) ${cases.join(' ')} ELSE ${sql} END`;
}
const ESCAPE = 'char(1)';

interface ValueColumn {
  readonly sql: string;
  readonly affinity: Affinity;
  /** The JavaScript type does not tell the storage class, so the row says it. */
  readonly ambiguous: boolean;
}

function valueColumns(spec: TableSpec): ValueColumn[] {
  const rowidKey = hasRowidKey(spec);
  const column = (sql: string, { sqlType }: ColumnSpec, isKey: boolean): ValueColumn => {
    const affinity = affinityOf(sqlType);
    const ambiguous = affinity !== 'text' && affinity !== 'real' && !(isKey && rowidKey);
    return { sql, affinity, ambiguous };
  };
  return [
    ...spec.key.map((key) => column(`k.${quoteName(keyOf(key.name))}`, key, true)),
    ...spec.clockColumns.map((cell) => column(`b.${quoteName(cell.name)}`, cell, false)),
  ];
}

/** Which cells of a row travel. */
export interface CellFilter {
  readonly since: number;
  readonly until: number;
  /** Ordinals of sites; undefined = no such filter. */
  readonly site: number | undefined;
  readonly excludeSite: number | undefined;
  /** db_versions that the reader need not hear of. */
  readonly skip: ReadonlySet<number>;
}

/** Expands driver rows of {@link readStatement} into changes. */
export class RowExpander {
  readonly #columns: readonly ValueColumn[];
  readonly #keyColumns: number;

  constructor(
    readonly spec: TableSpec,
    readonly sites: SiteDirectory,
    readonly filter: CellFilter,
    /** The rows carry whether the reader may see them, as their last column. */
    readonly withVisible = false,
  ) {
    this.#columns = valueColumns(spec);
    this.#keyColumns = spec.key.length;
  }

  expand(row: DriverRow): ClockRow {
    const { spec, withVisible } = this;
    const clock = (row[CLOCK] as string).split(' ');
    const [key, version, causalLength, version0, dbVersion0, site0, seq0, sentinel, cells] =
      clock as [string, string, string, string, string, string, string, string, string];
    const dbVersion = Number(version);
    const cl = Number(causalLength);
    const isAlive = cl % 2 === 1;
    const siteCellsAt = VALUES + this.#columns.length;
    const visibleAt = siteCellsAt + (spec.cellColumns.length > 0 ? 1 : 0);
    const isHidden = withVisible && isAlive && row[visibleAt] === null;
    // A row may have just become visible, with cells that are older than the cursor: it travels whole.
    const filter =
      withVisible && isAlive
        ? { ...this.filter, since: -1, site: undefined, excludeSite: undefined, skip: NONE }
        : this.filter;
    const changes: Change[] = [];
    let pk: Uint8Array | undefined;
    let nextClass = 9;
    const values = this.#columns.map(({ affinity, ambiguous }, i) =>
      exactValue(row[VALUES + i]!, ambiguous ? clock[nextClass++]! : affinity[0]!),
    );
    const emit = (
      cid: string,
      val: SqlValue,
      version: number,
      dbv: number,
      site: number,
      seq: number,
      isMark = false,
    ) => {
      if (dbv <= filter.since || dbv > filter.until) return;
      if (filter.site !== undefined && site !== filter.site) return;
      if (filter.excludeSite !== undefined && site === filter.excludeSite && !isMark) return;
      if (filter.skip.has(dbv)) return;
      pk ??= packKey(values.slice(0, this.#keyColumns));
      changes.push({
        table: spec.name,
        pk,
        cid,
        val,
        col_version: version,
        db_version: dbv,
        site_id: this.sites.idOf(site),
        cl,
        seq,
      });
    };
    if (isHidden) {
      const hidden = packKey(values.slice(0, this.#keyColumns));
      return { table: spec.name, key, dbVersion, changes, hidden };
    }
    const stamp = parseStamp(sentinel);
    if (stamp) emit(SENTINEL, null, cl, stamp.dbVersion, stamp.site, stamp.seq);
    if (isAlive) {
      const own = cells === '' ? undefined : parseCells(cells);
      const v0 = Number(version0);
      const d0 = Number(dbVersion0);
      const s0 = Number(site0);
      const q0 = Number(seq0);
      spec.clockColumns.forEach(({ name }, i) => {
        const cell = own?.get(i);
        // No clock: nobody ever wrote it.
        if (cell === undefined ? v0 === 0 : v0 + cell.version < 0) return;
        const value = values[this.#keyColumns + i]!;
        const version = v0 + (cell?.version ?? 0);
        const stamp = cell?.stamp;
        // A row that its site wrote as a whole later took its cells' stamps along. In one db_version
        // only seqs tell what was later, and those of another site tell nothing: it came in an apply.
        const isOwn =
          stamp !== undefined &&
          (stamp.dbVersion > d0 ||
            (stamp.dbVersion === d0 && (stamp.site !== s0 || stamp.seq >= q0)));
        if (isOwn) emit(name, value, version, stamp.dbVersion, stamp.site, stamp.seq);
        else emit(name, value, version, d0, s0, q0 + i);
      });
      const siteCells = spec.cellColumns.length > 0 ? row[siteCellsAt]! : null;
      if (siteCells !== null) {
        for (const cell of parseSiteCells(siteCells as string)) {
          const { name, kind } = spec.cellColumns[cell.column]!;
          // A mark on a register's cell comes from others than the owner, who must hear of it.
          const isMark = kind.type === 'mvr' && cell.version % 2 === 1;
          const version = cell.version + wireOffset(kind);
          emit(name, cell.val, version, cell.dbVersion, cell.site, cell.seq, isMark);
        }
      }
    }
    return {
      table: spec.name,
      key,
      dbVersion,
      changes,
    };
  }
}

const NONE: ReadonlySet<number> = new Set();

interface Stamp {
  readonly dbVersion: number;
  readonly site: number;
  readonly seq: number;
}

/** Reads `@db_version:site:seq`. */
function parseStamp(text: string): Stamp | undefined {
  if (text === '') return undefined;
  const [dbVersion, site, seq] = text.slice(1).split(':') as [string, string, string];
  return { dbVersion: Number(dbVersion), site: Number(site), seq: Number(seq) };
}

interface CellClock {
  /** Version relative to the row's. */
  readonly version: number;
  readonly stamp: Stamp | undefined;
}

/** Reads `index=version@db_version:site:seq;` per cell; without a stamp the cell has the row's. */
function parseCells(text: string): Map<number, CellClock> {
  const cells = new Map<number, CellClock>();
  for (const cell of text.split(';')) {
    if (cell === '') continue;
    const equals = cell.indexOf('=');
    const at = cell.includes('@') ? cell.indexOf('@') : cell.length;
    cells.set(Number(cell.slice(0, equals)), {
      version: Number(cell.slice(equals + 1, at)),
      stamp: parseStamp(cell.slice(at)),
    });
  }
  return cells;
}

/** A driver's value with its storage class; `letter` is the first of `typeof()`, or of the affinity. */
export function exactValue(value: DriverValue, letter: string): SqlValue {
  if (typeof value === 'string') {
    if (value.charCodeAt(0) === 1) return unescaped(value);
    return letter === 'i' ? BigInt(value) : value; // A client may be set to hand out integers as strings.
  }
  if (value === null) return null;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof Uint8Array) return value;
  return letter === 'i' ? BigInt(value) : Number(value);
}

function unescaped(text: string): SqlValue {
  const rest = text.slice(2);
  switch (text[1]) {
    case 'i':
      return BigInt(rest);
    case 'r':
      return rest === '1' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    default:
      return decoder.decode(hexToBytes(rest));
  }
}
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
