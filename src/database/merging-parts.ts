import { tableOfMerging } from '../sql/names.js';
import { statement } from '../sql/statement.js';
import { isMergingReady, makeMerging } from '../tables/merging.js';
import { unlessMigrated } from '../tables/milestone/schema-version.js';
import { SELECT_TRIGGERS } from '../tables/schema-objects.js';
import type { Connection } from './connection.js';
import type { PresentSchema } from './present-schema.js';
import { run } from './run.js';

/**
 * Makes what merging needs and the database lacks, or has from another version. A process with the schema after a migration may
 * have made its own since this one looked, which must stay: then it is refused as stale.
 */
export async function makeReady(
  connection: Connection,
  present: PresentSchema,
): Promise<PresentSchema> {
  const { merging, version } = present;
  if (merging === 'ready') return present;
  const found = merging ?? (await readMerging(connection));
  const statements = [...present.schema.tables.values()].flatMap((spec) => {
    const actual = found.get(spec.name) ?? new Map<string, string>();
    return isMergingReady(actual, spec) ? [] : makeMerging(spec, actual);
  });
  if (statements.length > 0) {
    await connection.batch(
      [...(version === undefined ? [] : [unlessMigrated(version)]), ...statements].map((sql) =>
        statement(sql),
      ),
      'write',
    );
  }
  return { ...present, merging: 'ready' };
}

async function readMerging(connection: Connection) {
  const found = new Map<string, Map<string, string>>();
  const read = (rows: readonly ArrayLike<unknown>[]) => {
    for (const row of rows) {
      const [, name, onTable, text] = Array.from(row, String) as [string, string, string, string];
      const table = tableOfMerging(name, onTable);
      if (table === undefined) continue;
      found.set(table, (found.get(table) ?? new Map<string, string>()).set(name, text));
    }
  };
  await run(connection, [{ ...statement(SELECT_TRIGGERS), read }], 'read');
  return found;
}
