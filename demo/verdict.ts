import { createHash } from 'node:crypto';
import { type Change, SENTINEL } from 'drizzle-crr';
import { asc } from 'drizzle-orm';
import { cities } from './schema.js';
import type { Site } from './sites.js';

/** Everything that must be equal at sites that have exchanged all their changes. */
export interface Holdings {
  readonly site: string;
  /** One line per row, by key. */
  readonly rows: readonly string[];
  /** One line per cell or sentinel: key, column, version, causal length, value. */
  readonly clocks: readonly string[];
  readonly tombstones: number;
}

export interface Verdict {
  readonly holds: boolean;
  readonly digests: readonly {
    readonly site: string;
    readonly rows: string;
    readonly clocks: string;
  }[];
  /** Lines that not every site has. */
  readonly differences: number;
}

export async function holdingsOf({ name, db }: Site): Promise<Holdings> {
  const rows = await db.select().from(cities).orderBy(asc(cities.code));
  const { changes } = await db.$crr.changes({ since: 0 });
  return {
    site: name,
    rows: rows.map((row) => JSON.stringify(row)),
    clocks: changes.map(clockLine).sort(),
    tombstones: changes.filter(({ cid, cl }) => cid === SENTINEL && cl % 2 === 0).length,
  };
}

/** Compares sites by digest and also line by line, even if the digests are equal. */
export function compareHoldings(sites: readonly Holdings[]): Verdict {
  const digests = sites.map(({ site, rows, clocks }) => ({
    site,
    rows: digest(rows),
    clocks: digest(clocks),
  }));
  const differences = countDifferences(sites.map(({ rows, clocks }) => [...rows, ...clocks]));
  const [first] = digests;
  const equal = digests.every(
    ({ rows, clocks }) => rows === first?.rows && clocks === first.clocks,
  );
  const empty = sites.some(({ rows, clocks }) => rows.length === 0 || clocks.length === 0);
  return { holds: equal && differences === 0 && !empty, digests, differences };
}

/** Without db_version, site and seq: they depend on when and from where a change arrived. */
function clockLine({ pk, cid, col_version, cl, val }: Change): string {
  const value = typeof val === 'bigint' ? `${val}n` : JSON.stringify(val);
  return `${Buffer.from(pk).toString('hex')} ${cid} v${col_version} cl${cl} ${value}`;
}

function countDifferences(sites: readonly (readonly string[])[]): number {
  const seen = new Map<string, number>();
  for (const line of sites.flat()) seen.set(line, (seen.get(line) ?? 0) + 1);
  return [...seen.values()].filter((times) => times !== sites.length).length;
}

const digest = (lines: readonly string[]) =>
  createHash('sha256').update(lines.join('\n')).digest('hex');
