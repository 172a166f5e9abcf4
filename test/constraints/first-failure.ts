import { hash, Random } from '../support/random.js';
import { RecycledDatabase } from './recycled.js';
import { runHistory } from './run-history.js';
import { constrained, free } from './schema.js';

/** Runs histories until one fails. @returns its number, from 1; undefined if none does. */
export async function firstFailure(seed: number, most: number): Promise<number | undefined> {
  const databases: RecycledDatabase[] = [];
  const open = async (schema: typeof constrained | typeof free) => {
    const database = await RecycledDatabase.open(schema);
    databases.push(database);
    return database;
  };
  try {
    const sites = [await open(constrained), await open(constrained), await open(constrained)];
    const peer = await open(free);
    for (let i = 1; i <= most; i++) {
      const world = {
        sites: sites.map((database) => database.site()),
        openPeer: async () => peer.site(),
      };
      const random = new Random(hash('mutants', seed, i));
      if (
        await runHistory(random, world, 60).then(
          () => false,
          () => true,
        )
      )
        return i;
    }
    return undefined;
  } finally {
    for (const database of databases) database.close();
  }
}
