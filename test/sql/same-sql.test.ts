import { expect, test } from 'vitest';
import { isSameSql } from '../../src/sql/same-sql.js';

const WRITTEN = `CREATE TRIGGER "t__x" AFTER UPDATE OF "id" ON "t" WHEN old."id" <> new."id" /* why */
BEGIN
  INSERT OR REPLACE INTO "log" ("id", note) VALUES (new."id", -1);
  SELECT 'it''s "so"' FROM a AS b LEFT JOIN c ON true CROSS JOIN d;
END`;
const PRINTED = `CREATE TRIGGER IF NOT EXISTS t__x AFTER UPDATE OF id ON t WHEN old.id != new.id BEGIN REPLACE INTO log (id, note) VALUES (new.id, - 1); SELECT 'it''s "so"' FROM a AS b LEFT OUTER JOIN c ON true CROSS INNER JOIN d; END`;

test('a text that Turso printed is recognised', () => {
  expect(isSameSql(PRINTED, WRITTEN)).toBe(true);
});

test('where texts are kept as written, every character counts', () => {
  expect(isSameSql(WRITTEN, WRITTEN)).toBe(true);
  expect(isSameSql(WRITTEN.replace('why', 'how'), WRITTEN)).toBe(false);
});

test.each([
  ['a literal', '- 1', '- 2'],
  ['a text', `it''s`, `its`],
  ['the case of a text', '"so"', '"SO"'],
  ['a column', 'new.id', 'old.id'],
  ['an operator', '!=', '='],
  ['a statement', 'REPLACE INTO', 'INSERT OR IGNORE INTO'],
])('another one is not: %s', (_, from, to) => {
  expect(isSameSql(PRINTED.replace(from, to), WRITTEN)).toBe(false);
});
