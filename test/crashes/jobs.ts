/** What a pair of databases does until its process is killed. Each step reports what it has done. */
import type { Client } from '@libsql/client';
import { growingTables } from '../../src/migrate/fold.js';
import { readRenames } from '../../src/migrate/lines/kit-0.js';
import { planAlter } from '../../src/migrate/plan.js';
import { type CrrState, tableState } from '../../src/migrate/state.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import type { Random } from '../support/random.js';
import { perform, type Report, randomWrite, SIDES, type Side } from './ledger.js';
import { type Database, databaseOf, stepsOf, versionAt } from './tables.js';

export interface Run {
  readonly clients: Readonly<Record<Side, Client>>;
  readonly random: Random;
  report(report: Report): void;
  /** Ends a job that is not killed. */
  goesOn(): boolean;
}

type Pair = Readonly<Record<Side, Database>>;

async function write(run: Run, pair: Pair, side: Side): Promise<void> {
  const next = randomWrite(side, run.random);
  run.report({ begins: side, write: next });
  await perform(pair[side], next);
  run.report({ wrote: side });
}

const pairOf = ({ clients }: Run): Pair => ({
  ours: databaseOf(clients.ours),
  theirs: databaseOf(clients.theirs),
});

export const JOBS = {
  async write(run: Run) {
    const pair = pairOf(run);
    while (run.goesOn()) await write(run, pair, 'ours');
  },

  async apply(run: Run) {
    const pair = pairOf(run);
    while (run.goesOn()) {
      for (let n = 1 + run.random.int(4); n > 0; n--) await write(run, pair, 'theirs');
      await pair.ours.$crr.apply(await pair.theirs.$crr.changes());
      run.report({ got: 'ours' });
    }
  },

  async sync(run: Run) {
    const pair = pairOf(run);
    const sync = syncOf(pair);
    while (run.goesOn()) {
      for (let n = run.random.int(4); n > 0; n--) await write(run, pair, run.random.pick(SIDES));
      await sync.sync();
      for (const got of SIDES) run.report({ got });
    }
  },

  async compact(run: Run) {
    const pair = pairOf(run);
    const sync = syncOf(pair);
    // Who has never exchanged anything knows no peer, and refuses to compact.
    for (const side of SIDES) await write(run, pair, side);
    await sync.sync();
    while (run.goesOn()) {
      for (let n = run.random.int(6); n > 0; n--) await write(run, pair, run.random.pick(SIDES));
      if (run.random.chance(0.5)) {
        await sync.sync();
        for (const got of SIDES) run.report({ got });
      }
      await pair[run.random.pick(SIDES)].$crr.compact({ limit: 1 + run.random.int(4) });
      // Always a file: sqld refuses it.
      if (run.random.chance(0.1)) await run.clients.theirs.execute('VACUUM');
    }
  },

  async prune(run: Run) {
    const pair = pairOf(run);
    const sync = syncOf(pair);
    for (const side of SIDES) await write(run, pair, side);
    await sync.sync();
    while (run.goesOn()) {
      for (let n = run.random.int(8); n > 0; n--) await write(run, pair, run.random.pick(SIDES));
      if (run.random.chance(0.5)) {
        await sync.sync();
        for (const got of SIDES) run.report({ got });
      }
      const [keep, limit] = [run.random.int(3), 1 + run.random.int(4)];
      await pair[run.random.pick(SIDES)].$crr.prune({ keep, limit });
    }
  },

  async migrate(run: Run) {
    for (let step = await stepsOf(run.clients.ours); run.goesOn(); step++) {
      const pair = { ours: databaseOf(run.clients.ours, step) } as Pair;
      for (let n = run.random.int(3); n > 0; n--) await write(run, pair, 'ours');
      await migrate(run.clients.ours, step);
    }
  },

  async doctor(run: Run) {
    const pair = pairOf(run);
    while (run.goesOn()) {
      for (let n = run.random.int(3); n > 0; n--) await write(run, pair, 'ours');
      for (let n = 1 + run.random.int(3); n > 0; n--) {
        await run.clients.ours.execute(run.random.pick(DAMAGES));
      }
      await pair.ours.$crr.verify({ repair: true });
    }
  },
} satisfies Record<string, (run: Run) => Promise<void>>;

export type Job = keyof typeof JOBS;

export function syncOf(pair: Pair) {
  const handler = createSyncHandler({ db: pair.theirs, public: true });
  return createSync({
    db: pair.ours,
    url: 'http://theirs.test/sync',
    fetch: handler,
    retry: { attempts: 1, baseMs: 1, maxMs: 1 },
  });
}

/** What `drizzle-crr doctor` repairs. */
const DAMAGES = [
  'DELETE FROM items__crr_clock WHERE key_id = (SELECT max(id) FROM items)',
  'DELETE FROM items__crr_cell WHERE key_id = (SELECT min(id) FROM items)',
  'UPDATE crr_state SET in_transaction = 1',
  'UPDATE crr_history SET known_version = 1000000000',
  'DELETE FROM crr_history',
  'DELETE FROM crr_apply',
  "INSERT INTO crr_guard (reason) VALUES ('none')",
];

/** The next migration, in one transaction, as drizzle-orm's `migrate()` runs it. */
async function migrate(client: Client, step: number): Promise<void> {
  const specs = (n: number) => [...readSchema(versionAt(n).schema).tables.values()];
  const { ddl, renames } = versionAt(step + 1);
  const state: CrrState = new Map(specs(step).map((spec) => [spec.name, tableState(spec)]));
  const { begin, commit } = planAlter({
    state,
    wanted: specs(step + 1),
    renames: readRenames(renames),
    touched: new Set(['items']),
    repair: new Set(),
    growing: new Set(growingTables(ddl, ['items'])),
  })!;
  await client.batch([...begin, ddl, ...commit, 'INSERT INTO steps DEFAULT VALUES'], 'write');
}
