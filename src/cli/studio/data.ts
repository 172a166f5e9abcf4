import { mayConflict } from '../../feed/site-values.js';
import { type Change, SENTINEL } from '../../model/change.js';
import { unpackKey } from '../../model/packed-key.js';
import { bytesToHex } from '../../model/value.js';
import type { OpenCrrs } from '../open-database.js';
import { statusOf } from '../read-status.js';
import { shownValue } from '../render/changes.js';
import { statusObject } from '../render/status-json.js';

/** The most changes of an answer: a page that people look at. */
const PAGE = 500;

/** What the page asks for, by the name in its address. Each answer can be JSON. */
export const ANSWERS: Readonly<
  Record<string, (crrs: OpenCrrs, query: URLSearchParams) => Promise<unknown>>
> = {
  status: async (crrs) => statusObject(await statusOf(crrs)),

  /** The newest changes, of all tables or of one, the newest first. */
  async feed({ db }, query) {
    const table = query.get('table');
    const version = await db.$crr.version();
    const before = Number(query.get('until') ?? version);
    const options = table ? { tables: [table] } : {};
    // db_versions are not dense in a table, so it looks further back until there is enough.
    for (let span = PAGE; ; span *= 8) {
      const since = Math.max(0, before - span);
      const { changes } = await db.$crr.changes({ since, ...options });
      if (changes.length < PAGE && since > 0) continue;
      const newest = changes.filter(({ db_version }) => db_version <= before).slice(-PAGE);
      return { version, changes: newest.reverse().map(shownChange) };
    }
  },

  /** What has to be decided, and what waits. */
  async waiting({ db, schema }) {
    const conflicts = [];
    for (const [name, table] of schema.drizzleTables) {
      const spec = schema.tables.get(name);
      // Of other tables there are none, and asking is an error.
      if (spec === undefined || !mayConflict(spec)) continue;
      for (const conflict of await db.$crr.conflicts(table)) conflicts.push(plain(conflict));
    }
    const rejected = (await db.$crr.rejected()).map(({ table, key, reason, changes }) =>
      plain({ table, key, reason, changes }),
    );
    return { conflicts, rejected, pending: await db.$crr.pendingCount() };
  },
};

const shownChange = (change: Change) => ({
  table: change.table,
  key: unpackKey(change.pk).map(shownValue).join(', '),
  column: change.cid === SENTINEL ? null : change.cid,
  value: change.cid === SENTINEL ? null : shownValue(change.val),
  isAlive: change.cl % 2 === 1,
  version: change.col_version,
  dbVersion: change.db_version,
  causalLength: change.cl,
  site: bytesToHex(change.site_id),
});

/** Bigints and bytes are no JSON. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, part: unknown) => {
      if (typeof part === 'bigint') return String(part);
      return part instanceof Uint8Array ? bytesToHex(part) : part;
    }),
  );
