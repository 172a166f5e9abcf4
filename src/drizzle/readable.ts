import { type Column, getTableColumns } from 'drizzle-orm';
import { type Change, SENTINEL } from '../model/change.js';
import { unpackKey } from '../model/packed-key.js';
import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import { isReadable } from './column-value.js';

interface ReadableTable {
  readonly key: readonly Column[];
  /** By name in the database. */
  readonly columns: ReadonlyMap<string, Column>;
}

/**
 * Makes the function that tells whether queries can read what a change brings. Of tables and columns that the schema
 * lacks nothing is known, so everything passes, and so do changes that are not valid: the merge refuses them.
 */
export function readableChanges(schema: DrizzleSchema): (change: Change) => boolean {
  const tables = new Map<string, ReadableTable>();
  const { decode } = schema;
  /** Of a row's changes, which usually follow one another, the key is looked at once. */
  let lastPk: Uint8Array | undefined;
  let lastTable: ReadableTable | undefined;
  let isLastReadable = true;
  return ({ table: name, pk, cid, val }) => {
    const spec = schema.tables.get(name);
    if (spec === undefined) return true;
    const table = tables.get(name) ?? tableOf(schema, spec);
    tables.set(name, table);
    if (pk !== lastPk || table !== lastTable) {
      isLastReadable = isKeyReadable(pk, table);
      lastPk = pk;
      lastTable = table;
    }
    if (!isLastReadable || cid === SENTINEL) return isLastReadable;
    const column = table.columns.get(cid);
    return column === undefined || isReadable(column, val, decode);
  };

  function isKeyReadable(pk: Uint8Array, { key }: ReadableTable): boolean {
    try {
      const values = unpackKey(pk);
      return key.every((column, i) => isReadable(column, values[i] ?? null, decode));
    } catch {
      return true;
    }
  }
}

function tableOf({ drizzleTables }: DrizzleSchema, spec: TableSpec): ReadableTable {
  const columns = getTableColumns(drizzleTables.get(spec.name)!);
  return {
    key: spec.key.map(({ property }) => columns[property]!),
    columns: new Map(
      replicatedColumns(spec).map(({ name, property }) => [name, columns[property]!]),
    ),
  };
}
