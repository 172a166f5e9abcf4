import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CrrMigrateError } from '../../errors.js';
import { folderError, type Migration, readJson, type SnapshotTable } from '../migration.js';
import type { Renames } from '../renames.js';
import { parseStep } from '../state.js';
import type { KitLine } from './line.js';

/** Relative to the migrations folder. */
const JOURNAL = join('meta', '_journal.json');

interface Journal {
  readonly entries: readonly { readonly tag: string; readonly breakpoints?: boolean }[];
}
interface Snapshot {
  readonly tables?: Readonly<Record<string, SnapshotTable>>;
  readonly views?: Readonly<
    Record<string, { readonly name: string; readonly definition?: string }>
  >;
  readonly _meta?: SnapshotMeta;
}
/** How a snapshot records renames: `"posts"."title"` -> `"posts"."headline"`. */
interface SnapshotMeta {
  readonly tables?: Readonly<Record<string, string>>;
  readonly columns?: Readonly<Record<string, string>>;
}

/** drizzle-kit 0.31: a file per migration, a snapshot of all tables beside it, and a journal that lists them. */
export const kit0: KitLine = {
  name: 'drizzle-kit 0.31',
  includes: (version) => version.startsWith('0.'),
  isLayoutOf: (out) => existsSync(join(out, JOURNAL)),
  read(out) {
    const { entries } = readJson<Journal>(join(out, JOURNAL));
    if (!Array.isArray(entries)) throw folderError(`${join(out, JOURNAL)} has no list of entries`);
    return entries.map((entry) => readMigration(out, entry));
  },
  takesPrefix: true,
  unanswered: /Interactive prompts require a TTY/,
  conflicting: /pointing to a parent snapshot/,
  conflict: 'two migrations follow the same one',
  conversion: undefined,
};

function readMigration(out: string, { tag, breakpoints }: Journal['entries'][number]): Migration {
  if (breakpoints === false) {
    throw new CrrMigrateError(
      'CRR_MIGRATE_BREAKPOINTS',
      `migration ${tag} was made with breakpoints: false, so only its first statement would run on libSQL: remove breakpoints: false from the config and make the migration again`,
    );
  }
  const files = [`${tag}.sql`, join('meta', `${tag.split('_')[0]}_snapshot.json`)] as const;
  const [sqlFile, snapshotFile] = files.map((name) => join(out, name)) as [string, string];
  for (const file of [sqlFile, snapshotFile]) {
    if (!existsSync(file)) {
      throw folderError(`${join(out, JOURNAL)} lists ${tag}, but there is no ${file}`);
    }
  }
  const sql = readFileSync(sqlFile, 'utf8');
  const { tables = {}, views = {}, _meta = {} } = readJson<Snapshot>(snapshotFile);
  return {
    tag,
    sqlFile,
    files,
    listedIn: JOURNAL,
    sql,
    step: parseStep(sql, tag),
    renames: readRenames(_meta),
    tables: new Map(Object.entries(tables)),
    // A view that exists already has no definition here.
    views: new Map(
      Object.values(views).flatMap(({ name, definition }) =>
        definition === undefined ? [] : [[name, definition] as const],
      ),
    ),
  };
}

export function readRenames({ tables = {}, columns = {} }: SnapshotMeta): Renames {
  const bare = (name: string) => name.replace(/^"|"$/g, '');
  return {
    tables: new Map(Object.entries(tables).map(([from, to]) => [bare(from), bare(to)])),
    column(table, column) {
      // Looked up whole rather than split, because a name may contain `"."`.
      const to = columns[`"${table}"."${column}"`];
      const prefix = `"${table}"."`;
      return to?.startsWith(prefix) ? to.slice(prefix.length, -1) : undefined;
    },
  };
}
