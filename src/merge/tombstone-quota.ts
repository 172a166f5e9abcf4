import { packKey } from '../model/packed-key.js';
import type { RowId } from '../model/row-id.js';
import type { TableSpec } from '../model/table-spec.js';
import { list, statementText } from '../sql/layout.js';
import { type Query, statement } from '../sql/statement.js';
import { keyValues, readKey } from '../tables/clock/read-key.js';
import { refuseIfFound } from '../tables/guard/table.js';
import { fromNewTombstones, hasTooManyTombstones, noteTombstones } from '../tables/usage/table.js';
import type { RowOffer } from './group.js';
import type { LimitedSource } from './source.js';

/**
 * Deletes of rows that are not here leave tombstones, which are kept for good. A source may bring so many; then either
 * the batch fails, or its tombstones are listed.
 */
export class TombstoneQuota {
  readonly #specs: readonly TableSpec[];

  constructor(
    readonly source: LimitedSource,
    offers: ReadonlyMap<TableSpec, readonly RowOffer[]>,
  ) {
    const isLimited = source.quota?.tombstones !== undefined;
    const hasDeletes = (rows: readonly RowOffer[]) => rows.some(({ cl }) => cl % 2 === 0);
    this.#specs = [...offers].flatMap(([spec, rows]) =>
      isLimited && hasDeletes(rows) ? [spec] : [],
    );
  }

  note(): Query[] {
    return this.#specs.map((spec) => noteTombstones(this.source.id, spec));
  }

  guard(): Query[] {
    return this.#specs.map((spec) => refuseIfFound(statement(this.#tooMany(spec, ['1']))));
  }

  list(read: (row: RowId) => void): Query[] {
    return this.#specs.map((spec) => ({
      ...statement(this.#tooMany(spec, keyValues(spec))),
      read(rows) {
        for (const row of rows) read({ table: spec.name, pk: packKey(readKey(spec, row, 0)) });
      },
    }));
  }

  #tooMany(spec: TableSpec, columns: Parameters<typeof list>[0]): string {
    return statementText`
      SELECT
        ${list(columns)}
      ${fromNewTombstones(spec)}
        AND ${hasTooManyTombstones(this.source.id, this.source.quota?.tombstones ?? 0)}`;
  }
}
