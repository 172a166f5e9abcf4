import type { TableSpec } from '../model/table-spec.js';
import { STATE_TABLE, tableOfMerging, tableOfTrigger } from '../sql/names.js';
import { isPrinted } from '../sql/same-sql.js';
import { type Query, statement } from '../sql/statement.js';
import type { Difference } from '../tables/difference.js';
import { triggerDifferences } from '../tables/differences.js';
import { readSchemaVersion } from '../tables/milestone/schema-version.js';
import { readWaitingTables } from '../tables/pending/count.js';
import { TRUSTED } from '../tables/pending/table.js';
import { SELECT_TRIGGERS } from '../tables/schema-objects.js';
import { TriggerOrder } from '../tables/trigger-order.js';
import { type RecordedSpec, readRecordedSpecs } from './present-schema.js';
import { RenamedTables } from './renamed-tables.js';

/** The texts by name that are kept of a table. */
export function textsOf(
  kept: Map<string, Map<string, string>>,
  table: string,
): Map<string, string> {
  const texts = kept.get(table) ?? new Map<string, string>();
  kept.set(table, texts);
  return texts;
}

/** What the look of a {@link DriftCheck} finds. */
export class FoundParts {
  hasBookkeeping = false;
  /** Some triggers are stored as an engine prints them, without their comments. */
  hasPrinted = false;
  version = 0;
  readonly specs = new Map<string, RecordedSpec>();
  readonly waiting = new Set<string>();
  readonly #tables = new Set<string>();
  readonly #triggers = new Map<string, Map<string, string>>();
  readonly #order = new TriggerOrder();
  readonly #renamed = new RenamedTables();
  /** What only merging needs, by table. */
  readonly merging = new Map<string, Map<string, string>>();

  queries(): Query[] {
    return [
      this.objects(),
      readSchemaVersion((version) => {
        this.version = version;
      }),
      readRecordedSpecs((table, recorded) => this.specs.set(table, recorded)),
      this.#renamed.query(),
      readWaitingTables(TRUSTED, true, (table) => this.waiting.add(table)),
    ];
  }

  objects(): Query {
    return {
      ...statement(SELECT_TRIGGERS),
      read: (rows) => {
        for (const row of rows) {
          const [type, name, owner, sql] = Array.from(row, String) as [
            string,
            string,
            string,
            string,
          ];
          const merges = tableOfMerging(name, owner);
          if (merges !== undefined) textsOf(this.merging, merges).set(name, sql);
          if (type === 'table') {
            this.#tables.add(name);
            if (name === STATE_TABLE) this.hasBookkeeping = true;
            continue;
          }
          if (merges !== undefined) continue;
          this.#order.add(name, owner, sql);
          const table = tableOfTrigger(name);
          if (table === undefined) continue;
          if (isPrinted(sql)) this.hasPrinted = true;
          textsOf(this.#triggers, table).set(name, sql);
        }
      },
    };
  }

  /** Why a table is not there, if a migration has renamed or dropped it. */
  whyGone(table: string): string | undefined {
    return this.#tables.has(table) ? undefined : this.#renamed.whyGone(table);
  }

  differences(spec: TableSpec): Difference[] {
    const { name } = spec;
    return triggerDifferences(
      this.#triggers.get(name) ?? new Map(),
      spec,
      this.#order.lateIn(name),
    );
  }
}
