/** Texts in the column of an order key that are none, from other sites or raw SQL: writing and reading go on. */
import { text } from 'drizzle-orm/sqlite-core';
import { generateKeyBetween } from 'fractional-indexing';
import { describe, expect, test } from 'vitest';
import {
  DIGITS,
  keyAfterSql,
  keyBeforeSql,
  LEAST_INTEGER,
} from '../../src/columns/fract-index/key-sql.js';
import { isOrderKey, isOrderKeySql } from '../../src/columns/fract-index/valid.js';
import { crrTable, fractIndex, fractOrder, fractOrderBy, packKey } from '../../src/index.js';
import { quoteText } from '../../src/sql/quote.js';
import { memoryClient } from '../support/client.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { openSite } from '../support/site.js';

const cards = crrTable('cards', {
  id: text('id').primaryKey().notNull(),
  position: fractIndex('position'),
});
const schema = { cards };
type Site = Awaited<ReturnType<typeof openSite<typeof schema>>>;

const GREATEST = `z${'~'.repeat(26)}`;
const EDGES = [GREATEST, `${GREATEST}~~`, `${LEAST_INTEGER}!`, `A${' '.repeat(25)}!`, 'Z~', 'a '];
const POISON = [
  '',
  'a',
  'zzz',
  '~',
  'é',
  'a é',
  'a  ',
  '1',
  LEAST_INTEGER,
  '\u{1f600}',
  'Z',
  'a~ ',
];

const inOrder = async (db: Site) =>
  (
    await db
      .select()
      .from(cards)
      .orderBy(...fractOrderBy(cards, 'position'))
  ).map(({ id }) => id);

async function apply(db: Site, id: string, val: string) {
  const change = { table: 'cards', pk: packKey([id]), cid: 'position', val, col_version: 9 };
  const site_id = new Uint8Array(16).fill(7);
  await db.$crr.apply([{ ...change, db_version: 1, site_id, cl: 1, seq: 1 }]);
}

test('a text is an order key for JavaScript and for SQL alike, as fractional indexing has it', async () => {
  const client = memoryClient();
  const random = new Random(seedFromEnv());
  const texts = [...EDGES, ...POISON];
  const pieces = ['a', 'b', 'Z', 'Y', ' ', '!', '~', 'é', 'z', 'A', '5'];
  for (let i = 0; i < 400; i++) {
    texts.push(Array.from({ length: random.int(6) }, () => random.pick(pieces)).join(''));
  }
  for (const key of texts) {
    const { rows } = await client.execute(
      `SELECT ${isOrderKeySql('k')} AS is_key FROM (SELECT ${quoteText(key)} AS k)`,
    );
    expect(Number(rows[0]!.is_key) === 1, JSON.stringify(key)).toBe(isOrderKey(key));
    const takes = (a: string | null, b: string | null) => {
      try {
        return generateKeyBetween(a, b, DIGITS) !== undefined;
      } catch {
        return false;
      }
    };
    if (isOrderKey(key)) expect(takes(key, null), JSON.stringify(key)).toBe(true);
    else if (/^[ -~]*$/.test(key)) expect(takes(key, null), JSON.stringify(key)).toBe(false);
  }
});

test.each(EDGES)('beside the key %j there is always another one', async (key) => {
  const client = memoryClient();
  let [before, after] = [key, key];
  for (let i = 0; i < 5; i++) {
    const { rows } = await client.execute(
      `SELECT ${keyBeforeSql(quoteText(before))} AS b, ${keyAfterSql(quoteText(after))} AS a`,
    );
    const [b, a] = [String(rows[0]!.b), String(rows[0]!.a)];
    expect([isOrderKey(b), isOrderKey(a), b < before, after < a]).toEqual([true, true, true, true]);
    [before, after] = [b, a];
  }
});

describe.each([...POISON, ...EDGES])('beside a row with %j', (poison) => {
  test('rows go first and last, and before, after and between others', async () => {
    const db = await openSite(schema);
    const order = fractOrder(db, cards, 'position');
    await order.insert({ id: 'a' }, 'last');
    await order.insert({ id: 'b' }, 'last');
    await apply(db, 'x', poison);
    await order.insert({ id: 'first' }, 'first');
    await order.insert({ id: 'last' }, 'last');
    const rest = (await inOrder(db)).filter((id) => id !== 'x');
    expect(rest).toEqual(['first', 'a', 'b', 'last']);
    await order.insert({ id: 'after' }, { after: 'x' });
    await order.insert({ id: 'before' }, { before: 'x' });
    const ids = await inOrder(db);
    const at = ids.indexOf('x');
    expect(ids.slice(at - 1, at + 2)).toEqual(['before', 'x', 'after']);
    expect(isOrderKey((await db.select().from(cards)).find(({ id }) => id === 'x')!.position)).toBe(
      true,
    );
  });

  test('two such rows do not stop anything either', async () => {
    const db = await openSite(schema);
    const order = fractOrder(db, cards, 'position');
    await apply(db, 'x', poison);
    await apply(db, 'y', poison);
    await order.insert({ id: 'm' }, { between: ['x', 'y'] });
    expect(await inOrder(db)).toEqual(['x', 'm', 'y']);
    await order.move('y', 'first');
    expect(await inOrder(db)).toEqual(['y', 'x', 'm']);
  });
});

test('random places among random texts: a row stands beside the one that was named', async () => {
  const seed = seedFromEnv();
  const histories = Math.ceil(numberFromEnv('CRR_HISTORIES', 48) / 16);
  for (let history = 0; history < histories; history++) {
    const random = new Random(hash('poisoned', seed, history));
    const label = `CRR_SEED=${seed}, history ${history}`;
    const db = await openSite(schema);
    const order = fractOrder(db, cards, 'position');
    await order.insert({ id: 'r0' }, 'last');
    for (let step = 1; step < 30; step++) {
      if (random.chance(0.3)) await apply(db, `x${step}`, random.pick([...POISON, ...EDGES]));
      const ids = await inOrder(db);
      const anchor = random.pick(ids);
      const side = random.pick(['after', 'before'] as const);
      const id = `r${step}`;
      await order.insert({ id }, { [side]: anchor } as { after: string });
      // Texts that are no order keys are as if they were not there.
      const now = (
        await db
          .select()
          .from(cards)
          .orderBy(...fractOrderBy(cards, 'position'))
      )
        .filter(({ position }) => isOrderKey(position))
        .map((row) => row.id);
      expect(now.indexOf(id) - now.indexOf(anchor), label).toBe(side === 'after' ? 1 : -1);
    }
  }
});
