/** What was added to each counter, and whether it is all there. */
import type { Station } from './station.js';

interface Added {
  readonly station: Station;
  readonly row: string;
  readonly cl: number;
  readonly amount: number;
  /** A server has it; what no server has acknowledged may be there or not. */
  state: 'sent' | 'unsent' | 'unsure';
}

type Counts = ReadonlyMap<string, { readonly cl: number; readonly votes: number }>;

export class Votes {
  readonly #all: Added[] = [];

  /** What one local transaction has changed. A new life of a row begins at 0. */
  note(station: Station, before: Counts, after: Counts): void {
    for (const [row, { cl, votes }] of after) {
      const was = before.get(row);
      const amount = votes - (was?.cl === cl ? was.votes : 0);
      if (amount !== 0) this.#all.push({ station, row, cl, amount, state: 'unsent' });
    }
  }

  /** What this site has not sent yet; call `acknowledge` with it when a sync has succeeded. */
  unsent(station: Station): readonly Added[] {
    return this.#all.filter((added) => added.station === station && added.state === 'unsent');
  }

  acknowledge(sent: readonly Added[], refused: ReadonlySet<string>): void {
    for (const added of sent) {
      if (added.state === 'unsent') added.state = refused.has(added.row) ? 'unsure' : 'sent';
    }
  }

  /** The site is thrown away, or goes back to a copy of before. */
  forget(station: Station): void {
    for (const added of this.unsent(station)) added.state = 'unsure';
  }

  /** Counters that do not show what was added in the present life of their row. */
  wrong(shown: Counts): string[] {
    return [...shown].flatMap(([row, { cl, votes }]) => {
      const here = this.#all.filter((added) => added.row === row && added.cl === cl);
      const sum = (some: readonly Added[]) => some.reduce((total, { amount }) => total + amount, 0);
      const certain = sum(here.filter(({ state }) => state === 'sent'));
      const unsure = here.filter(({ state }) => state !== 'sent');
      const least = certain + sum(unsure.filter(({ amount }) => amount < 0));
      const most = certain + sum(unsure.filter(({ amount }) => amount > 0));
      if (votes >= least && votes <= most) return [];
      const list = here.map(({ station, amount, state }) => `${station.name} ${amount} ${state}`);
      return [`${row} shows ${votes} votes, and not ${least} to ${most}: ${list.join(', ')}`];
    });
  }
}

/** The votes of all rows, with their causal lengths. */
export async function votesOf({ site, known }: Station): Promise<Counts> {
  const rows = (await site.shown()).get('things')!;
  return new Map(
    rows.map(({ id, votes }) => {
      const row = `things ${String(id)}`;
      return [row, { cl: known!.rows.get(row)!, votes: Number(votes) }];
    }),
  );
}
