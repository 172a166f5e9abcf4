/** Live queries on an engine: what their subscribers get, after each kind of write. */
import { asc, eq, sql } from 'drizzle-orm';
import type { LiveQuery } from '../../src/live-queries/index.js';
import { liveQuery } from '../../src/live-queries/index.js';
import { items, members, type OpenSite, plain, together } from './conformance.js';

/** A live query whose results are noted. */
class Followed<T> {
  readonly #unsubscribe: () => void;
  #seen = 0;
  #wake = () => {};

  constructor(
    readonly name: string,
    readonly query: LiveQuery<T>,
  ) {
    this.#unsubscribe = query.subscribe(() => {
      this.#seen++;
      this.#wake();
    });
  }

  /** The result after the next notification. */
  async next(what: string): Promise<string> {
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, 10_000));
    const notified = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#seen === 0) await Promise.race([notified, deadline]);
    const { status, data, error } = this.query.getSnapshot();
    const count = this.#seen;
    this.#seen = 0;
    const result = error === undefined ? JSON.stringify(data) : String(error);
    return `${what}: ${this.name} ${status} ${result}${count === 1 ? '' : ` ${count} notifications`}`;
  }

  end(): void {
    this.#unsubscribe();
  }
}

export async function liveScenario(open: OpenSite): Promise<string[]> {
  const schema = { items, members, plain };
  const [site, remote] = [await open(schema), await open(schema)];
  const { db } = site;
  const options = { pollMs: 50 };
  const all = new Followed(
    'all',
    liveQuery(
      db,
      () => db.select({ id: items.id, title: items.title }).from(items).orderBy(asc(items.id)),
      options,
    ),
  );
  const lines = [await all.next('empty')];
  const one = new Followed(
    'one',
    liveQuery(
      db,
      () => db.select({ title: items.title }).from(items).where(eq(items.id, 'b')),
      options,
    ),
  );
  const count = new Followed(
    'count',
    liveQuery(
      db,
      () => db.select({ n: sql<number>`(SELECT count(*) FROM members)` }).from(sql`(SELECT 1)`),
      options,
    ),
  );
  const ofPlain = new Followed(
    'plain',
    liveQuery(db, () => db.select().from(plain), options),
  );
  for (const query of [one, count, ofPlain]) lines.push(await query.next('empty'));

  await db.insert(items).values({ id: 'a', title: 'one', place: 'a0' });
  lines.push(await all.next('an insert'));
  await together(site, (tx) => [
    tx.insert(items).values({ id: 'b', title: 'two', place: 'a1' }),
    tx.insert(members).values({ team: 'x', number: 1 }),
  ]);
  for (const query of [all, one, count]) lines.push(await query.next('a transaction'));
  await db.update(items).set({ title: 'mine' }).where(eq(items.id, 'b'));
  for (const query of [all, one]) lines.push(await query.next('an update'));
  await db.insert(plain).values({ id: 'p', note: 'plain' });
  lines.push(await ofPlain.next('a plain table'));
  await remote.db.insert(items).values({ id: 'c', title: 'remote', place: 'a2' });
  await db.$crr.apply(await remote.db.$crr.changes());
  lines.push(await all.next('an apply'));
  await site.again().delete(items).where(eq(items.id, 'b'));
  for (const query of [all, one]) lines.push(await query.next('another handle'));
  // Nothing was left over.
  await db.insert(members).values({ team: 'x', number: 2 });
  lines.push(await count.next('the end'));
  for (const query of [all, one, count, ofPlain]) query.end();
  // Whoever opened the database closes it now: a look that had begun comes to its end.
  await db.$crr.version();
  return lines;
}
