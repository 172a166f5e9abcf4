import { getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { CrrUsageError } from '../errors.js';
import { RowExpander } from '../feed/expand.js';
import { cutPage, type HiddenRow } from '../feed/page.js';
import type { ReadPosition, RowPosition } from '../feed/position.js';
import { selectRows } from '../feed/select.js';
import { type Change, SITE_ID_BYTES } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import type { DriverRow } from '../sql/driver-value.js';
import type { Statement } from '../sql/statement.js';
import type { Connection } from './connection.js';
import { refuseUnknownOptions, requireVersion } from './options.js';
import type { SiteStore } from './site-store.js';

export interface ChangesOptions {
  /** Read what is newer than this: a db_version, or the `cursor` of a page. 0 = everything. */
  readonly since?: number | Cursor;
  /** Read nothing newer than this db_version. */
  readonly until?: number;
  /** Only these CRRs: tables, or their names in the database. */
  readonly tables?: readonly (string | SQLiteTable)[];
  /** Only what this site wrote. */
  readonly site?: Uint8Array;
  /** Nothing that this site wrote: what a peer need not hear of itself. */
  readonly excludeSite?: Uint8Array;
  /** Changes per page, as far as no db_version is split and no row ever. */
  readonly limit?: number;
  /** db_versions to leave out: what the reader itself brought, say. */
  readonly skip?: readonly number[];
  /**
   * A condition per table, on its base rows: rows that do not meet it do not travel. A row that
   * changed and meets it travels whole, since it may have come to meet it just now; one that
   * changed and does not is in the page's `hidden`. Deletes travel whatever the row was.
   */
  readonly where?: Readonly<Record<string, Statement>>;
}

/** Where to read on. Plain data, to be stored or sent; after the last page, a db_version. */
export interface Cursor {
  readonly since: number;
  readonly after: RowPosition;
}

/** Changes in the order (db_version, seq), and where the next page begins. */
export type ChangePage = readonly Change[] & {
  /** Pass it as `since` to read on. */
  readonly cursor: number | Cursor;
  /** Rows that changed and do not meet `where`: the reader may hold them from before. */
  readonly hidden: readonly HiddenRow[];
};

const DEFAULT_PAGE = 5_000;
const OPTIONS = [
  'since',
  'until',
  'tables',
  'site',
  'excludeSite',
  'limit',
  'skip',
  'where',
] as const;

/**
 * The change feed of a database. Awaited, it is an array: all changes, or the first page where
 * `limit` is given. Iterated with `for await`, it gives page after page in bounded memory; the last
 * may be empty, where nothing but the cursor is new.
 */
export class ChangeStream implements PromiseLike<ChangePage>, AsyncIterable<ChangePage> {
  readonly #specs: readonly TableSpec[];
  readonly #start: ReadPosition;

  constructor(
    readonly connection: Connection,
    readonly sites: SiteStore,
    schema: CrrSchema,
    readonly options: ChangesOptions,
  ) {
    refuseUnknownOptions('changes()', options, OPTIONS);
    if (options.until !== undefined) requireVersion('changes()', 'until', options.until);
    if (options.limit !== undefined) requireVersion('changes()', 'limit', options.limit, 1);
    for (const site of [options.site, options.excludeSite]) {
      if (site === undefined) continue;
      if (!(site instanceof Uint8Array) || site.length !== SITE_ID_BYTES) {
        throw new CrrUsageError(
          'CRR_USAGE_OPTION',
          `changes(): a site id is a Uint8Array of ${SITE_ID_BYTES} bytes`,
        );
      }
    }
    this.#specs = selectTables(schema, options.tables);
    this.#start = readPosition(options.since ?? 0);
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting the feed is its plain form, as with Drizzle's queries
  then<A = ChangePage, B = never>(
    onFulfilled?: ((page: ChangePage) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#first().then(onFulfilled, onRejected);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChangePage, void, undefined> {
    const limit = this.options.limit ?? DEFAULT_PAGE;
    let told = this.options.since ?? 0;
    let cursor: number | Cursor = this.#start;
    while (typeof cursor !== 'number') {
      const page = await this.#page(cursor, limit);
      cursor = page.cursor;
      // The last page may be empty: it brings the db_version to read on from.
      const isEmpty = page.length === 0 && page.hidden.length === 0;
      if (isEmpty && (typeof cursor !== 'number' || cursor === told)) continue;
      told = cursor;
      yield page;
    }
  }

  async #first(): Promise<ChangePage> {
    if (this.options.limit === undefined) return this.#page(this.#start, undefined);
    let page: ChangePage;
    let cursor: Cursor = this.#start;
    do {
      page = await this.#page(cursor, this.options.limit);
      if (typeof page.cursor === 'number') break;
      cursor = page.cursor;
    } while (page.length === 0 && page.hidden.length === 0);
    return page;
  }

  /** Reads one page, with one query per table, in one round trip as a rule. */
  async #page(position: Cursor, limit: number | undefined): Promise<ChangePage> {
    const widest = Math.max(
      ...this.#specs.map(
        ({ clockColumns: columns, cellColumns: siteColumns }) =>
          columns.length + siteColumns.length,
      ),
      1,
    );
    let rowLimit = limit === undefined ? undefined : Math.ceil(limit / widest) + 1;
    for (;;) {
      const { dbVersion, tables } = await this.#read(position, rowLimit);
      const cut = cutPage(tables, limit ?? Number.POSITIVE_INFINITY);
      if (cut !== 'more rows') {
        const cursor = cut.next ? { since: position.since, after: cut.next } : dbVersion;
        return Object.assign(cut.changes, { cursor, hidden: cut.hidden });
      }
      rowLimit = rowLimit! * 4;
    }
  }

  async #read(position: Cursor, rowLimit: number | undefined) {
    const cutTable = position.after.row?.table;
    const cutIndex = this.#specs.findIndex(({ name }) => name === cutTable);
    const results = new Map<TableSpec, readonly DriverRow[]>();
    const queries = this.#specs.map((spec, i) => ({
      ...selectRows(spec, {
        position,
        isAfterCut: i > cutIndex,
        limit: rowLimit,
        visible: this.options.where?.[spec.name],
      }),
      read(rows: readonly DriverRow[]) {
        results.set(spec, rows);
      },
    }));
    const { directory, dbVersion } = await this.sites.readWith(this.connection, queries);
    const { site, excludeSite, until } = this.options;
    const filter = {
      since: position.since,
      until: until ?? Number.POSITIVE_INFINITY,
      // A site that this database never heard of wrote nothing here.
      site: site && (directory.ordinalOf(site) ?? -1),
      excludeSite: excludeSite && directory.ordinalOf(excludeSite),
      skip: new Set(this.options.skip),
    };
    const tables = this.#specs.map((spec) => {
      const withVisible = this.options.where?.[spec.name] !== undefined;
      const expander = new RowExpander(spec, directory, filter, withVisible);
      const rows = results.get(spec)!.map((row) => expander.expand(row));
      return { rows, exhausted: rowLimit === undefined || rows.length < rowLimit };
    });
    return { tables, dbVersion: Math.min(dbVersion, filter.until) };
  }
}

function selectTables(schema: CrrSchema, tables: ChangesOptions['tables']): readonly TableSpec[] {
  const all = [...schema.tables.values()];
  const chosen = tables?.map((table) => {
    const name = is(table, SQLiteTable) ? getTableName(table) : (table as string);
    const known = schema.tables.get(name);
    if (known === undefined) {
      throw new CrrUsageError('CRR_USAGE_OPTION', `changes(): "${name}" is no CRR of this schema`);
    }
    return known;
  });
  // By name: a cursor that cuts a db_version between tables must find them in the same order, however
  // the schema is written by then.
  return [...new Set(chosen ?? all)].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readPosition(since: number | Cursor): ReadPosition {
  if (typeof since === 'number') {
    requireVersion('changes()', 'since', since);
    return { since, after: { db_version: since } };
  }
  const after = since?.after;
  const valid =
    Number.isSafeInteger(since?.since) &&
    Number.isSafeInteger(after?.db_version) &&
    (after.row === undefined ||
      (typeof after.row?.table === 'string' && /^-?\d+$/.test(after.row.key)));
  if (!valid) {
    throw new CrrUsageError(
      'CRR_USAGE_CURSOR',
      'changes(): since is neither a db_version nor a cursor of a page',
    );
  }
  return since;
}
