import { and, between, eq, like, lt } from 'drizzle-orm';
import { placesOf } from './places.js';
import { cities } from './schema.js';
import type { Site } from './sites.js';

export interface Edit {
  readonly what: string;
  readonly rows: number;
  readonly ms: number;
}

type Transaction = Parameters<Parameters<Site['db']['transaction']>[0]>[0];
type Write = readonly [what: string, run: (tx: Transaction) => Promise<{ rowsAffected: number }>];

const named = (name: string, country: string) =>
  and(eq(cities.name, name), eq(cities.country, country));

/** Both number the places that they add, from the same first number. */
const PREFIX = 'NEW';
const ADDED = 12;

/** The keys that both choose. */
export const addedCodes = placesOf(['AD'], PREFIX)
  .slice(0, ADDED)
  .map(({ code }) => code);

const add = (country: string) => (tx: Transaction) =>
  tx.insert(cities).values(placesOf([country], PREFIX).slice(0, ADDED));

const adaWrites: readonly Write[] = [
  [
    'rates all of Slovenia 4',
    (tx) => tx.update(cities).set({ rating: 4 }).where(eq(cities.country, 'SI')),
  ],
  [
    'rates Bern 5 and notes the bear park',
    (tx) => tx.update(cities).set({ rating: 5, note: 'bear park' }).where(named('Bern', 'CH')),
  ],
  [
    'notes the old town of Innsbruck',
    (tx) => tx.update(cities).set({ note: 'old town' }).where(named('Innsbruck', 'AT')),
  ],
  [
    'deletes the key range LI-0001 to LI-0014',
    (tx) => tx.delete(cities).where(between(cities.code, 'LI-0001', 'LI-0014')),
  ],
  ['deletes Davos', (tx) => tx.delete(cities).where(named('Davos', 'CH'))],
  [`adds NEW-0001 to NEW-00${ADDED}, in Andorra`, add('AD')],
];

const benWrites: readonly Write[] = [
  [
    'rates the south of Switzerland 3',
    (tx) =>
      tx
        .update(cities)
        .set({ rating: 3 })
        .where(and(eq(cities.country, 'CH'), lt(cities.lat, 46.5))),
  ],
  ['rates Bern 4', (tx) => tx.update(cities).set({ rating: 4 }).where(named('Bern', 'CH'))],
  ['thinks again: Bern 2', (tx) => tx.update(cities).set({ rating: 2 }).where(named('Bern', 'CH'))],
  [
    'rates Ljubljana 5',
    (tx) => tx.update(cities).set({ rating: 5 }).where(named('Ljubljana', 'SI')),
  ],
  [
    'notes the cable car of Innsbruck',
    (tx) => tx.update(cities).set({ note: 'cable car' }).where(named('Innsbruck', 'AT')),
  ],
  [
    'rates places in LI-0001 to LI-0007',
    (tx) =>
      tx
        .update(cities)
        .set({ rating: 5 })
        .where(between(cities.code, 'LI-0001', 'LI-0007')),
  ],
  [
    'deletes Austrian places in "Sankt"',
    (tx) => tx.delete(cities).where(and(eq(cities.country, 'AT'), like(cities.name, 'Sankt %'))),
  ],
  ['deletes Davos', (tx) => tx.delete(cities).where(named('Davos', 'CH'))],
  [
    'puts Davos back, with a note',
    (tx) => {
      const davos = placesOf(['CH']).find(({ name }) => name === 'Davos')!;
      return tx.insert(cities).values({ ...davos, note: 'skiing' });
    },
  ],
  [`adds NEW-0001 to NEW-00${ADDED}, in the Faroes`, add('FO')],
];

async function write(site: Site, writes: readonly Write[]): Promise<Edit[]> {
  const edits: Edit[] = [];
  for (const [what, run] of writes) {
    const began = performance.now();
    // A transaction takes one db_version, so its changes travel and are applied together.
    const { rowsAffected } = await site.db.transaction(run);
    edits.push({ what, rows: rowsAffected, ms: performance.now() - began });
  }
  return edits;
}

export const adaEdits = (site: Site) => write(site, adaWrites);
export const benEdits = (site: Site) => write(site, benWrites);
