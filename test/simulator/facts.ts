/** What a site knows, cell by cell, and whether it knows at least what another one did. */

import { TEXT_KIND } from '../../src/columns/text/type.js';
import { RANGE_WIDTH } from '../../src/columns/wire-range.js';
import { internalsOf } from '../../src/drizzle/internals.js';
import {
  type Change,
  type CrrDatabase,
  type RowRef,
  SENTINEL,
  type SqlValue,
} from '../../src/index.js';
import { EVENT } from '../../src/model/change.js';
import { replicatedColumns } from '../../src/model/table-spec.js';
import { bytesToHex } from '../../src/model/value.js';

export interface Fact {
  readonly row: string;
  /** The column with its table. */
  readonly column: string;
  /** The row and column as people read them. */
  readonly name: string;
  readonly kind: string;
  readonly val: SqlValue;
  readonly version: number;
  readonly cl: number;
}

export interface Facts {
  /** The site that knows them. */
  readonly siteId: string;
  /** The columns of its schema, with their tables. What others know of further ones waits there. */
  readonly columns: ReadonlySet<string>;
  /** Causal lengths by row. */
  readonly rows: ReadonlyMap<string, number>;
  /** By row and column; for counters and registers also by the site that wrote. Of texts none; see words.ts. */
  readonly cells: ReadonlyMap<string, Fact>;
  /** The rows of events in logs, by the events' names. */
  readonly events: ReadonlyMap<string, string>;
}

export async function readFacts({ $crr }: CrrDatabase): Promise<Facts> {
  const { nameRow, schema } = internalsOf($crr);
  const rows = new Map<string, number>();
  const cells = new Map<string, Fact>();
  const events = new Map<string, string>();
  const columns = new Set(
    [...schema.tables.values()].flatMap((spec) => [
      `${spec.name}.`,
      ...replicatedColumns(spec).map(({ name }) => columnName(spec.name, name)),
    ]),
  );
  const add = (change: Change) => {
    const { table, pk, cid, val, col_version: version, cl, site_id } = change;
    const row = rowName(nameRow({ table, pk }));
    if (cid === EVENT) {
      events.set(`${bytesToHex(site_id)} ${version} ${change.seq}`, row);
      return;
    }
    rows.set(row, Math.max(cl, rows.get(row) ?? 0));
    // A process may have an older schema than its database.
    if (!columns.has(columnName(table, cid))) return;
    const spec = schema.tables.get(table)!;
    const kind = replicatedColumns(spec).find(({ name }) => name === cid)?.kind.type ?? 'row';
    if (kind === TEXT_KIND.type) return;
    const owner = OWNED.has(kind) ? ` of ${bytesToHex(site_id)}` : '';
    const name = `${row}${cid === SENTINEL ? '' : `.${cid}${owner}`}`;
    cells.set(name, { row, column: columnName(table, cid), name, kind, val, version, cl });
  };
  for (const change of (await $crr.changes()).changes) add(change);
  return { siteId: bytesToHex(await $crr.siteId()), columns, rows, cells, events };
}

const columnName = (table: string, cid: string) => `${table}.${cid === SENTINEL ? '' : cid}`;

export const rowName = ({ table, key }: RowRef) => `${table} ${Object.values(key).join(' ')}`;

/** Column types that keep a cell for each site. */
const OWNED = new Set(['counter', 'mvr']);

export const textOf = ({ name, val, version, cl }: Fact) =>
  `${name} = ${val instanceof Uint8Array ? bytesToHex(val) : String(val)} (version ${version}, life ${cl})`;

/**
 * The facts that `later` has lost: they are neither there nor beaten by a rule of docs/merge-rules.md and
 * docs/column-types.md, which are written here once more.
 */
export function lost(earlier: Iterable<[string, Fact]>, later: Facts): string[] {
  const found: string[] = [];
  for (const [id, fact] of earlier) {
    if (!later.columns.has(fact.column)) continue;
    const cl = later.rows.get(fact.row) ?? 0;
    if (cl > fact.cl || (cl === fact.cl && (cl % 2 === 0 || fact.kind === 'row'))) continue;
    const now = later.cells.get(id);
    if (cl === fact.cl && now !== undefined && isBeatenOrSame(fact, now)) continue;
    found.push(`${textOf(fact)}, and now ${now ? textOf(now) : `life ${cl} without it`}`);
  }
  return found;
}

function isBeatenOrSame(fact: Fact, now: Fact): boolean {
  const order = compareValues(now.val, fact.val);
  if (fact.kind === 'greatest' || fact.kind === 'least') {
    // Nobody has written it in this life of the row: it still shows the value of the life before.
    if (fact.version % RANGE_WIDTH === 0) return true;
    if (fact.val === null) return true;
    return now.val !== null && (fact.kind === 'greatest' ? order >= 0 : order <= 0);
  }
  if (now.version !== fact.version) return now.version > fact.version;
  // A cell of one site has one value by version; others take the greater one.
  return OWNED.has(fact.kind) ? order === 0 : order >= 0;
}

const rankOf = (value: SqlValue) => {
  if (value === null) return 0;
  if (value instanceof Uint8Array) return 1;
  return { string: 2, number: 3, bigint: 4 }[typeof value as 'string' | 'number' | 'bigint'];
};

/** Storage class first, then value; texts and blobs by their bytes. */
function compareValues(a: SqlValue, b: SqlValue): number {
  if (rankOf(a) !== rankOf(b)) return rankOf(a) - rankOf(b);
  if (a === null || b === null) return 0;
  if (isNumber(a) && isNumber(b)) return Number(a > b) - Number(a < b);
  return Buffer.compare(Buffer.from(a as string), Buffer.from(b as string));
}

const isNumber = (value: SqlValue) => typeof value === 'number' || typeof value === 'bigint';

/**
 * What two sites know differently.
 *
 * @param isWhole whether tombstones count, too.
 * @param pruned events that one of them may lack.
 */
export function differences(
  a: Facts,
  b: Facts,
  isWhole: boolean,
  pruned: ReadonlySet<string> = new Set(),
): string[] {
  const both = (column: string) => a.columns.has(column) && b.columns.has(column);
  const [mine, theirs] = [comparable(a, isWhole, both), comparable(b, isWhole, both)];
  const found: string[] = [];
  for (const id of new Set([...mine.keys(), ...theirs.keys()])) {
    const [x, y] = [mine.get(id), theirs.get(id)];
    if (x?.text !== y?.text) found.push(`${x?.text ?? 'nothing'} | ${y?.text ?? 'nothing'}`);
  }
  if (!isWhole) return found;
  const none = new Set<string>();
  return [
    ...found,
    ...lostEvents(a, b, none, pruned).map((event) => `${event} | nothing`),
    ...lostEvents(b, a, none, pruned).map((event) => `nothing | ${event}`),
  ];
}

/** The events of `earlier` that `later` has not, and that were not pruned, of rows that are not among these. */
export const lostEvents = (
  earlier: Facts,
  later: Facts,
  except: ReadonlySet<string>,
  pruned: ReadonlySet<string>,
): string[] =>
  [...earlier.events]
    .filter(([event, row]) => !later.events.has(event) && !except.has(row) && !pruned.has(event))
    .map(([event, row]) => `${row}: event ${event}`);

/** The sentinel of a first life is sent only if no cell shows it. */
function comparable(
  { cells, rows }: Facts,
  isWhole: boolean,
  isCompared: (column: string) => boolean,
) {
  const result = new Map<string, { readonly row: string; readonly text: string }>();
  for (const [row, cl] of rows) {
    if (isWhole || cl % 2 === 1) result.set(row, { row, text: `${row}: life ${cl}` });
  }
  for (const [id, fact] of cells) {
    if (fact.kind !== 'row' && isCompared(fact.column))
      result.set(id, { row: fact.row, text: textOf(fact) });
  }
  return result;
}

/** Without these rows. */
export function without(facts: Facts, left: ReadonlySet<string>): Facts {
  return {
    ...facts,
    rows: new Map([...facts.rows].filter(([row]) => !left.has(row))),
    cells: new Map([...facts.cells].filter(([, { row }]) => !left.has(row))),
    events: new Map([...facts.events].filter(([, row]) => !left.has(row))),
  };
}
