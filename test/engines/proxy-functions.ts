/** What applications give to Drizzle's sqlite-proxy. Its two lines take different functions. */
import { isDrizzle1 } from '../support/drizzle-line.js';

type RowMode = 'array' | 'object';

/** @param query runs a statement and gives its rows; the same connection each time. */
export function proxyFunctions(
  query: (sql: string, params: unknown[], rowMode: RowMode) => unknown[] | Promise<unknown[]>,
) {
  if (isDrizzle1) {
    const all = async (sql: string, params: unknown[], rowMode: RowMode) =>
      query(sql, params, rowMode);
    const get = async (...args: Parameters<typeof all>) => (await all(...args))[0];
    return {
      all,
      get,
      run: async (sql: string, params: unknown[]) => {
        await query(sql, params, 'object');
      },
    };
  }
  return async (sql: string, params: unknown[], method: string) => {
    const rows = await query(sql, params, 'array');
    // As sqlocal does: whoever wants rows asks for them.
    if (method === 'run') return { rows: [] };
    return { rows: method === 'get' ? rows[0] : rows };
  };
}
