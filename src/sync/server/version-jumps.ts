import { type Change, SENTINEL } from '../../model/change.js';
import { unpackKey } from '../../model/packed-key.js';
import { RowSet } from '../../model/row-id.js';
import type { CrrSchema } from '../../model/schema.js';
import type { TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { MultiRowStatements } from '../../sql/multi-row.js';
import { bindValue, type Query } from '../../sql/statement.js';
import { greatestCausalLength, greatestColVersion } from '../column-types.js';
import { knownVersionsSql, type Site } from '../site.js';
import { SyncRefusal } from '../wire/sync-refusal.js';

/** What this database knows of the cell and the row of a change. */
interface Known {
  readonly colVersion: number;
  readonly causalLength: number;
}

const NOTHING: Known = { colVersion: 0, causalLength: 0 };

export interface VersionLimits {
  readonly maxJump: number;
  /** The causal length of a new row. */
  readonly birth: number;
}

/**
 * Refuses changes whose versions are too far above what this database knows of the cell. If one were
 * merged, its version could be so great that no honest write follows it.
 *
 * Nothing is read unless a version is greater than any that a push may bring to an unknown cell.
 *
 * @throws {CrrSyncError} CRR_SYNC_VERSION_JUMP, which lists the rows.
 */
export async function refuseVersionJumps(
  changes: readonly Change[],
  site: Site,
  { maxJump, birth }: VersionLimits,
): Promise<void> {
  if (changes.length === 0) return;
  const schema = await site.presentSchema();
  const isTooFar = (change: Change, { colVersion, causalLength }: Known) =>
    change.cl > greatestCausalLength(Math.max(causalLength, birth), maxJump) ||
    change.col_version > greatestColVersion(change, schema, versionOf(change, colVersion), maxJump);
  // A new row's sentinel has the causal length with which rows begin.
  const versionOf = ({ cid }: Change, known: number) =>
    cid === SENTINEL ? Math.max(known, birth) : known;
  const great = changes.filter((change) => isTooFar(change, NOTHING));
  if (great.length === 0) return;
  const known = await readKnown(great, site, schema);
  const tooFar = great.filter((change, i) => isTooFar(change, known.get(i) ?? NOTHING));
  const rows = new RowSet(tooFar.map(({ table, pk }) => ({ table, pk, drop: false }))).values();
  if (rows.length === 0) return;
  throw new SyncRefusal({
    code: 'CRR_SYNC_VERSION_JUMP',
    message: `${rows.length} of the rows have versions that are more than ${maxJump} ahead of this database: send the others without them, or raise the limit maxVersionJump`,
    status: 422,
    details: { rows },
  });
}

/** The facts about each change, by its index. */
async function readKnown(
  changes: readonly Change[],
  site: Site,
  schema: CrrSchema,
): Promise<Map<number, Known>> {
  const known = new Map<number, Known>();
  const read: Query['read'] = (rows) => {
    for (const { 0: index, 1: causalLength, 2: version } of rows) {
      const colVersion = Math.max(0, Number(version ?? 0));
      known.set(Number(index), { colVersion, causalLength: Number(causalLength) });
    }
  };
  const tables = new Map<TableSpec, MultiRowStatements>();
  changes.forEach(({ table, cid, site_id, pk }, index) => {
    const spec = schema.tables.get(table);
    if (spec === undefined) return;
    const key = unpackKey(pk);
    if (key.length !== spec.key.length) return; // Refused when it is merged.
    const statements = tables.get(spec) ?? statementsOf(spec, site);
    tables.set(spec, statements);
    const args: SqlValue[] = [];
    const values = [cid, site_id, ...key].map((value) => bindValue(value, args));
    statements.add([index, ...values].join(', '), args);
  });
  const queries = [...tables.values()].flatMap((statements) => statements.finish());
  await site.query(queries.map((query) => ({ ...query, read })));
  return known;
}

const statementsOf = (spec: TableSpec, { limits }: Site) =>
  new MultiRowStatements((rows) => knownVersionsSql(spec, rows), limits);
