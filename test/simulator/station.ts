/** A site of a simulation: its database, its lines, and what it was last seen to know. */
import {
  createSync,
  createSyncHandler,
  type Sync,
  type SyncHandler,
} from '../../src/sync/index.js';
import type { Link } from '../../src/testing/link.js';
import type { Site } from '../constraints/site.js';
import type { SimulatedDatabase } from './engines.js';
import { type Fact, type Facts, readFacts, rowName } from './facts.js';
import type { SitePlan } from './plan.js';
import { authorize, headersOf } from './rights.js';

export interface Upstream {
  readonly station: Station;
  readonly link: Link;
  sync: Sync;
  /** The versions of both ends when they had nothing to exchange; see settle.ts. */
  quietAt?: string | undefined;
}

export interface StationOptions {
  readonly database: SimulatedDatabase;
  readonly site: Site;
  /** How many changes a request or answer has at most. */
  readonly page: number | undefined;
  /** Called with what a server did not expect. */
  readonly onError: (error: unknown) => void;
}

export class Station {
  readonly upstreams: Upstream[] = [];
  /** Rows whose changes a server has not taken. */
  refused: ReadonlySet<string> = new Set();
  /** Rows that a sync has dropped here, because the site may not see them, since it was last looked at. */
  readonly dropped = new Set<string>();
  /** What it knew when it was last looked at. */
  known: Facts | undefined;
  /** A copy of its file. */
  backup: { readonly file: string; readonly isMigrated: boolean } | undefined;
  /** Whether its database is a copy of before, which it and its servers do not know yet. */
  isOld = false;
  /** Whether its database is migrated. Its process may be one of before. */
  isMigrated = false;
  /** What servers have acknowledged to it. */
  readonly acknowledged = new Map<string, Fact>();
  site!: Site;
  readonly database: SimulatedDatabase;
  readonly #page: number | undefined;
  readonly #onError: (error: unknown) => void;
  #handler!: SyncHandler;
  /** What its process has read last, and the number of writes of then. */
  #read: { readonly facts: Facts; readonly writes: number } | undefined;

  constructor(
    readonly plan: SitePlan,
    { database, site, page, onError }: StationOptions,
  ) {
    this.database = database;
    this.#page = page;
    this.#onError = onError;
    this.reopen(site);
  }

  get name(): string {
    return this.plan.name;
  }

  /** Whether it sees and writes everything. */
  get isWhole(): boolean {
    return this.plan.rights === 'whole';
  }

  get isCut(): boolean {
    return this.upstreams.some(({ link }) => link.isCut);
  }

  /** What it knows. Nothing is read again if nothing was written. */
  async facts(): Promise<Facts> {
    const writes = this.database.writes?.();
    if (writes !== undefined && this.#read?.writes === writes) return this.#read.facts;
    const facts = await readFacts(this.site.db);
    this.#read = writes === undefined ? undefined : { facts, writes };
    return facts;
  }

  readonly handle = (request: Request) => this.#handler(request);

  connect(station: Station, link: Link): void {
    this.upstreams.push({ station, link, sync: this.#syncOver(link) });
  }

  /** A process that has just started with this database. */
  reopen(site: Site): void {
    this.site = site;
    this.#read = undefined;
    this.#handler = createSyncHandler({
      db: site.db,
      authorize,
      onError: this.#onError,
      ...(this.#page && { limits: { maxChanges: this.#page } }),
    });
    for (const upstream of this.upstreams) {
      upstream.sync = this.#syncOver(upstream.link);
      upstream.quietAt = undefined;
    }
  }

  #syncOver({ fetch }: Link): Sync {
    const { name, rights } = this.plan;
    const headers = headersOf(name, rights);
    const sync = createSync({
      db: this.site.db,
      fetch,
      headers,
      retry: { attempts: 1 },
      ...(this.#page && { maxChanges: this.#page }),
    });
    sync.subscribe((event) => {
      if (event.type !== 'hidden' && event.type !== 'refused') return;
      for (const row of event.rows) {
        if (event.type === 'hidden' || ('dropped' in row && row.dropped))
          this.dropped.add(rowName(row));
      }
    });
    return sync;
  }
}
