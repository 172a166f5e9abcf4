/** Runs the requested sections and prints their figures. */
import { parseArgs } from 'node:util';
import { measureChanges } from './changes.js';
import { measureCompaction } from './compaction.js';
import { Workbench } from './database.js';
import { nativeEngine, wasmEngine } from './engine.js';
import { measureEngines } from './engines.js';
import { exactCosts } from './exact.js';
import { Figures } from './figures.js';
import { measureGrowth } from './growth.js';
import { measureHistory } from './history.js';
import { measureLive } from './live.js';
import { useClock } from './measure.js';
import { measureMemory } from './memory.js';
import { measureEngine } from './oracle.js';
import { measureRemote } from './remote.js';
import { renderTable } from './report.js';
import { measureSites, measureTables } from './scale.js';
import { measureSettling } from './settling.js';
import { boundShape, citiesShape, textShape, wideShape } from './shapes.js';
import { measureSelects, measureSize, measureWrites } from './writes.js';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    clock: { type: 'string', default: 'wall' },
    rows: { type: 'string' },
    rounds: { type: 'string' },
  },
});

/** A smaller file would consist mostly of the first pages of tables and indexes. */
const SIZED_ROWS = 20_000;

interface Scale {
  readonly rows: number;
  readonly rounds: number;
}
const usual: Scale = options.quick ? { rows: 2_000, rounds: 2 } : { rows: 10_000, rounds: 7 };
const scale: Scale = {
  rows: Number(options.rows ?? usual.rows),
  rounds: Number(options.rounds ?? usual.rounds),
};
if (options.clock !== 'wall' && options.clock !== 'cpu') throw new Error('--clock is wall or cpu');
useClock(options.clock);

const sections: Record<string, (bench: Workbench, figures: Figures) => Promise<void>> = {
  async writes(bench, figures) {
    await measureWrites(
      bench,
      citiesShape(),
      scale,
      (operation, how, x, detail) => {
        const headline = operation === 'insert' ? 'bulk' : 'prepared';
        figures.set(how === headline ? `${operation}_x` : `${operation}_${how}_x`, x, detail);
      },
      {
        insert: ['bulk', 'client', 'prepared'],
        update: ['client', 'batch', 'prepared'],
        delete: ['client', 'batch', 'prepared'],
      },
    );
    await measureWrites(
      bench,
      wideShape(),
      scale,
      (operation, how, x, detail) =>
        figures.set(`${operation}_wide${how === 'bulk' ? '' : `_${how}`}_x`, x, detail),
      { insert: ['bulk', 'client', 'prepared'] },
    );
  },
  async keys(bench, figures) {
    for (const kind of ['integer', 'uuid4', 'uuid7', 'composite'] as const) {
      await measureWrites(
        bench,
        textShape(kind),
        scale,
        (operation, _, x, detail) => figures.set(`${operation}_${kind}_x`, x, detail),
        options.quick
          ? { insert: ['bulk'] }
          : { insert: ['bulk'], update: ['client'], delete: ['client'] },
      );
      if (kind !== 'uuid4') {
        await measureSize(bench, textShape(kind), SIZED_ROWS, figures, `size_${kind}_x`);
      }
    }
    await measureSize(bench, wideShape(), SIZED_ROWS, figures, 'size_wide_x');
  },
  async size(bench, figures) {
    await measureSize(bench, textShape('uuid4'), SIZED_ROWS, figures, 'size_x');
    await measureSize(bench, citiesShape(), SIZED_ROWS, figures, 'size_cities_x');
  },
  async selects(bench, figures) {
    await measureSelects(bench, citiesShape(), scale, figures);
  },
  async changes(bench, figures) {
    await measureChanges(bench, citiesShape(), scale, figures);
    await measureChanges(bench, wideShape(), scale, figures, '_wide');
  },
  async constraints(bench, figures) {
    await measureWrites(
      bench,
      boundShape(),
      scale,
      (operation, how, x, detail) => {
        const headline = operation === 'insert' ? 'bulk' : 'prepared';
        figures.set(`bound_${operation}${how === headline ? '' : `_${how}`}_x`, x, detail);
      },
      {
        insert: ['bulk', 'client', 'prepared'],
        update: ['client', 'prepared'],
        delete: ['client', 'prepared'],
      },
    );
    await measureChanges(bench, boundShape(), scale, figures, '_bound');
  },
  async settling(bench, figures) {
    await measureSettling(bench, scale.rounds, figures);
  },
  async history(bench, figures) {
    await measureHistory(bench, scale, figures);
  },
  async live(bench, figures) {
    await measureLive(bench, scale.rounds, figures);
  },
  async oracle(_, figures) {
    const effort = options.quick ? { rows: 500, rounds: 2 } : { rows: 5_000, rounds: 5 };
    await measureEngine(wasmEngine, citiesShape(), effort, figures);
    const file = process.env.CRSQLITE_LIB;
    if (file) await measureEngine(nativeEngine(file), citiesShape(), effort, figures);
  },
  async engines(bench, figures) {
    const effort = options.quick ? { rows: 500, rounds: 2 } : { rows: 5_000, rounds: 3 };
    await measureEngines(bench, textShape('uuid7'), effort, figures);
  },
  async exact(_, figures) {
    for (const [shape, label] of [
      [citiesShape(), ''],
      [wideShape(), '_wide'],
    ] as const) {
      for (const [name, value] of Object.entries(await exactCosts(shape))) {
        figures.set(`exact${label}_${name}`, value);
      }
    }
  },
  async remote(bench, figures) {
    await measureRemote(bench, citiesShape(), figures);
  },
  async memory(bench, figures) {
    // The peak hardly depends on the length of the stream, so a short one shows whether memory is bounded.
    if (options.quick) await measureMemory(bench, citiesShape(), 100_000, figures, 'rss_100k_mb');
    else await measureMemory(bench, citiesShape(), 1_000_000, figures, 'rss_1m_mb');
  },
  async growth(bench, figures) {
    const large = options.quick ? 50_000 : 1_000_000;
    await measureGrowth(
      bench,
      textShape('uuid7'),
      { small: 10_000, large, rounds: options.quick ? 2 : 5 },
      figures,
    );
  },
  async scale(_, figures) {
    const rounds = options.quick ? 3 : 9;
    await measureSites({ few: 10, many: options.quick ? 20_000 : 100_000, rounds }, figures);
    await measureTables({ few: 5, many: 200, rounds }, figures);
  },
  async compaction(bench, figures) {
    const churned = options.quick ? 50_000 : 1_000_000;
    await measureCompaction(
      bench,
      textShape('uuid7'),
      { rows: 1_000, churned, interval: 1_000, rounds: options.quick ? 2 : 5 },
      figures,
    );
  },
};

const names = options.only?.split(',') ?? Object.keys(sections);
const unknown = names.filter((name) => !(name in sections));
if (unknown.length > 0) {
  throw new Error(
    `no section ${unknown.join(', ')}: there are ${Object.keys(sections).join(', ')}`,
  );
}
const bench = await Workbench.open();
const figures = new Figures();
try {
  for (const name of names) {
    const start = performance.now();
    await sections[name]!(bench, figures);
    process.stderr.write(`${name}: ${((performance.now() - start) / 1_000).toFixed(1)} s\n`);
  }
} finally {
  await bench.close();
}
process.stdout.write(`${renderTable(figures)}\n`);
if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
