import type { TableSpec } from '../model/table-spec.js';
import { all, statementText } from '../sql/layout.js';
import type { StatementLimits } from '../sql/multi-row.js';
import { type Query, type Statement, statement } from '../sql/statement.js';
import { clockKeys } from '../tables/clock/table.js';
import { refuseIfFound } from '../tables/guard/table.js';
import { fromNewTombstones, hasTooManyTombstones, noteTombstones } from '../tables/usage/table.js';
import { queryOffered } from './offered-keys.js';
import type { LimitedSource, Trial } from './source.js';
import type { RowOffer } from './table-group.js';

export interface TombstoneQuotaInput {
  readonly source: LimitedSource;
  readonly offers: ReadonlyMap<TableSpec, readonly RowOffer[]>;
  readonly limits: StatementLimits;
}

/**
 * Deletes of rows that are not here leave tombstones, which are kept for good. A source may bring so many; then either
 * the batch fails, or a trial finds its tombstones.
 */
export class TombstoneQuota {
  /** Deletes, by their tables. */
  readonly #deletes: readonly (readonly [spec: TableSpec, rows: readonly RowOffer[]])[];

  constructor(readonly input: TombstoneQuotaInput) {
    const { source, offers } = input;
    const isLimited = source.quota?.tombstones !== undefined;
    this.#deletes = [...offers].flatMap(([spec, rows]) => {
      const deletes = isLimited ? rows.filter(({ cl }) => cl % 2 === 0) : [];
      return deletes.length > 0 ? [[spec, deletes] as const] : [];
    });
  }

  note(): Query[] {
    return this.#deletes.map(([spec]) => noteTombstones(this.input.source.id, spec));
  }

  guard(): Query[] {
    return this.#deletes.map(([spec]) => refuseIfFound(statement(this.#tooMany(spec))));
  }

  collect({ found, refused }: Trial): Statement[] {
    return this.#deletes.flatMap(([spec, rows]) => {
      const sameKey = clockKeys(spec).map((key, i) => `${key} = crr_pushed.column${i + 2}`);
      const queries = queryOffered(
        rows,
        this.input.limits,
        (values) => statementText`
          SELECT crr_pushed.column1 AS mark
          FROM (
            ${values}
          ) AS crr_pushed
          WHERE EXISTS (
            ${this.#tooMany(spec, sameKey)}
          )`,
      );
      return queries.map((query) =>
        found.collect(query, 'mark', (index) =>
          refused({
            table: spec.name,
            pk: rows[Number(index)]!.pk,
            code: 'CRR_CHANGE_QUOTA',
            isOutside: false,
          }),
        ),
      );
    });
  }

  #tooMany(spec: TableSpec, more: readonly string[] = []): string {
    const tooMany = hasTooManyTombstones(
      this.input.source.id,
      this.input.source.quota?.tombstones ?? 0,
    );
    return statementText`
      SELECT 1
      ${fromNewTombstones(spec)}
        AND ${all([...more, tooMany])}`;
  }
}
