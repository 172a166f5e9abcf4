/** Every kind of change through the real drizzle-kit, applied to a libSQL file and to sqld. */
import { join } from 'node:path';
import type { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { unpackKey, withCrr } from '../../src/index.js';
import { checkDatabase, checkFolder } from '../../src/migrate/check.js';
import { loadProject } from '../../src/migrate/config.js';
import { projectSchema } from '../../src/migrate/project-schema.js';
import { type Sqld, startSqld } from '../../tools/sqld/index.js';
import { openClient } from '../support/client.js';
import { isDrizzle1 } from '../support/drizzle-line.js';
import { type TestProject, testProject } from '../support/project.js';
import { IMPORTS, LIFE } from './life.js';

let sqld: Sqld | undefined;
beforeAll(async () => {
  sqld = await startSqld();
});
afterAll(() => sqld?.stop());

/** drizzle-kit 1.0 writes the same for both. */
const DIALECTS = isDrizzle1 ? ['sqlite'] : ['sqlite', 'turso'];

describe.each(DIALECTS)('dialect %s', (dialect) => {
  let project: TestProject;
  beforeAll(async () => {
    project = await testProject({
      'drizzle.config.ts': `export default { dialect: '${dialect}', schema: './schema.ts', out: './drizzle' };`,
    });
  });
  afterAll(() => project?.remove());

  test('a schema lives through every kind of change', async () => {
    const urls = [`file:${join(project.folder, 'life.db')}`];
    // One server serves both dialects, each from an empty database.
    if (sqld) urls.push(sqld.httpUrl);
    const clients = urls.map((url) => openClient({ url }));
    for (const client of clients) await dropEverything(client);
    for (const [i, step] of LIFE.entries()) {
      const context = `${dialect}, step ${i}: ${step.name}`;
      for (const client of clients) {
        for (const sql of step.writes ?? []) await client.execute(sql);
      }
      project.write({ 'schema.ts': IMPORTS + step.schema });
      const args = ['generate', '--name', `step${i}`];
      const result = step.answers
        ? await project.crrAnswering(step.answers, ...args)
        : await project.crr(...args);
      expect(result.code, `${context}\n${result.stdout}\n${result.stderr}`).toBe(0);
      const loaded = await loadProject(project.folder, {});
      const schema = projectSchema(loaded);
      expect(checkFolder(loaded.out, schema), context).toEqual([]);
      for (const [at, client] of clients.entries()) {
        const where = `${context}, on ${urls[at]?.split(':')[0]}`;
        try {
          await migrate(drizzle({ client }), { migrationsFolder: loaded.out });
        } catch (error) {
          throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
        }
        expect(await checkDatabase(libsqlConnection(client), schema), where).toEqual([]);
        const db = withCrr(drizzle({ client }), { schema: loaded.exports });
        const cells = (await db.$crr.changes()).changes.map(
          ({ table, pk, cid, col_version, val }) =>
            `${table}.${unpackKey(pk).join('/')}.${cid}@${col_version}=${val}`,
        );
        expect(cells.sort(), where).toEqual(step.cells);
        if (step.rows) {
          const { rows } = await client.execute(step.rows[0]);
          const values = rows.map((row) => Array.from(row as ArrayLike<unknown>));
          expect(values, where).toEqual(step.rows[1]);
        }
      }
    }
    // The whole folder at once, as a new database gets it.
    const fresh = openClient({ url: `file:${join(project.folder, 'fresh.db')}` });
    const loaded = await loadProject(project.folder, {});
    await migrate(drizzle({ client: fresh }), { migrationsFolder: loaded.out });
    expect(await checkDatabase(libsqlConnection(fresh), projectSchema(loaded))).toEqual([]);
  }, 180_000);
});

async function dropEverything(client: ReturnType<typeof createClient>): Promise<void> {
  const { rows } = await client.execute(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'libsql_%'",
  );
  await client.migrate(rows.map(({ name }) => `DROP TABLE "${name}"`));
}
