import { CrrChangeError } from '../../errors.js';
import type { Change } from '../../model/change.js';
import { unpackKey } from '../../model/packed-key.js';
import type { CrrSchema } from '../../model/schema.js';
import type { TableSpec } from '../../model/table-spec.js';
import { bytesToHex, type SqlValue } from '../../model/value.js';
import { MultiRowStatements } from '../../sql/multi-row.js';
import { quoteName } from '../../sql/quote.js';
import { bindValue, type Statement, statement } from '../../sql/statement.js';

/** A row by its table's name and packed key. */
export interface PushedRow {
  readonly table: string;
  readonly pk: Uint8Array;
}

/** Which of a push's rows stand outside of what its sender may write, as the database is when asked. */
export class RowRule {
  readonly rows: PushedRow[] = [];
  /** Each finds the numbers of rows that are there and do not meet their table's condition. */
  readonly queries: readonly Statement[];

  /**
   * @param conditions by table; a table without one takes every row.
   * @throws {CrrChangeError} where a key is none of its table.
   */
  constructor(
    changes: readonly Change[],
    conditions: Readonly<Record<string, Statement>>,
    schema: CrrSchema,
    maxParameters: number,
  ) {
    const tables = new Map<string, MultiRowStatements>();
    const seen = new Set<string>();
    let previous: Change | undefined;
    for (const change of changes) {
      if (!Object.hasOwn(conditions, change.table)) continue;
      const condition = conditions[change.table]!;
      if (previous?.pk === change.pk && previous.table === change.table) continue;
      previous = change;
      const id = `${bytesToHex(change.pk)} ${change.table}`;
      if (seen.has(id)) continue;
      seen.add(id);
      const spec = schema.tables.get(change.table)!;
      let values = tables.get(spec.name);
      if (values === undefined) {
        const room = maxParameters - condition.args.length;
        values = new MultiRowStatements((rows) => outsideSql(spec, rows, condition.sql), room);
        tables.set(spec.name, values);
      }
      const args: SqlValue[] = [];
      const key = keyOfRow(change, spec).map((value) => bindValue(value, args));
      values.add([this.rows.length, ...key].join(', '), args);
      this.rows.push({ table: change.table, pk: change.pk });
    }
    this.queries = [...tables].flatMap(([table, values]) =>
      values.finish().map(({ sql, args }) => statement(sql, [...args, ...conditions[table]!.args])),
    );
  }
}

/** The base table stands under its own name: a condition written with Drizzle names its columns so. */
function outsideSql(spec: TableSpec, rows: string, condition: string): string {
  const table = quoteName(spec.name);
  const sameKey = spec.key
    .map(({ name }, i) => `${table}.${quoteName(name)} = pushed.column${i + 2}`)
    .join(' AND ');
  return `SELECT pushed.column1 FROM (${rows}) AS pushed JOIN ${table} ON ${sameKey} WHERE (${condition}) IS NOT TRUE`;
}

function keyOfRow({ table, pk }: Change, spec: TableSpec): SqlValue[] {
  const key = unpackKey(pk);
  if (key.length === spec.key.length) return key;
  throw new CrrChangeError(
    'CRR_CHANGE_KEY_COUNT',
    `the key of "${table}" has ${spec.key.length} columns, not ${key.length}`,
  );
}
