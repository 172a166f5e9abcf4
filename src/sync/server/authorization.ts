import type { SQL } from 'drizzle-orm';
import { refuseUnknownOptions } from '../../database/options.js';
import { CrrUsageError } from '../../errors.js';
import type { CrrSchema } from '../../model/schema.js';

/** What `authorize` returns: who a request comes from, and what they may see and write. */
export interface Authorization {
  /**
   * The user, or device. A site id belongs to the first one who uses it; nobody else can write or
   * receive in its name. Absent: site ids are not protected.
   */
  readonly id?: string;
  /**
   * What they may see and write, by the table's name in the database. A table that is not listed is
   * neither seen nor written. Absent: all tables.
   */
  readonly tables?: Readonly<Record<string, true | TableAccess>>;
  /** Whether they may push changes made by sites of others, as a server or relay does. Default: false. */
  readonly forward?: boolean;
  /**
   * A text that changes whenever a `where` begins to let other rows through although the rows have
   * not changed: a list of memberships, say. The client then reads its tables from the beginning.
   */
  readonly scope?: string;
}

export interface TableAccess {
  /** Whether they may pull the table. Default: true. */
  readonly read?: boolean;
  /** Whether they may push to the table. Default: true. */
  readonly write?: boolean;
  /** The rows that they may pull: a Drizzle condition on columns of this table. */
  readonly where?: SQL | undefined;
  /**
   * The rows that they may create, change and delete: a condition that a row must meet before the
   * write, if it exists, and after it. `'all'` is every row, visible or not. Default: `where`.
   */
  readonly writeWhere?: SQL | 'all' | undefined;
  /**
   * What happens if a row changes and no longer meets `where`: `'tell'` sends its key to the client,
   * which drops the row; with `'keep'` nothing is sent, and the client keeps what it has.
   * Default: `'tell'`.
   */
  readonly leaving?: 'tell' | 'keep';
  /** Columns that they may not write, by name in the database. */
  readonly readOnly?: readonly string[];
  /**
   * What happens to a pushed cell of a `readOnly` column: `'refuse'` refuses the request, `'ignore'`
   * leaves the cell out. Default: `'refuse'`.
   */
  readonly onReadOnly?: 'refuse' | 'ignore';
}

/**
 * Refuses what would silently have no effect.
 *
 * @throws {CrrUsageError} CRR_USAGE_OPTION if an option, table or column is unknown.
 */
export function checkAuthorization(authorization: Authorization, schema: CrrSchema): void {
  refuseUnknownOptions('authorize()', authorization, ['id', 'tables', 'forward', 'scope']);
  for (const [name, access] of Object.entries(authorization.tables ?? {})) {
    const spec = schema.tables.get(name);
    if (spec === undefined) throw usage(`"${name}" in tables is not a CRR of this schema`);
    if (access === true) continue;
    refuseUnknownOptions(`authorize(): table "${name}"`, access, [
      'read',
      'write',
      'where',
      'writeWhere',
      'leaving',
      'readOnly',
      'onReadOnly',
    ]);
    const columns = new Set([...spec.clockColumns, ...spec.cellColumns].map(({ name }) => name));
    const unknown = access.readOnly?.find((column) => !columns.has(column));
    if (unknown === undefined) continue;
    throw usage(`"${unknown}" in readOnly is not a replicated column of "${name}"`);
  }
}

const usage = (message: string) => new CrrUsageError('CRR_USAGE_OPTION', `authorize(): ${message}`);
