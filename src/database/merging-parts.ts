import { statement } from '../sql/statement.js';
import { isMergingReady, makeMerging } from '../tables/merging.js';
import { unlessMigrated } from '../tables/milestone/schema-version.js';
import type { Connection } from './connection.js';
import { FoundParts } from './found-parts.js';
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
    return isMergingReady(actual, spec) ? [] : makeMerging(spec, actual, connection.mergingStyle);
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
  const found = new FoundParts();
  await run(connection, [found.objects()], 'read');
  return found.merging;
}
