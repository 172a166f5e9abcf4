import { sinceOf } from '../../database/change-stream.js';
import type { Peer, PeerProgress } from '../../database/peers.js';
import { bytesToHex } from '../../model/value.js';
import type { Status, TableStatus } from '../read-status.js';
import type { Style } from '../style.js';
import { peerText } from './compacted.js';
import { bytes, count } from './quantity.js';
import { textTable } from './text-table.js';

export function renderStatus(status: Status, style: Style): string {
  const facts: [string, string][] = [
    ['database', status.address],
    ['site id', bytesToHex(status.siteId)],
    ['db_version', String(status.version)],
    ['pending', pendingText(status.pending, style)],
    ...rejectedFact(status.rejected, style),
    ...asideFact(status.tables, style),
    ['schema', schemaText(status.differences, style)],
    ['bookkeeping', sizeText(status.bookkeepingBytes)],
    ...compactionFacts(status),
    ...draftsFact(status),
    ...historyFacts(status.tables),
  ];
  return [
    ...facts.map(([name, value]) => `${style.bold(name.padEnd(13))}${value}`),
    '',
    withBoldHeading(
      textTable(['table', 'rows', 'tombstones'], status.tables.map(tableCells)),
      style,
    ),
    '',
    status.peers.length === 0
      ? 'No peers yet.'
      : withBoldHeading(
          textTable(
            ['peer', 'part', 'received up to', 'to send', 'address'],
            status.peers.map((peer) => peerCells(peer, status.version)),
          ),
          style,
        ),
  ].join('\n');
}

const pendingText = (pending: number, style: Style): string =>
  pending === 0
    ? 'none'
    : style.yellow(`${count(pending, 'change')}, until a table, column or row is there`);

/** Only if there are any. */
const rejectedFact = (rejected: number, style: Style): [string, string][] =>
  rejected === 0
    ? []
    : [
        [
          'rejected',
          style.yellow(
            `${count(rejected, 'row')}, which break a constraint: see db.$crr.rejected()`,
          ),
        ],
      ];

/** Only if there are any. */
function asideFact(tables: readonly TableStatus[], style: Style): [string, string][] {
  const total = (what: 'parked' | 'masked') => tables.reduce((sum, table) => sum + table[what], 0);
  const texts = [
    ...(total('parked') > 0 ? [`${count(total('parked'), 'row')} not shown`] : []),
    ...(total('masked') > 0 ? [`${count(total('masked'), 'row')} shown in part`] : []),
  ];
  if (texts.length === 0) return [];
  const names = tables.filter(({ parked, masked }) => parked + masked > 0).map(({ name }) => name);
  return [
    [
      'constraints',
      style.yellow(`${texts.join(', ')} (${names.join(', ')}): see db.$crr.conflicts(table)`),
    ],
  ];
}

const schemaText = (differences: number, style: Style): string =>
  differences === 0
    ? 'matches'
    : style.yellow(`${count(differences, 'difference')}: see drizzle-crr check`);

/** Only if deletes were forgotten, or are kept for a peer. */
function compactionFacts({ horizon, heldBackBy, tables }: Status): [string, string][] {
  const hasTombstones = tables.some(({ counts }) => (counts?.tombstones ?? 0) > 0);
  return [
    ...(horizon > 0
      ? [['compacted', `deletes up to db_version ${horizon} are forgotten`] as [string, string]]
      : []),
    ...(hasTombstones
      ? heldBackBy.map((peer): [string, string] => ['kept for', peerText(peer)])
      : []),
  ];
}

/** Only if there are any. */
const draftsFact = ({ drafts }: Status): [string, string][] =>
  drafts.length === 0
    ? []
    : [['drafts', drafts.map(({ name, rows }) => `${name} (${count(rows, 'row')})`).join(', ')]];

/** Only of tables with history. */
const historyFacts = (tables: readonly TableStatus[]): [string, string][] =>
  tables.flatMap(({ name, log }): [string, string][] => {
    if (log === undefined) return [];
    const size = log.bytes === undefined ? '' : `, ${bytes(log.bytes)}`;
    const from = log.horizon === 0 ? '' : `, known from db_version ${log.horizon} on`;
    return [['history', `${name}: ${count(log.events, 'event')}${size}${from}`]];
  });

const sizeText = (size: number | undefined): string =>
  size === undefined ? 'size unknown: this database has no dbstat' : bytes(size);

const tableCells = ({ name, counts }: TableStatus): (string | number)[] =>
  counts === undefined ? [name, 'not a CRR yet', ''] : [name, counts.rows, counts.tombstones];

function peerCells({ siteId, tag, received, sent, url, owner }: Peer, version: number): string[] {
  return [
    bytesToHex(siteId),
    tag === '' ? 'all' : tag,
    received === undefined ? '-' : `${sinceOf(received.cursor)}${underWay(received)}`,
    sent === undefined ? '-' : `${leftText(sent, version)}${underWay(sent)}`,
    url || (owner ?? ''),
  ];
}

/** A transfer that was interrupted goes on from a position within a db_version. */
const underWay = ({ cursor }: PeerProgress): string =>
  typeof cursor === 'number' ? '' : ' (unfinished)';

/** How many db_versions a peer still has to get. */
export const leftToSend = ({ cursor, skip }: PeerProgress, version: number): number =>
  Math.max(0, version - sinceOf(cursor) - skip.length);

function leftText(sent: PeerProgress, version: number): string {
  const left = leftToSend(sent, version);
  return left === 0 ? 'nothing' : count(left, 'db_version');
}

function withBoldHeading(table: string, style: Style): string {
  const [heading, ...lines] = table.split('\n');
  return [style.bold(heading!), ...lines].join('\n');
}
