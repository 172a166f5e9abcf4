/**
 * Sites that edit documents, write them by SQL, delete and rename their rows, and hand each other parts of their feeds in any
 * order, some of them twice, end with equal rows. `CRR_SEED` repeats a run, `CRR_HISTORIES` makes more.
 */
import { eq } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test, vi } from 'vitest';
import { collaborativeText, counter, crrTable, type LiveDocument, mvr } from '../../src/index.js';
import { deliver, type MeshSite, openMeshSite, rowsOf, settle } from '../columns/laws/mesh.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { SUBJECTS } from './codecs.js';

describe.each(SUBJECTS)('$name', ({ codec, scribble, content }) => {
  const t = crrTable('t', {
    id: text('id').primaryKey().notNull(),
    title: text('title'),
    body: collaborativeText('body', codec),
    votes: counter('votes'),
    owner: mvr(text('owner')),
  });
  const withoutCodec = crrTable('t', {
    id: text('id').primaryKey().notNull(),
    title: text('title'),
    body: collaborativeText('body'),
    votes: counter('votes'),
    owner: mvr(text('owner')),
  });
  const IDS = ['a', 'b'];
  const WORDS = ['red', 'green', 'blue ', ' fox', '\n', '🦊', 'é'];
  const HISTORIES = Math.ceil(numberFromEnv('CRR_HISTORIES', 20) / 10);
  const STEPS = 60;

  /** Documents that stay open while other things happen, by site and row. */
  type Open = Map<string, LiveDocument>;

  async function step(random: Random, site: MeshSite, open: Open): Promise<void> {
    const { db } = site;
    const id = random.pick(IDS);
    const word = random.pick(WORDS);
    switch (random.int(11)) {
      case 0:
        await db
          .insert(t as never)
          .values({ id, body: random.chance(0.5) ? `${word} ${id}` : null } as never)
          .onConflictDoNothing();
        return;
      case 1:
        if (random.chance(0.4)) await db.delete(t).where(eq(t.id, id));
        return;
      case 2:
        await db.update(t).set({ title: word, owner: word }).where(eq(t.id, id));
        return;
      case 3: {
        const [row] = await db.select().from(t).where(eq(t.id, id));
        const body = row?.body ?? '';
        const at = random.int(body.length + 1);
        if (row)
          await db
            .update(t)
            .set({ body: `${body.slice(0, at)}${word}` })
            .where(eq(t.id, id));
        return;
      }
      case 4:
        if (random.chance(0.2)) {
          const to = `${id}${random.int(3)}`;
          const taken = await db.select().from(t).where(eq(t.id, to));
          if (taken.length === 0) await db.update(t).set({ id: to }).where(eq(t.id, id));
        }
        return;
      case 5:
        if (random.chance(0.2)) {
          const body = `${word} again`;
          await site.client.execute({
            sql: 'INSERT OR REPLACE INTO t (id, body) VALUES (?, ?)',
            args: [id, body],
          });
          await db.$crr.changes();
        }
        return;
      default: {
        const [row] = await db.select().from(t).where(eq(t.id, id));
        if (row === undefined) return;
        const place = `${site.id} ${id}`;
        const doc = open.get(place) ?? (await db.$crr.document(t, { id }, 'body', codec));
        for (let i = 0; i <= random.int(3); i++) scribble(doc.editor, random, word);
        open.set(place, doc);
        if (random.chance(0.3)) return;
        if (random.chance(0.5)) await saved(doc.save());
        else {
          open.delete(place);
          await saved(doc.close());
        }
      }
    }
  }

  /** The row may have been deleted, or created again, since the document was opened. */
  const saved = (save: Promise<void>) =>
    save.catch((error) => expect(error).toMatchObject({ code: 'CRR_DATABASE_NO_ROW' }));

  test('documents among columns of other types converge', { timeout: 600_000 }, async () => {
    const seed = seedFromEnv();
    let documents = 0;
    for (let history = 0; history < HISTORIES; history++) {
      const random = new Random(hash('text mesh', seed, history));
      const label = `CRR_SEED=${seed}, history ${history}`;
      // A document that is brought up to date in the background reports its errors there.
      const reported = vi.spyOn(console, 'error').mockImplementation(() => {});
      const sites = [
        await openMeshSite({ t }),
        await openMeshSite({ t }),
        await openMeshSite({ t }),
      ] as const;
      // Passes everything on, and understands no document.
      const relay = await openMeshSite({ t: withoutCodec });
      const open: Open = new Map();
      for (let i = 0; i < STEPS; i++) {
        if (random.chance(0.75)) await step(random, random.pick(sites), open);
        else {
          const all = [...sites, relay];
          const [from, to] = random.shuffle(all) as [MeshSite, MeshSite];
          await deliver(random, from, to);
        }
      }
      for (const doc of open.values()) await saved(doc.close());
      // What was put into documents while the first exchange went on is news in the next.
      await settle([...sites, relay]);
      await settle([...sites, relay]);
      expect(reported.mock.calls, label).toEqual([]);
      reported.mockRestore();
      const rows = await rowsOf(sites[0], 't');
      documents += rows.length;
      const marks = new Map<string, unknown>();
      for (const site of sites) {
        expect(await rowsOf(site, 't'), label).toEqual(rows);
        for (const { id, body } of await site.db.select().from(t)) {
          const doc = await site.db.$crr.document(t, { id }, 'body', codec);
          expect(doc.toString(), label).toBe(body ?? '');
          const delta = content(doc.editor);
          expect(delta, label).toEqual(marks.get(id) ?? delta);
          marks.set(id, delta);
          await doc.close();
        }
      }
      const cells = (site: MeshSite) => rowsOf(site, 't__crr_cell').then((all) => all.length);
      expect(await cells(relay), label).toBe(await cells(sites[0]));
    }
    expect(documents).toBeGreaterThan(HISTORIES);
  });
});
