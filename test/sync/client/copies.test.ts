/** Clients that were restored from a backup or copied, and whose site id nobody changed by hand. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { hash, numberFromEnv, Random, seedFromEnv } from '../../support/random.js';
import { connect, contents, note, notes, openSite, type Site, serve } from '../world.js';

const directory = mkdtempSync(join(tmpdir(), 'drizzle-crr-copies-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let files = 0;
const newFile = () => join(directory, `${files++}.db`);
const open = (file: string) => openSite(`file:${file}`);

test('a restored client gets back what it had sent, and both sides agree', async () => {
  const [server, file, backup] = [await openSite(), newFile(), newFile()];
  const handler = serve(server);
  const before = await open(file);
  await before.db.insert(notes).values(note('one', { body: 'A' }));
  await connect(before, handler).sync();
  copyFileSync(file, backup);
  await before.db.insert(notes).values(note('two'));
  await before.db.update(notes).set({ body: 'M' }).where(eq(notes.id, 'one'));
  await connect(before, handler).sync();
  const restored = await open(backup);
  const id = await restored.crr.siteId();
  await restored.db.update(notes).set({ body: 'B' }).where(eq(notes.id, 'one'));
  await connect(restored, handler).sync();
  expect(await contents(restored)).toBe(await contents(server));
  expect((await restored.db.select().from(notes)).map((row) => row.body)).toEqual([
    'M',
    'body of two',
  ]);
  expect(await restored.crr.siteId()).not.toEqual(id);
  expect(await connect(restored, handler).sync()).toMatchObject({ pushed: 0, pulled: 0 });
});

test('a client that was not copied keeps its id, whatever answers it loses', async () => {
  const [server, a] = [await openSite(), await openSite()];
  const handler = serve(server);
  const id = await a.crr.siteId();
  for (let i = 0; i < 4; i++) {
    await a.db.insert(notes).values(note(`${i}`));
    const lost = connect(a, async (request) => {
      await handler(request);
      throw new Error('lost');
    });
    await expect(lost.sync()).rejects.toThrow();
    await connect(a, handler).sync();
  }
  expect(await a.crr.siteId()).toEqual(id);
  expect(await contents(a)).toBe(await contents(server));
});

test.each(Array.from({ length: numberFromEnv('CRR_COPIES', 3) }, (_, i) => i))(
  'history %i of copies and restores: all end with the same rows, and none that was written last is lost',
  async (index) => {
    const random = new Random(hash(seedFromEnv(), 'copies', index));
    const server = await openSite();
    const handler = serve(server);
    const sites: { site: Site; file: string }[] = [];
    const backups: string[] = [];
    const inserted = new Set<string>();
    for (let i = 0; i < 2; i++) {
      const file = newFile();
      sites.push({ site: await open(file), file });
    }
    for (let step = 0; step < 40; step++) {
      const at = random.int(sites.length);
      const { site, file } = sites[at]!;
      const kind = random.int(10);
      if (kind < 4) {
        const id = `${index}-${step}`;
        await site.db.insert(notes).values(note(id));
        inserted.add(id);
      } else if (kind < 6) {
        await site.db.update(notes).set({ body: `b${random.int(50)}`, stars: random.int(9) });
      } else if (kind < 8) {
        await connect(site, handler).sync();
      } else {
        // A copy that lives on beside the original. Now and then it takes the place of one: a restore.
        const copy = newFile();
        const source = backups.length > 0 && random.chance(0.5) ? random.pick(backups) : file;
        copyFileSync(source, copy);
        backups.push(newFile());
        copyFileSync(file, backups.at(-1)!);
        const opened = { site: await open(copy), file: copy };
        if (sites.length >= 4) {
          await connect(site, handler).sync();
          sites[at] = opened;
        } else sites.push(opened);
      }
    }
    for (let round = 0; round < 4; round++)
      for (const { site } of sites) await connect(site, handler).sync();
    const rows = async (site: Site) => site.db.select().from(notes).orderBy(notes.id);
    const expected = await rows(server);
    for (const { site } of sites) expect(await rows(site)).toEqual(expected);
    expect(expected.map(({ id }) => id).sort()).toEqual([...inserted].sort());
  },
);
