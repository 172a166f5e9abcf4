import { getTableName, type InferSelectModel, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { CrrCore } from '../database/crr.js';
import { readUnsent, type UnsentPeer } from '../database/unsent.js';
import { CrrUsageError } from '../errors.js';
import { SITE_ID_BYTES } from '../model/change.js';
import { optionsOf, requireOptions, requireVersion } from '../model/options.js';
import { replicatedColumns } from '../model/table-spec.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import { requireCrr } from './conflict.js';
import { packedRowRefs, type RowRef } from './row-ref.js';

/** A row of this database of which a peer lacks something. */
export interface UnsentRow<TTable extends SQLiteTable = SQLiteTable> extends RowRef {
  readonly key: Readonly<Partial<InferSelectModel<TTable>>>;
  /** Property names of the columns whose values are not sent yet. Empty if the row was deleted, or has only a key. */
  readonly columns: readonly (keyof InferSelectModel<TTable> & string)[];
  /** Whether it is the delete of the row that the peer lacks. */
  readonly deleted: boolean;
  /** The code with which the peer has refused the row; undefined if it was not offered to the peer yet. */
  readonly refused: string | undefined;
}

/** Options of {@link Crr.unsent} and of `unsent()` of a sync. */
export interface UnsentOptions<TTable extends SQLiteTable = SQLiteTable> {
  /** Lists rows of this table only. Default: of all CRRs that are exchanged with the peer. */
  readonly table?: TTable | undefined;
  /** The most rows to list. Default: all. */
  readonly limit?: number | undefined;
}

const OPTIONS = optionsOf<UnsentOptions>({ table: 'any', limit: 'any' });

/** Lists unsent rows in the types of a Drizzle schema. */
export type ReadUnsentRows = (
  caller: string,
  peer: UnsentPeer,
  options: UnsentOptions,
  /** The tables that are exchanged with the peer, by their names in the database. Default: all. */
  exchanged?: readonly string[],
) => Promise<UnsentRow[]>;

export function unsentRows(core: CrrCore, schema: DrizzleSchema): ReadUnsentRows {
  const nameRow = packedRowRefs(schema);
  const { connection } = core;
  return async (caller, peer, options, exchanged) => {
    requireOptions(caller, options, OPTIONS);
    const { table, limit = Number.MAX_SAFE_INTEGER } = options;
    requireVersion(caller, 'limit', limit, 1);
    if (table !== undefined) requireCrr(schema, table, caller);
    const { horizon } = await core.state();
    const read = core.read.bind(core, caller);
    const rows = await readUnsent({ connection, schema, horizon, read }, peer, {
      tables: tablesOf(table, exchanged),
      limit,
    });
    return rows.map(({ columns, deleted, refused, ...row }) => {
      const properties = replicatedColumns(schema.tables.get(row.table)!);
      const named = columns.map(
        (column) => properties.find(({ name }) => name === column)?.property ?? column,
      );
      return { ...nameRow(row), columns: named as UnsentRow['columns'], deleted, refused };
    });
  };
}

function tablesOf(
  table: SQLiteTable | undefined,
  exchanged: readonly string[] | undefined,
): readonly string[] | undefined {
  if (table === undefined) return exchanged;
  const name = getTableName(table);
  return (exchanged?.includes(name) ?? true) ? [name] : [];
}

/** @throws {CrrUsageError} if it is not the id of a site. */
export function requirePeer(caller: string, peer: unknown): asserts peer is Uint8Array {
  if (peer instanceof Uint8Array && peer.length === SITE_ID_BYTES) return;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    `${caller}: found ${is(peer, SQLiteTable) ? 'a table' : typeof peer} instead of the site id of a peer, a Uint8Array of ${SITE_ID_BYTES} bytes, such as \`server\` of a sync's result`,
  );
}
