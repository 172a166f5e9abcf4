import { parseArgs } from 'node:util';
import type { PeerProgress } from '../database/peers.js';
import type { Crr } from '../drizzle/crr.js';
import { internalsOf } from '../drizzle/internals.js';
import { bytesToHex } from '../model/value.js';
import { clockTable } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { statement } from '../sql/statement.js';
import type { Command } from './command.js';
import { DATABASE_OPTIONS, DATABASE_USAGE, openDatabase } from './open-database.js';
import { textTable } from './text-table.js';

export const statusCommand: Command = {
  name: 'status',
  summary: 'site id, version, tables, and how far each peer is',
  usage: `Usage: drizzle-crr status [options]

${DATABASE_USAGE}`,
  async run(args, io) {
    const { values } = parseArgs({ args, options: DATABASE_OPTIONS });
    const { db, close } = await openDatabase(values, io);
    try {
      io.stdout(`${await status(db.$crr)}\n`);
      return 0;
    } finally {
      close();
    }
  },
};

async function status(crr: Crr): Promise<string> {
  const { siteId, version } = await crr.transport.state();
  const [pending, tables, bytes, peers] = [
    await crr.pendingCount(),
    await tableCounts(crr),
    await bookkeepingBytes(crr),
    await crr.transport.peers(),
  ];
  const behind = (progress: PeerProgress | undefined) => {
    if (progress === undefined) return '-';
    const { cursor, skip } = progress;
    const sent = typeof cursor === 'number' ? cursor : cursor.since;
    const left = version - sent - skip.length;
    const under = typeof cursor === 'number' ? '' : ', under way';
    return `${left <= 0 ? 'nothing' : `${left} db_versions`}${under}`;
  };
  const reached = (progress: PeerProgress | undefined) => {
    if (progress === undefined) return '-';
    const { cursor } = progress;
    return typeof cursor === 'number' ? String(cursor) : `${cursor.since}, under way`;
  };
  return [
    `site id      ${bytesToHex(siteId)}`,
    `db_version   ${version}`,
    `pending      ${pending} changes wait for their table, column or row`,
    `bookkeeping  ${bytes === undefined ? 'size unknown: this database has no dbstat' : `${Math.ceil(bytes / 1024)} KiB`}`,
    '',
    textTable(['table', 'rows', 'tombstones'], tables),
    '',
    peers.length === 0
      ? 'no peers yet'
      : textTable(
          ['peer', 'part', 'received up to', 'it lacks', 'address'],
          peers.map((peer) => [
            bytesToHex(peer.siteId),
            peer.tag === '' ? 'all' : peer.tag,
            reached(peer.received),
            behind(peer.sent),
            peer.url || (peer.owner ?? ''),
          ]),
        ),
  ].join('\n');
}

async function tableCounts(crr: Crr): Promise<(string | number)[][]> {
  const names = [...internalsOf(crr).schema.tables.keys()];
  const results = await internalsOf(crr).connection.batch(
    names.map((name) =>
      statement(
        `SELECT (SELECT count(*) FROM ${quoteName(name)}), (SELECT count(*) FROM ${quoteName(clockTable(name))} WHERE cl % 2 = 0)`,
      ),
    ),
    'read',
  );
  return names.map((name, i) => [name, ...Array.from(results[i]![0]!, Number)]);
}

/** Size of everything that is not a user's table; undefined where the database cannot tell. */
async function bookkeepingBytes(crr: Crr): Promise<number | undefined> {
  try {
    const [rows] = await internalsOf(crr).connection.batch(
      [
        statement(
          "SELECT sum(pgsize) FROM dbstat AS d JOIN sqlite_master AS m ON m.name = d.name WHERE m.tbl_name GLOB 'crr_*' OR m.tbl_name GLOB '*__crr_*'",
        ),
      ],
      'read',
    );
    return Number(rows![0]![0]);
  } catch {
    return undefined;
  }
}
