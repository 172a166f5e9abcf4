import { parseArgs } from 'node:util';
import type { Change } from '../model/change.js';
import { unpackKey } from '../model/packed-key.js';
import { bytesToHex, type SqlValue } from '../model/value.js';
import type { Command } from './command.js';
import { DATABASE_OPTIONS, DATABASE_USAGE, openDatabase, usage } from './open-database.js';
import { textTable } from './text-table.js';

export const changesCommand: Command = {
  name: 'changes',
  summary: 'the change feed, as a table or as NDJSON',
  usage: `Usage: drizzle-crr changes [options]

${DATABASE_USAGE}
  --since <n>        only what is newer than this db_version (default 0)
  --table <name>     only this table; may be repeated
  --limit <n>        at most about so many changes
  --ndjson           one JSON object per line, values with their storage class`,
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: {
        ...DATABASE_OPTIONS,
        since: { type: 'string' },
        table: { type: 'string', multiple: true },
        limit: { type: 'string' },
        ndjson: { type: 'boolean' },
      },
    });
    const since = count('--since', values.since ?? '0');
    const limit = values.limit === undefined ? undefined : count('--limit', values.limit);
    const { db, close } = await openDatabase(values, io);
    try {
      const tables = values.table && { tables: values.table };
      let shown = 0;
      const widths: number[] = [];
      const pageSize = Math.min(limit ?? 1_000, 1_000);
      for await (const { changes: page } of db.$crr.changes({
        since,
        ...tables,
        limit: pageSize,
      })) {
        if (page.length === 0) continue; // The last page may only bring a cursor.
        const text = values.ndjson ? page.map(ndjson).join('\n') : table(page, widths, shown === 0);
        io.stdout(`${text}\n`);
        shown += page.length;
        if (limit !== undefined && shown >= limit) return 0;
      }
      if (shown === 0 && !values.ndjson) io.stdout(`nothing is newer than db_version ${since}\n`);
      return 0;
    } finally {
      close();
    }
  },
};

const HEADING = ['db_version', 'seq', 'table', 'key', 'cid', 'value', 'col_version', 'cl', 'site'];

function table(changes: readonly Change[], widths: number[], isFirst: boolean): string {
  const rows = changes.map((change) => [
    change.db_version,
    change.seq,
    change.table,
    unpackKey(change.pk).map(shown).join(', '),
    change.cid,
    change.cid === '-1' ? (change.cl % 2 === 0 ? '(deleted)' : '(alive)') : shown(change.val),
    change.col_version,
    change.cl,
    bytesToHex(change.site_id).slice(0, 8),
  ]);
  const text = textTable(HEADING, rows, widths);
  return isFirst ? text : text.slice(text.indexOf('\n') + 1);
}

const LONGEST = 40;

function shown(value: SqlValue): string {
  if (value instanceof Uint8Array) return short(`x'${bytesToHex(value.subarray(0, LONGEST))}'`);
  if (typeof value === 'string') return short(JSON.stringify(value));
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value);
  return String(value);
}

const short = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

function ndjson(change: Change): string {
  return JSON.stringify({
    ...change,
    pk: bytesToHex(change.pk),
    site_id: bytesToHex(change.site_id),
    val: typed(change.val),
  });
}

function typed(value: SqlValue): unknown {
  if (value === null) return null;
  if (typeof value === 'bigint') return { integer: String(value) };
  if (typeof value === 'number') return { real: String(value) };
  return typeof value === 'string' ? { text: value } : { blob: bytesToHex(value) };
}

function count(option: string, text: string): number {
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw usage(`${option} must be an integer from 0`);
}
