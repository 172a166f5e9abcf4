/** Runs the sections asked for and prints what they found. */
import { parseArgs } from 'node:util';
import { measureChanges } from './changes.js';
import { Workbench } from './database.js';
import { Figures } from './figures.js';
import { renderTable } from './report.js';
import { citiesShape, textShape, wideShape } from './shapes.js';
import { measureSelects, measureSize, measureWrites } from './writes.js';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});

interface Scale {
  readonly rows: number;
  readonly rounds: number;
}
const scale: Scale = options.quick ? { rows: 4_000, rounds: 3 } : { rows: 20_000, rounds: 9 };

const sections: Record<string, (bench: Workbench, figures: Figures) => Promise<void>> = {
  async writes(bench, figures) {
    await measureWrites(
      bench,
      citiesShape(),
      scale,
      (operation, how, x, detail) => {
        const headline = operation === 'insert' ? 'bulk' : 'client';
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
        { insert: ['bulk'], update: ['client'], delete: ['client'] },
      );
      await measureSize(bench, textShape(kind), scale.rows, figures, `size_${kind}_x`);
    }
    await measureSize(bench, wideShape(), scale.rows, figures, 'size_wide_x');
  },
  async size(bench, figures) {
    await measureSize(bench, citiesShape(), scale.rows, figures, 'size_x');
  },
  async selects(bench, figures) {
    await measureSelects(bench, citiesShape(), scale, figures);
  },
  async changes(bench, figures) {
    await measureChanges(bench, citiesShape(), scale, figures);
    await measureChanges(bench, wideShape(), scale, figures, '_wide');
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
