import { CrrSyncError } from '../../errors.js';
import { type Change, SENTINEL } from '../../model/change.js';
import type { Statement } from '../../sql/statement.js';
import { fingerprint } from '../fingerprint.js';
import type { Site } from '../site.js';
import { type Authorization, checkAuthorization, type TableAccess } from './authorization.js';

export interface AccessOptions {
  readonly authorization: Authorization;
  readonly site: Site;
  /** The tables that the client asks for; all if undefined. */
  readonly tables: readonly string[] | undefined;
}

type Conditions = Readonly<Record<string, Statement>>;

/** An authorization, resolved for reading and writing. */
export class Access {
  /** The client's `id`; null if site ids are not protected. */
  readonly owner: string | null;
  /** Whether the client may push changes made by sites of other owners. */
  readonly mayForward: boolean;
  /** The tables that the client asks for and may pull. */
  readonly readable: readonly string[];
  /** Conditions by table that a row must meet to be seen. */
  readonly where: Conditions;
  /** Conditions by table that a row must meet to be written. */
  readonly writeWhere: Conditions;
  /** Fingerprint of the rows that the client may see. A cursor is valid only with the filter it was read with. */
  readonly filter: string;
  readonly #tables: Authorization['tables'];

  /** @throws {CrrUsageError} if the authorization contains something unknown. */
  constructor({ authorization, site, tables }: AccessOptions) {
    checkAuthorization(authorization, site.schema);
    this.#tables = authorization.tables;
    this.owner = authorization.id || null;
    this.mayForward = authorization.forward ?? false;
    const all = [...site.schema.tables.keys()];
    this.readable = all.filter((table) => {
      const isWanted = tables === undefined || tables.includes(table);
      return isWanted && this.#accessTo(table).read !== false;
    });
    const where: Record<string, Statement> = {};
    for (const table of this.readable) {
      const condition = this.#accessTo(table).where;
      if (condition) where[table] = site.renderCondition(condition);
    }
    this.where = where;
    const writeWhere: Record<string, Statement> = {};
    for (const table of all) {
      const { where: visible, writeWhere: condition = visible } = this.#accessTo(table);
      if (condition && condition !== 'all') writeWhere[table] = site.renderCondition(condition);
    }
    this.writeWhere = writeWhere;
    this.filter = filterOf(this.readable, where, authorization.scope ?? '');
  }

  /** Whether the client sees only some of the rows of a table. */
  get filtersRows(): boolean {
    return Object.keys(this.where).length > 0;
  }

  /** Whether the client drops a row that no longer meets `where`. */
  dropsLeaving(table: string): boolean {
    return this.#accessTo(table).leaving !== 'keep';
  }

  /** Whether the client may not see the rows that it may not write, because the conditions are the same. */
  hidesUnwritable(table: string): boolean {
    const { where, writeWhere } = this.#accessTo(table);
    return where !== undefined && writeWhere === undefined;
  }

  /** Whether the client may write rows of a table that it may not see. */
  writesUnseen(table: string): boolean {
    const { where, writeWhere } = this.#accessTo(table);
    return where !== undefined && writeWhere !== undefined;
  }

  /**
   * Returns the pushed changes, without those that are to be ignored.
   *
   * @throws {CrrSyncError} CRR_SYNC_FORBIDDEN for a table or column that the client may not write.
   */
  writable(changes: readonly Change[]): readonly Change[] {
    if (this.#tables === undefined) return changes;
    return changes.filter(({ table, cid }) => {
      const { write, readOnly, onReadOnly } = this.#accessTo(table);
      if (write === false) throw forbidden(`"${table}"`);
      if (cid === SENTINEL || !readOnly?.includes(cid)) return true;
      if (onReadOnly === 'ignore') return false;
      throw forbidden(`column "${table}"."${cid}"`);
    });
  }

  #accessTo(table: string): TableAccess {
    if (this.#tables === undefined) return FULL;
    const access = Object.hasOwn(this.#tables, table) ? this.#tables[table] : undefined;
    return access === true ? FULL : (access ?? NONE);
  }
}

const FULL: TableAccess = {};
const NONE: TableAccess = { read: false, write: false };

function filterOf(readable: readonly string[], where: Conditions, scope: string): string {
  const bigintToText = (_: string, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value;
  return fingerprint(JSON.stringify([readable, Object.entries(where), scope], bigintToText));
}

function forbidden(what: string): CrrSyncError {
  return new CrrSyncError(
    'CRR_SYNC_FORBIDDEN',
    `${what} may not be written by this client: undo the change, or allow it in authorize()`,
    403,
  );
}
