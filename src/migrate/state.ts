import { createHash } from 'node:crypto';
import { CrrMigrateError } from '../errors.js';
import type { TableSpec } from '../model/table-spec.js';
import type { ActualCrr } from '../tables/actual.js';
import { type PlainSpec, plainSpec, specOfPlain } from '../tables/catalog/table.js';
import { expectedCrr } from '../tables/expected.js';
import { SQL_FORMAT } from '../tables/state/table.js';

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

/** The effect of one migration on the state. */
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
  const expected = expectedCrr(spec);
  return {
    spec: specOfPlain(plainSpec(spec)),
    triggers: [...expected.triggers.keys()],
    text: hashOf(textOf(expected)),
  };
}

/** The CRRs that a database has after its migrations. */
export function actualOfState(state: TableState): ActualCrr {
  const expected = expectedCrr(state.spec);
  if (hashOf(textOf(expected)) === state.text) return expected;
  // Another version of this package wrote them: they are there, with other texts.
  return {
    ...expected,
    triggers: new Map(state.triggers.map((name) => [name, ''])),
    objects: new Map([...expected.objects.keys()].map((name) => [name, ''])),
  };
}

export const hashOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

const textOf = ({ triggers, objects }: ActualCrr) => [...triggers, ...objects];

/** A step as a comment. The end of a comment and a breakpoint are escaped inside. */
export function renderStep(step: StateStep): string {
  const json = JSON.stringify({
    ...step,
    set: step.set.map(({ spec, ...rest }) => ({ ...rest, spec: plainSpec(spec) })),
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
    // Before the rest is read, which another format may write in another way.
    if (typeof json.format === 'number' && json.format !== SQL_FORMAT) {
      throw otherFormat(json.format, tag);
    }
    step = {
      ...json,
      set: json.set.map(({ spec, ...rest }: { spec: PlainSpec }) => ({
        ...rest,
        spec: specOfPlain(spec),
      })),
    };
  } catch (error) {
    if (error instanceof CrrMigrateError) throw error;
    throw damaged('cannot be read', error);
  }
  if (sql.indexOf(OPEN, end) >= 0) throw damaged('appears twice');
  return step;
}

function otherFormat(format: number, tag: string): CrrMigrateError {
  const remedy =
    format > SQL_FORMAT
      ? 'use the version that made it, or a newer one'
      : 'generate the migrations of a new database in an empty folder, and carry the changes over (see "Formats" in docs/operations.md)';
  return new CrrMigrateError(
    'CRR_MIGRATE_FOLDER',
    `migration ${tag} has format ${format}, and this version of drizzle-crr needs format ${SQL_FORMAT}: ${remedy}`,
  );
}

/** The hash by which a later step refers to this state. */
export function baseOf(state: TableState): string {
  const { spec, triggers, text } = state;
  return hashOf([plainSpec(spec), triggers, text]);
}
