/** What history costs: a CRR with it, compared to the same one without. */
import assert from 'node:assert/strict';
import Database from 'libsql';
import type { Change } from '../src/index.js';
import { fileSize, type Site, type Workbench } from './database.js';
import type { Figures } from './figures.js';
import { type Contender, compare, perItem, ratio } from './measure.js';
import { historyShape, type Row, type Shape, TABLE, textShape } from './shapes.js';
import {
  deleteSql,
  executeEach,
  insertBulk,
  insertSql,
  runEach,
  updateAllSql,
  updateSql,
} from './statements.js';
import type { Effort } from './writes.js';

const KEY = 'integer';
type Who = 'crr' | 'history';
const SHAPES: Readonly<Record<Who, Shape>> = { crr: textShape(KEY), history: historyShape(KEY) };

export async function measureHistory(
  bench: Workbench,
  { rows: count, rounds }: Effort,
  figures: Figures,
): Promise<void> {
  const rows = SHAPES.crr.rows(0, count);
  const keys = rows.map((row) => row.slice(0, 1));
  const updates: Row[] = keys.map((key, i) => [`new value ${i}`, ...key]);
  const renewed: Row[] = rows.map(([key, ...cells], i) => [...cells.map(() => `new ${i}`), key!]);
  const empty = await forEach((who) => bench.template('crr', SHAPES[who]));
  const filled = await forEach((who) => bench.filled('crr', SHAPES[who], rows));

  const figure = async (name: string, contender: (who: Who) => Contender) => {
    const times = await compare({ history: contender('history'), crr: contender('crr') }, rounds);
    const us = (who: Who) => perItem(times[who], count).toFixed(1);
    const detail = `${us('history')} / ${us('crr')} us per row`;
    figures.set(`history_${name}_x`, ratio(times, 'history', 'crr'), detail);
  };

  const write =
    (templates: Readonly<Record<Who, string>>, run: (site: Site, shape: Shape) => unknown) =>
    (who: Who): Contender =>
    async () => {
      const site = await bench.copy(templates[who], SHAPES[who]);
      return { timed: () => run(site, SHAPES[who]), close: () => site.close() };
    };
  const prepared =
    (sqlOf: (shape: Shape) => string, args: readonly Row[]) =>
    ({ path }: Site, shape: Shape) => {
      const db = new Database(path);
      runEach(db, sqlOf(shape), args, 'crr');
      db.close();
    };
  await figure(
    'insert',
    write(empty, ({ client }, shape) => insertBulk(client, shape, rows, 'crr')),
  );
  await figure('insert_prepared', write(empty, prepared(insertSql, rows)));
  await figure('update', write(filled, prepared(updateSql, updates)));
  await figure(
    'update_client',
    write(filled, ({ client }, shape) => executeEach(client, updateSql(shape), updates, 'crr')),
  );
  await figure('update_all', write(filled, prepared(updateAllSql, renewed)));
  await figure('delete', write(filled, prepared(deleteSql, keys)));

  const changesOf = async (who: Who, sql?: string, args: readonly Row[] = []) => {
    const site = await bench.copy(filled[who], SHAPES[who]);
    const since = sql === undefined ? 0 : await site.crr.version();
    if (sql !== undefined) await executeEach(site.client, sql, args, 'crr');
    const { changes } = await site.crr.changes({ since, tables: [TABLE] });
    await site.close();
    return changes;
  };
  const news = await forEach((who) => changesOf(who));
  const peers = await forEach((who) =>
    bench.template('crr', SHAPES[who], ({ crr }) => crr.apply(news[who])),
  );
  const apply = async (
    name: string,
    templates: Readonly<Record<Who, string>>,
    changes: Readonly<Record<Who, readonly Change[]>>,
  ) => {
    assert.equal(changes.history.length, changes.crr.length + count);
    await figure(name, (who) => async () => {
      const site = await bench.copy(templates[who], SHAPES[who]);
      // The first apply of a process also tries what waits.
      await site.crr.apply([]);
      return { timed: () => site.crr.apply(changes[who]), close: () => site.close() };
    });
  };
  await apply('apply_new', empty, news);
  await apply('apply_noop', peers, news);
  for (const [name, sqlOf, args] of [
    ['apply_update_one', updateSql, updates],
    ['apply_update', updateAllSql, renewed],
    ['apply_delete', deleteSql, keys],
  ] as const) {
    await apply(name, peers, await forEach((who) => changesOf(who, sqlOf(SHAPES[who]), args)));
  }

  // Updates only, so that all that grows is the log.
  const sizeAfter = async (times: number) => {
    const site = await bench.copy(filled.history, SHAPES.history);
    for (let n = 0; n < times; n++) {
      const values = updates.map(([value, ...key]) => [`${value} ${n}`, ...key]);
      await executeEach(site.client, updateSql(SHAPES.history), values, 'crr');
    }
    const size = await fileSize(site);
    await site.close();
    return size;
  };
  const value = `new value ${count} 0`.length;
  const bytes = ((await sizeAfter(6)) - (await sizeAfter(1))) / (5 * count);
  figures.set('history_event_bytes', bytes, `an update of a text of about ${value} bytes`);
}

async function forEach<T>(make: (who: Who) => Promise<T>): Promise<Record<Who, T>> {
  return { crr: await make('crr'), history: await make('history') };
}
