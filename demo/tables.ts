import type { Edit } from './edits.js';
import type { Transfer } from './exchange.js';
import { count, type Screen, table, time } from './render.js';
import type { Holdings, Verdict } from './verdict.js';

export function editsTable(screen: Screen, who: string, edits: readonly Edit[]): string {
  return table(screen, {
    head: [who, 'Rows', 'Time'],
    rows: edits.map(({ what, rows, ms }) => [what, count(rows), time(ms)]),
  });
}

export function transfersTable(screen: Screen, transfers: readonly Transfer[]): string {
  return table(screen, {
    head: ['Exchange', 'Changes', 'Pages', 'Rows new', 'changed', 'gone', 'Cells lost', 'Time'],
    rows: transfers.map((t) => [
      `${t.from} → ${t.to}`,
      ...[t.changes, t.pages, t.inserted, t.updated, t.deleted, t.ignored].map(count),
      time(t.ms),
    ]),
  });
}

export function holdingsTable(
  screen: Screen,
  holdings: readonly Holdings[],
  { digests }: Verdict,
): string {
  return table(screen, {
    head: ['Site', 'Rows', 'Tombstones', 'Clocks', 'Digest of rows', 'Digest of clocks'],
    rows: holdings.map(({ site, rows, clocks, tombstones }, i) => [
      site,
      ...[rows.length, tombstones, clocks.length].map(count),
      digests[i]!.rows.slice(0, 12),
      digests[i]!.clocks.slice(0, 12),
    ]),
  });
}
