import type { Connection } from '../database/connection.js';
import { type DriftCheck, OTHER_SCHEMA } from '../database/drift.js';
import { run } from '../database/run.js';
import { familyOf } from '../model/constraints.js';
import type { CrrSchema } from '../model/schema.js';
import { bytesToHex } from '../model/value.js';
import { hasRowsAside } from '../tables/aside/any.js';
import { readSchemaVersion } from '../tables/milestone/schema-version.js';
import { readFiltered } from '../tables/peer/received.js';
import { listChanged } from '../tables/pending/touched.js';
import { readDbVersion } from '../tables/state/read.js';

/** The state of a database at one moment. */
export interface Moment {
  readonly version: number;
  readonly schemaVersion: number;
  /** How far everything is that comes from peers which may evict rows. */
  readonly filtered: string;
  /** Tables with constraints of which rows are aside. */
  readonly aside: ReadonlySet<string>;
}

/** The rows that were changed, by table: packed keys in hex, or all if they are many. */
export type ChangedRows = Map<string, 'all' | Set<string>>;

/** More changed rows than that are not told apart. */
const MAX_ROWS = 1_000;

/** Which changes matter. */
export interface Watched {
  readonly tables: Iterable<string>;
  /** Whether it matters which rows of a table have changed. */
  needsRows(table: string): boolean;
}

/** Reads the present moment, and what was changed in some tables since a db_version, in one transaction. */
export function readChanges(
  { connection, drift }: { connection: Connection; drift: DriftCheck },
  since: number | undefined,
  watched: Watched,
): Promise<{ readonly moment: Moment; readonly changed: ChangedRows }> {
  return drift.withPresent(async ({ schema, version }) => {
    const changed: ChangedRows = new Map();
    const aside = new Set<string>();
    const state = { version: 0, schemaVersion: 0 };
    let filtered = '';
    const specs = [...families(schema, watched.tables)].flatMap(
      (name) => schema.tables.get(name) ?? [],
    );
    await run(
      connection,
      [
        readDbVersion((found) => {
          state.version = found;
        }),
        readSchemaVersion((found) => {
          state.schemaVersion = found;
        }),
        readFiltered((found) => {
          filtered = found;
        }),
        ...specs.flatMap((spec) => {
          const { name } = spec;
          const limit = watched.needsRows(name) ? MAX_ROWS + 1 : 1;
          const found = (pk: Uint8Array) => add(changed, name, bytesToHex(pk));
          const hasAside = (has: boolean) => void (has && aside.add(name));
          return [
            ...(since === undefined ? [] : [listChanged(spec, since, limit, found)]),
            ...(spec.constraints === undefined ? [] : [hasRowsAside(spec, hasAside)]),
          ];
        }),
      ],
      'read',
    );
    if (version !== undefined && version !== state.schemaVersion) return OTHER_SCHEMA;
    for (const [name, keys] of changed) {
      if (keys !== 'all' && (keys.size > MAX_ROWS || !watched.needsRows(name))) {
        changed.set(name, 'all');
      }
    }
    return { moment: { ...state, filtered, aside }, changed };
  });
}

/** If rows are aside, before or after, a change in a table may show or hide rows of all that are connected with it. */
export function spread(
  changed: ChangedRows,
  schema: CrrSchema,
  before: Moment,
  now: Moment,
): ChangedRows {
  for (const table of [...changed.keys()]) {
    const family = familyOf(schema, table);
    if (!family.some((name) => before.aside.has(name) || now.aside.has(name))) continue;
    for (const name of family) changed.set(name, 'all');
  }
  return changed;
}

function add(changed: ChangedRows, table: string, key: string): void {
  const keys = changed.get(table);
  if (keys === undefined) changed.set(table, new Set([key]));
  else if (keys !== 'all') keys.add(key);
}

/** What is connected with tables counts, too. */
function families(schema: CrrSchema, tables: Iterable<string>): ReadonlySet<string> {
  return new Set([...tables].flatMap((name) => familyOf(schema, name)));
}
