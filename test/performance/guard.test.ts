/**
 * Fails when something became 1.5 times slower than published, or does noticeably more work. Times
 * are ratios of CPU times on the same data in interleaved rounds, so neither a slow machine nor a
 * busy one matters; counts of instructions and bytes are exact, so they are held tightly.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measureChanges } from '../../bench/changes.js';
import { Workbench } from '../../bench/database.js';
import { documentCosts } from '../../bench/documents.js';
import {
  costsAmong,
  type ExactCosts,
  exactCosts,
  type GrowthCosts,
  oneMoreTwin,
} from '../../bench/exact.js';
import { Figures } from '../../bench/figures.js';
import { BOUND, DOCUMENTS, EXACT, PUBLISHED, SITES, TABLES } from '../../bench/guard-bounds.js';
import { useClock } from '../../bench/measure.js';
import { sitesCosts, tablesCosts } from '../../bench/scale.js';
import {
  boundShape,
  citiesShape,
  historyShape,
  sharedShape,
  textShape,
  wideShape,
} from '../../bench/shapes.js';
import { measureWrites } from '../../bench/writes.js';
import { sqldBinary } from '../../tools/sqld/index.js';

/** A ratio may be this much above the published one. */
const RATIO_MARGIN = 1.5;
/** An exact count may be. */
const EXACT_MARGIN = 1.05;

describe('the work done per row is what it was', () => {
  const shapes = [citiesShape(), wideShape(), textShape('integer'), historyShape('integer')];
  for (const shape of shapes) {
    test(shape.name, async () => {
      const found = await exactCosts(shape);
      const bounds = EXACT[shape.name]!;
      const excess = Object.entries(bounds).filter(
        ([name, bound]) => !(found[name as keyof ExactCosts] <= bound * EXACT_MARGIN),
      );
      expect(excess, `above the bounds; found ${JSON.stringify(found)}`).toEqual([]);
    });
  }
});

describe('the work done per row does not grow with the table', () => {
  for (const shape of [citiesShape(), sharedShape(), boundShape()]) {
    test(shape.name, async () => {
      const [few, many] = [await costsAmong(500, shape), await costsAmong(2_000, shape)];
      expect(above(many, few, 1.02), `500 rows: ${JSON.stringify(few)}`).toEqual([]);
    });
  }

  test('with constraints it is what it was', async () => {
    const found = await costsAmong(500, boundShape());
    expect(above(found, BOUND, EXACT_MARGIN), `found ${JSON.stringify(found)}`).toEqual([]);
  });

  test('one more conflict hardly costs more among many', async () => {
    const [few, many] = [
      await oneMoreTwin(100, boundShape()),
      await oneMoreTwin(1_000, boundShape()),
    ];
    // To decide about a row takes more than 100.
    expect((many - few) / 900).toBeLessThan(3);
  });

  const above = (found: GrowthCosts, bounds: GrowthCosts, margin: number) =>
    Object.entries(bounds).filter(
      ([name, bound]) => !(found[name as keyof GrowthCosts] <= bound * margin),
    );
});

const hasSqld = sqldBinary() !== undefined;

test.skipIf(!hasSqld)(
  'the rows that a request reads do not grow with the sites (needs sqld)',
  async () => {
    const { first, cold, idle, push } = (await sitesCosts(5_000, 1))!;
    const rows = { first: first.rows, cold: cold.rows, idle: idle.rows, push: push.rows };
    const excess = Object.entries(rows).filter(
      ([name, count]) => count > SITES[name as keyof typeof SITES],
    );
    expect(excess, `above the bounds; found ${JSON.stringify(rows)}`).toEqual([]);
  },
);

test('the statements that a request runs do not grow with the tables', async () => {
  const { idleStatements, newsStatements } = await tablesCosts(100, 1);
  const found = { idleStatements, newsStatements };
  const excess = Object.entries(found).filter(
    ([name, count]) => count > TABLES[name as keyof typeof TABLES],
  );
  expect(excess, `above the bounds; found ${JSON.stringify(found)}`).toEqual([]);
});

test('the statements that a document costs do not grow with the documents', async () => {
  const found = await documentCosts(20);
  const excess = Object.entries(DOCUMENTS).filter(([name, { statements, trips }]) => {
    const of = found[name as keyof typeof found];
    return of.statements > statements || of.trips > trips;
  });
  expect(excess, `above the bounds; found ${JSON.stringify(found)}`).toEqual([]);
});

describe('ratios to a plain table are within 1.5 of the published ones', () => {
  const figures = new Figures();
  let bench: Workbench;

  beforeAll(async () => {
    useClock('cpu');
    bench = await Workbench.open();
    // Enough rows to outweigh a garbage collection and to have the JavaScript compiled.
    const effort = { rows: 5_000, rounds: 5 };
    const cities = citiesShape();
    const set = (operation: string, _: string, x: number) => figures.set(`${operation}_x`, x);
    await measureWrites(bench, cities, effort, set, {
      insert: ['bulk'],
      update: ['prepared'],
      delete: ['prepared'],
    });
    await measureWrites(bench, wideShape(), effort, (_, __, x) => figures.set('insert_wide_x', x), {
      insert: ['bulk'],
    });
    await measureChanges(bench, cities, effort, figures);
  });
  afterAll(() => bench.close());

  for (const [name, published] of Object.entries(PUBLISHED)) {
    test(name, () => {
      expect(figures.get(name)).toBeLessThan(published * RATIO_MARGIN);
    });
  }
});
