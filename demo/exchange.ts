import type { ChangesOptions, Cursor } from 'drizzle-crr';
import type { Site } from './sites.js';

/** Changes per page. It is small so that the demo shows several pages. */
const PAGE = 5_000;

export interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly pages: number;
  readonly changes: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Cells that lost, or were known already. */
  readonly ignored: number;
  readonly ms: number;
  /** The cursor for the next transfer. */
  readonly cursor: number | Cursor;
}

/** Transfers the changes newer than `since` from one site to another, page by page. */
export async function transfer(
  from: Site,
  to: Site,
  since: number | Cursor,
  filter: Pick<ChangesOptions, 'site' | 'excludeSite'>,
): Promise<Transfer> {
  const began = performance.now();
  const total = { pages: 0, changes: 0, inserted: 0, updated: 0, deleted: 0, ignored: 0 };
  let cursor = since;
  do {
    const page = await from.db.$crr.changes({ since: cursor, limit: PAGE, ...filter });
    const result = await to.db.$crr.apply(page);
    cursor = page.cursor;
    if (page.changes.length > 0) total.pages++;
    total.changes += page.changes.length;
    total.inserted += result.inserted.length;
    total.updated += result.updated.length;
    total.deleted += result.deleted.length;
    total.ignored += result.cellsIgnored;
  } while (typeof cursor !== 'number'); // After the last page the cursor is a db_version.
  return { from: from.name, to: to.name, ...total, ms: performance.now() - began, cursor };
}

/** A laptop and its server, with the cursors of both directions. */
export class Link {
  #sent: number | Cursor = 0;
  #received: number | Cursor = 0;

  constructor(
    readonly laptop: Site,
    readonly server: Site,
  ) {}

  /** Sends this laptop's own changes. It has all other changes from the server. */
  async push(): Promise<Transfer> {
    const { laptop, server } = this;
    const done = await transfer(laptop, server, this.#sent, { site: laptop.siteId });
    this.#sent = done.cursor;
    return done;
  }

  async pull(): Promise<Transfer> {
    const { laptop, server } = this;
    const done = await transfer(server, laptop, this.#received, { excludeSite: laptop.siteId });
    this.#received = done.cursor;
    return done;
  }
}
