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

/** An authorization in the form that reading and writing need. */
export class Access {
  /** The client's `id`; null if site ids are not protected. */
  readonly owner: string | null;
  /** Whether the client may push changes made by sites of others. */
  readonly mayForward: boolean;
  /** The tables that the client may pull and asks for. */
  readonly readable: readonly string[];
  /** Conditions by table: which rows the client may see. */
  readonly where: Conditions;
  /** Conditions by table: which rows the client may write. */
  readonly writeWhere: Conditions;
  /** Fingerprint of what the client may see. A cursor is valid only for the filter it was read with. */
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

  /** Whether the client is told that a row no longer meets `where`. */
  tellsLeaving(table: string): boolean {
    return this.#accessTo(table).leaving !== 'keep';
  }

  /** Whether a row that the client may not write is one that it may not see: the condition is the same. */
  hidesUnwritable(table: string): boolean {
    const { where, writeWhere } = this.#accessTo(table);
    return where !== undefined && writeWhere === undefined;
  }

  /**
   * The pushed changes without those to be ignored.
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
    `${what} may not be written by this client: take the change back, or allow it in authorize()`,
    403,
  );
}
