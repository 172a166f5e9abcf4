/** A scenario for any engine, as those of conformance.ts: documents of a text, also with writes by SQL, other keys and a relay. */
import { eq, sql } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { collaborativeText, crrTable, mvr } from '../../src/index.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { yText } from '../../src/yjs/index.js';
import type { OpenSite, Site } from './conformance.js';

const essays = crrTable('essays', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  body: collaborativeText('body', yText()),
  mood: mvr(text('mood')),
});
const relayed = crrTable('essays', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  body: collaborativeText('body'),
  mood: mvr(text('mood')),
});

export async function textScenario(open: OpenSite): Promise<string[]> {
  const server = await open({ essays: relayed });
  const [a, b] = [await open({ essays }), await open({ essays })];
  const handler = createSyncHandler({ db: server.db, public: true });
  const sync = async () => {
    for (const { db } of [a, b, a, b]) {
      await createSync({ db, fetch: handler, retry: { attempts: 1 } }).sync();
    }
  };
  const documentOf = ({ db }: Site, id = 'e') => db.$crr.document(essays, { id }, 'body', yText());
  const lines: string[] = [];
  const show = async (what: string) => {
    for (const [name, { db }] of Object.entries({ a, b, server })) {
      const rows = await db.select().from(essays);
      lines.push(`${what}: ${name} ${JSON.stringify(rows)}`);
    }
  };

  await a.db.insert(essays).values({ id: 'e', title: 't', body: 'one two three', mood: 'calm' });
  await sync();
  await show('inserted');
  const [docA, docB] = [await documentOf(a), await documentOf(b)];
  docA.editor.text.insert(0, '> ');
  docB.editor.text.format(4, 3, { bold: true });
  docB.editor.text.insert(13, ' é 🦊');
  await docA.save();
  await docB.save();
  await sync();
  await docA.refresh();
  lines.push(JSON.stringify(docA.editor.text.toDelta()));
  await docB.close();
  await show('edited');
  await b.db.update(essays).set({ body: '> one 2 three' }).where(eq(essays.id, 'e'));
  docA.editor.text.insert(docA.editor.text.length, ' four');
  await docA.save();
  await sync();
  await show('written by SQL');
  for (let i = 0; i < 150; i++) {
    docA.editor.text.insert(2, `word ${i} `);
    docA.editor.text.delete(2, `word ${i} `.length);
    await docA.save();
  }
  await docA.close();
  await sync();
  const count = sql`SELECT count(*) AS n FROM essays__crr_cell WHERE column_name = 'body' AND version % 2 = 1`;
  for (const { db } of [a, b, server]) {
    lines.push(`baselines: ${Object.values(((await db.all(count)) as object[])[0]!)[0]}`);
  }
  await b.db.update(essays).set({ id: 'f' });
  await sync();
  await show('another key');
  const moved = await documentOf(a, 'f');
  lines.push(JSON.stringify(moved.editor.text.toDelta()));
  await moved.close();
  await a.db.delete(essays);
  await documentOf(a, 'f').catch((error) =>
    lines.push(`deleted: ${(error as { code: string }).code}`),
  );
  await sync();
  await show('deleted');
  for (const { db } of [a, b, server]) {
    lines.push(`findings: ${JSON.stringify((await db.$crr.verify()).findings)}`);
  }
  return lines;
}
