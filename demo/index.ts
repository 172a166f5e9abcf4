/**
 * The whole thing on real components: a libSQL server, and two laptops that write while they are cut
 * off from it and then exchange their changes. Ends with a verdict; the exit code is 1 if the three
 * databases differ.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSqld } from '../tools/sqld/index.js';
import { type Contest, contestedCells, contestedKeys } from './contested.js';
import { claimsOf } from './decisions.js';
import { adaEdits, addedCodes, benEdits } from './edits.js';
import { Link, type Transfer } from './exchange.js';
import { COUNTRIES, type Place, placesOf } from './places.js';
import { count, heading, paint, paragraph, screenOf, table, time, verdictLine } from './render.js';
import { cities } from './schema.js';
import { fileUrl, openSite, type Site } from './sites.js';
import { editsTable, holdingsTable, transfersTable } from './tables.js';
import { compareHoldings, holdingsOf } from './verdict.js';

const screen = screenOf(process.stdout, process.env);
/** Prints a block and an empty line. */
const print = (block: string) => process.stdout.write(`${block}\n\n`);
const say = (text: string) => print(paragraph(screen, text));

async function main(): Promise<boolean> {
  const began = performance.now();
  const directory = await mkdtemp(join(tmpdir(), 'drizzle-crr-demo-'));
  const sqld = await startSqld();
  const sites: Site[] = [];
  const open = async (name: string, url: string) => {
    const site = await openSite(name, url);
    sites.push(site);
    return site;
  };
  try {
    const server = await open('server', sqld?.httpUrl ?? fileUrl(directory, 'server'));
    const ada = await open('Ada', fileUrl(directory, 'ada'));
    const ben = await open('Ben', fileUrl(directory, 'ben'));
    const holds = await story(server, ada, ben);
    print(paint(screen, 'dim', `  ${time(performance.now() - began)} in all`));
    return holds;
  } finally {
    for (const site of sites) site.close();
    await sqld?.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function story(server: Site, ada: Site, ben: Site): Promise<boolean> {
  const links = [new Link(ada, server), new Link(ben, server)] as const;

  print(heading(screen, 1, 'A travel guide on a server, and two laptops'));
  say(
    server.url.startsWith('http:')
      ? `A real libSQL server (sqld) at ${server.url}; each laptop is a SQLite file. drizzle-kit's migration makes the base table, $crr.install() all the rest: plain SQL, no extension.`
      : "There is no sqld binary for this platform, so a libSQL file takes the server's place; each laptop is another. drizzle-kit's migration makes the base table, $crr.install() all the rest.",
  );
  const places = placesOf(COUNTRIES);
  const filled = await timed(() => fill(server, places));
  say(`The server takes ${count(places.length)} places of ${COUNTRIES.join(', ')} (${filled}).`);
  print(transfersTable(screen, await inTurn(links, (link) => link.pull())));

  print(heading(screen, 2, 'Both are cut off, and write'));
  const versions = [await ada.db.$crr.version(), await ben.db.$crr.version()] as const;
  print(editsTable(screen, 'Ada', await adaEdits(ada)));
  print(editsTable(screen, 'Ben', await benEdits(ben)));
  const claims = [
    await claimsOf(ada, versions[0], true),
    await claimsOf(ben, versions[1], true),
  ] as const;

  print(heading(screen, 3, 'Back online: both send, then both fetch'));
  print(transfersTable(screen, await exchange(links)));
  const moved = (await exchange(links)).reduce((sum, t) => sum + rowsOf(t), 0);
  say(`A second exchange moves ${moved === 0 ? 'nothing' : `${count(moved)} rows`}.`);

  print(heading(screen, 4, 'Who wrote what, who won, and why'));
  const contest: Contest = {
    laptops: [ada, ben],
    claims,
    merged: await claimsOf(server, 0, false),
  };
  const cells = contestedCells(contest);
  print(table(screen, cells.table));
  say(
    'v = version of the cell; cl = causal length of the row: odd alive, even deleted, the longer wins. Equal versions are decided by the greater value. Cells merge, not rows: Bern keeps the rating of one and the note of the other.',
  );
  const keys = contestedKeys(contest);
  print(table(screen, keys.table));
  say(
    `Both gave out the keys ${addedCodes[0]} to ${addedCodes.at(-1)}. Equal keys are one row, so ${keys.mixed} of ${addedCodes.length} rows mix cells of both: keys should be random.`,
  );

  print(heading(screen, 5, 'The verdict'));
  const holdings = [await holdingsOf(server), await holdingsOf(ada), await holdingsOf(ben)];
  const verdict = compareHoldings(holdings);
  print(holdingsTable(screen, holdings, verdict));
  const rows = count(holdings[0]!.rows.length);
  const asRuled = cells.asRuled && keys.asRuled;
  const lines: [holds: boolean, yes: string, no: string][] = [
    [
      verdict.holds,
      `All three hold the same ${rows} rows and the same clocks.`,
      `The three differ in ${count(verdict.differences)} rows or clocks.`,
    ],
    [
      asRuled,
      'Each contested cell was decided as the merge rules say.',
      'A contested cell was not decided as the merge rules say.',
    ],
    [moved === 0, 'Nothing is left to exchange.', 'Exchanging again still moves rows.'],
  ];
  print(lines.map(([holds, yes, no]) => verdictLine(screen, holds, holds ? yes : no)).join('\n'));
  return lines.every(([holds]) => holds);
}

async function exchange(links: readonly Link[]): Promise<Transfer[]> {
  const sent = await inTurn(links, (link) => link.push());
  return [...sent, ...(await inTurn(links, (link) => link.pull()))];
}

async function fill(site: Site, places: readonly Place[]): Promise<void> {
  const chunk = 500;
  const inserts = Array.from({ length: Math.ceil(places.length / chunk) }, (_, i) =>
    site.db.insert(cities).values(places.slice(i * chunk, (i + 1) * chunk)),
  );
  await site.db.batch(inserts as [(typeof inserts)[0], ...typeof inserts]);
}

async function inTurn<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await run(item));
  return results;
}

async function timed(run: () => Promise<unknown>): Promise<string> {
  const began = performance.now();
  await run();
  return time(performance.now() - began);
}

const rowsOf = ({ inserted, updated, deleted }: Transfer) => inserted + updated + deleted;

process.exitCode = (await main()) ? 0 : 1;
