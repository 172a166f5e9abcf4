/** Statements that a document of a collaborative text costs. They are the same on every machine. */
import { type Client, createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import { collaborativeText, crrTable, withCrr } from '../src/index.js';
import { yText } from '../src/yjs/index.js';

const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  body: collaborativeText('body', yText()),
});

/** What was asked of a database. */
export interface Asked {
  readonly statements: number;
  /** Batches: round trips, if the database is remote. */
  readonly trips: number;
}

export interface DocumentCosts {
  readonly open: Asked;
  readonly save: Asked;
  /** A save that writes a baseline, too. */
  readonly baseline: Asked;
  /** An update of another site arrives, while the document is open and while it is not. */
  readonly mergeOpen: Asked;
  readonly mergeClosed: Asked;
}

/** @param documents how many the database has, all of them edited. */
export async function documentCosts(documents: number): Promise<DocumentCosts> {
  const [own, other] = [await openDatabase(), await openDatabase()];
  const ids = Array.from({ length: documents }, (_, i) => `n${i}`);
  await own.db.insert(notes).values(ids.map((id) => ({ id, body: 'text' })));
  const open = (site: typeof own, id = 'n0') =>
    site.db.$crr.document(notes, { id }, 'body', yText());
  for (const id of ids) {
    const doc = await open(own, id);
    doc.editor.text.insert(0, 'a');
    await doc.close();
  }
  await other.db.$crr.apply(await own.db.$crr.changes());
  own.take();

  const doc = await open(own);
  const opened = own.take();
  const type = async (word: string) => {
    doc.editor.text.insert(0, word);
    await doc.save();
    await settled(own);
    return own.take();
  };
  await type('first'); // Takes the lane.
  const save = await type('b');
  const baseline = await type('c'.repeat(3_000));
  const theirs = await open(other);
  const merge = async () => {
    const since = await other.db.$crr.version();
    theirs.editor.text.insert(0, 'd');
    await theirs.save();
    const page = await other.db.$crr.changes({ since });
    own.take();
    await own.db.$crr.apply(page);
    return own.take();
  };
  await merge(); // Makes the gates.
  const mergeOpen = await merge();
  await doc.close();
  const mergeClosed = await merge();
  await theirs.close();
  own.client.close();
  other.client.close();
  return { open: opened, save, baseline, mergeOpen, mergeClosed };
}

/** The feed waits for what is under way. Its own statements are not counted. */
async function settled(site: Awaited<ReturnType<typeof openDatabase>>): Promise<void> {
  const { statements, trips } = site.take();
  await site.db.$crr.changes({ since: await site.db.$crr.version() });
  site.take();
  site.add({ statements, trips });
}

async function openDatabase() {
  const client = createClient({ url: ':memory:' });
  await client.execute('CREATE TABLE notes (id text PRIMARY KEY NOT NULL, body text)');
  let [statements, trips] = [0, 0];
  const add = (asked: Asked) => {
    statements += asked.statements;
    trips += asked.trips;
  };
  const batch = client.batch.bind(client);
  client.batch = (...[list, mode]: Parameters<Client['batch']>) => {
    add({ statements: list.length, trips: 1 });
    return batch(list, mode);
  };
  const db = withCrr(drizzle(client), { schema: { notes } });
  await db.$crr.install();
  const take = (): Asked => {
    const asked = { statements, trips };
    [statements, trips] = [0, 0];
    return asked;
  };
  return { client, db, add, take };
}
