/** A table in a file of several processes. */
import { text } from 'drizzle-orm/sqlite-core';
import { type Change, crrTable, packKey } from '../../src/index.js';
import { openClient } from '../support/client.js';
import { hash } from '../support/random.js';

export const logs = crrTable('logs', { id: text('id').primaryKey().notNull(), body: text('body') });

export const openClientOn = (path: string) =>
  openClient({ url: `file:${path}`, intMode: 'bigint' });

/** Rows of a site of its own for each process. */
export function madeElsewhere(name: string, version: number, keys: readonly string[]): Change[] {
  const site = new Uint8Array(16).fill(hash(name) % 256);
  return keys.map((id, seq) => ({
    table: 'logs',
    pk: packKey([id]),
    cid: 'body',
    val: `elsewhere for ${name}`,
    col_version: 1,
    db_version: version + 1,
    site_id: site,
    cl: 1,
    seq,
  }));
}
