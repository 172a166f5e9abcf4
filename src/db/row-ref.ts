import { getTableColumns } from 'drizzle-orm';
import type { DriverRow, DriverValue } from '../changes/read.js';
import type { CrrSchemaTable } from '../schema/read-schema.js';

/** A row by its key, under the property names and in the types of its Drizzle table. */
export interface RowRef {
  /** Name of the table in the database. */
  readonly table: string;
  readonly key: Readonly<Record<string, unknown>>;
}

/** Maps the key of a report row, which begins at `from`, to what a Drizzle query of that table would give. */
export function rowRefs({ spec, table }: CrrSchemaTable, from: number): (row: DriverRow) => RowRef {
  const columns = getTableColumns(table);
  const decoders = spec.key.map(({ property }, i) => {
    const column = columns[property]!;
    return (row: DriverRow) =>
      [property, column.mapFromDriverValue(plain(row[from + i]!))] as const;
  });
  return (row) => ({
    table: spec.name,
    key: Object.fromEntries(decoders.map((decode) => decode(row))),
  });
}

/** Drizzle's mappers know Buffers, not ArrayBuffers. */
function plain(value: DriverValue): unknown {
  if (!(value instanceof ArrayBuffer)) return value;
  return typeof Buffer === 'undefined' ? new Uint8Array(value) : Buffer.from(value);
}
