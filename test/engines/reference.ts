/** What the transcripts of all engines are compared with: those of libSQL. */
import type { Client } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { libsql } from '../../src/engines/libsql.js';
import { memoryClient } from '../support/client.js';
import { SCENARIOS } from './conformance.js';
import { openSiteOn } from './open-site.js';

const openReference = async () => ({
  adapter: libsql,
  client: memoryClient(),
  drizzle: (client: Client) => drizzle({ client }),
});

const references = new Map<string, Promise<string[]>>();
/** libSQL's transcript of a scenario. It is made once. */
export function reference(name: string): Promise<string[]> {
  let known = references.get(name);
  if (known === undefined) {
    known = SCENARIOS[name]!((schema) => openSiteOn(openReference, schema));
    references.set(name, known);
  }
  return known;
}
