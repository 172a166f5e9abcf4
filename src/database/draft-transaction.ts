import { type DraftRow, nextDraftRow } from '../feed/draft-row.js';
import { type Cells, ShownRows } from '../feed/shown-rows.js';
import { rowsWrittenSince } from '../feed/written-keys.js';
import { RowSet } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import { type Statement, statement } from '../sql/statement.js';
import { CHECK_AT_ONCE, DEFER_REFERENCES } from '../tables/draft/writes.js';
import { readDbVersion } from '../tables/state/read.js';
import { PIN_SQL } from '../tables/state/table.js';
import { DraftReader, type LoadedDraft, storeStatements } from './draft-store.js';
import { writesOf } from './draft-writes.js';
import { readRows } from './preview.js';
import { rowFault } from './row-faults.js';
import type { Look } from './run.js';

/**
 * A transaction of a draft. In an inner transaction, which is taken back, the rows of the draft are written, the
 * application's function runs, and what it has written is read. The outer one stores that. As steps, so that drivers that
 * answer at once can take them.
 */
export class DraftTransaction {
  readonly #ours = new ShownRows();
  readonly #before = new ShownRows();
  readonly #after = new ShownRows();
  readonly #touched = new RowSet();
  #draft: LoadedDraft | undefined;
  #version = 0;

  constructor(
    readonly name: string,
    readonly schema: CrrSchema,
  ) {}

  /** In the inner transaction, before the function. */
  *begin(): Look {
    const { schema } = this;
    const reader = new DraftReader(this.name, schema);
    const version = readDbVersion((found) => {
      this.#version = found;
    });
    yield [...reader.queries(), version];
    this.#draft = reader.result();
    const { written } = this.#draft;
    yield readRows(written, this.#ours, schema);
    yield [statement(PIN_SQL), statement(DEFER_REFERENCES)];
    yield* this.#write(written.filter((row) => this.#isHere(row)));
    // The function's own writes are refused as they would be outside.
    yield [statement(CHECK_AT_ONCE), ...readRows(written, this.#before, schema)];
  }

  /** In the inner transaction, after the function. */
  *end(): Look {
    const { schema } = this;
    for (const row of this.#draft!.written) this.#touched.add(row);
    yield [...schema.tables.values()].map((spec) =>
      rowsWrittenSince(spec, this.#version, ({ table, pk }) => this.#touched.add({ table, pk })),
    );
    yield readRows(this.#touched.values(), this.#after, schema);
  }

  /** In the outer transaction, when the inner one is taken back. */
  *store(): Look {
    const { schema } = this;
    const draft = this.#draft!;
    const known = new RowSet<DraftRow>(draft.written);
    const added = this.#touched.values().filter((row) => !known.has(row));
    yield readRows(added, this.#ours, schema);
    const next = this.#touched.values().flatMap((row): DraftRow[] => {
      const former = known.get(row);
      const ours = this.#ours.cellsOf(row);
      const before: Cells | undefined = former === undefined ? ours : this.#before.cellsOf(row);
      const spec = schema.tables.get(row.table)!;
      const found = nextDraftRow(spec, row, former, ours, before, this.#after.cellsOf(row));
      return found === undefined || found === former ? [] : [found];
    });
    if (next.length > 0) yield storeStatements(draft, next, schema);
  }

  /**
   * Writes rows as often as one of them makes room for another. Those that would break a constraint here are left out: the
   * draft goes on without them, and a review names them.
   */
  *#write(rows: readonly DraftRow[]): Look {
    const taken = rows.map((row) => ({ row }));
    for (let rest = writesOf(taken, this.#ours, this.schema); rest.length > 0; ) {
      const refused: Statement[] = [];
      for (const write of rest) {
        try {
          yield [write];
        } catch (error) {
          if (rowFault(error) === undefined) throw error;
          refused.push(write);
        }
      }
      if (refused.length === rest.length) return;
      rest = refused;
    }
  }

  /** A row that somebody has deleted is not there for the draft either, until somebody takes what it has written. */
  #isHere(row: DraftRow): boolean {
    return row.base === undefined || this.#ours.cellsOf(row) !== undefined;
  }
}
