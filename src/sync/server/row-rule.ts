import { CrrChangeError } from '../../errors.js';
import type { Change } from '../../model/change.js';
import { unpackKey } from '../../model/packed-key.js';
import type { TableSpec } from '../../model/table-spec.js';
import { bytesToHex, type SqlValue } from '../../model/value.js';
import { MultiRowStatements } from '../../sql/multi-row.js';
import { rowsOutsideSql } from '../../sql/rows-outside.js';
import { bindValue, type Query, type Statement, statement } from '../../sql/statement.js';
import type { HiddenRow, Site } from '../site.js';

/** Conditions by table that rows must meet to be written. Tables without a condition have no rule. */
export type RowConditions = Readonly<Record<string, Statement>>;

/** Finds the rows of a push that exist and do not meet their conditions. */
export class RowRule {
  /** Each returns indexes of `#rows`. */
  readonly queries: readonly Statement[];
  readonly #rows: HiddenRow[] = [];

  /** @throws {CrrChangeError} CRR_CHANGE_KEY_COUNT */
  constructor(
    changes: readonly Change[],
    conditions: RowConditions,
    readonly site: Site,
  ) {
    const tables = new Map<string, MultiRowStatements>();
    for (const { table, pk } of rowsOf(changes, conditions)) {
      const spec = site.schema.tables.get(table)!;
      const statements = tables.get(table) ?? this.#statements(spec, conditions[table]!);
      tables.set(table, statements);
      const args: SqlValue[] = [];
      const key = unpackKeyOf(spec, pk).map((value) => bindValue(value, args));
      statements.add([this.#rows.length, ...key].join(', '), args);
      this.#rows.push({ table, pk });
    }
    this.queries = [...tables].flatMap(([table, statements]) =>
      statements
        .finish()
        .map(({ sql, args }) => statement(sql, [...args, ...conditions[table]!.args])),
    );
  }

  /** Runs the queries. */
  async rowsOutside(): Promise<readonly HiddenRow[]> {
    const outside: HiddenRow[] = [];
    const read: Query['read'] = (rows) => {
      for (const { 0: index } of rows) outside.push(this.#rows[Number(index)]!);
    };
    await this.site.query(this.queries.map((query) => ({ ...query, read })));
    return outside;
  }

  #statements(spec: TableSpec, condition: Statement): MultiRowStatements {
    const maxParameters = this.site.maxParameters - condition.args.length;
    return new MultiRowStatements(
      (rows) => rowsOutsideSql(spec, rows, condition.sql),
      maxParameters,
    );
  }
}

/** The changed rows of tables that have a condition, each once. */
function* rowsOf(changes: readonly Change[], conditions: RowConditions): Generator<HiddenRow> {
  const seen = new Set<string>();
  let previous: Change | undefined;
  for (const change of changes) {
    const { table, pk } = change;
    // Usually the changes of a row are neighbours and share one `pk`, which makes this cheap.
    const isSameRow = previous?.pk === pk && previous.table === table;
    previous = change;
    if (isSameRow || !Object.hasOwn(conditions, table)) continue;
    const id = `${bytesToHex(pk)} ${table}`;
    if (seen.has(id)) continue;
    seen.add(id);
    yield { table, pk };
  }
}

function unpackKeyOf(spec: TableSpec, pk: Uint8Array): readonly SqlValue[] {
  const key = unpackKey(pk);
  if (key.length === spec.key.length) return key;
  throw new CrrChangeError(
    'CRR_CHANGE_KEY_COUNT',
    `a key of "${spec.name}" has ${key.length} columns, expected ${spec.key.length}`,
  );
}
