import { expect, test } from 'vitest';
import { type Affinity, affinityOf, isRowidType } from '../../src/model/declared-type.js';
import { memoryClient } from '../support/client.js';

const TYPES = [
  ...['', 'text', 'INTEGER', 'int', 'REAL', 'double precision', 'BLOB', 'numeric', 'boolean'],
  ...['VARCHAR(255)', 'decimal(10, 2)', 'decimal(+10,-2)', 'unsigned big int', 'charint'],
  ...['COLLATE NOCASE', 'collate nocase', 'TEXT COLLATE NOCASE', 'INTEGER COLLATE NOCASE'],
  ...['CHECK (c IS NOT 5)', "DEFAULT 'int'", 'NULL', 'blob NULL', 'CONSTRAINT "integer" NULL'],
  ...['"my int"', '[text of mine]', '`real`', "'BLOB' COLLATE NOCASE", 'CONSTRAINT text_ NULL'],
  ...['float NOT NULL', 'text\nCOLLATE RTRIM', 'point'],
];

test.each(TYPES)('the affinity of %j is the one that SQLite finds', async (type) => {
  const found = await affinityIn(`CREATE TABLE t (id INTEGER, c ${type})`);
  expect(affinityOf(type).replace('integer', 'numeric')).toBe(found);
});

test('ANY has no affinity in a STRICT table, and counts as having none in all', async () => {
  expect(await affinityIn('CREATE TABLE t (id INTEGER, c ANY) STRICT')).toBe('blob');
  expect(affinityOf('ANY')).toBe('blob');
  expect(affinityOf('any COLLATE NOCASE')).toBe('blob');
});

test('a key is the rowid if its type is INTEGER and no other', () => {
  for (const type of ['integer', ' INTEGER ', 'integer COLLATE NOCASE']) {
    expect(isRowidType(type), type).toBe(true);
  }
  for (const type of ['int', 'integer(8)', 'unsigned integer', '', 'bigint']) {
    expect(isRowidType(type), type).toBe(false);
  }
});

/** What SQLite makes of a text and an integer shows the affinity. */
async function affinityIn(ddl: string): Promise<Affinity> {
  const client = memoryClient();
  await client.batch([ddl, "INSERT INTO t (id, c) VALUES (1, '7'), (2, 7)"], 'write');
  const { rows } = await client.execute('SELECT typeof(c) AS class FROM t ORDER BY id');
  const classes = rows.map((row) => row.class).join();
  if (classes === 'text,text') return 'text';
  if (classes === 'text,integer') return 'blob';
  if (classes === 'real,real') return 'real';
  // INTEGER and NUMERIC differ in nothing that a table stores.
  return 'numeric';
}
