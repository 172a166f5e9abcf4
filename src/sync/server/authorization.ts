import type { SQL } from 'drizzle-orm';
import { CrrUsageError } from '../../errors.js';
import { optionsOf, requireOptions } from '../../model/options.js';
import type { CrrSchema } from '../../model/schema.js';
import { replicatedColumns } from '../../model/table-spec.js';

/** What `authorize` returns: who a request comes from, and what they may see and write. */
export interface Authorization {
  /**
   * The user or device. A site id belongs to the first owner that uses it, and nobody else can use
   * it. Absent: site ids are not protected.
   */
  readonly id?: string | undefined;
  /**
   * What they may see and write, by the table's name in the database. Tables that are not listed can
   * be neither seen nor written. A table may be listed before this database has it. Absent: all
   * tables, without limits.
   */
  readonly tables?: Readonly<Record<string, true | TableAccess>> | undefined;
  /** Whether they may push changes made by sites of other owners, as a relay does. Default: false. */
  readonly forward?: boolean | undefined;
  /**
   * A text that must change if a `where` begins to match other rows although these have not changed,
   * such as a list of memberships. Then the client reads all its tables again.
   */
  readonly scope?: string | undefined;
  /**
   * The room of this client: those whose `authorize` names the same room see the presence of each other. False: this client has
   * no presence, and sees nobody. Default: false.
   */
  readonly presence?: string | false | undefined;
}

export interface TableAccess {
  /** Whether they may pull the table. Default: true. */
  readonly read?: boolean | undefined;
  /** Whether they may push to the table. Default: true. */
  readonly write?: boolean | undefined;
  /** The rows that they may pull: a Drizzle condition on columns of this table. */
  readonly where?: SQL | undefined;
  /**
   * The rows that they may create, change and delete: a condition that a row must meet both before
   * the write, if it exists, and after it. `'all'` is every row, even an invisible one. Default: `where`.
   */
  readonly writeWhere?: SQL | 'all' | undefined;
  /**
   * What happens if a row changes and does not meet `where`: with `'drop'` its key is sent, and a
   * client that has the row drops it; with `'keep'` nothing is sent, and the client keeps what it has.
   * Default: `'drop'`.
   */
  readonly leaving?: 'drop' | 'keep' | undefined;
  /** Columns that they may not write, by name in the database. */
  readonly readOnly?: readonly string[] | undefined;
  /**
   * What happens if a cell of a `readOnly` column is pushed: `'refuse'` leaves out the row and lists
   * it in the answer, `'ignore'` ignores the cell. Default: `'refuse'`.
   */
  readonly onReadOnly?: 'refuse' | 'ignore' | undefined;
  /**
   * Which values they may write: with `'readable'`, a row with a value that a query could not read is left out, because
   * queries of everybody would fail: text that is not JSON in a column of JSON, an invalid date, an integer beyond 2^53.
   * `'any'` takes every value, for databases whose driver reads integers as bigint. Default: `'readable'`.
   */
  readonly values?: 'readable' | 'any' | undefined;
}

const OPTIONS = optionsOf<Authorization>({
  id: 'text',
  tables: 'object',
  forward: 'boolean',
  scope: 'text',
  presence: 'any',
});
const TABLE_OPTIONS = optionsOf<TableAccess>({
  read: 'boolean',
  write: 'boolean',
  where: 'object',
  writeWhere: 'any',
  leaving: ['drop', 'keep'],
  readOnly: 'list',
  onReadOnly: ['refuse', 'ignore'],
  values: ['readable', 'any'],
});

/**
 * Refuses misspelt names and values, which would silently have no effect.
 *
 * @throws {CrrUsageError} CRR_USAGE_OPTION if an option, column or value is unknown.
 */
export function checkAuthorization(authorization: Authorization, schema: CrrSchema): void {
  requireOptions('authorize()', authorization, OPTIONS);
  for (const [name, access] of Object.entries(authorization.tables ?? {})) {
    if (access === true) continue;
    requireOptions(`authorize(): table "${name}"`, access, TABLE_OPTIONS);
    // A table may be named before this site has it: what is not listed may not be written anyway.
    const spec = schema.tables.get(name);
    if (spec === undefined) continue;
    const columns = new Set(replicatedColumns(spec).map(({ name }) => name));
    const unknown = access.readOnly?.find((column) => !columns.has(column));
    if (unknown === undefined) continue;
    throw usage(`"${unknown}" in readOnly is not a replicated column of "${name}"`);
  }
}

/**
 * The room of a client; undefined if it has none.
 *
 * @throws {CrrUsageError} CRR_USAGE_OPTION if it is not a name.
 */
export function presenceRoomOf({ presence = false }: Authorization): string | undefined {
  if (presence === false) return undefined;
  if (typeof presence === 'string' && presence !== '') return presence;
  throw usage('presence is neither the name of a room nor false');
}

const usage = (message: string) => new CrrUsageError('CRR_USAGE_OPTION', `authorize(): ${message}`);
