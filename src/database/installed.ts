import { hash64 } from '../model/hash.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import { encodeSpec } from '../tables/catalog/table.js';
import { expectedMerging } from '../tables/merging.js';
import {
  type Installed,
  installedText,
  noteInstalled,
  readInstalled,
} from '../tables/milestone/installed.js';
import { readSchemaVersion } from '../tables/milestone/schema-version.js';
import { sharedStatements, tableTriggers } from '../tables/modules.js';
import { readWaitingTables } from '../tables/pending/count.js';
import { TRUSTED } from '../tables/pending/table.js';
import { readFormat } from '../tables/state/read.js';
import { SQL_FORMAT } from '../tables/state/table.js';
import type { Connection } from './connection.js';
import { clocksMatchRows } from './install.js';
import { declaredSchema, type PresentSchema, readRecordedSpecs } from './present-schema.js';
import { run } from './run.js';

/*
 * A look at everything that a schema needs in a database costs a millisecond and more for each table. If nothing has
 * changed sqlite_master since such a look, its outcome still holds.
 */

/** What is known without a look at each object. */
export interface KnownInstall {
  /** Undefined if something may have to be done. */
  readonly present: PresentSchema | undefined;
  /** To be noted once everything was looked at; undefined if the engine does not show the state of sqlite_master. */
  readonly installed: Installed | undefined;
}

/** Looks at what was noted, and at what changes without a trace in sqlite_master. */
export async function knownInstall(
  connection: Connection,
  schema: CrrSchema,
): Promise<KnownInstall> {
  const specs = [...schema.tables.values()];
  const recorded = new Map<string, string>();
  const waiting = new Set<string>();
  const digest = digestOf(schema);
  let schemaVersion = 0;
  let format = 0;
  let installed: Installed | undefined;
  let isNoted = false;
  const queries = [
    readInstalled((cookie, noted) => {
      installed = { digest, cookie };
      isNoted = noted === installedText(installed);
    }),
    readFormat((found) => {
      format = found;
    }),
    readSchemaVersion((found) => {
      schemaVersion = found;
    }),
    readRecordedSpecs((table, { spec }) => recorded.set(table, spec)),
    readWaitingTables(TRUSTED, true, (table) => waiting.add(table)),
  ];
  try {
    await run(connection, queries, 'read');
  } catch {
    // Nothing is installed, or the engine does not show it.
    return { present: undefined, installed: undefined };
  }
  const isComplete =
    isNoted &&
    format === SQL_FORMAT &&
    specs.every((spec) => recorded.get(spec.name) === encodeSpec(spec)) &&
    (await clocksMatchRows(connection, specs));
  const present = isComplete
    ? { ...declaredSchema(schema), version: schemaVersion, waiting, merging: 'ready' as const }
    : undefined;
  return { present, installed };
}

/** Notes that everything is there, if it was looked at since the state of sqlite_master was read. */
export async function rememberInstall(
  connection: Connection,
  installed: Installed | undefined,
  present: PresentSchema,
): Promise<void> {
  if (installed === undefined || present.version === undefined) return;
  if (present.isNewer || present.gone.size > 0) return;
  await connection.batch([noteInstalled(installed)], 'write');
}

const digests = new WeakMap<CrrSchema, string>();

/** Identifies a schema and what this version of the package makes of it. */
function digestOf(schema: CrrSchema): string {
  const digest = digests.get(schema) ?? makeDigest(schema);
  digests.set(schema, digest);
  return digest;
}

function makeDigest({ tables, plainTables }: CrrSchema): string {
  const specs = [...tables.values()];
  // The texts of one table of each sort differ if what is made of any table does.
  const samples = new Map(specs.map((spec) => [sortOf(spec), spec]));
  return hashOf([
    ...specs.map(encodeSpec),
    ...[...plainTables].sort(),
    ...sharedStatements(),
    ...[...samples.values()].flatMap((spec) => [
      ...tableTriggers(spec).map(({ sql }) => sql),
      ...expectedMerging(spec).values(),
    ]),
  ]);
}

/** Tables of one sort have the same triggers, but for names and numbers. */
const sortOf = ({ key, rows, constraints, clockColumns, cellColumns }: TableSpec): string =>
  JSON.stringify([
    ...[key.map(({ sqlType }) => sqlType), rows, constraints !== undefined],
    ...[clockColumns, cellColumns].map((columns) =>
      [...new Set(columns.map(({ kind }) => kind))].sort(),
    ),
  ]);

const hashOf = (texts: readonly string[]): string =>
  hash64(texts.join('\0'))
    .map((part) => part.toString(16).padStart(8, '0'))
    .join('');
