/**
 * What drizzle-crr needs of an engine. Each adapter of src/engines runs this suite on each kind of
 * database that it connects to.
 */
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engines/engine.js';
import { type SqlValue, storageClass } from '../../src/model/value.js';
import { exactValue, portable } from '../../src/sql/driver-value.js';
import { bindValue, type Statement, statement } from '../../src/sql/statement.js';

/** @param open a new, empty database each time; it is closed when the test ends. */
export function describeEngine(name: string, open: () => Promise<Engine>): void {
  describe(`the engine ${name}`, () => {
    /** A database with a table of one row per statement that was kept. */
    const openLog = async () => {
      const engine = await open();
      await write(engine, 'CREATE TABLE log (id INTEGER PRIMARY KEY, note)');
      return engine;
    };
    const log = (note: string) => `INSERT INTO log (note) VALUES ('${note}')`;
    const notes = async (engine: Engine) =>
      (await read(engine, 'SELECT note FROM log ORDER BY id')).map(([note]) => note);

    test('gives the rows of each statement, in order and by position', async () => {
      const engine = await openLog();
      const results = await engine.batch(
        [
          log('a'),
          log('b'),
          "SELECT note AS z, note AS a, 'x' AS b FROM log ORDER BY id DESC",
          "SELECT 1 WHERE 'no' = 'row'",
          "UPDATE log SET note = 'c' WHERE note = 'b'",
          'SELECT note FROM log ORDER BY id',
        ].map((sql) => statement(sql)),
        'write',
      );
      expect(results.map((rows) => rows.map((row) => Array.from(row)))).toEqual([
        [],
        [],
        [
          ['b', 'b', 'x'],
          ['a', 'a', 'x'],
        ],
        [],
        [],
        [['a'], ['c']],
      ]);
    });

    test('an empty batch gives nothing', async () => {
      const engine = await open();
      expect(await engine.batch([], 'read')).toEqual([]);
      expect(await engine.batch([], 'write')).toEqual([]);
    });

    test('a statement that fails in the middle takes the batch back, and its message is given', async () => {
      const engine = await openLog();
      await write(engine, log('before'));
      await write(
        engine,
        "CREATE TRIGGER refuse BEFORE INSERT ON log WHEN NEW.note = 'bad' BEGIN SELECT RAISE(ABORT, 'not \"that\" note'); END",
      );
      for (const [bad, message] of [
        [log('bad'), 'not "that" note'],
        ["INSERT INTO log VALUES (1, 'twice')", 'UNIQUE constraint failed: log.id'],
        ['INSERT INTO nowhere VALUES (1)', 'no such table: nowhere'],
      ] as const) {
        const batch = engine.batch(
          [log('a'), bad, log('b')].map((sql) => statement(sql)),
          'write',
        );
        const error = await batch.then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(messagesOf(error).replaceAll('\\"', '"')).toContain(message);
        expect(await notes(engine)).toEqual(['before']);
      }
      await write(engine, log('after'));
      expect(await notes(engine)).toEqual(['before', 'after']);
    });

    test('a rehearsal gives its rows and leaves nothing, however it ends', async () => {
      const engine = await openLog();
      if (engine.rehearse === undefined) {
        expect(engine.transactions).toBe('batch');
        return;
      }
      await write(engine, log('before'));
      const trial = [log('a'), 'CREATE TABLE other (id)', 'SELECT note FROM log ORDER BY id'];
      const results = await engine.rehearse(trial.map((sql) => statement(sql)));
      expect(results.map((rows) => rows.map((row) => Array.from(row)))).toEqual([
        [],
        [],
        [['before'], ['a']],
      ]);
      expect(await notes(engine)).toEqual(['before']);
      const failing = [log('b'), 'SELECT * FROM nowhere'].map((sql) => statement(sql));
      await expect(engine.rehearse(failing)).rejects.toThrow();
      expect(await notes(engine)).toEqual(['before']);
      await write(engine, log('after'));
      expect(await notes(engine)).toEqual(['before', 'after']);
      expect(await read(engine, "SELECT name FROM sqlite_master WHERE name = 'other'")).toEqual([]);
    });

    test('a batch that changes the schema is all or nothing, too', async () => {
      const engine = await openLog();
      const batch = engine.batch(
        ['CREATE TABLE other (id)', 'ALTER TABLE log ADD COLUMN more', 'SELECT * FROM nowhere'].map(
          (sql) => statement(sql),
        ),
        'write',
      );
      await expect(batch).rejects.toThrow();
      expect(await read(engine, "SELECT name FROM sqlite_master WHERE name = 'other'")).toEqual([]);
      expect(await read(engine, "SELECT name FROM pragma_table_info('log')")).toEqual([
        ['id'],
        ['note'],
      ]);
    });

    test('values of every storage class go in and come out', async () => {
      const engine = await open();
      await write(engine, 'CREATE TABLE vals (id INTEGER PRIMARY KEY, v)');
      const inserts = VALUES.map((value, id) => {
        const args: SqlValue[] = [];
        return statement(`INSERT INTO vals VALUES (${id}, ${bindValue(value, args)})`, args);
      });
      await engine.batch(inserts, 'write');
      const rows = await read(
        engine,
        `SELECT typeof(v), ${portable('v', 'blob')} FROM vals ORDER BY id`,
      );
      expect(rows.map(([type]) => type)).toEqual(VALUES.map(storageClass));
      const values = rows.map(([type, value]) => exactValue(value as never, String(type)[0]!));
      // SQLite does not tell -0.0 from 0.0, and no merge sees the difference.
      expect(values.map(plain)).toEqual(VALUES.map(plain));
    });

    test('a read sees one state while others write', async () => {
      const engine = await openLog();
      await write(engine, 'CREATE TABLE copy (id INTEGER PRIMARY KEY, note)');
      const counts = ['log', 'copy'].map((table) => statement(`SELECT count(*) FROM ${table}`));
      const work = Array.from({ length: 20 }, async (_, i) => {
        if (i % 2 === 0) {
          const both = [log(`${i}`), `INSERT INTO copy (note) VALUES ('${i}')`];
          await engine.batch(
            both.map((sql) => statement(sql)),
            'write',
          );
        }
        const [inLog, inCopy] = await engine.batch(counts, 'read');
        expect(Number(inLog![0]![0])).toBe(Number(inCopy![0]![0]));
      });
      await Promise.all(work);
      expect(await notes(engine)).toHaveLength(10);
    });

    test('concurrent batches run one after the other, and lose no update', async () => {
      const engine = await open();
      await write(engine, 'CREATE TABLE counter (n)');
      await write(engine, 'INSERT INTO counter VALUES (0)');
      const twice = [
        'UPDATE counter SET n = n + 1',
        'SELECT n FROM counter',
        'UPDATE counter SET n = n + 1',
        'SELECT n FROM counter',
      ].map((sql) => statement(sql));
      const results = await Promise.all(
        Array.from({ length: 15 }, () => engine.batch(twice, 'write')),
      );
      const seen = results.map((rows) => [Number(rows[1]![0]![0]), Number(rows[3]![0]![0])]);
      expect(seen.sort(([a], [b]) => a! - b!)).toEqual(
        Array.from({ length: 15 }, (_, i) => [2 * i + 1, 2 * i + 2]),
      );
    });

    test('a batch that fails beside others leaves those as they are', async () => {
      const engine = await openLog();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 10 }, (_, i) =>
          engine.batch(
            [log(`${i}`), i % 2 === 0 ? log(`${i}`) : 'SELECT * FROM nowhere'].map((sql) =>
              statement(sql),
            ),
            'write',
          ),
        ),
      );
      expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(
        outcomes.map((_, i) => i % 2 === 0),
      );
      expect((await notes(engine)).sort()).toEqual([
        '0',
        '0',
        '2',
        '2',
        '4',
        '4',
        '6',
        '6',
        '8',
        '8',
      ]);
    });

    test('many statements fit into one batch', async () => {
      const engine = await openLog();
      await engine.batch(
        Array.from({ length: 1_000 }, (_, i) =>
          statement('INSERT INTO log VALUES (?, ?)', [`${i}`, 'x']),
        ),
        'write',
      );
      expect(await read(engine, 'SELECT count(*), sum(id) FROM log')).toEqual([[1_000, 499_500]]);
    });

    test('large values fit', async () => {
      const engine = await openLog();
      const length = Math.min(1_500_000, engine.maxStatementBytes);
      await engine.batch(
        [
          statement('INSERT INTO log (note) VALUES (?)', ['é'.repeat(length / 2)]),
          statement('INSERT INTO log (note) VALUES (?)', [new Uint8Array(length).fill(7)]),
        ],
        'write',
      );
      const rows = await read(engine, 'SELECT note FROM log ORDER BY id');
      expect(rows[0]![0] === 'é'.repeat(length / 2)).toBe(true);
      const blob = exactValue(rows[1]![0] as never, 'b') as Uint8Array;
      expect([blob.length, blob.every((byte) => byte === 7)]).toEqual([length, true]);
    });

    test('statements and tables may be as large as the limits of the engine', async () => {
      const engine = await open();
      const { maxParameters, maxStatementBytes, maxColumns } = engine;
      const marks = Array.from({ length: maxParameters / 2 }, () => '(?, ?)').join(', ');
      const columns = Array.from({ length: maxColumns }, (_, i) => `c${i}`).join(', ');
      await write(engine, 'CREATE TABLE pairs (a, b)');
      await engine.batch(
        [
          statement(
            `INSERT INTO pairs VALUES ${marks}`,
            Array.from({ length: maxParameters }, (_, i) => `v${i}`),
          ),
          statement(`CREATE TABLE wide (${columns})`),
        ],
        'write',
      );
      expect(await read(engine, 'SELECT count(*), max(b) FROM pairs')).toEqual([
        [maxParameters / 2, expect.stringMatching(/^v\d+$/)],
      ]);
      const start = 'SELECT 1 -- ';
      expect(await read(engine, start.padEnd(maxStatementBytes, 'x'))).toEqual([[1]]);
    });

    test('batch() gives a promise; batchNow() of a synchronous engine gives the rows', async () => {
      const engine = await open();
      const one = [statement('SELECT 1')];
      const rows = engine.batch(one, 'read');
      expect(rows).toBeInstanceOf(Promise);
      expect(await rows).toHaveLength(1);
      if (engine.kind === 'sync') expect(engine.batchNow(one, 'read')).toEqual([[[1]]]);
    });
  });
}

const VALUES: readonly SqlValue[] = [
  null,
  0n,
  -1n,
  2n ** 53n - 1n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  0,
  -0,
  1,
  -2.5,
  2 ** 53,
  1e18,
  1e300,
  5e-324,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  '',
  '1',
  'é\u{1F600}',
  'a\0b',
  '\uFEFFmark',
  'quote\' " `\n;',
  new Uint8Array(),
  Uint8Array.of(0, 255),
];

/** A value that can be compared: the bytes of a Buffer, and no sign of zero. */
function plain(value: SqlValue): unknown {
  if (value instanceof Uint8Array) return Array.from(value);
  return value === 0 ? 0 : value;
}

const write = (engine: Engine, sql: string) => engine.batch([statement(sql)], 'write');

async function read(engine: Engine, sql: string): Promise<unknown[][]> {
  const [rows] = await engine.batch([statement(sql)] satisfies Statement[], 'read');
  return rows!.map((row) => Array.from(row));
}

/** The messages of an error and its causes. */
function messagesOf(error: unknown): string {
  const messages: string[] = [];
  for (let e = error; e instanceof Error; e = e.cause) messages.push(e.message);
  return messages.join('\n');
}
