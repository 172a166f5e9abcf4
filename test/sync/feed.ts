import { type SyncDatabase, siteOf } from '../../src/sync/site.js';

/** All changes of a database, and the cursor after them. */
export async function feedOf({ db }: { readonly db: SyncDatabase }) {
  const { changes, cursor } = await siteOf(db).read({ since: 0, limit: 10_000_000 });
  return { changes: [...changes], cursor };
}

export const changesOf = async (site: { readonly db: SyncDatabase }) =>
  (await feedOf(site)).changes;
