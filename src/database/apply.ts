import type { LimitedInput } from '../merge/limited.js';
import { admitChanges } from '../merge/rights.js';
import { listAside, readAnyRejected, readUnsettled } from '../merge/settled.js';
import type { Change } from '../model/change.js';
import { constrainedTables } from '../model/constraints.js';
import { packKey } from '../model/packed-key.js';
import type { RowId } from '../model/row-id.js';
import { type Query, statement } from '../sql/statement.js';
import { listParkedRejected, openRejected } from '../tables/aside/rejected.js';
import { followFormerNames } from '../tables/former/follow.js';
import { Findings } from '../tables/guard/findings.js';
import { anyPending, countPending, readWaitingTables } from '../tables/pending/count.js';
import {
  type CountedRejectedRow,
  listRejected,
  listRejectedRows,
  listWaitingRows,
  tryChanged,
  tryRejected,
  waitForTables,
} from '../tables/pending/rejected.js';
import { TRUSTED } from '../tables/pending/table.js';
import { emptyReport, type MergeReport, type MutableReport } from './apply-result.js';
import { BatchRunner, type MergeBatchOptions, type MergerParts } from './batch-runner.js';
import { explained } from './database-errors.js';
import { evictStatements, evictsRows } from './evict.js';
import { type MergeSource, mergeLimited } from './limited-merge.js';
import { type ApartParts, addLater, drainApart, mergeApart } from './merge-apart.js';
import { noteStatements } from './peers.js';
import type { PresentSchema } from './present-schema.js';
import { offerStatements, refusalStatements } from './refused.js';
import { run } from './run.js';

export type { MergeBatchOptions } from './batch-runner.js';

/** Of a row that is not in its table after an INSERT OR IGNORE. */
const UNKNOWN_REASON = 'a constraint of the table';

/** Merges batches of changes into one database, each in one transaction. */
export class Merger {
  readonly #parts: MergerParts;
  readonly #runner: BatchRunner;

  constructor(parts: MergerParts) {
    this.#parts = parts;
    this.#runner = new BatchRunner(parts);
  }

  /** Merges one batch: all of it, apart from rows that the database rejects, or nothing. */
  async merge(changes: readonly Change[], options: MergeBatchOptions): Promise<MergeReport> {
    const { source } = options;
    return explained(() =>
      this.#parts.drift.explaining<MergeReport>(() => {
        if (source !== undefined) return this.#mergeLimited(changes, options, source);
        return changes.length === 0 ? this.#mergeNothing(options) : this.#merge(changes, options);
      }),
    );
  }

  /** Applies what waits, if anything does. */
  async drain(): Promise<MergeReport> {
    return (await this.#isPending()) ? this.#merge([], {}) : emptyReport();
  }

  /** How many changes wait in the pending table. */
  pendingCount(): Promise<number> {
    return explained(async () => {
      let count = 0;
      const query = countPending((found) => {
        count = found;
      });
      await run(this.#parts.connection, [query], 'read');
      return count;
    });
  }

  /** The rows that the database rejects: their changes are pending, or they are parked. */
  rejected(): Promise<CountedRejectedRow[]> {
    return explained(async () => {
      const { connection, drift } = this.#parts;
      const { schema } = await drift.pass();
      const rows: CountedRejectedRow[] = [];
      const parked = constrainedTables(schema).map((spec) =>
        listParkedRejected(spec, (key, reason = UNKNOWN_REASON) =>
          rows.push({ table: spec.name, pk: packKey(key), reason, changes: 0 }),
        ),
      );
      await run(connection, [listRejected((row) => rows.push(row)), ...parked], 'read');
      return rows;
    });
  }

  /** Tries all of them again. Those of limited sources are tried in the next merge of their source. */
  retryRejected(): Promise<MergeReport> {
    return explained(async () => {
      const { schema } = await this.#parts.drift.pass();
      const statements = [tryRejected(), ...constrainedTables(schema).map(openRejected)];
      await this.#parts.connection.batch(
        statements.map((sql) => statement(sql)),
        'write',
      );
      return drainApart(this.#trusted({}));
    });
  }

  /**
   * Present names of the tables for which something waits from a source.
   *
   * @param withRejected whether changes that were rejected count.
   */
  async waitingTables(source: string, withRejected = true): Promise<string[]> {
    const tables: string[] = [];
    const query = readWaitingTables(source, withRejected, (table) => tables.push(table));
    await explained(() => run(this.#parts.connection, [query], 'read'));
    return tables;
  }

  async #merge(changes: readonly Change[], options: MergeBatchOptions): Promise<MutableReport> {
    const report = await mergeApart(changes, this.#trusted(options));
    const { toTry, ofOthers } = this.#runner.leftovers;
    const parts = this.#trusted({});
    if (toTry) await addLater(report, parts, () => drainApart(parts));
    // This batch may complete a row of which another process has left something.
    else if (ofOthers) await addLater(report, parts, () => mergeApart([], parts));
    return report;
  }

  #trusted(options: MergeBatchOptions): ApartParts {
    const runner = this.#runner;
    const { onUnknown, ownReturn } = options;
    // The first transaction notes the progress of the peer, and only there something is unknown.
    let given = options;
    return {
      merge: async (changes, apart) => {
        const report = await runner.merge(changes, { ...given, apart });
        given = {};
        return report;
      },
      faultOf: (changes, apart) => runner.faultOf(changes, { ownReturn, apart }),
      waitingRows: () => this.#waitingRows(TRUSTED),
      rejectedRows: () => this.#rejectedRows(TRUSTED),
      asideRows: () => this.#asideRows(),
      parks: (table) => this.#parks(table),
      later: () => runner.expectPending(),
      refuses: onUnknown === 'error',
    };
  }

  /** Merges what a source may write, and reports what it may not. */
  async #mergeLimited(
    changes: readonly Change[],
    options: MergeBatchOptions,
    source: MergeSource,
  ): Promise<MergeReport> {
    const waiting = source.waiting ?? (await this.waitingTables(source.id, changes.length > 0));
    if (changes.length === 0 && waiting.length === 0) return this.#mergeNothing(options);
    const { schema } = this.#parts;
    const runner = this.#runner;
    // The first transaction notes the progress of the peer.
    let given: MergeBatchOptions = options;
    return mergeApart(changes, {
      merge: async (batch, apart) => {
        // Tables of which something is applied apart are those for which something waits.
        const tables = [...new Set([...waiting, ...(apart?.only?.keys() ?? [])])];
        const optionsWith = (more: Omit<LimitedInput, 'source' | 'waiting'>) => ({
          ...given,
          apart,
          limited: { source, waiting: tables, ...more },
        });
        const report = await mergeLimited(batch, source, schema, {
          merge: (admitted, more) => runner.merge(admitted, optionsWith(more)),
          try: (admitted, more, found) => runner.try(admitted, optionsWith(more), found),
        });
        given = {};
        return report;
      },
      faultOf: (batch, apart) =>
        runner.faultOf(admitChanges(batch, source, schema).changes, {
          ...options,
          apart,
          limited: {
            source,
            waiting,
            drains: true,
            refused: [],
            trial: { found: new Findings(), refused: () => {} },
            onRemoved: () => {},
          },
        }),
      waitingRows: () => this.#waitingRows(source.id),
      rejectedRows: () => this.#rejectedRows(source.id),
      asideRows: () => this.#asideRows(),
      parks: (table) => this.#parks(table),
      later: () => {}, // What waits from a limited source is looked up in each merge.
      refuses: options.onUnknown === 'error',
    });
  }

  /** What waits goes to its present names, and what was rejected is to be tried if its row has changed. */
  async #waitingRows(source: string): Promise<readonly RowId[]> {
    const { connection, drift } = this.#parts;
    const { schema } = await drift.pass();
    const specs = [...schema.tables.values()];
    const prepare = [
      ...followFormerNames(source),
      ...specs.map((spec) => tryChanged(source, spec)),
      waitForTables(source, [...schema.tables.keys()]),
    ];
    const rows: RowId[] = [];
    const list = listWaitingRows(source, (row) => {
      if (schema.tables.has(row.table)) rows.push(row);
    });
    await run(connection, [...prepare.map((sql) => statement(sql)), list], 'write');
    return rows;
  }

  async #rejectedRows(source: string): Promise<readonly RowId[]> {
    const rows: RowId[] = [];
    const list = listRejectedRows(source, (row) => rows.push(row));
    await run(this.#parts.connection, [list], 'read');
    return rows;
  }

  /** Whether the table has a place for rows that the database rejects. */
  #parks(table: string): boolean {
    return this.#parts.schema.tables.get(table)?.constraints !== undefined;
  }

  async #asideRows(): Promise<readonly RowId[] | undefined> {
    const { connection, drift } = this.#parts;
    const { schema } = await drift.pass();
    const rows: RowId[] = [];
    const lists = constrainedTables(schema).map((spec) => listAside(spec, (row) => rows.push(row)));
    if (lists.length === 0) return undefined;
    await run(connection, lists, 'read');
    return rows;
  }

  async #isPending(): Promise<boolean> {
    let isAny = false;
    const query = anyPending(TRUSTED, (found) => {
      isAny = found;
    });
    await run(this.#parts.connection, [query], 'read');
    return isAny;
  }

  /** Whether rows are parked because the database rejects them. */
  async #hasParkedRejected(): Promise<boolean> {
    const { connection, schema } = this.#parts;
    let isAny = false;
    const queries = readAnyRejected(constrainedTables(schema), (found) => {
      isAny = found;
    });
    if (queries.length > 0) await run(connection, queries, 'read');
    return isAny;
  }

  /** Whether tables may show something else than their merged rows say. */
  async #isUnsettled(evict: MergeBatchOptions['evict']): Promise<boolean> {
    const { connection, schema } = this.#parts;
    const specs = constrainedTables(schema);
    let isAny = evictsRows(evict) && specs.length > 0;
    if (isAny) return true;
    const queries = readUnsettled(specs, (found) => {
      isAny = found;
    });
    if (queries.length > 0) await run(connection, queries, 'read');
    return isAny;
  }

  /** A batch without changes lets in what waits, if it can, and may still note a peer's progress, or evict rows. */
  async #mergeNothing(options: MergeBatchOptions): Promise<MergeReport> {
    const { connection, drift } = this.#parts;
    const { peer, evict, last = [] } = options;
    // Another process may have left something; and what was ahead of its time may be due now.
    if (peer === undefined && evict === undefined && (await this.#hasParkedRejected())) {
      return this.retryRejected();
    }
    const merges =
      this.#runner.mayBePending || (await this.#isPending()) || (await this.#isUnsettled(evict));
    if (merges) return this.#merge([], { peer, evict, last });
    const note = async ({ schema }: Pick<PresentSchema, 'schema'>) => {
      const statements: Query[] = [
        ...(peer === undefined ? [] : noteStatements(peer, schema)),
        ...refusalStatements(peer, schema),
        ...evictStatements(evict, schema),
        ...offerStatements(peer, schema),
        ...last,
      ];
      if (statements.length > 0) await run(connection, statements, 'write');
    };
    const namesRows =
      evict !== undefined || peer?.refused !== undefined || peer?.birth !== undefined;
    await (namesRows ? drift.withPresent(note) : note(this.#parts));
    return emptyReport();
  }
}
