/** The board in Chromium: two users and a program in Node are apart for a while, and end with the same board. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RunningBoard, runBoard } from '../../examples/board/run.js';
import * as schema from '../../examples/board/schema.js';
import { fractOrderBy, increment, withCrr } from '../../src/index.js';
import { createSync } from '../../src/sync/index.js';
import { chromiumBinary, startChromium } from '../../tools/chromium/index.js';
import { sqldBinary } from '../../tools/sqld/index.js';
import { openClient } from '../support/client.js';

const { cards, lists } = schema;
const chromium = chromiumBinary();
const missing = [chromium ? [] : ['Chromium'], sqldBinary() ? [] : ['sqld']].flat();
const title =
  missing.length === 0 ? 'the board' : `the board (skipped: no ${missing.join(', no ')})`;
const WAIT = { timeout: 30_000 };

interface ShownList {
  readonly title: string;
  readonly cards: readonly {
    readonly title: string;
    readonly votes: number;
    readonly status: string;
  }[];
}

/** Runs in the page. */
const SHOWN = `[...document.querySelectorAll('section.column[aria-label]')].map((column) => ({
  title: column.getAttribute('aria-label'),
  cards: [...column.querySelectorAll('.card')].map((card) => ({
    title: card.querySelector('.text').textContent,
    votes: Number(card.querySelector('.vote').textContent.slice(2)),
    status: card.querySelector('select').value,
  })),
}))`;

describe.skipIf(missing.length > 0)(title, () => {
  let directory: string;
  let board: RunningBoard;
  let browser: BrowserContext;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'board-test-'));
    board = (await runBoard())!;
    browser = await startChromium(chromium!, join(directory, 'profile'));
  });
  afterAll(async () => {
    await browser?.close();
    await board?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const errors: string[] = [];
  const open = async (user: string): Promise<Page> => {
    const page = await browser.newPage();
    page.on('pageerror', ({ message }) => errors.push(message));
    await page.goto(`${board.url}?user=${user}`);
    await page.getByLabel('Add a list').waitFor();
    return page;
  };
  const add = async (page: Page, label: string, text: string) => {
    await page.getByLabel(label).fill(text);
    await page.getByLabel(label).press('Enter');
    await page.getByText(text, { exact: true }).first().waitFor();
  };
  const switchLine = (page: Page) => page.getByLabel('Work offline').click();

  /** What a page shows. */
  const shownBy = async (page: Page) => (await page.evaluate(SHOWN)) as ShownList[];

  async function openNode() {
    const client = openClient({ url: `file:${join(directory, 'node.db')}` });
    await migrate(drizzle({ client }), { migrationsFolder: 'examples/board/drizzle' });
    const db = withCrr(drizzle({ client, schema }), { schema });
    const headers = { authorization: 'Bearer cleo-token' };
    return { db, sync: createSync({ db, url: board.syncUrl, headers }) };
  }
  type Db = Awaited<ReturnType<typeof openNode>>['db'];

  /** The same of a database. */
  async function shownIn(db: Db): Promise<ShownList[]> {
    const columns = await db
      .select()
      .from(lists)
      .orderBy(...fractOrderBy(lists, 'position'));
    const all = await db
      .select()
      .from(cards)
      .orderBy(...fractOrderBy(cards, 'position'));
    return columns.map((list) => ({
      title: list.title,
      cards: all
        .filter((card) => card.list === list.id)
        .map((card) => ({ title: card.title, votes: card.votes, status: card.status ?? 'open' })),
    }));
  }

  test('people who were apart end with one board', async () => {
    const ann = await open('ann');
    await ann.getByText('An empty board').waitFor();
    await add(ann, 'Add a list', 'To do');
    await add(ann, 'Add a list', 'Done');
    await add(ann, 'Add a card to To do', 'paint');
    await add(ann, 'Add a card to To do', 'plan');
    const ben = await open('ben');
    await ben.getByText('plan', { exact: true }).waitFor();
    const node = await openNode();
    await node.sync.sync();

    // Each sees where the other is.
    await ann.locator('.card', { hasText: 'paint' }).focus();
    await ben.getByRole('list', { name: 'Also here' }).getByText('ann').waitFor();
    const paintAtBen = ben.locator('.card', { hasText: 'paint' });
    await paintAtBen.getByText('ann is here').waitFor({ state: 'attached' });
    await ann.getByRole('list', { name: 'Also here' }).getByText('ben').waitFor();

    // Apart.
    await switchLine(ann);
    await switchLine(ben);
    await ann.getByLabel(/^Vote for paint/).click();
    await ann.locator('.card', { hasText: 'plan' }).press('Alt+ArrowRight');
    await ann.getByLabel('Status of paint').selectOption('done');
    await add(ann, 'Add a list', 'Ideas');
    await ann.getByText(/ not sent$/).waitFor();
    await ben.getByLabel(/^Vote for paint/).click();
    await ben.getByLabel(/^Vote for paint: 1/).click();
    await ben.getByLabel('Status of paint').selectOption('blocked');
    await ben.locator('.card', { hasText: 'plan' }).press('Alt+ArrowUp');
    await add(ben, 'Add a list', 'Ideas');
    await add(ben, 'Add a card to Ideas', 'a roof');
    const [paint] = await node.db.select().from(cards).where(eq(cards.title, 'paint'));
    const votes = increment(cards.votes, 10);
    await node.db.update(cards).set({ votes }).where(eq(cards.id, paint!.id));

    // A reload without a network, and a second tab; then the tab that leads is closed while it syncs.
    await ann.reload();
    await ann.getByText('Ideas', { exact: true }).waitFor();
    const before = await shownBy(ann);
    const second = await open('ann');
    await vi.waitFor(async () => expect(await shownBy(second)).toEqual(before), WAIT);
    await switchLine(ann);
    await ann.close();

    await switchLine(ben);
    await vi.waitFor(async () => {
      await node.sync.sync();
      const expected = await shownIn(node.db);
      expect(expected.map(({ title }) => title).join()).toMatch(/^To do,Done,Ideas.*,Ideas/);
      expect(expected.flatMap(({ cards }) => cards)).toHaveLength(3);
      expect(expected[0]!.cards.find(({ title }) => title === 'paint')).toMatchObject({
        votes: 13,
      });
      expect(await shownBy(second)).toEqual(expected);
      expect(await shownBy(ben)).toEqual(expected);
    }, WAIT);

    // Both questions are shown to both, and ben answers them.
    for (const page of [second, ben]) {
      const questions = page.getByRole('complementary', { name: 'To decide' });
      await questions.getByText('was set to done and to blocked').waitFor();
      await questions.getByText('Two lists were called').waitFor();
    }
    const questions = ben.getByRole('complementary', { name: 'To decide' });
    await questions.getByRole('button', { name: 'blocked' }).click();
    await questions.getByRole('button', { name: /^Ideas/ }).click();
    await questions.getByLabel('New title of the list').fill('Later');
    await questions.getByLabel('New title of the list').press('Enter');
    for (const page of [second, ben])
      await page.getByText('To decide').waitFor({ state: 'detached' });
    await second.getByText('Later', { exact: true }).waitFor();
    await second.getByText('All sent').waitFor();

    await second.getByText('Inspector', { exact: true }).click();
    const feed = second.locator('.inspector tbody');
    await feed.getByRole('row', { name: /lists .* title Later/ }).waitFor();
    await add(second, 'Add a card to Done', 'rest');
    await feed.getByRole('row', { name: /cards .* title rest .* this browser/ }).waitFor();
    await second.getByText('All sent').waitFor();

    await second.getByLabel('Search cards').fill('ROOF');
    await vi.waitFor(async () => {
      const shown = await shownBy(second);
      expect(shown.flatMap(({ cards }) => cards.map(({ title }) => title))).toEqual(['a roof']);
    }, WAIT);
    expect(errors).toEqual([]);
  });

  test('the board as it was, and what was done taken back', async () => {
    const page = await open('ben');
    const titles = async () =>
      (await shownBy(page)).flatMap(({ cards }) => cards.map(({ title }) => title)).sort();
    await vi.waitFor(async () => expect(await titles()).toContain('paint'), WAIT);
    const before = await titles();
    await page.getByRole('button', { name: 'Delete paint' }).click();
    await vi.waitFor(async () => expect(await titles()).not.toContain('paint'), WAIT);
    await page.getByText('History', { exact: true }).click();
    const slider = page.getByLabel('Show the board as it was');
    await slider.press('ArrowLeft');
    await vi.waitFor(async () => expect(await titles()).toEqual(before), WAIT);
    await page.getByRole('button', { name: 'Back to now' }).click();
    await vi.waitFor(async () => expect(await titles()).not.toContain('paint'), WAIT);
    await page.getByRole('button', { name: 'Undo' }).click();
    await vi.waitFor(async () => expect(await titles()).toEqual(before), WAIT);
    await page.getByRole('button', { name: 'Redo' }).click();
    await vi.waitFor(async () => expect(await titles()).not.toContain('paint'), WAIT);
    await page.getByRole('button', { name: 'Undo' }).click();
    await vi.waitFor(async () => expect(await titles()).toEqual(before), WAIT);
    expect(errors).toEqual([]);
    await page.close();
  });

  test('what is planned is seen by one, reviewed beside what others did, and merged item by item', async () => {
    const [ann, ben] = [await open('ann'), await open('ben')];
    const titlesAt = async (page: Page) =>
      (await shownBy(page)).flatMap(({ cards }) => cards.map(({ title }) => title));
    for (const page of [ann, ben]) await page.getByText('paint', { exact: true }).waitFor();
    await ann.getByRole('button', { name: 'Plan changes' }).click();
    await ann.getByText('You are planning.').waitFor();
    await ann.getByLabel('Status of paint').selectOption('review');
    await add(ann, 'Add a card to To do', 'sketch');
    await ann.getByLabel(/^Vote for paint/).click();
    await ann.getByRole('button', { name: 'Review 3 changes' }).waitFor();
    // A reload keeps it, and shows the board.
    await ann.reload();
    await ann.getByRole('button', { name: 'Go on planning: 3 changes' }).click();
    await ann.getByText('sketch', { exact: true }).waitFor();
    expect(await titlesAt(ben)).not.toContain('sketch');
    await ben.getByLabel('Status of paint').selectOption('open');

    const review = ann.getByRole('dialog', { name: 'Review the plan' });
    const items = review.getByRole('listitem');
    await vi.waitFor(async () => {
      await ann.getByRole('button', { name: 'Review 3 changes' }).click();
      await items.first().waitFor();
      const isMoved = await review.getByText('Meanwhile').isVisible();
      if (!isMoved) await review.getByRole('button', { name: 'Go on planning' }).click();
      expect(isMoved).toBe(true);
    }, WAIT);
    const status = items.filter({ hasText: 'gets another status' });
    expect(await status.getByRole('checkbox').isChecked()).toBe(false);
    expect(await status.locator('dd').allTextContents()).toEqual([
      expect.any(String),
      'open',
      'review',
    ]);
    await review.getByRole('button', { name: 'Merge 2' }).click();
    await ann.getByRole('button', { name: 'Review 1 change' }).waitFor();
    await ann.getByRole('button', { name: 'Drop the plan' }).click();
    await ann.getByRole('button', { name: 'Drop 1 change for good' }).click();
    await ann.getByRole('button', { name: 'Plan changes' }).waitFor();
    await ben.getByText('sketch', { exact: true }).waitFor();
    await vi.waitFor(async () => expect(await shownBy(ann)).toEqual(await shownBy(ben)), WAIT);
    expect(await ann.getByLabel('Status of paint').inputValue()).toBe('open');
    expect(errors).toEqual([]);
    await ann.close();
    await ben.close();
  });

  test('a phone shows one list after the other, and nothing is wider than it', async () => {
    const page = await open('ben');
    await page.setViewportSize({ width: 390, height: 780 });
    await page.getByText('paint', { exact: true }).waitFor();
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBe(390);
    await page.close();
  });
});
