/** A real sqld, started anew for each simulation on a copy of its files as they were once everything was installed. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { type WithCrrOptions, withCrr } from '../../src/index.js';
import { type Sqld, startSqld } from '../../tools/sqld/index.js';
import { type Schema, Site } from '../constraints/site.js';
import { openClient } from '../support/client.js';
import { closeLater } from '../support/closing.js';
import { createTableSql } from '../support/create-table.js';

export class RecycledServer {
  readonly clock = undefined;
  readonly writes = undefined;
  readonly backUp = undefined;
  readonly migrate = undefined;
  readonly #directory = mkdtempSync(join(tmpdir(), 'drizzle-crr-sqld-'));
  readonly #schema: Schema;
  #server: Sqld | undefined;
  #client: Client | undefined;
  #count = 0;

  private constructor(schema: Schema) {
    this.#schema = schema;
  }

  /** @returns undefined if this platform has no sqld. */
  static async open(
    schema: Schema,
    triggers: readonly string[],
  ): Promise<RecycledServer | undefined> {
    const database = new RecycledServer(schema);
    if (!(await database.#start(database.#installed))) return undefined;
    closeLater(() => database.close());
    const client = database.#client!;
    for (const table of Object.values(schema)) await client.execute(createTableSql(table));
    for (const trigger of triggers) await client.execute(trigger);
    await database.#connect().$crr.install();
    await database.#stop();
    return database;
  }

  async site({ siteId }: { siteId?: string }): Promise<Site> {
    await this.#stop();
    const directory = join(this.#directory, String(this.#count++));
    cpSync(this.#installed, directory, { recursive: true });
    await this.#start(directory);
    if (siteId !== undefined) {
      await this.#client!.execute(`UPDATE crr_site SET site_id = x'${siteId}' WHERE ordinal = 1`);
    }
    return this.reopened();
  }

  reopened(): Site {
    return new Site(this.#connect({ check: false }));
  }

  async close(): Promise<void> {
    await this.#stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get #installed(): string {
    return join(this.#directory, 'installed');
  }

  async #start(directory: string): Promise<boolean> {
    this.#server = await startSqld({ directory });
    if (this.#server === undefined) return false;
    this.#client = openClient({ url: this.#server.httpUrl });
    return true;
  }

  async #stop(): Promise<void> {
    this.#client?.close();
    await this.#server?.stop();
    this.#server = undefined;
  }

  #connect(options: Partial<WithCrrOptions> = {}) {
    return withCrr(drizzle({ client: this.#client! }), { schema: this.#schema, ...options });
  }
}
