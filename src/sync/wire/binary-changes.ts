import { type Change, SENTINEL, SITE_ID_BYTES } from '../../model/change.js';
import { textOfRow } from '../../model/row-id.js';
import { bytesToHex, type SqlValue } from '../../model/value.js';
import type { HiddenRow } from '../site.js';
import type { ByteReader, ByteWriter, Form } from './bytes.js';
import { malformed, tooManyChanges } from './message-errors.js';

/*
 * Changes in a binary message, grouped by row:
 *
 *     number of rows; for each row
 *       table      index of the table; the next unused index is followed by the name of a new table
 *       pk         length and bytes of the packed key
 *       cl         causal length
 *       number of changes; for each change one byte of flags, then the fields that the flags announce:
 *
 *     bit 3     column       0 = the one after the column of the previous change, 1 = its index follows
 *     bit 4     col_version  0 = the previous one, 1 = it follows
 *     bit 5     db_version   0 = the previous one, 1 = the difference follows, zigzag
 *     bit 6     site         0 = the previous one, 1 = its index follows; the next unused index is
 *                            followed by the 16 bytes of a new site
 *     bit 7     seq          0 = one more than the previous one, 1 = it follows
 *     bits 0-2  value        0 null, 1 a zigzag integer, 2 a real in 8 bytes, 3 a text and 4 a blob
 *                            with their lengths
 *
 * The previous change may belong to another row. For the first change, the previous versions, site
 * and seq are 0. At the beginning of each row the previous column is -1. Column 0 of every table is
 * the sentinel. The next unused index of a column, given or counted, is followed by the name of a
 * new column. So if a row was written at once, most of its cells take their value and one byte.
 */

const NULL = 0;
const INTEGER = 1;
const REAL = 2;
const TEXT = 3;
const BLOB = 4;
const CLASS_BITS = 0b111;
const COLUMN = 1 << 3;
const VERSION = 1 << 4;
const DB_VERSION = 1 << 5;
const SITE = 1 << 6;
const SEQ = 1 << 7;

export function writeChanges(out: ByteWriter, changes: readonly Change[]): void {
  const rows = groupByRow(changes);
  const tables = new Map<string, { readonly index: number; readonly columns: Indexes }>();
  const sites = new SiteIndexes();
  let previous = { version: 0, dbVersion: 0, site: 0, seq: 0 };
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
      const knownColumn = table.columns.get(cid);
      const nextColumn = knownColumn ?? table.columns.size;
      const knownSite = sites.find(change.site_id);
      const site = knownSite ?? sites.add(change.site_id);
      const flags =
        (nextColumn === column + 1 ? 0 : COLUMN) |
        (version === previous.version ? 0 : VERSION) |
        (dbVersion === previous.dbVersion ? 0 : DB_VERSION) |
        (site === previous.site && knownSite !== undefined ? 0 : SITE) |
        (seq === previous.seq + 1 ? 0 : SEQ);
      out.byte(flags | classOf(val));
      if (flags & COLUMN) out.varint(nextColumn);
      if (knownColumn === undefined) {
        table.columns.set(cid, nextColumn);
        out.text(cid);
      }
      if (flags & VERSION) out.varint(version);
      if (flags & DB_VERSION) out.zigzag(BigInt(dbVersion - previous.dbVersion));
      if (flags & SITE) out.varint(site);
      if (knownSite === undefined) out.raw(change.site_id);
      if (flags & SEQ) out.varint(seq);
      writeValue(out, val);
      column = nextColumn;
      previous = { version, dbVersion, site, seq };
    }
  }
}

/** @throws {CrrSyncError} CRR_SYNC_TOO_LARGE if there are more than `maxChanges`. */
export function readChanges(
  input: ByteReader,
  maxChanges: number = Number.POSITIVE_INFINITY,
): Change[] {
  const changes: Change[] = [];
  const tables: { readonly name: string; readonly columns: string[] }[] = [];
  const sites: Uint8Array[] = [];
  let [version, dbVersion, site, seq] = [0, 0, 0, 0];
  for (let rows = input.count(); rows > 0; rows--) {
    const tableIndex = input.varint();
    if (tableIndex === tables.length) tables.push({ name: input.text(), columns: [SENTINEL] });
    const table = tables[tableIndex] ?? unknownIndex('table');
    const pk = input.blob();
    const cl = input.varint();
    const count = input.count();
    if (count === 0) throw malformed('a row has no changes');
    if (changes.length + count > maxChanges) throw tooManyChanges(maxChanges);
    let column = -1;
    for (let i = 0; i < count; i++) {
      const flags = input.byte();
      column = flags & COLUMN ? input.varint() : column + 1;
      if (column === table.columns.length) table.columns.push(input.text());
      if (flags & VERSION) version = input.varint();
      if (flags & DB_VERSION) dbVersion += Number(input.zigzag());
      if (flags & SITE) {
        site = input.varint();
        if (site === sites.length) sites.push(input.raw(SITE_ID_BYTES));
      }
      seq = flags & SEQ ? input.varint() : seq + 1;
      if (!Number.isSafeInteger(dbVersion)) throw malformed('a db_version is beyond 2^53 - 1');
      changes.push({
        table: table.name,
        pk,
        cid: table.columns[column] ?? unknownIndex('column'),
        val: readValue(input, flags & CLASS_BITS),
        col_version: version,
        db_version: dbVersion,
        site_id: sites[site] ?? unknownIndex('site'),
        cl,
        seq,
      });
    }
  }
  return changes;
}

/** Number of rows; for each row 0 for the previous table, or 1 and the name of another; then the key. */
export const hiddenRows: Form<readonly HiddenRow[]> = {
  write(out, rows) {
    out.varint(rows.length);
    let previous: string | undefined;
    for (const { table, pk } of rows) {
      out.byte(table === previous ? 0 : 1);
      if (table !== previous) out.text(table);
      out.blob(pk);
      previous = table;
    }
  },
  read(input) {
    const rows: HiddenRow[] = [];
    let table: string | undefined;
    for (let count = input.count(); count > 0; count--) {
      const hasName = input.byte();
      if (hasName > 1) throw malformed('a hidden row has an unknown flag');
      if (hasName === 1) table = input.text();
      rows.push({ table: table ?? unknownIndex('table'), pk: input.blob() });
    }
    return rows;
  },
};

function classOf(value: SqlValue): number {
  if (value === null) return NULL;
  if (typeof value === 'bigint') return INTEGER;
  if (typeof value === 'number') return REAL;
  return typeof value === 'string' ? TEXT : BLOB;
}

function writeValue(out: ByteWriter, value: SqlValue): void {
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

/** Groups changes by row. The rows are in the order of their first changes. */
function groupByRow(changes: readonly Change[]): Change[][] {
  const rows = new Map<string, Change[]>();
  let previous: Change | undefined;
  let row: Change[] = [];
  for (const change of changes) {
    // Usually the changes of a row are neighbours and share one `pk`, which makes this cheap.
    const isSameRow =
      previous?.pk === change.pk && previous.table === change.table && previous.cl === change.cl;
    if (!isSameRow) {
      const id = `${change.cl} ${textOfRow(change)}`;
      row = rows.get(id) ?? [];
      if (row.length === 0) rows.set(id, row);
    }
    row.push(change);
    previous = change;
  }
  return [...rows.values()];
}

type Indexes = Map<string, number>;

/** The indexes of site ids. The last one is remembered, because neighbouring changes often share it. */
class SiteIndexes {
  readonly #indexes: Indexes = new Map();
  #last: { readonly siteId: Uint8Array; readonly index: number } | undefined;

  find(siteId: Uint8Array): number | undefined {
    if (this.#last?.siteId === siteId) return this.#last.index;
    const index = this.#indexes.get(bytesToHex(siteId));
    if (index !== undefined) this.#last = { siteId, index };
    return index;
  }

  add(siteId: Uint8Array): number {
    const index = this.#indexes.size;
    this.#indexes.set(bytesToHex(siteId), index);
    this.#last = { siteId, index };
    return index;
  }
}

function unknownIndex(what: string): never {
  throw malformed(`a ${what} has an unknown index`);
}
