/**
 * The editors of the board in Chromium: two browsers and a third one without a network type into one card at once.
 * `CRR_SCREENSHOTS` names a folder for pictures of it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RunningBoard, runBoard } from '../../examples/board/run.js';
import * as schema from '../../examples/board/schema.js';
import { withCrr } from '../../src/index.js';
import { createSync } from '../../src/sync/index.js';
import { chromiumBinary, startChromium } from '../../tools/chromium/index.js';
import { sqldBinary } from '../../tools/sqld/index.js';
import { openClient } from '../support/client.js';

const { boards, descriptions } = schema;
const chromium = chromiumBinary();
const missing = [chromium ? [] : ['Chromium'], sqldBinary() ? [] : ['sqld']].flat();
const title =
  missing.length === 0
    ? 'the editors of the board'
    : `the editors of the board (skipped: no ${missing.join(', no ')})`;
const WAIT = { timeout: 20_000 };
const USERS = ['ann', 'ben', 'cleo'] as const;

/** Runs in the page: the description without what shows others in it. */
const DESCRIPTION = `(() => {
  const copy = document.querySelector('.writing').cloneNode(true);
  for (const shown of copy.querySelectorAll('.caret, br, img')) shown.remove();
  for (const part of copy.querySelectorAll('.ProseMirror-yjs-selection')) {
    part.replaceWith(...part.childNodes);
  }
  copy.normalize();
  return copy;
})()`;
const markupOf = (page: Page) => page.evaluate(`${DESCRIPTION}.innerHTML`);
const linesOf = async (page: Page) =>
  (await page.evaluate(
    `[...${DESCRIPTION}.querySelectorAll('p, h3')].map((block) => block.textContent)`,
  )) as string[];

describe.skipIf(missing.length > 0)(title, () => {
  let directory: string;
  let board: RunningBoard;
  let browsers: BrowserContext[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'board-editors-'));
    const starting = USERS.map((user) => startChromium(chromium!, join(directory, user)));
    board = (await runBoard())!;
    browsers = await Promise.all(starting);
  });
  afterAll(async () => {
    await Promise.all(browsers.map((browser) => browser.close()));
    await board?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function open(index: number): Promise<Page> {
    const page = await browsers[index]!.newPage();
    page.on('pageerror', ({ message }) => errors.push(message));
    await page.goto(`${board.url}?user=${USERS[index]}`);
    await page.getByLabel('Add a list').waitFor();
    return page;
  }

  async function openNode() {
    const client = openClient({ url: `file:${join(directory, 'node.db')}` });
    await migrate(drizzle({ client }), { migrationsFolder: 'examples/board/drizzle' });
    const db = withCrr(drizzle({ client, schema }), { schema });
    const headers = { authorization: 'Bearer cleo-token' };
    return { db, sync: createSync({ db, url: board.syncUrl, headers }) };
  }

  const add = async (page: Page, label: string, text: string) => {
    await page.getByLabel(label).fill(text);
    await page.getByLabel(label).press('Enter');
    await page.getByText(text, { exact: true }).first().waitFor();
  };
  const editorOf = (page: Page) => page.getByRole('textbox', { name: 'Description' });
  const openCard = async (page: Page) => {
    await page.getByLabel('Description of shed').click();
    await editorOf(page).waitFor();
  };
  /** Types at the end of a line. */
  const type = async (page: Page, line: string, text: string) => {
    await editorOf(page).locator('p, h3').filter({ hasText: line }).first().click();
    await page.keyboard.press('End');
    await page.keyboard.type(text, { delay: 15 });
  };
  const picture = async (page: Page, name: string) => {
    const folder = process.env.CRR_SCREENSHOTS;
    if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
  };

  test('what three people type into a card at once is there at all of them', async () => {
    const ann = await open(0);
    await add(ann, 'Add a list', 'To do');
    await add(ann, 'Add a card to To do', 'shed');
    await openCard(ann);
    await editorOf(ann).click();
    await ann.keyboard.type('shared\nof ann\nof ben\nof cleo');
    const [ben, cleo] = await Promise.all([open(1), open(2)]);
    for (const page of [ben, cleo]) {
      await page.getByText('of cleo').waitFor();
      await openCard(page);
      await vi.waitFor(async () => expect((await linesOf(page)).length).toBe(4), WAIT);
    }
    await cleo.getByRole('dialog').getByLabel('Close').click();
    await cleo.getByLabel('Work offline').click();
    await openCard(cleo);

    await Promise.all([
      type(ann, 'of ann', ', who paints the walls'),
      type(ben, 'of ben', ', who buys the brushes'),
      type(cleo, 'of cleo', ', who is on a train'),
    ]);
    // Each sees where the other one types.
    await ann.locator('.caret-name', { hasText: 'ben' }).waitFor(WAIT);
    await ben.locator('.caret-name', { hasText: 'ann' }).waitFor(WAIT);
    await Promise.all([
      type(ann, 'shared', ' green'),
      type(ben, 'shared', ' brown'),
      type(cleo, 'shared', ' yellow'),
    ]);
    await ben.keyboard.press('Shift+Home');
    await ben.getByLabel('Bold').click();
    await ann.keyboard.press('Enter');
    await ann.keyboard.type('a new line');
    await picture(ann, 'ann');
    await picture(cleo, 'cleo-offline');
    expect((await linesOf(cleo)).join()).not.toMatch(/walls|brushes/);

    await cleo.getByRole('dialog').getByLabel('Close').click();
    await cleo.getByLabel('Work offline').click();
    await openCard(cleo);
    const node = await openNode();
    await vi.waitFor(async () => {
      await node.sync.sync();
      const lines = await linesOf(ann);
      const text = lines.join('\n');
      for (const typed of ['who paints the walls', 'who buys the brushes', 'who is on a train']) {
        expect(text).toContain(typed);
      }
      for (const typed of [' green', ' brown', ' yellow', 'a new line']) {
        expect(text).toContain(typed);
      }
      for (const page of [ben, cleo]) {
        expect(await linesOf(page)).toEqual(lines);
        expect(await markupOf(page)).toBe(await markupOf(ann));
      }
      const [row] = await node.db.select().from(descriptions);
      expect(row?.body).toBe(text);
    }, WAIT);
    expect(await markupOf(cleo)).toContain('<strong>');
    await picture(cleo, 'cleo-back');
    // Undo takes back what was typed here, and nothing else.
    await ann.keyboard.press('Control+z');
    await vi.waitFor(async () => {
      const text = (await linesOf(cleo)).join('\n');
      expect(text).not.toContain('a new line');
      expect(text).toContain('who is on a train');
    }, WAIT);
    await ann.keyboard.press('Escape');
    await ann.getByRole('dialog').waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
  });

  test('notes of the board are typed at once, as plain text', async () => {
    const [ann, ben] = await Promise.all([open(0), open(1)]);
    const notesOf = (page: Page) => page.getByLabel('Notes of the board');
    for (const page of [ann, ben]) {
      await page.getByText('Notes', { exact: true }).click();
      await notesOf(page).click();
    }
    await ann.keyboard.type('key: under the mat\n');
    await ben.getByText('under the mat').waitFor();
    await ben.keyboard.press('Control+End');
    await Promise.all([
      ann.keyboard.type('cake: ann', { delay: 15 }),
      ben.keyboard.type('tea: ben\n', { delay: 15 }),
    ]);
    await ann.locator('.cm-ySelectionInfo', { hasText: 'ben' }).waitFor({ state: 'attached' });
    const node = await openNode();
    await vi.waitFor(async () => {
      await node.sync.sync();
      const [row] = await node.db.select().from(boards);
      for (const typed of ['key: under the mat', 'cake: ann', 'tea: ben']) {
        expect(row?.notes).toContain(typed);
      }
      for (const page of [ann, ben]) {
        const shown = await page.evaluate(
          `[...document.querySelectorAll('.cm-line')].map((line) => {
            const copy = line.cloneNode(true);
            for (const caret of copy.querySelectorAll('.cm-ySelectionCaret')) caret.remove();
            return copy.textContent;
          }).join('\\n')`,
        );
        expect(shown).toBe(row?.notes);
      }
    }, WAIT);
    expect(errors).toEqual([]);
  });
});
