import type { HiddenRow } from '../../feed/page.js';
import { type Change, SENTINEL, SITE_ID_BYTES } from '../../model/change.js';
import { compareBytes, type SqlValue } from '../../model/value.js';
import { type ByteReader, type ByteWriter, malformed } from './bytes.js';

/*
 * Changes on the wire, grouped by row:
 *
 *     count of rows; per row
 *       table      index; the next free index brings a new table: its name follows
 *       pk         length and bytes of the packed key
 *       cl         causal length
 *       count of changes; per change one byte of flags, then what they ask for
 *
 *     bits 0-2  storage class of the value: 0 null, 1 integer, 2 real, 3 text, 4 blob
 *     bit 3     column: 0 = the one after the previous change's, 1 = its index follows
 *     bit 4     col_version: 0 = as before, 1 = it follows
 *     bit 5     db_version: 0 = as before, 1 = it follows, zigzag of the difference
 *     bit 6     site: 0 = as before, 1 = its index follows; the next free index brings its 16 bytes
 *     bit 7     seq: 0 = one more than before, 1 = it follows
 *
 * "Before" is the previous change, across rows; the first has column -1, versions, seq and site 0. In a
 * new row the column starts at -1 again. Column 0 of each table is the sentinel; a column with
 * the next free index brings its name. A value is a zigzag integer, 8 bytes of IEEE 754, or length
 * and bytes; null has none. So a cell of a freshly written row costs one byte more than its value.
 */

const NULL = 0;
const INTEGER = 1;
const REAL = 2;
const TEXT = 3;
const BLOB = 4;
const COLUMN = 1 << 3;
const VERSION = 1 << 4;
const DB_VERSION = 1 << 5;
const SITE = 1 << 6;
const SEQ = 1 << 7;

interface TableNames {
  readonly index: number;
  readonly columns: Map<string, number>;
}

export function writeChanges(out: ByteWriter, changes: readonly Change[]): void {
  const rows = groupRows(changes);
  const tables = new Map<string, TableNames>();
  const sites = new SiteIndexes();
  let before = { version: 0, dbVersion: 0, site: 0, seq: 0 };
  out.varint(rows.length);
  for (const row of rows) {
    const { table: name, pk, cl } = row[0]!;
    let table = tables.get(name);
    if (table === undefined) {
      table = { index: tables.size, columns: new Map([[SENTINEL, 0]]) };
      tables.set(name, table);
      out.varint(table.index);
      out.text(name);
    } else out.varint(table.index);
    out.blob(pk);
    out.varint(cl);
    out.varint(row.length);
    let column = -1;
    for (const change of row) {
      const { cid, val, col_version: version, db_version: dbVersion, seq } = change;
      const known = table.columns.get(cid);
      const index = known ?? table.columns.size;
      const knownSite = sites.indexOf(change.site_id);
      const site = knownSite ?? sites.add(change.site_id);
      out.byte(
        classOf(val) |
          (index === column + 1 ? 0 : COLUMN) |
          (version === before.version ? 0 : VERSION) |
          (dbVersion === before.dbVersion ? 0 : DB_VERSION) |
          (site === before.site && knownSite !== undefined ? 0 : SITE) |
          (seq === before.seq + 1 ? 0 : SEQ),
      );
      if (index !== column + 1) out.varint(index);
      if (known === undefined) {
        table.columns.set(cid, index);
        out.text(cid);
      }
      if (version !== before.version) out.varint(version);
      if (dbVersion !== before.dbVersion) out.zigzag(BigInt(dbVersion - before.dbVersion));
      if (site !== before.site || knownSite === undefined) out.varint(site);
      if (knownSite === undefined) out.raw(change.site_id);
      if (seq !== before.seq + 1) out.varint(seq);
      writeValue(out, val);
      column = index;
      before = { version, dbVersion, site, seq };
    }
  }
}

/** @param maxChanges more of them throw `tooMany()`. */
export function readChanges(input: ByteReader, maxChanges: number, tooMany: () => Error): Change[] {
  const changes: Change[] = [];
  const tables: { readonly name: string; readonly columns: string[] }[] = [];
  const sites: Uint8Array[] = [];
  let version = 0;
  let dbVersion = 0;
  let siteIndex = 0;
  let seq = 0;
  for (let rows = input.count(); rows > 0; rows--) {
    const tableIndex = input.varint();
    if (tableIndex === tables.length) tables.push({ name: input.text(), columns: [SENTINEL] });
    const table = tables[tableIndex] ?? missing('table');
    const pk = input.blob();
    const cl = input.varint();
    let column = -1;
    const count = input.count();
    if (count === 0) throw malformed('a row without changes');
    if (changes.length + count > maxChanges) throw tooMany();
    for (let i = 0; i < count; i++) {
      const flags = input.byte();
      column = flags & COLUMN ? input.varint() : column + 1;
      if (column === table.columns.length) table.columns.push(input.text());
      if (flags & VERSION) version = input.varint();
      if (flags & DB_VERSION) dbVersion += Number(input.zigzag());
      if (flags & SITE) siteIndex = input.varint();
      if (flags & SITE && siteIndex === sites.length) sites.push(input.raw(SITE_ID_BYTES));
      seq = flags & SEQ ? input.varint() : seq + 1;
      if (!Number.isSafeInteger(dbVersion)) throw malformed('a db_version beyond 2^53 - 1');
      changes.push({
        table: table.name,
        pk,
        cid: table.columns[column] ?? missing('column'),
        val: readValue(input, flags & 7),
        col_version: version,
        db_version: dbVersion,
        site_id: sites[siteIndex] ?? missing('site'),
        cl,
        seq,
      });
    }
  }
  return changes;
}

/** Rows by their keys alone, each under its table's name where that changes. */
export function writeHidden(out: ByteWriter, rows: readonly HiddenRow[]): void {
  out.varint(rows.length);
  let table: string | undefined;
  for (const row of rows) {
    out.byte(row.table === table ? 0 : 1);
    if (row.table !== table) out.text(row.table);
    out.blob(row.pk);
    table = row.table;
  }
}

export function readHidden(input: ByteReader): HiddenRow[] {
  const rows: HiddenRow[] = [];
  let table: string | undefined;
  for (let count = input.count(); count > 0; count--) {
    const isNamed = input.byte();
    if (isNamed > 1) throw malformed('an unknown flag');
    if (isNamed === 1) table = input.text();
    rows.push({ table: table ?? missing('table'), pk: input.blob() });
  }
  return rows;
}

/** The changes of each row together, rows in the order of their first change. */
function groupRows(changes: readonly Change[]): Change[][] {
  const rows = new Map<string, Change[]>();
  let previous: { change: Change; row: Change[] } | undefined;
  for (const change of changes) {
    // The cells of a row share one `pk` as a rule, and follow each other.
    const isSame =
      previous?.change.pk === change.pk &&
      previous.change.table === change.table &&
      previous.change.cl === change.cl;
    let row = isSame ? previous!.row : undefined;
    if (row === undefined) {
      const id = `${change.cl} ${change.table} ${String.fromCharCode(...change.pk)}`;
      row = rows.get(id);
      if (row === undefined) {
        row = [];
        rows.set(id, row);
      }
    }
    row.push(change);
    previous = { change, row };
  }
  return [...rows.values()];
}

/** Indexes of site ids: few, so they are searched in order, the last one first. */
class SiteIndexes {
  readonly #ids: Uint8Array[] = [];
  #last = 0;

  indexOf(id: Uint8Array): number | undefined {
    const last = this.#ids[this.#last];
    if (last !== undefined && (last === id || compareBytes(last, id) === 0)) return this.#last;
    const index = this.#ids.findIndex((known) => compareBytes(known, id) === 0);
    if (index < 0) return undefined;
    this.#last = index;
    return index;
  }

  add(id: Uint8Array): number {
    this.#last = this.#ids.push(id) - 1;
    return this.#last;
  }
}

function classOf(value: SqlValue): number {
  if (value === null) return NULL;
  if (typeof value === 'bigint') return INTEGER;
  if (typeof value === 'number') return REAL;
  return typeof value === 'string' ? TEXT : BLOB;
}

export function writeValue(out: ByteWriter, value: SqlValue): void {
  if (value === null) return;
  if (typeof value === 'bigint') out.zigzag(value);
  else if (typeof value === 'number') out.real(value);
  else if (typeof value === 'string') out.text(value);
  else out.blob(value);
}

function readValue(input: ByteReader, storageClass: number): SqlValue {
  switch (storageClass) {
    case NULL:
      return null;
    case INTEGER:
      return input.zigzag();
    case REAL:
      return input.real();
    case TEXT:
      return input.text();
    case BLOB:
      return input.blob();
    default:
      throw malformed(`unknown storage class ${storageClass}`);
  }
}

function missing(what: string): never {
  throw malformed(`a ${what} that was not introduced`);
}
