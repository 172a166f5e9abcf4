/** Random local transactions over the tables of schema.ts. */
import { PIN_SQL, UNPIN_SQL } from '../../src/tables/state/table.js';
import { population, randomTransaction } from '../constraints/history.js';
import type { Random } from '../support/random.js';
import { SCHEMAS, type SchemaName } from './schema.js';

/** One transaction. Some of those of one statement are not pinned to a db_version, as in a shell. */
export function randomWrite(
  random: Random,
  step: number,
  {
    schema = 'many',
    isMigrated = false,
  }: { readonly schema?: SchemaName; readonly isMigrated?: boolean } = {},
): string[] {
  const kind = random.int(10);
  if (schema === 'texts' && random.chance(0.15)) return pinnedSometimes(random, [note(random)]);
  if (kind < 2) return pinned(pair(random, step));
  if (kind < 6) {
    const count = random.chance(0.25) ? 2 : 1;
    return pinnedSometimes(
      random,
      Array.from({ length: count }, () => thing(random, isMigrated)),
    );
  }
  return pinnedSometimes(random, schema === 'many' ? randomTransaction(random) : [other(random)]);
}

/** What a site begins with, one transaction each. */
export function randomPopulation(random: Random, schema: SchemaName): string[] {
  const tables = Object.keys(SCHEMAS[schema]);
  return population(random).filter((sql) =>
    tables.includes(/(?:INTO|UPDATE) (\w+)/.exec(sql)![1]!),
  );
}

/** A write to the tables beside things and pairs, if there are few. */
function other(random: Random): string {
  const org = () => `'o${random.int(3)}'`;
  const name = () => random.pick(["'acme'", "'beta'", "'acme~o1'", "'c'"]);
  const verb = () => random.pick(['INSERT OR IGNORE', 'INSERT OR REPLACE']);
  return random.pick<() => string>([
    () => `${verb()} INTO orgs (id, name) VALUES (${org()}, ${name()})`,
    () => `UPDATE OR IGNORE orgs SET name = ${name()} WHERE id = ${org()}`,
    () => `UPDATE OR IGNORE orgs SET id = ${org()} WHERE id = ${org()}`,
    () => `DELETE FROM orgs WHERE id = ${org()}`,
    () => `${verb()} INTO tags (id, name) VALUES ('g${random.int(3)}', 'n${random.int(9)}')`,
    () => `DELETE FROM tags WHERE id = 'g${random.int(3)}'`,
  ])();
}

/** Texts come and go as rows; what they say is typed, see words.ts. */
const note = (random: Random): string => {
  const id = noteId(random);
  return random.chance(0.2)
    ? `DELETE FROM notes WHERE id = '${id}'`
    : `INSERT OR IGNORE INTO notes (id, body) VALUES ('${id}', 'It begins. ')`;
};
export const noteId = (random: Random): string => `n${random.int(3)}`;

const pinned = (statements: readonly string[]) => [PIN_SQL, ...statements, UNPIN_SQL];
const pinnedSometimes = (random: Random, statements: string[]) =>
  statements.length > 1 || random.chance(0.6) ? pinned(statements) : statements;

/** Both rows of a pair, alike. Whoever sees one of them with another batch saw half of a transaction. */
function pair(random: Random, step: number): string[] {
  const number = random.int(2);
  const ids = [`p${number}a`, `p${number}b`];
  const batch = `'s${step}'`;
  const kind = random.int(8);
  return ids.map((id) => {
    if (kind === 0) return `DELETE FROM pairs WHERE id = '${id}'`;
    if (kind < 3) return `INSERT OR REPLACE INTO pairs (id, batch) VALUES ('${id}', ${batch})`;
    return `INSERT INTO pairs (id, batch) VALUES ('${id}', ${batch}) ON CONFLICT (id) DO UPDATE SET batch = excluded.batch`;
  });
}

/** One statement for the table `things`. */
export function thing(random: Random, isMigrated = false): string {
  const id = () => `'i${random.int(6)}'`;
  const word = () => random.pick(["'x'", "'y'", "'Z'", "''", 'NULL']);
  const number = () => String(random.int(9) - 2);
  const values: Readonly<Record<string, () => string>> = {
    owner: () => random.pick(["'ann'", "'ann'", "'bob'", "'cat'"]),
    title: word,
    org: () => random.pick(["'o0'", "'o1'", "'o2'", 'NULL']),
    mood: word,
    votes: number,
    tag: word,
    high: number,
    low: word,
    place: () => `'a${random.int(3)}'`,
    ...(isMigrated && { note: () => random.pick(["'n1'", "'n2'"]), likes: number }),
  };
  const some = (most: number) => random.shuffle(Object.keys(values)).slice(0, 1 + random.int(most));
  const insert = (verb: string) => {
    const given = ['owner', 'place'];
    const columns = [...given, ...some(4).filter((name) => !given.includes(name))];
    const list = columns.map((name) => values[name]!()).join(', ');
    return `${verb} INTO things (id, ${columns.join(', ')}) VALUES (${id()}, ${list})`;
  };
  const update = () => {
    const parts = some(3)
      .filter((name) => name !== 'votes' && name !== 'likes')
      .map((name) => `${name} = ${values[name]!()}`);
    if (parts.length === 0 || random.chance(0.4)) parts.push(`votes = votes + ${random.int(5)}`);
    return `UPDATE things SET ${parts.join(', ')} WHERE id = ${id()}`;
  };
  return random.pick<() => string>([
    () => insert('INSERT OR IGNORE'),
    () => insert('INSERT OR IGNORE'),
    () => insert('INSERT OR REPLACE'),
    update,
    update,
    update,
    update,
    () => `DELETE FROM things WHERE id = ${id()}`,
    () => `UPDATE OR IGNORE things SET id = ${id()} WHERE id = ${id()}`,
  ])();
}
