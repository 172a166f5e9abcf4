/** Database files, built once as templates and copied for each run. All are in WAL mode. */
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { type Crr, withCrr } from '../src/index.js';
import { type Row, type Shape, TABLE } from './shapes.js';
import { insertBulk } from './statements.js';

export type Kind = 'plain' | 'crr';

/** An open database file. */
export interface Site {
  readonly client: Client;
  readonly path: string;
  /** Only for a database with a CRR. */
  readonly crr: Crr;
  close(): Promise<void>;
}

/** A directory for the files of one run of the benchmark. */
export class Workbench {
  #files = 0;

  private constructor(readonly directory: string) {}

  static async open(): Promise<Workbench> {
    return new Workbench(await mkdtemp(join(tmpdir(), 'crr-bench-')));
  }

  close(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }

  newPath(): string {
    return join(this.directory, `${this.#files++}.db`);
  }

  /** Builds a database, closes it, and returns its path. */
  async template(
    kind: Kind,
    shape: Shape,
    fill: (site: Site) => Promise<unknown> = async () => {},
  ): Promise<string> {
    const site = await openSite(this.newPath(), shape);
    await site.client.execute('PRAGMA journal_mode = WAL');
    for (const sql of shape.parents?.sql ?? []) await site.client.execute(sql);
    await site.client.execute(shape.createSql);
    if (kind === 'crr') await site.crr.install();
    await fill(site);
    await site.client.execute('PRAGMA wal_checkpoint(TRUNCATE)');
    await site.close();
    return site.path;
  }

  /** A template with rows in it. */
  filled(kind: Kind, shape: Shape, rows: readonly Row[]): Promise<string> {
    return this.template(kind, shape, ({ client }) => insertBulk(client, shape, rows, kind));
  }

  /** A copy of a template. Closing it removes its files. */
  async copy(template: string, shape: Shape): Promise<Site> {
    const path = this.newPath();
    await copyFile(template, path);
    const site = await openSite(path, shape);
    // The first statement of a connection reads the schema with all triggers. Do that before timing.
    await site.client.execute(`SELECT 1 FROM ${TABLE} LIMIT 0`);
    return {
      ...site,
      async close() {
        await site.close();
        for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix, { force: true });
      },
    };
  }
}

async function openSite(path: string, shape: Shape): Promise<Site> {
  const client = createClient({ url: `file:${path}` });
  // Each run opens another file. An application checks the schema only once per process.
  const options = { schema: { table: shape.table, ...shape.parents?.tables }, check: false };
  const { $crr } = withCrr(drizzle(client), options);
  return {
    client,
    path,
    crr: $crr,
    async close() {
      client.close();
    },
  };
}

/** Bytes of a database file, after a checkpoint of its WAL. */
export async function fileSize(site: Site): Promise<number> {
  await site.client.execute('PRAGMA wal_checkpoint(TRUNCATE)');
  return (await stat(site.path)).size;
}
