/** What a migration leaves in columns is the same at every site, whenever a site gets the row. */
import { describe, expect, test } from 'vitest';
import type { PlainColumn } from '../support/drizzle-table.js';
import {
  definition,
  MigratingSite,
  rebuild,
  type Step,
  settle,
  type Version,
} from './migrating-site.js';

const TITLE: PlainColumn = { name: 'title', type: 'text' };
const notes = (...columns: PlainColumn[]): Version => ({
  table: 'notes',
  columns: [TITLE, ...columns],
});
const V1 = notes();
const add = (column: PlainColumn, ...more: string[]): Step => ({
  after: notes(column),
  ddl: [`ALTER TABLE "notes" ADD ${definition(column)}`, ...more],
});
const rebuilt = (from: PlainColumn, to: PlainColumn): Step => ({
  after: notes(to),
  ddl: rebuild('notes', [TITLE, from], [TITLE, to]),
});
/** What drizzle-kit writes in dialect turso. */
const altered = (_: PlainColumn, to: PlainColumn): Step => ({
  after: notes(to),
  ddl: [`ALTER TABLE "notes" ALTER COLUMN "${to.name}" TO ${definition(to)}`],
});

const OPEN: PlainColumn = { name: 'status', type: 'text', notNull: true, default: "'open'" };
const CLOSED: PlainColumn = { ...OPEN, default: "'closed'" };
const NUMBER: PlainColumn = { name: 'n', type: 'integer' };
const TEXT: PlainColumn = { name: 'n', type: 'text' };
const ZERO: PlainColumn = { ...NUMBER, notNull: true, default: '0' };

/** Histories in which each site gets the row at another time: `early` has it before it migrates. */
async function expectAgreement(steps: readonly Step[], writes: readonly string[] = []) {
  const early = await MigratingSite.create(V1);
  const fresh = await MigratingSite.create(V1);
  const late = await MigratingSite.create(V1);
  const all = [early, fresh, late];
  await early.run(`INSERT INTO notes VALUES ('r', 'x')`);
  await late.run(`INSERT INTO notes VALUES ('s', 'y')`);
  for (const step of steps) await fresh.migrate(step);
  await fresh.pull(late);
  for (const [i, step] of steps.entries()) {
    await early.migrate(step);
    if (writes[i] !== undefined) await early.run(writes[i]!);
    await fresh.pull(early);
    await late.pull(early);
  }
  await fresh.run(`INSERT INTO notes (id, title) VALUES ('t', 'z')`);
  await settle(all);
  for (const step of steps) await late.migrate(step);
  const joined = await MigratingSite.create(V1);
  for (const step of steps) await joined.migrate(step);
  await settle([...all, joined]);
  for (const site of [fresh, late, joined]) {
    expect(await site.rows()).toEqual(await early.rows());
    expect(await site.cells()).toEqual(await early.cells());
    expect(await site.db.$crr.pendingCount()).toBe(0);
  }
  return early;
}

describe.each([
  ['a rebuild', rebuilt],
  ['ALTER COLUMN of libSQL', altered],
])('by %s', (_, change) => {
  test('another default: rows keep the one that they got', async () => {
    const site = await expectAgreement([add(OPEN), change(OPEN, CLOSED)]);
    expect(await site.rows()).toEqual([
      "r text 'open' text 'x'",
      "s text 'open' text 'y'",
      "t text 'closed' text 'z'",
    ]);
  });

  test('a default that comes, and one that goes', async () => {
    const none: PlainColumn = { name: 'status', type: 'text' };
    const some: PlainColumn = { ...none, default: "'some'" };
    await expectAgreement([add(none), change(none, some)]);
    await expectAgreement([add(some), change(some, none)]);
  });

  test('a default that is another at every site', async () => {
    const none: PlainColumn = { name: 'status', type: 'text' };
    const random: PlainColumn = { ...none, default: '(hex(randomblob(8)))' };
    await expectAgreement([add(none), change(none, random)]);
  });

  test('another type: values are converted', async () => {
    const site = await expectAgreement(
      [add(NUMBER), change(NUMBER, TEXT)],
      ['UPDATE notes SET n = 7'],
    );
    expect(await site.rows()).toContain("r text '7' text 'x'");
    await expectAgreement([add(TEXT), change(TEXT, NUMBER)], ["UPDATE notes SET n = '007'"]);
    const real: PlainColumn = { name: 'n', type: 'real' };
    await expectAgreement([add(NUMBER), change(NUMBER, real)], ['UPDATE notes SET n = 7']);
    await expectAgreement([add(real), change(real, TEXT)], ['UPDATE notes SET n = 7.5']);
  });

  test('NOT NULL: NULLs become the default', async () => {
    const site = await expectAgreement(
      [add(NUMBER), change(NUMBER, ZERO)],
      ["UPDATE notes SET n = 5, title = 'five'", 'UPDATE notes SET n = NULL'],
    ).catch((error: unknown) => {
      // The second write is refused by the database itself: the column is NOT NULL by then.
      expect(String(error)).toMatch(/NOT NULL/);
      return undefined;
    });
    expect(site).toBeUndefined();
    await expectAgreement([add(NUMBER), change(NUMBER, ZERO)], ['UPDATE notes SET n = NULL']);
  });
});

test('a NULL that arrives after the column has become NOT NULL is the default', async () => {
  const steps = [add(NUMBER), rebuilt(NUMBER, { ...ZERO, default: '3' })];
  const [a, b] = [await MigratingSite.create(V1), await MigratingSite.create(V1)];
  await a.migrate(steps[0]!);
  await b.migrate(steps[0]!);
  await a.migrate(steps[1]!);
  await b.run(`INSERT INTO notes (id, title) VALUES ('r', 'x'), ('s', 'y')`);
  await b.run(`UPDATE notes SET n = 2 WHERE id = 's'`);
  await b.run(`UPDATE notes SET n = NULL WHERE id = 's'`);
  await a.pull(b);
  expect(await a.rows()).toEqual(["r integer 3 text 'x'", "s integer 3 text 'y'"]);
  await b.pull(a);
  await b.migrate(steps[1]!);
  await settle([a, b]);
  expect(await b.rows()).toEqual(await a.rows());
  expect(await b.cells()).toEqual(await a.cells());
});

test('an UPDATE in the migration that adds the column', async () => {
  const name: PlainColumn = { name: 'name', type: 'text' };
  const site = await expectAgreement([
    add(name, `UPDATE notes SET name = upper(title) WHERE title = 'x'`),
  ]);
  expect(await site.rows()).toContain("r text 'X' text 'x'");
});

test('an UPDATE that every site evaluates to something else', async () => {
  const name: PlainColumn = { name: 'name', type: 'text' };
  await expectAgreement([add(name, 'UPDATE notes SET name = hex(randomblob(8))')]);
});

test('any write wins over what a migration filled in', async () => {
  const [a, b] = [await MigratingSite.create(V1), await MigratingSite.create(V1)];
  await a.run(`INSERT INTO notes VALUES ('r', 'x')`);
  await b.pull(a);
  const steps = [add(OPEN), rebuilt(OPEN, CLOSED)];
  for (const step of steps) await a.migrate(step);
  await b.migrate(steps[0]!);
  await b.run(`UPDATE notes SET status = 'at work'`);
  await b.migrate(steps[1]!);
  await settle([a, b]);
  for (const site of [a, b]) expect(await site.rows()).toEqual(["r text 'at work' text 'x'"]);
});
