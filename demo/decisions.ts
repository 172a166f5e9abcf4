import { type Change, SENTINEL, type SqlValue, unpackKey } from 'drizzle-crr';
import { cities } from './schema.js';
import type { Site } from './sites.js';

/** The state of one cell at a site: its value, and the clocks that decide. */
export interface Claim {
  readonly cl: number;
  /** Undefined if the site did not write the cell. */
  readonly cell: Pick<Change, 'val' | 'col_version' | 'site_id'> | undefined;
}

/** A site's claims since some db_version, looked up by code and column. */
export type Claims = (code: string, column: string) => Claim | undefined;

/** Reads the claims of a site since a db_version: only its own (`own`), or all that it has. */
export async function claimsOf(site: Site, since: number, own: boolean): Promise<Claims> {
  const filter = own ? { site: site.siteId } : {};
  const { changes } = await site.db.$crr.changes({ since, tables: [cities], ...filter });
  const rows = new Map<string, { cl: number; cells: Map<string, Change> }>();
  for (const change of changes) {
    const code = String(unpackKey(change.pk)[0]);
    const row = rows.get(code) ?? { cl: change.cl, cells: new Map<string, Change>() };
    rows.set(code, row);
    if (change.cid !== SENTINEL) row.cells.set(change.cid, change);
  }
  return (code, column) => {
    const row = rows.get(code);
    return row && { cl: row.cl, cell: row.cells.get(column) };
  };
}

/** Who wins a cell by the merge rules, and the rule that decides it. */
export interface Ruling {
  readonly winner: 'Ada' | 'Ben';
  readonly why: string;
}

/** Applies the merge rules to two claims: causal length first, then version, then value. */
export function rule(ada: Claim | undefined, ben: Claim | undefined): Ruling | undefined {
  const [a, b] = [ada?.cl ?? 0, ben?.cl ?? 0];
  const deleted = (cl: number) => cl > 0 && cl % 2 === 0;
  if (a !== b && (deleted(a) || deleted(b))) {
    const winner = a > b ? 'Ada' : 'Ben';
    return { winner, why: `cl ${Math.max(a, b)} > ${Math.min(a, b)}` };
  }
  const [mine, theirs] = [ada?.cell, ben?.cell];
  if (!mine && !theirs) return undefined;
  if (!theirs) return { winner: 'Ada', why: 'unopposed' };
  if (!mine) return { winner: 'Ben', why: 'unopposed' };
  if (mine.col_version !== theirs.col_version) {
    const [more, less] = [mine.col_version, theirs.col_version].sort((x, y) => y - x);
    const winner = mine.col_version > theirs.col_version ? 'Ada' : 'Ben';
    return { winner, why: `v${more} > v${less}` };
  }
  return { winner: greater(mine.val, theirs.val) ? 'Ada' : 'Ben', why: 'greater value' };
}

/** Both values of a cell have the same storage class here. */
function greater(a: SqlValue, b: SqlValue): boolean {
  if (typeof a === 'string' && typeof b === 'string') {
    return Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0;
  }
  return a !== null && (b === null || a > b);
}
