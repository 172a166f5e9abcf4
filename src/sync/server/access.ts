import { fingerprint, sha256 } from '../fingerprint.js';
import type { LimitedSource, Site, SourceQuota, Statement, TableRights } from '../site.js';
import { type Authorization, checkAuthorization, type TableAccess } from './authorization.js';

export interface AccessOptions {
  readonly authorization: Authorization;
  readonly site: Site;
  /** The tables that the client asks for; all if undefined. */
  readonly tables: readonly string[] | undefined;
  /** How much may be pending from the client. */
  readonly quota: SourceQuota;
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
  /** Fingerprint of what the client may see. A cursor is valid only with the filter it was read with. */
  readonly filter: string;
  /** Fingerprint of what the client may write. Rows that were refused may be tried again if it changes. */
  readonly rights: string;
  readonly #site: Site;
  readonly #quota: SourceQuota;
  readonly #tables: Authorization['tables'];
  /** What may be written, by table; undefined if everything. */
  readonly #writable: Readonly<Record<string, TableRights>> | undefined;

  /** @throws {CrrUsageError} if the authorization contains something unknown. */
  constructor({ authorization, site, tables, quota }: AccessOptions) {
    checkAuthorization(authorization, site.schema);
    const scope = authorization.scope ?? '';
    this.#tables = authorization.tables;
    this.#quota = quota;
    this.#site = site;
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
    this.filter = fingerprint(textOf([this.readable, Object.entries(where), scope]));
    this.#writable = authorization.tables && Object.fromEntries(this.#rightsIn(all, site));
    const takesAny = all.filter((table) => this.#accessTo(table).values === 'any');
    this.rights =
      this.#writable === undefined ? '' : fingerprint(textOf([this.#writable, scope, takesAny]));
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
   * Whose changes the client pushes; undefined if it may write everything. Without an `id`, all clients with
   * the same rights are one source: none of them may write what another one may not.
   */
  async source(): Promise<LimitedSource | undefined> {
    if (this.#writable === undefined && this.mayForward) return undefined;
    const { owner, mayForward } = this;
    return {
      id: owner === null ? `rights:${await sha256(textOf([this.#writable]))}` : `id:${owner}`,
      owner: mayForward ? undefined : owner,
      tables: this.#writable,
      // Clients without an id may be any number of people.
      quota: owner === null ? { ...this.#quota, tombstones: undefined } : this.#quota,
      accepts: (change) =>
        this.#accessTo(change.table).values === 'any' || this.#site.isReadable(change),
    };
  }

  #rightsIn(tables: readonly string[], site: Site): [table: string, rights: TableRights][] {
    return tables.flatMap((table) => {
      const { write, where: visible, writeWhere, readOnly, onReadOnly } = this.#accessTo(table);
      if (write === false) return [];
      const condition = writeWhere ?? visible;
      const where =
        condition === undefined || condition === 'all'
          ? undefined
          : site.renderCondition(condition);
      return [[table, { where, readOnly, onReadOnly }]];
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

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part));
