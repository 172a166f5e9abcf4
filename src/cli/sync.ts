import { parseArgs } from 'node:util';
import { createSync } from '../sync/client/client.js';
import type { SyncProgress, SyncResult } from '../sync/client/result.js';
import type { Command } from './command.js';
import { DATABASE_OPTIONS, DATABASE_USAGE, openDatabase, usage } from './open-database.js';

export const syncCommand: Command = {
  name: 'sync',
  summary: 'exchange changes with a server, once',
  usage: `Usage: drizzle-crr sync <url> [options]

Sends what the server lacks, gets what is new there, and ends. Run it again to go on where it was interrupted.

${DATABASE_USAGE}
  --header <h>       a header of every request, such as "authorization: Bearer ..."; may be repeated
  --json             readable messages, for debugging`,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...DATABASE_OPTIONS,
        header: { type: 'string', multiple: true },
        json: { type: 'boolean' },
      },
    });
    const [url, ...more] = positionals;
    if (url === undefined || more.length > 0) throw usage('sync takes one address of a server');
    const { db, close } = await openDatabase(values, io);
    try {
      const headers = Object.fromEntries((values.header ?? []).map(splitHeader));
      const sync = createSync({ db, url, headers, format: values.json ? 'json' : 'binary' });
      let isShown = false;
      sync.subscribe((event) => {
        if (event.type !== 'progress' || !io.isTTY) return;
        isShown = true;
        io.stderr(`\r${progressBar(event.progress)}`);
      });
      const result = await sync.sync().finally(() => {
        if (isShown) io.stderr('\r\x1b[K');
      });
      io.stdout(`${report(result)}\n`);
      return 0;
    } finally {
      close();
    }
  },
};

const WIDTH = 24;

/** Both directions in one bar. */
export function progressBar({ share, pushed, pulled }: SyncProgress): string {
  const full = Math.round(share * WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${String(Math.round(share * 100)).padStart(3)} %  sent ${pushed}, received ${pulled}`;
}

function report(result: SyncResult): string {
  const { pushed, pulled, hidden, refused, requests, bytesSent, bytesReceived } = result;
  if (pushed + pulled + hidden + refused === 0) return 'nothing new on either side';
  const lines = [
    `sent ${many(pushed, 'change')}, received ${pulled}, in ${many(requests, 'request')} (${bytesSent} B out, ${bytesReceived} B in)`,
    ...(hidden > 0 ? [`no longer visible to this site: ${many(hidden, 'row')}`] : []),
    ...(refused > 0
      ? [`left out, since this site may not write them: ${many(refused, 'row')}`]
      : []),
    ...(result.sameSchema
      ? []
      : ['the server has another schema: some changes may wait until both sides are migrated']),
  ];
  return lines.join('\n');
}

const many = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

function splitHeader(header: string): [string, string] {
  const colon = header.indexOf(':');
  if (colon < 1) throw usage('--header must read "name: value"');
  return [header.slice(0, colon).trim(), header.slice(colon + 1).trim()];
}
