import { constrainedTables, referencesOf } from '../model/constraints.js';
import { unpackKey } from '../model/packed-key.js';
import { keysByTable, type RowId } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { MultiRowStatements, type StatementLimits } from '../sql/multi-row.js';
import { bindValue, type Query, type Statement, statement } from '../sql/statement.js';
import { refuseAside } from '../tables/aside/first-look.js';
import { lookStatements, refuseMoved } from '../tables/aside/look.js';
import { isMergedNow, parkWithReason } from '../tables/aside/rejected.js';
import { dropLostNotes } from '../tables/aside/rivals.js';
import {
  claimStatements,
  endSettleStatements,
  leaveStatements,
  NOTE_SETTLED,
  type SettleScope,
  showDecidedStatements,
} from '../tables/aside/settle.js';
import { hasRivals } from '../tables/aside/table.js';
import { parkAll, takeOut } from '../tables/aside/take-out.js';
import { releaseOthers, withholdOthers } from '../tables/aside/withhold.js';
import type { Apart } from './apart.js';
import type { MergeOutcome } from './outcome.js';
import type { SettleMode } from './settle-mode.js';
import { reportSettled } from './settled.js';

/* How an apply decides what tables with constraints show. */

const statements = (texts: readonly string[]): Statement[] => texts.map((sql) => statement(sql));

/** What an apply does for the tables with constraints, phase by phase. */
export class Settling {
  readonly #specs: readonly TableSpec[];
  /** What this batch settles. Else it is refused if it should settle. */
  readonly #scope: SettleScope | undefined;

  constructor(
    schema: CrrSchema,
    readonly mode: SettleMode,
    readonly limits: StatementLimits,
    readonly apart: Apart,
  ) {
    // A write to any table may have changed what these show.
    this.#specs = constrainedTables(schema);
    if (mode.kind === 'whole') this.#scope = { specs: this.#specs, isWhole: true };
    if (mode.kind === 'part') {
      const specs = this.#specs.filter(({ name }) => mode.tables.has(name));
      this.#scope = { specs, isWhole: false };
    }
  }

  get #settled(): readonly TableSpec[] {
    return this.#scope?.specs ?? [];
  }

  /**
   * A merge may pass through states that the foreign keys forbid; they are checked when it commits. Local writes end
   * before it. Where nothing that they concern is written, they are left alone: after the pragma SQLite compiles every
   * statement of the connection again.
   *
   * @param written the tables that the merge writes, if it settles none.
   */
  begin(written: readonly TableSpec[]): Statement[] {
    const { mode } = this;
    const { parks, shows } = this.apart;
    const isOnly = this.#scope === undefined && parks === undefined && shows === undefined;
    const names = isOnly && new Set(written.map(({ name }) => name));
    const defers = this.#specs.some((spec) =>
      referencesOf(spec).some(({ parent }) => !names || names.has(spec.name) || names.has(parent)),
    );
    return [
      ...(defers ? [statement('PRAGMA defer_foreign_keys = ON')] : []),
      ...(mode.kind === 'first' ? statements(refuseAside(this.#specs)) : []),
      ...(mode.kind === 'part' ? [statement(refuseMoved(mode.moment))] : []),
      ...statements(this.#settled.filter(hasRivals).map((spec) => dropLostNotes(spec))),
    ];
  }

  settle(): Statement[] {
    const scope = this.#scope;
    if (scope === undefined) {
      const isFirst = this.mode.kind === 'first';
      return statements(lookStatements(this.#specs, isFirst, this.limits.maxStatementBytes));
    }
    if (scope.specs.length === 0) return [];
    return [
      ...statements(claimStatements(scope)),
      ...this.#reject(),
      ...statements(leaveStatements(scope)),
      ...this.#withhold(),
      ...statements(showDecidedStatements(scope)),
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
    return [
      ...this.#settled.map((spec) => reportSettled(spec, outcome)),
      ...statements(endSettleStatements(this.#settled)),
    ];
  }

  end(): Statement[] {
    if (this.#specs.length === 0) return [];
    const { parks = [] } = this.apart;
    return [...(parks.length === 0 ? [] : [statement(parkAll(false))]), statement(NOTE_SETTLED)];
  }
}
