/** Older versions of @libsql/client, as far as the peer range goes, give the transcripts of the newest. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { libsql } from '../../src/engines/libsql.js';
import { CLIENT_VERSIONS, olderClient } from '../../tools/libsql-clients/index.js';
import { closeLater } from '../support/closing.js';
import { SCENARIOS } from './conformance.js';
import { openSiteOn } from './open-site.js';
import { reference } from './reference.js';

for (const version of CLIENT_VERSIONS) {
  const module = await olderClient(version);
  const reason = module === undefined ? ' (skipped: npm ci --prefix tools/libsql-clients)' : '';
  describe.skipIf(module === undefined)(`@libsql/client ${version}${reason}`, () => {
    const open = (url: string): Client => {
      const client = module!.createClient({ url });
      closeLater(() => client.close());
      return client;
    };

    test.each(Object.keys(SCENARIOS))('on files: %s', async (scenario) => {
      const directory = await mkdtemp(join(tmpdir(), 'drizzle-crr-'));
      onTestFinished(() => rm(directory, { recursive: true, force: true }));
      let opened = 0;
      const openFile = async () => ({
        adapter: libsql,
        client: open(`file:${join(directory, `${opened++}.db`)}`),
        drizzle: (client: Client) => drizzle({ client }),
      });
      const transcript = await SCENARIOS[scenario]!((schema) => openSiteOn(openFile, schema));
      expect(transcript).toEqual(await reference(scenario));
    });

    /** docs/engines.md warns of it. */
    test('a database in memory is empty after a transaction, whoever uses the client', async () => {
      const client = open(':memory:');
      await client.execute('CREATE TABLE t (a)');
      const tx = await client.transaction('write');
      await tx.execute('INSERT INTO t VALUES (1)');
      await tx.commit();
      await expect(client.execute('SELECT * FROM t')).rejects.toThrow('no such table: t');
    });
  });
}
