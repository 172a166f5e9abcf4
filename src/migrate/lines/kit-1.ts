import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderError, type Migration, readJson } from '../migration.js';
import type { Renames } from '../renames.js';
import { parseStep } from '../state.js';
import { type Entities, entitiesOf, mergeOf, tablesOf, viewsOf } from './entities.js';
import type { KitLine } from './line.js';

interface Snapshot {
  readonly id: string;
  /** The migrations that it follows: several, if git branches were merged before it was made. */
  readonly prevIds: readonly string[];
  readonly ddl: Parameters<typeof entitiesOf>[0];
  readonly renames?: readonly string[];
}

/** drizzle-kit 1.0: a folder per migration, and no list of them. Their names begin with the time, which orders them. */
export const kit1: KitLine = {
  name: 'drizzle-kit 1.0',
  includes: (version) => !version.startsWith('0.'),
  isLayoutOf: (out) => foldersOf(out).length > 0,
  read: readMigrations,
  takesPrefix: false,
  unanswered: /missing_hints/,
  conflicting: /Conflicting migrations detected/,
  conflict: 'two migrations that do not know each other change the same thing',
  async untilNext(before) {
    const last = before.at(-1)?.tag;
    // Names have whole seconds, and within one the rest of the name would decide. A clock that is far off is no
    // reason to wait.
    for (let i = 0; i < 20 && last !== undefined && last.slice(0, 14) >= secondsNow(); i++) {
      await new Promise((done) => setTimeout(done, 100));
    }
  },
  conversion: 'run npx drizzle-kit up, which keeps the CRR steps',
};

/** The time in UTC as drizzle-kit writes it into names: 20261126073848. */
const secondsNow = () => new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);

/** Sorted as drizzle-orm sorts them. */
function foldersOf(out: string): string[] {
  if (!existsSync(out)) return [];
  return readdirSync(out)
    .filter((name) => existsSync(join(out, name, 'migration.sql')))
    .sort((a, b) => a.localeCompare(b));
}

/**
 * Migrations of several branches lie side by side, and the snapshot of each has only what its own branch
 * had. So the tables after each are those before it with what it alone has changed.
 */
function readMigrations(out: string): readonly Migration[] {
  const own = new Map<string, Entities>();
  let before: Entities = new Map();
  return foldersOf(out).map((tag): Migration => {
    const sqlFile = join(out, tag, 'migration.sql');
    const snapshotFile = join(out, tag, 'snapshot.json');
    if (!existsSync(snapshotFile)) {
      throw folderError(`migration ${tag} has no ${snapshotFile}`);
    }
    const sql = readFileSync(sqlFile, 'utf8');
    const { id, prevIds, ddl, renames = [] } = readJson<Snapshot>(snapshotFile);
    if (!Array.isArray(ddl) || !Array.isArray(prevIds)) {
      throw folderError(`${snapshotFile} has no ddl or no prevIds`);
    }
    const entities = entitiesOf(ddl);
    const parents = prevIds.flatMap((parent) => own.get(parent) ?? []);
    own.set(id, entities);
    const after = mergeOf(before, parents, entities);
    const migration = {
      tag,
      sqlFile,
      files: [tag],
      sql,
      step: parseStep(sql, tag),
      renames: readRenames(renames, before, after),
      tables: tablesOf(after),
      views: viewsOf(after),
    };
    before = after;
    return migration;
  });
}

/**
 * `"posts->articles"`, and then `"articles.title->articles.headline"`. A name may contain `->` or a dot, so
 * an entry is compared whole with what it would be.
 */
function readRenames(entries: readonly string[], before: Entities, after: Entities): Renames {
  const had = [...tablesOf(before).keys()];
  const has = [...tablesOf(after).keys()];
  const gone = had.filter((name) => !has.includes(name));
  const come = has.filter((name) => !had.includes(name));
  return {
    tables: new Map(
      gone.flatMap((from) => {
        const to = come.find((name) => entries.includes(`${from}->${name}`));
        return to === undefined ? [] : [[from, to] as const];
      }),
    ),
    column(table, column) {
      const prefix = `${table}.${column}->${table}.`;
      return entries.find((entry) => entry.startsWith(prefix))?.slice(prefix.length);
    },
  };
}
