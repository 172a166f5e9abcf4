import { CrrUsageError } from '../errors.js';
import { RowExpander } from '../feed/expand.js';
import { readNewest } from '../feed/news.js';
import { cutPage, type HiddenRow } from '../feed/page.js';
import type { ReadPosition } from '../feed/position.js';
import { selectRows } from '../feed/select.js';
import { SITE_ID_BYTES } from '../model/change.js';
import { requireVersion } from '../model/options.js';
import { RowSet } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import { collecting, type Statement } from '../sql/statement.js';
import type { UnsentText } from '../tables/cells/plain-text.js';
import type { Cursor, ReadPage } from './change-stream.js';
import type { Connection } from './connection.js';
import { type DriftCheck, OTHER_SCHEMA } from './drift.js';
import { nextPosition, requireRemembered } from './horizon.js';
import { type PresentSchema, requirePresent } from './present-schema.js';
import type { SiteStore } from './site-store.js';

/** The part of the feed to read; see `ReadOptions` for the meaning of each option. */
export interface FeedOptions {
  readonly since?: number | Cursor | undefined;
  readonly until?: number | undefined;
  /** Names in the database. */
  readonly tables?: readonly string[] | undefined;
  readonly site?: Uint8Array | undefined;
  readonly excludeSite?: Uint8Array | undefined;
  readonly limit?: number | undefined;
  readonly skip?: readonly number[] | undefined;
  readonly where?: Readonly<Record<string, Statement>> | undefined;
  readonly hiddenSince?: number | undefined;
  readonly whole?: readonly HiddenRow[] | undefined;
  /** Whether the events of tables with history are among the changes. Default: true. */
  readonly events?: boolean | undefined;
}

export interface FeedParts {
  readonly connection: Connection;
  readonly sites: SiteStore;
  /** As it is declared: what the options may name. */
  readonly schema: CrrSchema;
  readonly drift: DriftCheck;
  /**
   * Called with plain texts that a page would be the first to send.
   *
   * @param tries how often the page was read before.
   * @returns whether to read it again.
   */
  readonly beforeSending: (texts: readonly UnsentText[], tries: number) => Promise<boolean>;
}

const DEFAULT_PAGE = 5_000;
/** After pages whose rows are all left out, a query may read this many times as many rows. */
const MAX_GROWTH = 8;

/** If there are more tables, the first look is at which of them have something new. It costs a round trip. */
const FEW_TABLES = 32;
/** While others write, a look may be out of date before its tables are read. */
const MAX_LOOKS = 4;

/** The tables that have something new at a moment. */
interface Look {
  readonly dbVersion: number;
  readonly tables: ReadonlySet<string>;
}

/** Something was written after a look. */
const WRITTEN_SINCE: unique symbol = Symbol('written since');

/** Reads the change feed of a database, page by page. */
export class Feed {
  readonly #parts: FeedParts;
  readonly #options: FeedOptions;
  /** As they are declared. */
  readonly #specs: readonly TableSpec[];
  readonly #start: ReadPosition;
  readonly #whole: RowSet;

  /** @param caller names the public method in messages, such as `changes()`. */
  constructor(caller: string, options: FeedOptions, parts: FeedParts) {
    if (options.until !== undefined) requireVersion(caller, 'until', options.until);
    if (options.limit !== undefined) requireVersion(caller, 'limit', options.limit, 1);
    requireSiteId(caller, 'site', options.site);
    requireSiteId(caller, 'excludeSite', options.excludeSite);
    for (const table of Object.keys(options.where ?? {})) requireTable(caller, table, parts.schema);
    this.#parts = parts;
    this.#options = options;
    this.#specs = selectTables(caller, options.tables, parts.schema);
    this.#start = startOf(caller, options.since ?? 0);
    this.#whole = new RowSet(options.whole);
  }

  /** Everything or, with `limit`, the first page that is not empty. */
  async first(): Promise<ReadPage> {
    const { limit } = this.#options;
    if (limit === undefined) return this.#page(this.#start, undefined);
    let page: ReadPage;
    let cursor: Cursor = this.#start;
    let growth = 1;
    do {
      page = await this.#page(cursor, limit, growth);
      if (typeof page.cursor === 'number') break;
      cursor = page.cursor;
      growth = Math.min(MAX_GROWTH, growth * 2);
    } while (isEmpty(page));
    return page;
  }

  async *pages(): AsyncGenerator<ReadPage, void, undefined> {
    const { limit = DEFAULT_PAGE, since = 0 } = this.#options;
    let reported: number | Cursor = since;
    let cursor: number | Cursor = this.#start;
    while (typeof cursor !== 'number') {
      const page = await this.#page(cursor, limit);
      cursor = page.cursor;
      // The last page may have no changes and still a newer db_version to read on from.
      if (isEmpty(page) && (typeof cursor !== 'number' || cursor === reported)) continue;
      reported = cursor;
      yield page;
    }
  }

  /** Reads one page with one query per table, in one round trip as a rule. */
  async #page(position: Cursor, limit: number | undefined, growth = 1): Promise<ReadPage> {
    const { tables: present } = (await this.#parts.drift.pass()).schema;
    const widths = this.#specs.map(({ name }) => {
      const spec = present.get(name);
      return spec === undefined ? 1 : spec.clockColumns.length + spec.cellColumns.length;
    });
    let rowLimit =
      limit === undefined ? undefined : (Math.ceil(limit / Math.max(...widths, 1)) + 1) * growth;
    for (let tries = 1; ; ) {
      const { dbVersion, tables, horizon } = await this.#read(position, rowLimit);
      const cut = cutPage(tables, limit ?? Number.POSITIVE_INFINITY);
      if (cut === 'more rows') {
        rowLimit = rowLimit! * 4;
        continue;
      }
      const { changes, hidden, unsent } = cut;
      const isAgain = unsent.length > 0 && (await this.#parts.beforeSending(unsent, tries++));
      if (isAgain) continue;
      const cursor = cut.next ? nextPosition(position, cut.next, horizon) : dbVersion;
      return { changes, cursor, hidden };
    }
  }

  #read(position: Cursor, rowLimit: number | undefined) {
    return this.#parts.drift.withPresent(async (present) => {
      const looks = this.#specs.length > FEW_TABLES;
      for (let attempt = 1; ; attempt++) {
        const look = looks && attempt < MAX_LOOKS ? await this.#look(present, position) : undefined;
        const read = await this.#readOnce(present, position, rowLimit, look);
        if (read !== WRITTEN_SINCE) return read;
      }
    });
  }

  /** Finds the tables that have something for the reader: of many tables, most have nothing. */
  async #look(present: PresentSchema, { after }: Cursor): Promise<Look> {
    const { connection, sites } = this.#parts;
    const tables = new Set<string>();
    const specs = this.#specs.map(({ name }) => requirePresent(present, name));
    const queries = readNewest(specs, ({ name }, newest) => {
      // Of a db_version that was cut, there is more.
      if (newest > after.db_version || (newest === after.db_version && after.row)) tables.add(name);
    });
    return sites.read(connection, queries, [], ({ dbVersion }) => ({ dbVersion, tables }));
  }

  /** @param look if it is given, only the tables that it has found are read, unless something was written since. */
  async #readOnce(
    present: PresentSchema,
    position: Cursor,
    rowLimit: number | undefined,
    look?: Look,
  ) {
    const { connection, sites } = this.#parts;
    const { site, excludeSite, until, skip, where, hiddenSince = -1 } = this.#options;
    const { events = true } = this.#options;
    const cutTable = position.after.row?.table;
    const cutIndex = this.#specs.findIndex(({ name }) => name === cutTable);
    const selections = this.#specs.flatMap(({ name }, i) => {
      const spec = requirePresent(present, name);
      if (look !== undefined && !look.tables.has(spec.name)) return [];
      const visible = where?.[spec.name];
      const mayBeWhole = this.#whole.size > 0;
      const selection = {
        position,
        isAfterCut: i > cutIndex,
        limit: rowLimit,
        visible,
        hiddenSince,
        mayBeWhole,
        events,
      };
      return [{ spec, visible, query: collecting(selectRows(spec, selection)) }];
    });
    const queries = selections.map(({ query }) => query);
    const named = [site, excludeSite].filter((id) => id !== undefined);
    let expanders: RowExpander[] = [];
    const found = await sites.read(connection, queries, named, (state, pageSites) => {
      const { directory, dbVersion, schemaVersion, horizon } = state;
      if (present.version !== undefined && present.version !== schemaVersion) return OTHER_SCHEMA;
      if (look !== undefined && look.dbVersion !== dbVersion) return WRITTEN_SINCE;
      requireRemembered(position, horizon);
      const filter = {
        since: position.since,
        until: until ?? Number.POSITIVE_INFINITY,
        // A site that is not in the directory wrote nothing here.
        site: site && (directory.ordinalOf(site) ?? -1),
        excludeSite: excludeSite && directory.ordinalOf(excludeSite),
        skip: new Set(skip),
        hiddenSince,
        whole: this.#whole,
      };
      expanders = [];
      const tables = selections.map(({ spec, visible, query }) => {
        const withEvents = spec.history === true && events;
        const expander = new RowExpander(
          spec,
          pageSites,
          filter,
          visible !== undefined,
          withEvents,
        );
        expanders.push(expander);
        const rows = query.rows.map((row) => expander.expand(row));
        return { rows, exhausted: rowLimit === undefined || rows.length < rowLimit };
      });
      return { tables, horizon, dbVersion: Math.min(dbVersion, filter.until) };
    });
    for (const expander of expanders) expander.finish();
    return found;
  }
}

const isEmpty = ({ changes, hidden }: ReadPage) => changes.length === 0 && hidden.length === 0;

function requireSiteId(caller: string, name: string, site: unknown): void {
  if (site === undefined) return;
  if (site instanceof Uint8Array && site.length === SITE_ID_BYTES) return;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    `${caller}: ${name} must be a site id, a Uint8Array of ${SITE_ID_BYTES} bytes`,
  );
}

function selectTables(
  caller: string,
  names: readonly string[] | undefined,
  schema: CrrSchema,
): readonly TableSpec[] {
  const chosen = names?.map((name) => requireTable(caller, name, schema));
  // By name: a cursor that cuts a db_version between two tables must find them in the same order,
  // in whatever order a later schema declares them.
  const specs = chosen ?? [...schema.tables.values()];
  return [...new Set(specs)].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function requireTable(caller: string, name: string, schema: CrrSchema): TableSpec {
  const spec = schema.tables.get(name);
  if (spec !== undefined) return spec;
  throw new CrrUsageError('CRR_USAGE_OPTION', `${caller}: "${name}" is not a CRR of this schema`);
}

function startOf(caller: string, since: number | Cursor): ReadPosition {
  if (typeof since === 'number') {
    requireVersion(caller, 'since', since);
    return { since, after: { db_version: since } };
  }
  const after = since?.after;
  const isValid =
    Number.isSafeInteger(since?.since) &&
    Number.isSafeInteger(after?.db_version) &&
    (after.horizon === undefined || Number.isSafeInteger(after.horizon)) &&
    (after.row === undefined ||
      (typeof after.row?.table === 'string' && /^-?\d+$/.test(after.row.key)));
  if (isValid) return since;
  throw new CrrUsageError(
    'CRR_USAGE_CURSOR',
    `${caller}: since must be a db_version, or the cursor of a page`,
  );
}
