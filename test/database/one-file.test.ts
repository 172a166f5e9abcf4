/** Processes that write to one file at once, and a reader that follows it with a cursor: it misses nothing. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/libsql';
import { expect, onTestFinished, test } from 'vitest';
import { withCrr } from '../../src/index.js';
import { createTableSql } from '../support/create-table.js';
import { expectSound } from '../support/sound.js';
import { logs, openClientOn } from './one-file.js';

const WRITERS = ['p0', 'p1', 'p2'];
const TRANSACTIONS = 40;

test.each(['WAL', 'DELETE'])(
  'no db_version is used twice or passed over, with journal_mode = %s',
  { timeout: 120_000 },
  async (mode) => {
    const path = join(scratch(), 'test.db');
    const open = () => withCrr(drizzle({ client: openClientOn(path) }), { schema: { logs } });
    const db = open();
    await db.$client.execute(`PRAGMA journal_mode = ${mode}`);
    await db.$client.execute(createTableSql(logs));
    await db.$crr.install();

    const read = new Map<string, number>();
    const [reader, pages] = [open(), open()];
    const follow = (since: number | object, limit?: number) =>
      (limit === undefined ? reader : pages).$crr.changes({
        since: since as never,
        ...(limit && { limit }),
      });
    const written: string[][] = [];
    let running = WRITERS.length;
    const writers = WRITERS.map((name) =>
      run(path, name, (keys) => written.push(keys)).finally(() => running--),
    );
    // One of the writers is this process, over a connection of its own.
    const own = (async () => {
      for (let i = 0; i < TRANSACTIONS; i++) {
        const keys = [`own ${i} a`, `own ${i} b`];
        await db.transaction((tx) =>
          tx.insert(logs).values(keys.map((id) => ({ id, body: 'own' }))),
        );
        written.push(keys);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    let since: number | object = 0;
    const paged = new Set<string>();
    let position: number | object = 0;
    for (let isLast = false; ; ) {
      const { changes, cursor } = await follow(since);
      for (const { pk, db_version } of changes) {
        const key = Buffer.from(pk).toString('latin1').slice(3);
        expect(read.has(key), `${key} is read twice`).toBe(false);
        expect(db_version).toBeGreaterThan(Number(since));
        read.set(key, db_version);
      }
      since = cursor;
      const page = await follow(position, 3);
      for (const { pk } of page.changes) paged.add(Buffer.from(pk).toString('latin1').slice(3));
      position = page.cursor;
      if (isLast && page.changes.length === 0) break;
      isLast = running === 0;
      if (isLast) await Promise.all([...writers, own]);
    }

    expect(written.length).toBe((WRITERS.length + 1) * TRANSACTIONS);
    expect([...read.keys()].sort()).toEqual(written.flat().sort());
    expect([...paged].sort()).toEqual(written.flat().sort());
    // Both rows of a transaction have one db_version, and no other row has it.
    const versions = written.map((keys) => keys.map((key) => read.get(key)));
    for (const [a, b] of versions) expect(a).toBe(b);
    expect(new Set(versions.map(([a]) => a)).size).toBe(written.length);
    await expectSound(db);
  },
);

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'drizzle-crr-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts a writer. @param onCommitted is called with the keys of each transaction. */
function run(path: string, name: string, onCommitted: (keys: string[]) => void): Promise<void> {
  const script = fileURLToPath(new URL('./one-file-process.ts', import.meta.url));
  const args = ['--import', 'tsx', script, path, name, String(TRANSACTIONS)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout }).on('line', (line) => onCommitted(JSON.parse(line)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`the writer ${name} ended with ${code}`)),
    );
  });
}
