/** Requests that tabs repeat, on a real SQLite: two workers after one another have the same connection. */

import Database from 'libsql';
import { expect, test } from 'vitest';
import type { Answer, Ask, Request } from '../../src/browser/messages.js';
import { Turns } from '../../src/browser/turns.js';
import { WorkerDatabase } from '../../src/browser/worker-database.js';
import { libsqlConnection } from './libsql-connection.js';

function openWorkers() {
  const db = new Database(':memory:');
  db.exec('CREATE TABLE t (x)');
  const answers: Answer[] = [];
  let written = 0;
  const newWorker = () => {
    const database = new WorkerDatabase(libsqlConnection(db));
    database.prepare(['a', 'b']);
    return new Turns({
      database,
      busyTimeout: 1_000,
      whenClosed: () => () => {},
      answer: (_, answer) => answers.push(answer),
      onClosed: () => {},
      onWritten: () => written++,
    });
  };
  const rows = () => (db.prepare('SELECT x FROM t ORDER BY x').raw().all() as unknown[][]).flat();
  return { newWorker, answers, rows, written: () => written };
}

const query = (sql: string): Ask => ({ type: 'query', statement: { sql, args: [] } });
const request = (id: number, ask: Ask, more: Partial<Request> = {}): Request => ({
  tab: 'a',
  id,
  answeredBefore: 1,
  isRepeated: false,
  transaction: undefined,
  ask,
  ...more,
});

test.each([
  ['with rows', 'INSERT INTO t VALUES (7) RETURNING x', [[7]]],
  ['without', 'INSERT INTO t VALUES (7)', []],
  ['after a comment', '/* why */ INSERT INTO t VALUES (7)', []],
])('a write that was committed is answered again and not done again: %s', (_, sql, rows) => {
  const { newWorker, answers, rows: stored } = openWorkers();
  newWorker().take(request(1, query(sql)));
  const second = newWorker();
  second.take(request(1, query(sql), { isRepeated: true }));
  second.take(request(1, query(sql), { isRepeated: true }));
  expect(answers).toEqual([1, 2, 3].map(() => ({ id: 1, results: [rows] })));
  expect(stored()).toEqual([7]);
});

test('a COMMIT that was done is answered again; of one that was not, the tab is told', () => {
  const { newWorker, answers, rows } = openWorkers();
  const steps = ['BEGIN', 'INSERT INTO t VALUES (1)', 'COMMIT'];
  const first = newWorker();
  for (const [i, sql] of steps.entries())
    first.take(request(i + 1, query(sql), { transaction: 1 }));
  const second = newWorker();
  second.take(request(3, query('COMMIT'), { transaction: 1, isRepeated: true }));
  expect(answers.at(-1)).toEqual({ id: 3, results: [[]] });
  second.take(request(6, query('COMMIT'), { transaction: 2, isRepeated: true }));
  expect(answers.at(-1)).toMatchObject({ id: 6, error: { code: 'CRR_DATABASE_TRANSACTION_LOST' } });
  expect(rows()).toEqual([1]);
});

test('an older request that comes after a newer one is done, too', () => {
  const { newWorker, answers, rows } = openWorkers();
  const worker = newWorker();
  worker.take(request(6, query('INSERT INTO t VALUES (6)')));
  worker.take(request(5, query('INSERT INTO t VALUES (5)'), { isRepeated: true }));
  expect(answers.map(({ id }) => id)).toEqual([6, 5]);
  expect(rows()).toEqual([5, 6]);
});

test('only what writes is told to the tabs', () => {
  const { newWorker, written } = openWorkers();
  const worker = newWorker();
  worker.take(request(1, query('SELECT * FROM t')));
  expect(written()).toBe(0);
  worker.take(request(2, query('INSERT INTO t VALUES (1)')));
  expect(written()).toBe(1);
});
