/**
 * A process that is killed while it saves a document or writes its baseline: nothing that was saved is lost. `CRR_KILLS` sets
 * how often it is killed with each journal.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { yText } from '../../src/yjs/index.js';
import { type Bundle, bundle } from '../crashes/victims.js';
import { openClient } from '../support/client.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { openSite } from '../support/site.js';
import { notes, wordOf } from './typed.js';

const KILLS = numberFromEnv('CRR_KILLS', 1);
const BASELINE = 'SELECT count(*) AS n FROM notes__crr_cell WHERE site > 0 AND version % 2 = 1';

let typist: Bundle;
beforeAll(async () => {
  typist = await bundle('test/text/typist.ts');
});
afterAll(() => typist?.remove());

/** Kills it up to 15 ms after a word. @returns the last word that it has saved. */
async function typeUntilKilled(url: string, first: number, random: Random): Promise<number> {
  const child = spawn(process.execPath, [typist.script, url, `${first}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', (_, signal) => resolve(signal)));
  let last = first - 1;
  const until = first + 10 + random.int(20);
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (last === until) setTimeout(() => child.kill('SIGKILL'), random.int(15));
  }
  expect(await ended).toBe('SIGKILL');
  return last;
}

test.each(['WAL', 'DELETE'])(
  'journal %s: what was saved is there, once, and the column shows it',
  { timeout: 60_000 + 30_000 * KILLS },
  async (journal) => {
    const random = new Random(hash('typist', seedFromEnv(), journal));
    const directory = mkdtempSync(join(tmpdir(), 'drizzle-crr-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const url = `file:${join(directory, 'text.db')}`;
    const created = openClient({ url });
    await created.execute(`PRAGMA journal_mode = ${journal}`);
    const begun = await openSite({ notes }, created);
    await begun.insert(notes).values({ id: 'a', body: '' });
    created.close();
    let next = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const last = await typeUntilKilled(url, next, random);
      const client = openClient({ url });
      const { rows: integrity } = await client.execute('PRAGMA integrity_check');
      expect(integrity.map((row) => row[0])).toEqual(['ok']);
      const site = await openSite({ notes }, client, { ddl: [] });
      expect((await site.$crr.verify()).findings).toEqual([]);
      const [shown] = await site.select().from(notes);
      const doc = await site.$crr.document(notes, { id: 'a' }, 'body', yText());
      expect(shown!.body).toBe(doc.toString());
      const words = doc.toString().split('\n').length - 1;
      // The one that was being saved is there or not.
      expect([last + 1, last + 2]).toContain(words);
      expect(doc.toString()).toBe(Array.from({ length: words }, (_, n) => wordOf(n)).join(''));
      expect(Number((await client.execute(BASELINE)).rows[0]!.n)).toBe(1);
      await doc.close();
      client.close();
      next = words;
    }
  },
);
