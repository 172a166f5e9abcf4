/** The number of requests for reading and applying on a real server: sqld, Turso's server. */
import assert from 'node:assert/strict';
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { withCrr } from '../src/index.js';
import { startSqld } from '../tools/sqld/index.js';
import type { Workbench } from './database.js';
import type { Figures } from './figures.js';
import { type Shape, TABLE } from './shapes.js';

const CHANGES = 10_000;

export async function measureRemote(
  bench: Workbench,
  shape: Shape,
  figures: Figures,
): Promise<void> {
  const rows = shape.rows(0, CHANGES / shape.columns.length);
  const source = await bench.copy(await bench.filled('crr', shape, rows), shape);
  const { changes } = await source.crr.changes();
  await source.close();
  assert.equal(changes.length, CHANGES);

  const sqld = await startSqld();
  if (sqld === undefined) return; // This platform has no sqld.
  try {
    const setup = connect(sqld.httpUrl, shape);
    await setup.client.execute(shape.createSql);
    await setup.crr.install();
    setup.client.close();

    // A new client first asks for the protocol version and reads the site directory.
    const cold = connect(sqld.httpUrl, shape);
    const coldRequests = await cold.count(() => cold.crr.apply(changes));
    const again = await cold.count(() => cold.crr.apply(changes));
    const reading = await cold.count(async () => {
      assert.equal((await cold.crr.changes()).changes.length, CHANGES);
    });
    const { rows: counted } = await cold.client.execute(`SELECT count(*) FROM ${TABLE}`);
    assert.equal(Number(counted[0]![0]), rows.length);
    cold.client.close();
    figures.set(
      'apply_remote_roundtrips',
      coldRequests,
      `by a new client; ${again} by one that is connected`,
    );
    figures.set('read_remote_roundtrips', reading, 'to read them back');
  } finally {
    await sqld.stop();
  }
}

function connect(url: string, shape: Shape) {
  let requests = 0;
  const counting: typeof fetch = (...args) => {
    requests++;
    return fetch(...args);
  };
  const client = createClient({ url, fetch: counting });
  const { $crr: crr } = withCrr(drizzle(client), { schema: { table: shape.table } });
  const count = async (run: () => Promise<unknown>) => {
    requests = 0;
    await run();
    return requests;
  };
  return { client, crr, count };
}
