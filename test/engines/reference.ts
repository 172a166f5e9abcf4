/** What the transcripts of all engines are compared with: those of libSQL. */
import { drizzle } from 'drizzle-orm/libsql';
import { withCrr } from '../../src/index.js';
import { memoryClient } from '../support/client.js';
import { type OpenDatabase, openInstalled, SCENARIOS } from './conformance.js';

const openReference: OpenDatabase = async (options) => {
  const client = memoryClient();
  const again = () => withCrr(drizzle({ client }), options);
  return { db: again(), again, transactions: 'async' } as never;
};

const references = new Map<string, Promise<string[]>>();
/** libSQL's transcript of a scenario. It is made once. */
export function reference(name: string): Promise<string[]> {
  let known = references.get(name);
  if (known === undefined) {
    known = SCENARIOS[name]!(() => openInstalled(openReference));
    references.set(name, known);
  }
  return known;
}
