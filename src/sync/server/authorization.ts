import type { SQL } from 'drizzle-orm';
import { CrrSyncError, CrrUsageError } from '../../errors.js';
import { type Change, SENTINEL } from '../../model/change.js';
import { refuseUnknownOptions } from '../../model/options.js';
import type { CrrSchema } from '../../model/schema.js';
import { bytesToHex, type SqlValue } from '../../model/value.js';
import { type Statement, statement } from '../../sql/statement.js';
import { fingerprint } from '../protocol.js';

/** What `authorize` says of a request: who it is, and what they may see and write. */
export interface Authorization {
  /**
   * Who it is: a user or a device. Site ids belong to who used them first, so nobody can write or
   * receive in the name of another's site. Absent: site ids are not protected.
   */
  readonly id?: string;
  /** What they may see and write, by the table's name in the database. Absent: all tables; a table that is not named: nothing. */
  readonly tables?: Readonly<Record<string, true | TableAccess>>;
  /** They may push changes that others' sites made: a server, or a peer that carries for others. Default: false. */
  readonly forward?: boolean;
  /**
   * Anything that changes when what a `where` lets through changes by something other than the
   * row itself: a list of memberships, say. The client then reads its tables anew.
   */
  readonly scope?: string;
}

export interface TableAccess {
  /** They may pull it. Default: true. */
  readonly read?: boolean;
  /** They may push to it. Default: true. */
  readonly write?: boolean;
  /** The rows that they may pull: a Drizzle condition on this table's columns. */
  readonly where?: SQL | undefined;
  /**
   * The rows that they may create, change and delete: a condition that a row must meet before their
   * write, if it is there, and after it. `'all'`: every row, whoever may see it. Default: `where`.
   */
  readonly writeWhere?: SQL | 'all' | undefined;
  /**
   * What becomes of a row that changes so that it leaves `where`: `'tell'` (default) names its key to
   * the client, which drops the row; `'keep'` names nothing, and the client keeps what it had.
   */
  readonly leaving?: 'tell' | 'keep';
  /** Columns that they may not write, by name in the database. */
  readonly readOnly?: readonly string[];
  /** A pushed cell of a `readOnly` column: `'refuse'` (default) the request, or `'ignore'` the cell. */
  readonly onReadOnly?: 'refuse' | 'ignore';
}

/** Renders a condition as the database's dialect does; structural, as everything of Drizzle here. */
export interface Renderer {
  sqlToQuery(sql: SQL): { readonly sql: string; readonly params: readonly unknown[] };
}

/** An authorization, checked against the schema and turned into what reading and writing need. */
export class Access {
  readonly owner: string;
  /** Tables that may be pulled. */
  readonly readable: readonly string[];
  readonly where: Readonly<Record<string, Statement>>;
  /** What a row must be like to be written, by table. */
  readonly writeWhere: Readonly<Record<string, Statement>>;
  /** Fingerprint of what may be seen; a cursor counts only under the filter that it was made with. */
  readonly filter: string;

  constructor(
    readonly authorization: Authorization,
    readonly schema: CrrSchema,
    renderer: Renderer,
    /** The client's own choice of tables. */
    wanted: readonly string[] | undefined,
  ) {
    const { id = '', tables, scope = '' } = authorization;
    refuseUnknownOptions('authorize()', authorization, ['id', 'tables', 'forward', 'scope']);
    if (tables !== undefined) checkTables(tables, schema);
    this.owner = id;
    this.readable = [...schema.tables.keys()].filter(
      (table) =>
        (wanted === undefined || wanted.includes(table)) && this.#access(table)?.read !== false,
    );
    const where: Record<string, Statement> = {};
    for (const table of this.readable) {
      const condition = this.#access(table)?.where;
      if (condition) where[table] = rendered(condition, renderer);
    }
    this.where = where;
    const writeWhere: Record<string, Statement> = {};
    for (const table of schema.tables.keys()) {
      const { where: seen, writeWhere: own = seen } = this.#access(table) ?? {};
      if (own !== undefined && own !== 'all') writeWhere[table] = rendered(own, renderer);
    }
    this.writeWhere = writeWhere;
    this.filter = fingerprint(
      JSON.stringify([this.readable, Object.entries(where), scope], (_, value: unknown) =>
        typeof value === 'bigint' ? `${value}n` : value,
      ),
    );
  }

  /** Whether a row that left the filter is named to the client. */
  tellsLeaving(table: string): boolean {
    return this.#access(table)?.leaving !== 'keep';
  }

  /** Whether a row that may not be written may not be seen either: one condition says both. */
  hidesWhatIsNotWritten(table: string): boolean {
    const { where, writeWhere } = this.#access(table) ?? {};
    return where !== undefined && writeWhere === undefined;
  }

  /**
   * The pushed changes that are to be applied.
   *
   * @throws {CrrSyncError} 403 for a table or column that may not be written.
   */
  writable(changes: readonly Change[]): readonly Change[] {
    if (this.authorization.tables === undefined) return changes;
    return changes.filter(({ table, cid }) => {
      const access = this.#access(table);
      if (access === undefined || access.write === false) {
        throw forbidden(`"${table}" may not be written`);
      }
      if (cid === SENTINEL || !access.readOnly?.includes(cid)) return true;
      if (access.onReadOnly === 'ignore') return false;
      throw forbidden(`column "${table}"."${cid}" may not be written`);
    });
  }

  #access(table: string): TableAccess | undefined {
    const { tables } = this.authorization;
    if (tables === undefined) return {};
    const access = Object.hasOwn(tables, table) ? tables[table] : undefined;
    if (access === true) return {};
    return access ?? NOTHING;
  }
}

const NOTHING: TableAccess = { read: false, write: false };

function forbidden(what: string): CrrSyncError {
  return new CrrSyncError('CRR_SYNC_FORBIDDEN', `${what} by this client`, 403);
}

function checkTables(tables: NonNullable<Authorization['tables']>, schema: CrrSchema): void {
  for (const [name, access] of Object.entries(tables)) {
    const known = schema.tables.get(name);
    if (known === undefined) {
      throw new CrrUsageError(
        'CRR_USAGE_OPTION',
        `authorize(): "${name}" is no CRR of this schema`,
      );
    }
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
    for (const column of access.readOnly ?? []) {
      if ([...known.clockColumns, ...known.cellColumns].some(({ name }) => name === column))
        continue;
      throw new CrrUsageError(
        'CRR_USAGE_OPTION',
        `authorize(): "${known.name}" has no replicated column "${column}"`,
      );
    }
  }
}

function rendered(condition: SQL, renderer: Renderer): Statement {
  const { sql, params } = renderer.sqlToQuery(condition);
  return statement(
    sql,
    params.map((value): SqlValue => {
      if (typeof value === 'boolean') return value ? 1n : 0n;
      // A number that is an integer would bind as REAL, which an expression does not repair.
      if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
      return value as SqlValue;
    }),
  );
}

/** The sites of a batch, each once. */
export function sitesOf(changes: readonly Change[]): Map<string, Uint8Array> {
  const sites = new Map<string, Uint8Array>();
  let previous: Uint8Array | undefined;
  for (const { site_id } of changes) {
    if (site_id === previous) continue;
    previous = site_id;
    sites.set(bytesToHex(site_id), site_id);
  }
  return sites;
}
