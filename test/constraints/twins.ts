/** Tables whose rows have lost several unique values at once, and random statements over them. */
import { integer, text, unique } from 'drizzle-orm/sqlite-core';
import { crrTable } from '../../src/index.js';
import type { Random } from '../support/random.js';

const id = () => text('id').primaryKey().notNull();

const boxes = crrTable('boxes', {
  id: id(),
  label: text('label').unique(),
  lock: integer('lock').notNull().unique(),
});

/** Two indexes show a suffix in one column, and one shows NULL. */
const items = crrTable(
  'items',
  {
    id: id(),
    box: text('box').references(() => boxes.id, { onDelete: 'cascade' }),
    spare: text('spare').references(() => boxes.id, { onDelete: 'set null' }),
    shelf: text('shelf').notNull(),
    owner: text('owner').notNull(),
    name: text('name').notNull(),
    code: text('code').unique(),
    note: text('note'),
  },
  (t) => [unique('items_shelf').on(t.shelf, t.name), unique('items_owner').on(t.owner, t.name)],
);

/** A column of the index that shows a suffix may show NULL. */
const tags = crrTable(
  'tags',
  {
    id: id(),
    item: text('item').references(() => items.id, { onDelete: 'set null' }),
    name: text('name').notNull(),
    rank: integer('rank'),
  },
  (t) => [unique('tags_name').on(t.item, t.name), unique('tags_rank').on(t.rank)],
);

/** Parked rows with rows below them. */
const seats = crrTable('seats', {
  id: id(),
  item: text('item')
    .notNull()
    .references(() => items.id, { onDelete: 'cascade' }),
  number: integer('number').unique(),
});

export const twins = { boxes, items, tags, seats };

export const freeTwins = {
  boxes: crrTable('boxes', { id: id(), label: text('label'), lock: integer('lock').notNull() }),
  items: crrTable('items', {
    id: id(),
    box: text('box'),
    spare: text('spare'),
    shelf: text('shelf').notNull(),
    owner: text('owner').notNull(),
    name: text('name').notNull(),
    code: text('code'),
    note: text('note'),
  }),
  tags: crrTable('tags', {
    id: id(),
    item: text('item'),
    name: text('name').notNull(),
    rank: integer('rank'),
  }),
  seats: crrTable('seats', {
    id: id(),
    item: text('item').notNull(),
    number: integer('number'),
  }),
};

const ITEMS = 12;

export const twinWrites = {
  population(random: Random): string[] {
    return Array.from({ length: 24 }, () => insert(random, 'INSERT OR IGNORE'));
  },
  randomTransaction(random: Random): string[] {
    const count = random.chance(0.2) ? 2 : 1;
    return Array.from({ length: count }, () => randomStatement(random));
  },
};

const box = (random: Random) => `'b${random.int(5)}'`;
const item = (random: Random) => `'i${10 + random.int(ITEMS)}'`;
const name = (random: Random) =>
  random.chance(0.15) ? `'n${random.int(2)}~i${10 + random.int(ITEMS)}'` : `'n${random.int(2)}'`;
const orNull = (random: Random, value: string) => (random.chance(0.35) ? 'NULL' : value);

function insert(random: Random, verb: string): string {
  switch (random.int(8)) {
    case 0:
    case 1:
      return `${verb} INTO boxes (id, label, lock) VALUES (${box(random)}, ${orNull(random, `'l${random.int(3)}'`)}, ${random.int(6)})`;
    case 2:
      return `${verb} INTO tags (id, item, name, rank) VALUES ('t${random.int(8)}', ${orNull(random, item(random))}, 'n${random.int(2)}', ${orNull(random, String(random.int(3)))})`;
    case 3:
      return `${verb} INTO seats (id, item, number) VALUES ('s${random.int(8)}', ${item(random)}, ${orNull(random, String(random.int(3)))})`;
    default:
      return `${verb} INTO items (id, box, spare, shelf, owner, name, code) VALUES (${item(random)}, ${orNull(random, box(random))}, ${orNull(random, box(random))}, 's${random.int(3)}', 'o${random.int(3)}', ${name(random)}, ${orNull(random, `'c${random.int(3)}'`)})`;
  }
}

function randomStatement(random: Random): string {
  const verb = random.pick(['INSERT', 'INSERT', 'INSERT OR REPLACE', 'INSERT OR IGNORE']);
  const update = random.pick(['UPDATE', 'UPDATE', 'UPDATE OR REPLACE', 'UPDATE OR IGNORE']);
  if (random.chance(0.3)) return insert(random, verb);
  const set = (column: string, value: string) =>
    `${update} items SET ${column} = ${value} WHERE id = ${item(random)}`;
  return random.pick<() => string>([
    () => set('shelf', `'s${random.int(3)}'`),
    () => set('owner', `'o${random.int(3)}'`),
    () => set('name', name(random)),
    () => set('name', name(random)),
    () => set('code', orNull(random, `'c${random.int(3)}'`)),
    () => set('box', orNull(random, box(random))),
    () => set('spare', orNull(random, box(random))),
    () => set('note', `'x${random.int(9)}'`),
    () => `DELETE FROM items WHERE id = ${item(random)}`,
    () => `DELETE FROM items WHERE id = ${item(random)}`,
    () => `DELETE FROM boxes WHERE id = ${box(random)}`,
    () => `${update} boxes SET lock = ${random.int(6)} WHERE id = ${box(random)}`,
    () => `${update} boxes SET label = 'l${random.int(3)}' WHERE id = ${box(random)}`,
    () =>
      `${update} tags SET item = ${orNull(random, item(random))} WHERE id = 't${random.int(8)}'`,
    () => `${update} tags SET name = 'n${random.int(2)}' WHERE id = 't${random.int(8)}'`,
    () => `DELETE FROM tags WHERE id = 't${random.int(8)}'`,
    () => `${update} seats SET number = ${random.int(3)} WHERE id = 's${random.int(8)}'`,
    () =>
      `UPDATE items SET name = 'n2' WHERE id = (SELECT key_id FROM items__crr_aside WHERE mask_name = 1 LIMIT 1)`,
  ])();
}
