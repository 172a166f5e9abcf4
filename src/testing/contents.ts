import type { CrrDatabase } from '../drizzle/crr-database.js';
import { internalsOf } from '../drizzle/internals.js';
import { type Change, EVENT, SENTINEL } from '../model/change.js';
import { textOfRow } from '../model/row-id.js';
import { bytesToHex } from '../model/value.js';

/** The rows of a database as they are merged, shown or not: values by row and column, as text. */
export type Contents = ReadonlyMap<string, Row>;

export interface Row {
  /** The row as people read it. */
  readonly name: string;
  readonly cells: ReadonlyMap<string, string>;
}

/** Reads all rows. A column that keeps several values, such as a counter, has all of them. */
export async function readContents(
  { $crr }: CrrDatabase,
  tables: readonly string[] | undefined,
): Promise<Contents> {
  const { nameRow } = internalsOf($crr);
  const rows = new Map<string, { name: string; cells: Map<string, string> }>();
  const add = (change: Change) => {
    const { table, pk, cid, val } = change;
    if (change.cl % 2 === 0) return;
    const id = textOfRow(change);
    const { key } = nameRow({ table, pk });
    const row = rows.get(id) ?? { name: `${table} ${text(key)}`, cells: new Map() };
    rows.set(id, row);
    if (cid === SENTINEL || cid === EVENT) return;
    const before = row.cells.get(cid);
    const all = before === undefined ? [text(val)] : [...before.split('\n'), text(val)].sort();
    row.cells.set(cid, all.join('\n'));
  };
  for (const change of (await $crr.changes(tables && { tables: [...tables] })).changes) add(change);
  return rows;
}

/** What two databases have differently. @param ofAll whether `b` is to have every row of `a`. */
export function differences(
  a: { readonly name: string; readonly contents: Contents },
  b: { readonly name: string; readonly contents: Contents },
  ofAll: boolean,
): string[] {
  const found: string[] = [];
  for (const [id, { name, cells }] of b.contents) {
    const other = a.contents.get(id);
    if (other === undefined) found.push(`${name}: only ${b.name} has it`);
    else {
      for (const column of new Set([...cells.keys(), ...other.cells.keys()])) {
        const [mine, theirs] = [cells.get(column), other.cells.get(column)];
        if (mine === theirs) continue;
        found.push(
          `${name}.${column}: ${b.name} has ${mine ?? 'none'}, ${a.name} ${theirs ?? 'none'}`,
        );
      }
    }
  }
  if (ofAll) {
    for (const [id, { name }] of a.contents) {
      if (!b.contents.has(id)) found.push(`${name}: ${b.name} lacks it`);
    }
  }
  return found;
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === 'bigint') return `${part}n`;
    return part instanceof Uint8Array ? `x'${bytesToHex(part)}'` : part;
  });
}
