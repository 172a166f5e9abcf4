import { constrainedTables, referencesOf } from '../model/constraints.js';
import { unpackKey } from '../model/packed-key.js';
import { keysByTable, type RowId } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { MultiRowStatements, type StatementLimits } from '../sql/multi-row.js';
import { bindValue, type Query, type Statement, statement } from '../sql/statement.js';
import { isMergedNow, parkWithReason } from '../tables/aside/rejected.js';
import { buryReplaced } from '../tables/aside/rivals.js';
import {
  claimStatements,
  endSettleStatements,
  leaveStatements,
  NOTE_SETTLED,
  showDecidedStatements,
} from '../tables/aside/settle.js';
import { parkAll, takeOut } from '../tables/aside/take-out.js';
import { refuseUnsettled } from '../tables/aside/unsettled.js';
import { releaseOthers, withholdOthers } from '../tables/aside/withhold.js';
import type { Apart } from './apart.js';
import type { MergeOutcome } from './outcome.js';
import { reportSettled } from './settled.js';

/*
 * How an apply decides what tables with constraints show. Nobody can branch inside of a batch, so it is sent without
 * settling first, and fails if settling is needed; then it is sent again with it.
 */

const statements = (texts: readonly string[]): Statement[] => texts.map((sql) => statement(sql));

/** What an apply does for the tables with constraints, phase by phase. */
export class Settling {
  readonly #specs: readonly TableSpec[];

  constructor(
    schema: CrrSchema,
    /** Whether this batch settles. Else it is refused if it should. */
    readonly settles: boolean,
    readonly limits: StatementLimits,
    readonly apart: Apart,
  ) {
    // A write to any table may have changed what these show.
    this.#specs = constrainedTables(schema);
  }

  /**
   * A merge may pass through states that the foreign keys forbid; they are checked when it commits. Local writes end
   * before it.
   */
  begin(): Statement[] {
    const hasReferences = this.#specs.some((spec) => referencesOf(spec).length > 0);
    return [
      ...(hasReferences ? [statement('PRAGMA defer_foreign_keys = ON')] : []),
      ...(this.settles ? statements(this.#specs.flatMap(buryReplaced)) : []),
    ];
  }

  settle(): Statement[] {
    if (!this.settles) return statements(this.#specs.map(refuseUnsettled));
    if (this.#specs.length === 0) return [];
    return [
      ...statements(claimStatements(this.#specs)),
      ...this.#reject(),
      ...statements(leaveStatements(this.#specs)),
      ...this.#withhold(),
      ...statements(showDecidedStatements(this.#specs)),
    ];
  }

  /** Rows that this merge has put aside because the database rejects them leave the base table before it begins. */
  takeOut(): Statement[] {
    const { parks = [] } = this.apart;
    if (parks.length === 0) return [];
    const keys = keysByTable(parks);
    return [
      statement(parkAll(true)),
      ...this.#specs.flatMap((spec) =>
        this.#withKeys(keys.get(spec.name) ?? [], (values) => takeOut(spec, values)),
      ),
    ];
  }

  #reject(): Statement[] {
    const { parks = [], stays = [] } = this.apart;
    return this.#specs.flatMap((spec) => {
      const ofTable = ({ table }: RowId) => table === spec.name;
      return [
        // If the rights of their source do not allow the changes, they are removed, and the row is shown as before.
        ...parks
          .filter(ofTable)
          .map(({ pk, reason }) => parkWithReason(spec, unpackKey(pk), reason, isMergedNow(spec))),
        ...stays
          .filter(ofTable)
          .map(({ pk, reason }) => parkWithReason(spec, unpackKey(pk), reason)),
      ];
    });
  }

  #withhold(): Statement[] {
    const { shows } = this.apart;
    if (shows === undefined) return [];
    const keys = keysByTable(shows);
    return this.#specs.flatMap((spec) => [
      statement(withholdOthers(spec)),
      ...this.#withKeys(keys.get(spec.name) ?? [], (values) => [releaseOthers(spec, values)]),
    ]);
  }

  /** @param write texts of statements, from `VALUES` of keys. */
  #withKeys(
    keys: readonly Uint8Array[],
    write: (values: string) => readonly string[],
  ): Statement[] {
    const rows = new MultiRowStatements((values) => values, this.limits);
    for (const pk of keys) {
      const args: SqlValue[] = [];
      const values = unpackKey(pk).map((value) => bindValue(value, args));
      rows.add(values.join(', '), args);
    }
    return rows
      .finish()
      .flatMap(({ sql, args }) => write(sql).map((text) => statement(text, args)));
  }

  /** Reads which rows were parked or shown, and puts away what is settled. */
  report(outcome: MergeOutcome): Query[] {
    if (!this.settles) return [];
    return [
      ...this.#specs.map((spec) => reportSettled(spec, outcome)),
      ...statements(endSettleStatements(this.#specs)),
    ];
  }

  end(): Statement[] {
    if (this.#specs.length === 0) return [];
    const { parks = [] } = this.apart;
    return [...(parks.length === 0 ? [] : [statement(parkAll(false))]), statement(NOTE_SETTLED)];
  }
}
