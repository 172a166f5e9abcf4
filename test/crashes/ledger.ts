/** What a database was asked to write, and how far it answered that it had. */
import { eq } from 'drizzle-orm';
import type { Random } from '../support/random.js';
import { type Database, items, labels, trail } from './tables.js';

/** The two databases of a pair. Each writes only its own rows. */
export type Side = 'ours' | 'theirs';
export const SIDES = ['ours', 'theirs'] as const;
export const otherSide = (side: Side): Side => (side === 'ours' ? 'theirs' : 'ours');

/** One transaction: both rows of a pair get the same value, or are deleted. */
export interface Write {
  readonly pair: string;
  readonly value: number | null;
  /** The unique name of a label that is put on it, which others may have, too. */
  readonly label?: string;
}

/** What a process reports: before and after each transaction, and once a side has got what the other had. */
export type Report =
  | { readonly begins: Side; readonly write: Write }
  | { readonly wrote: Side }
  | { readonly got: Side };

const PAIRS = 12;

export function randomWrite(side: Side, random: Random): Write {
  const pair = `${side} ${random.int(PAIRS)}`;
  if (random.chance(0.35)) return { pair, value: null };
  const value = random.int(1e9);
  return { pair, value, ...(random.chance(0.3) && { label: `name ${random.int(4)}` }) };
}

export async function perform(db: Database, { pair, value, label }: Write): Promise<void> {
  await db.transaction(async (tx) => {
    for (const id of [`${pair} a`, `${pair} b`]) {
      if (value === null) {
        await tx.delete(items).where(eq(items.id, id));
      } else {
        const row = { value, votes: value % 7, remark: `remark ${value}` };
        await tx
          .insert(items)
          .values({ id, ...row })
          .onConflictDoUpdate({ target: items.id, set: row });
      }
    }
    await tx
      .insert(trail)
      .values({ id: pair, value })
      .onConflictDoUpdate({ target: trail.id, set: { value } });
    if (label !== undefined) {
      await tx
        .insert(labels)
        .values({ id: `${label} of ${pair}`, item: `${pair} a`, name: label })
        .onConflictDoNothing();
    }
  });
}

/** The writes of one side. */
export class Ledger {
  readonly writes: Write[] = [];
  /** So many of them are acknowledged. */
  acknowledged = 0;
  /** So many of them has the other side acknowledged. */
  passedOn = 0;

  /** Values that a pair may have in a database that has at least the first writes. */
  possible(pair: string, atLeast: number): (number | null)[] {
    let value: number | null = null;
    const possible: (number | null)[] = [];
    this.writes.forEach((write, i) => {
      if (i === atLeast) possible.push(value);
      if (write.pair !== pair) return;
      value = write.value;
      if (i >= atLeast) possible.push(value);
    });
    return this.writes.length > atLeast ? possible : [value];
  }

  pairs(): ReadonlySet<string> {
    return new Set(this.writes.map(({ pair }) => pair));
  }

  /** The last write was begun and not acknowledged: it took place, or it did not. */
  settle(tookPlace: boolean): void {
    if (!tookPlace) this.writes.length = this.acknowledged;
    this.acknowledged = this.writes.length;
  }
}
