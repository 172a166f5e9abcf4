import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import { statement } from '../sql/statement.js';
import { isMergingReady, makeMerging, tableOfMerging } from '../tables/merging.js';
import { SELECT_TRIGGERS } from '../tables/schema-objects.js';
import type { Connection } from './connection.js';
import type { PresentSchema, Unready } from './present-schema.js';
import { run } from './run.js';

/** What a database has of the parts that only merging needs, by table; see src/tables/merging.ts. */
export class FoundMerging {
  readonly #parts = new Map<string, Map<string, string>>();

  /** To be called for every trigger and table. @returns whether it is such a part. */
  add(name: string, onTable: string, text: string): boolean {
    const table = tableOfMerging(name, onTable);
    if (table === undefined) return false;
    const parts = this.#parts.get(table) ?? new Map<string, string>();
    this.#parts.set(table, parts.set(name, text));
    return true;
  }

  unready(specs: Iterable<TableSpec>): Unready[] {
    return [...specs].flatMap((spec) => {
      const actual = this.#parts.get(spec.name) ?? new Map<string, string>();
      return isMergingReady(actual, spec) ? [] : [{ spec, actual }];
    });
  }
}

/** Makes what merging needs and the database lacks. */
export async function makeReady(
  connection: Connection,
  present: PresentSchema,
): Promise<PresentSchema> {
  const unready = present.unready ?? (await readUnready(connection, present.schema));
  if (unready.length > 0) {
    const statements = unready.flatMap(({ spec, actual }) => makeMerging(spec, actual));
    await connection.batch(
      statements.map((sql) => statement(sql)),
      'write',
    );
  }
  return { ...present, unready: [] };
}

async function readUnready(connection: Connection, { tables }: CrrSchema): Promise<Unready[]> {
  const found = new FoundMerging();
  const read = (rows: readonly ArrayLike<unknown>[]) => {
    for (const row of rows) {
      const [, name, table, text] = Array.from(row, String) as [string, string, string, string];
      found.add(name, table, text);
    }
  };
  await run(connection, [{ ...statement(SELECT_TRIGGERS), read }], 'read');
  return found.unready(tables.values());
}
