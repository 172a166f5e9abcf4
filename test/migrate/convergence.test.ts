/**
 * Sites that migrate at different times, with writes before, between and after, exchange changes by
 * cursor (so nothing is sent twice to mend what was lost) and end with the same rows.
 */
import { expect, test } from 'vitest';
import type { PlainColumn } from '../support/drizzle-table.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { MigratingSite, rebuild, type Step, settle, type Version } from './migrating-site.js';

const isRequired = (column: PlainColumn) => column.notNull && column.default === undefined;
const BEFORE: Version = {
  table: 'notes',
  columns: [
    { name: 'title', type: 'text' },
    { name: 'n', type: 'integer' },
    // A new row waits in the pending table until this cell is there, under whatever name it comes.
    { name: 'must', type: 'text', notNull: true },
  ],
};

/** Draws a migration that fits the version given; names are never used twice. */
function drawStep({ table, columns }: Version, serial: number, random: Random): Step {
  const q = (name: string) => `"${name}"`;
  const column = random.pick(columns);
  const others = columns.filter((other) => other !== column);
  const kind = random.int(columns.length > 1 ? 7 : 6);
  const fresh = `c${serial}`;
  if (kind <= 1) {
    const added: PlainColumn =
      kind === 0
        ? { name: fresh, type: 'text' }
        : { name: fresh, type: 'text', notNull: true, default: "'new'" };
    const rest = added.notNull ? " DEFAULT 'new' NOT NULL" : '';
    return {
      after: { table, columns: random.chance(0.5) ? [...columns, added] : [added, ...columns] },
      ddl: [`ALTER TABLE ${q(table)} ADD ${q(fresh)} text${rest}`],
    };
  }
  if (kind === 2) {
    return {
      after: { table, columns: columns.map((c) => (c === column ? { ...c, name: fresh } : c)) },
      ddl: [`ALTER TABLE ${q(table)} RENAME COLUMN ${q(column.name)} TO ${q(fresh)}`],
      columns: { [column.name]: fresh },
    };
  }
  if (kind === 3) {
    return {
      after: { table: `t${serial}`, columns },
      ddl: [`ALTER TABLE ${q(table)} RENAME TO ${q(`t${serial}`)}`],
      tables: { [table]: `t${serial}` },
    };
  }
  if (kind === 4) return { after: { table, columns }, ddl: rebuild(table, columns, columns) };
  if (kind === 5) {
    // Table and column renamed, a column added, and the table rebuilt, all at once.
    const renamed = { ...column, name: `r${serial}` };
    const to = [...columns.map((c) => (c === column ? renamed : c)), { name: fresh, type: 'text' }];
    return {
      after: { table: `t${serial}`, columns: to },
      ddl: [
        `ALTER TABLE ${q(table)} RENAME TO ${q(`t${serial}`)}`,
        ...rebuild(`t${serial}`, columns, to.slice(0, -1), [to.at(-1)!]),
      ],
      tables: { [table]: `t${serial}` },
      columns: { [column.name]: renamed.name },
    };
  }
  return {
    after: { table, columns: others },
    ddl: [`ALTER TABLE ${q(table)} DROP COLUMN ${q(column.name)}`],
  };
}

async function write(site: MigratingSite, random: Random): Promise<void> {
  const { table, columns } = site.version;
  const id = `k${random.int(5)}`;
  const value = ({ type }: PlainColumn) =>
    type === 'integer' ? String(random.int(9)) : `'v${random.int(9)}'`;
  const kind = random.int(4);
  if (kind === 0) {
    await site.run(`DELETE FROM "${table}" WHERE "id" = '${id}'`);
  } else if (kind === 1) {
    const column = random.pick(columns);
    await site.run(
      `UPDATE "${table}" SET "${column.name}" = ${value(column)} WHERE "id" = '${id}'`,
    );
  } else {
    const named = columns.filter((column) => isRequired(column) || random.chance(0.7));
    const names = ['"id"', ...named.map(({ name }) => `"${name}"`)].join(', ');
    const values = [`'${id}'`, ...named.map(value)].join(', ');
    await site.run(`INSERT OR IGNORE INTO "${table}" (${names}) VALUES (${values})`);
  }
}

async function runHistory(seed: number): Promise<void> {
  const random = new Random(seed);
  const steps: Step[] = [];
  for (let i = 0, version = BEFORE; i < 1 + random.int(3); i++) {
    steps.push(drawStep(version, i, random));
    version = steps.at(-1)!.after;
  }
  const sites = await Promise.all([1, 2, 3].map(() => MigratingSite.create(BEFORE)));
  for (let i = 0; i < 50; i++) {
    const site = random.pick(sites);
    const dice = random.int(10);
    if (dice < 6) await write(site, random);
    else if (dice < 9) await site.pull(random.pick(sites.filter((other) => other !== site)));
    else if (site.steps < steps.length) await site.migrate(steps[site.steps]!);
  }
  for (const site of random.shuffle(sites)) {
    while (site.steps < steps.length) await site.migrate(steps[site.steps]!);
  }
  await settle(sites);
  const [first, ...others] = await Promise.all(sites.map((site) => site.rows()));
  for (const rows of others) expect(rows, describeSteps(seed, steps)).toEqual(first);
  for (const site of sites) {
    expect(await site.db.$crr.pendingCount(), describeSteps(seed, steps)).toBe(0);
  }
}

const describeSteps = (seed: number, steps: readonly Step[]) =>
  `seed ${seed}: ${steps.map(({ ddl }) => ddl.join('; ')).join(' | ')}`;

test('sites that migrate at different times converge', async () => {
  const seed = seedFromEnv();
  const count = numberFromEnv('CRR_MIGRATION_HISTORIES', 24);
  for (let i = 0; i < count; i++) await runHistory(hash(seed, 'migrations', i));
}, 300_000);
