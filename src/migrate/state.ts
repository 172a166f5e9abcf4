import { createHash } from 'node:crypto';
import { CrrMigrateError } from '../errors.js';
import type { ReplicatedColumnSpec, TableSpec } from '../model/table-spec.js';
import { SQL_FORMAT } from '../tables/bookkeeping.js';
import { type CrrParts, expectedParts } from '../tables/parts.js';

/*
 * Each migration records what it does to the CRR state in its own SQL, as a comment in the chunk of a
 * statement: `/* crr:state {...} *\/`. The comment names each CRR that the migration changes, its new
 * state, and a hash of the state it was changed from. So migrations of two git branches can be merged
 * as long as they change different CRRs; if both change the same one, the hash shows it.
 */

/** One CRR after a migration. */
export interface TableState {
  readonly spec: TableSpec;
  /** Names of its triggers, so that a later version of this package can drop them. */
  readonly triggers: readonly string[];
  /** Hash of the generated SQL: if a later version generates other SQL, the CRR needs a migration. */
  readonly text: string;
}

/** The CRRs by name. */
export type CrrState = ReadonlyMap<string, TableState>;

/** What one migration does to the state. */
export interface StateStep {
  readonly format: number;
  readonly set: readonly (TableState & {
    /** The CRR's name before this migration, if it was renamed. */
    readonly was?: string;
    /** Hash of the CRR's state before this migration; null if it was not a CRR. */
    readonly base: string | null;
  })[];
  readonly drop: readonly { readonly name: string; readonly base: string }[];
}

const OPEN = '/* crr:state ';
const CLOSE = ' */';

export function tableState(spec: TableSpec): TableState {
  const parts = expectedParts(spec);
  const plain: TableSpec = {
    name: spec.name,
    // Properties belong to Drizzle: renaming one changes nothing in the database.
    key: spec.key.map(({ name, sqlType }) => ({ name, property: name, sqlType })),
    clockColumns: spec.clockColumns.map((column) => ({ ...column, property: column.name })),
    cellColumns: spec.cellColumns.map((column) => ({ ...column, property: column.name })),
  };
  return { spec: plain, triggers: [...parts.triggers.keys()], text: hashOf(textOf(parts)) };
}

/** The parts that a database has if its migrations have led to this state. */
export function partsOfState(state: TableState): CrrParts {
  const parts = expectedParts(state.spec);
  if (hashOf(textOf(parts)) === state.text) return parts;
  return {
    ...parts,
    triggers: new Map(state.triggers.map((name) => [name, ''])),
    gate: '',
    cells: parts.cells && { ...parts.cells, gate: '' },
  };
}

export const hashOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

const textOf = ({ triggers, gate, cells }: CrrParts) => [
  ...triggers,
  gate,
  ...(cells ? [cells.gate] : []),
];

/** A step as a comment. The end of a comment and a breakpoint are escaped inside. */
export function renderStep(step: StateStep): string {
  const json = JSON.stringify({
    ...step,
    set: step.set.map(({ spec, ...rest }) => ({ ...packSpec(spec), ...rest })),
  });
  return `${OPEN}${json.replaceAll('*/', '*\\/').replaceAll('-->', '--\\u003e')}${CLOSE}`;
}

/**
 * Reads the step from a migration's SQL; undefined if the migration has none.
 *
 * @throws {CrrMigrateError} if the comment is damaged or of another format.
 */
export function parseStep(sql: string, tag: string): StateStep | undefined {
  const start = sql.indexOf(OPEN);
  if (start < 0) return undefined;
  const end = sql.indexOf(CLOSE, start);
  const damaged = (reason: string, cause?: unknown) =>
    new CrrMigrateError(
      'CRR_MIGRATE_FOLDER',
      `the crr:state comment of migration ${tag} ${reason}: restore the file from version control`,
      { cause },
    );
  let step: StateStep;
  try {
    const json = JSON.parse(sql.slice(start + OPEN.length, end));
    step = { ...json, set: json.set.map(unpackState) };
  } catch (error) {
    throw damaged('cannot be read', error);
  }
  if (sql.indexOf(OPEN, end) >= 0) throw damaged('appears twice');
  if (step.format !== SQL_FORMAT) {
    throw new CrrMigrateError(
      'CRR_MIGRATE_FOLDER',
      `migration ${tag} was made for format ${step.format}, this version of drizzle-crr writes format ${SQL_FORMAT}: use the version that made it`,
    );
  }
  return step;
}

/** A spec without what follows from the rest. */
function packSpec(spec: TableSpec) {
  return {
    name: spec.name,
    key: spec.key.map(({ name, sqlType }) => ({ name, sqlType })),
    columns: spec.clockColumns.map(withoutProperty),
    ...(spec.cellColumns.length > 0 && { siteColumns: spec.cellColumns.map(withoutProperty) }),
  };
}

const withoutProperty = ({ property: _, ...column }: ReplicatedColumnSpec) => column;

const withProperty = ({
  name,
  sqlType,
  notNull,
  default: value,
  kind,
}: ReturnType<typeof withoutProperty>): ReplicatedColumnSpec => ({
  name,
  sqlType,
  property: name,
  notNull,
  default: value,
  kind,
});

function unpackState({
  name,
  key,
  columns,
  siteColumns = [],
  ...rest
}: ReturnType<typeof packSpec> & Omit<StateStep['set'][number], 'spec'>): StateStep['set'][number] {
  const spec: TableSpec = {
    name,
    key: key.map((column) => ({ ...column, property: column.name })),
    clockColumns: columns.map(withProperty),
    cellColumns: siteColumns.map(withProperty),
  };
  return { spec, ...rest };
}

/** The hash by which a later step refers to this state. */
export function baseOf(state: TableState): string {
  const { spec, triggers, text } = state;
  return hashOf([packSpec(spec), triggers, text]);
}
