/** Two databases of which one or both crash again and again, and what must hold after each crash. */
import type { Client } from '@libsql/client';
import { expect } from 'vitest';
import { exchange } from '../support/site.js';
import { syncOf } from './jobs.js';
import { Ledger, otherSide, type Report, SIDES, type Side } from './ledger.js';
import { type Database, databaseOf, openAt, PASSING_COLUMNS, stepsOf, trail } from './tables.js';

export class World {
  readonly ledgers = { ours: new Ledger(), theirs: new Ledger() };

  constructor(readonly urls: Readonly<Record<Side, string>>) {}

  take(report: Report): void {
    if ('begins' in report) this.ledgers[report.begins].writes.push(report.write);
    else if ('wrote' in report) {
      const ledger = this.ledgers[report.wrote];
      ledger.acknowledged = ledger.writes.length;
    } else {
      const ledger = this.ledgers[otherSide(report.got)];
      ledger.passedOn = ledger.acknowledged;
    }
  }

  /** How many transactions there were. */
  count(): number {
    return this.ledgers.ours.writes.length + this.ledgers.theirs.writes.length;
  }

  /** Nothing is damaged, half done or lost. A doctor's patient may have what it was to repair; it is repaired first. */
  async expectWhole(isPatient = false): Promise<void> {
    for (const side of SIDES) {
      await this.#with(side, async (db, client) => {
        const { rows: integrity } = await client.execute('PRAGMA integrity_check');
        expect(integrity.map((row) => row[0])).toEqual(['ok']);
        expect((await client.execute('PRAGMA foreign_key_check')).rows).toEqual([]);
        if (isPatient) await db.$crr.verify({ repair: true });
        expect((await db.$crr.verify()).findings).toEqual([]);
        await expectHistory(db);
        await this.#expectWritten(side, client);
      });
    }
    for (const side of SIDES) {
      await this.#with(side, async (_, client) => this.#settle(side, await valuesOf(client)));
    }
  }

  async #expectWritten(side: Side, client: Client): Promise<void> {
    const values = await valuesOf(client);
    for (const writer of SIDES) {
      const ledger = this.ledgers[writer];
      const atLeast = writer === side ? ledger.acknowledged : ledger.passedOn;
      for (const pair of ledger.pairs()) {
        const [a, b] = ['a', 'b'].map((half) => values.get(`${pair} ${half}`) ?? null);
        expect(a, `${pair} at ${side}: both halves`).toBe(b);
        expect(ledger.possible(pair, atLeast), `${pair} at ${side}`).toContain(a);
      }
    }
  }

  #settle(side: Side, values: ReadonlyMap<string, number>): void {
    const ledger = this.ledgers[side];
    const last = ledger.writes.at(-1);
    if (ledger.writes.length === ledger.acknowledged || last === undefined) return;
    ledger.settle((values.get(`${last.pair} a`) ?? null) === last.value);
  }

  /** An exchange goes on where it was, and both end with the same, which is what was written. */
  async expectConverged(by: 'sync' | 'hand'): Promise<void> {
    await this.#with('ours', (ours) =>
      this.#with('theirs', async (theirs) => {
        if (by === 'hand') await exchange(ours, theirs);
        else {
          const sync = syncOf({ ours, theirs });
          for (let i = 0; i < 3; i++) await sync.sync();
          sync.stop();
        }
        expect(await livingContents(ours)).toEqual(await livingContents(theirs));
      }),
    );
    for (const ledger of Object.values(this.ledgers)) ledger.passedOn = ledger.acknowledged;
    await this.expectWhole();
  }

  async #with(side: Side, use: (db: Database, client: Client) => Promise<void>): Promise<void> {
    const client = openAt(this.urls[side]);
    try {
      await use(databaseOf(client, await stepsOf(client)), client);
    } finally {
      client.close();
    }
  }
}

/** The log, pruned or not, ends in what the table is. */
async function expectHistory(db: Database): Promise<void> {
  const past = db.$crr.asOf(trail, { version: await db.$crr.version() });
  const then = await db.select().from(past).orderBy(past.id);
  expect(then).toEqual(await db.select().from(trail).orderBy(trail.id));
}

async function valuesOf(client: Client): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.execute('SELECT id, value FROM items');
  return new Map(rows.map((row) => [String(row.id), Number(row.value)]));
}

/** All rows with their versions. Deletes may have been forgotten on one side, and events pruned. */
async function livingContents(db: Database): Promise<string[]> {
  const { changes } = await db.$crr.changes();
  return changes
    .filter(({ cl, cid }) => cl % 2 === 1 && ![...PASSING_COLUMNS, '-1', '-2'].includes(cid))
    .map(({ table, pk, cid, val, col_version, cl }) =>
      [table, pk.join('.'), cid, String(val), col_version, cl].join(' '),
    )
    .sort();
}
