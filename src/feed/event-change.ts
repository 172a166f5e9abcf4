import { typeOf } from '../columns/registry.js';
import { wireOffset } from '../columns/versions.js';
import { encodeEvent, type LogEvent } from '../model/log-event.js';
import type { SitesOfPage } from '../model/site.js';
import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import { bytesToHex } from '../model/value.js';
import type { LoggedEvent } from '../tables/log/read.js';
import { valueTextOf } from '../tables/log/text.js';

/** The value of an event's change, from the event as it is in the log. */
export function eventValue(spec: TableSpec, event: LoggedEvent, sites: SitesOfPage): string {
  const { time, rowVersion, parents, pruned, author, message, reverts, others } = event;
  const columns = replicatedColumns(spec);
  const cells: Record<string, readonly [number | null, string]> =
    others === undefined ? {} : (JSON.parse(others) as Record<string, [number | null, string]>);
  for (const [index, { version, value }] of event.cells) {
    const column = columns[index]!;
    // A site without a cell of its own in a column has written none.
    if (version === undefined && typeOf(column).storage === 'cells') continue;
    const inside = version === undefined ? rowVersion! : Math.abs(version);
    const offset = wireOffset(column);
    // A row's version is the same number for all columns, whatever their range. A lost one is sent as it was.
    const isOfRow = inside === rowVersion && offset === 0;
    cells[column.name] = [isOfRow ? null : inside + offset, valueTextOf(value)];
  }
  return encodeEvent({
    t: time,
    ...(rowVersion !== undefined && { r: rowVersion }),
    ...(Object.keys(cells).length > 0 && { c: cells }),
    ...(parents.length > 0 && { p: parents.map((dot) => sentParent(dot, event.site, sites)) }),
    ...(pruned.length > 0 && { b: pruned.map((dot) => sentParent(dot, event.site, sites)) }),
    ...(author !== undefined && { a: author }),
    ...(message !== undefined && { m: message }),
    ...(reverts !== undefined && { u: sentCommit(reverts, event.site, sites) }),
  } satisfies LogEvent);
}

function sentCommit(
  commit: string,
  writer: number,
  sites: SitesOfPage,
): readonly [number, string?] {
  const [site, dbVersion] = commit.split(':').map(Number) as [number, number];
  return site === writer ? [dbVersion] : [dbVersion, bytesToHex(sites.idOf(site))];
}

function sentParent(
  dot: string,
  writer: number,
  sites: SitesOfPage,
): NonNullable<LogEvent['p']>[number] {
  const [site, dbVersion, seq] = dot.split(':').map(Number) as [number, number, number];
  return site === writer ? [dbVersion, seq] : [dbVersion, seq, bytesToHex(sites.idOf(site))];
}

/** The ordinals that {@link eventValue} looks up. */
export const sitesOfEvent = ({ parents, pruned, reverts }: LoggedEvent): number[] =>
  [...parents, ...pruned, ...(reverts === undefined ? [] : [reverts])].map((dot) =>
    Number(dot.slice(0, dot.indexOf(':'))),
  );
