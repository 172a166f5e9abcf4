/** Each invariant of rows aside, of the tables that all CRRs share, and of the schema: broken, found and repaired. */
import { expect, test } from 'vitest';
import { expectConverged, lines, type Site, silently, world } from './world.js';

interface Case {
  readonly title: string;
  readonly break: readonly string[];
  /** Codes with their tables. */
  readonly finds: readonly string[];
  readonly leaves?: readonly string[];
}

const state = (set: string) => `UPDATE crr_state SET ${set}`;

const CASES: readonly Case[] = [
  // Rows aside
  {
    title: 'a row aside has a clock',
    break: ["DELETE FROM users__crr_clock WHERE key_id = 'late'"],
    finds: ['aside-without-clock users {"id":"late"}'],
  },
  {
    title: 'a row aside is alive',
    break: [
      "UPDATE users__crr_clock SET causal_length = 2, row_version = 0, row_site = NULL, row_seq = NULL, sentinel = '@1:1:1', clock_org = NULL, clock_email = NULL WHERE key_id = 'late'",
    ],
    finds: ['aside-of-dead-row users {"id":"late"}'],
  },
  {
    title: 'a row aside has one of four states',
    break: ["UPDATE users__crr_aside SET state = 'lost' WHERE key_id = 'late'"],
    finds: ['aside-state users {"id":"late"}'],
  },
  {
    title: 'a row aside is parked or masked',
    break: ["UPDATE users__crr_aside SET state = NULL WHERE key_id = 'late'"],
    finds: ['aside-state users {"id":"late"}'],
  },
  {
    title: 'a parked row has the reason that is noted',
    break: ["UPDATE users__crr_aside SET state = 'unique' WHERE key_id = 'late'"],
    finds: ['aside-reason users {"id":"late"}'],
  },
  {
    title: 'a masked column shows the mask',
    break: ["UPDATE users SET email = 'silent@example.com' WHERE id = 'user b'"],
    finds: ['aside-mask users {"id":"user b"} email'],
  },
  {
    title: 'a masked column has a row that has its value',
    break: ["UPDATE users__crr_aside SET lost_0 = NULL WHERE key_id = 'user b'"],
    finds: ['aside-reason users {"id":"user b"} email'],
  },
  {
    title: 'nothing is settled that has not happened',
    break: ['UPDATE crr_settling SET settled = 4000'],
    finds: ['settled-ahead users'],
  },

  // Shared tables
  {
    title: 'no database is left while it merges',
    break: [state('in_transaction = 1')],
    finds: ['state-malformed crr_state in_transaction'],
  },
  {
    title: 'the state has sound numbers',
    break: [state("seq = 'x', keeps_cells = 7")],
    finds: ['state-malformed crr_state seq', 'state-malformed crr_state keeps_cells'],
  },
  {
    title: 'the db_version is a number',
    break: [state('db_version = NULL')],
    finds: ['state-malformed crr_state db_version'],
  },
  {
    title: 'the guard holds no rows',
    break: ["INSERT INTO crr_guard (reason) VALUES ('nothing')"],
    finds: ['not-empty crr_guard'],
  },
  {
    title: 'a site id has 16 bytes',
    break: ["INSERT INTO crr_site (site_id) VALUES (x'00')"],
    finds: ['site-malformed crr_site {"ordinal":"3"}'],
    leaves: ['site-malformed crr_site {"ordinal":"3"}'],
  },
  {
    title: 'former descriptions are a list',
    break: ["UPDATE crr_table SET former = 'x' WHERE table_name = 'docs'"],
    finds: ['unreadable', 'catalog-malformed crr_table {"table_name":"docs"} former'],
  },
  {
    title: 'a name in use is not a former name',
    break: [
      "INSERT INTO crr_former (table_name, cid, present_name) VALUES ('docs', 'title', 'place')",
    ],
    finds: ['former-name crr_former {"table_name":"docs","cid":"title"}'],
  },
  {
    title: 'a pending change has a known writer, sound versions, and its size',
    break: [
      "INSERT INTO crr_pending (source, table_name, pk, cid, val, col_version, causal_length, site, seq, db_version, size, number) VALUES ('', 'later', x'010b0161', 'x', 1, 1, 0, 1, 1, 4000, 0, 0)",
    ],
    finds: ['col_version', 'db_version', 'size'].map(
      (column) =>
        `pending-malformed crr_pending {"source":"","table_name":"later","pk":"010b0161","cid":"x","site":"1","number":"0"} ${column}`,
    ),
  },
  {
    title: 'nothing was sent that has not happened',
    break: [
      `INSERT INTO crr_peer (site_id, tag, direction, version, seen) VALUES (x'${'01'.repeat(16)}', '', 'sent', 4000, 20000)`,
    ],
    finds: [`peer-ahead crr_peer {"site_id":"${'01'.repeat(16)}","tag":"","direction":"sent"}`],
  },
  {
    title: 'a position is JSON',
    break: [
      `INSERT INTO crr_peer (site_id, tag, direction, version, position, seen) VALUES (x'${'01'.repeat(16)}', '', 'received', 1, '{', 20000)`,
    ],
    finds: [
      `peer-malformed crr_peer {"site_id":"${'01'.repeat(16)}","tag":"","direction":"received"}`,
    ],
  },
  {
    title: 'a refused row is one of a CRR',
    break: [
      `INSERT INTO crr_refused (site_id, tag, table_name, pk, code, rights) VALUES (x'${'01'.repeat(16)}', '', 'nowhere', x'01', 'x', '')`,
    ],
    finds: [
      `refused-malformed crr_refused {"site_id":"${'01'.repeat(16)}","tag":"","table_name":"nowhere","pk":"01"}`,
    ],
  },
  {
    title: 'nobody has made more sites known than there are',
    break: [
      "INSERT INTO crr_usage (source, sites, tombstones) VALUES ('id:ann', 900, 0), ('id:bob', 0, -1)",
    ],
    finds: [
      'usage-malformed crr_usage {"source":"id:bob"}',
      'usage-sites crr_usage {"source":"id:ann"}',
    ],
  },
  {
    title: 'the history has one row, in the past',
    break: ['UPDATE crr_history SET known_version = 4000'],
    finds: ['history-malformed crr_history'],
  },
  {
    title: 'the history is there',
    break: ['DELETE FROM crr_history'],
    finds: ['history-malformed crr_history'],
  },
  {
    title: 'the horizon lies in the past',
    break: ['UPDATE crr_history SET horizon = 4000'],
    finds: ['history-malformed crr_history'],
  },
  {
    title: 'the running apply has one row',
    break: ['DELETE FROM crr_apply'],
    finds: ['apply-malformed crr_apply'],
  },
  {
    title: 'a milestone lies in the past',
    break: ["INSERT INTO crr_milestone (number, version, token) VALUES (1, 4000, '0123456789ab')"],
    finds: ['milestone-malformed crr_milestone {"number":"1"}'],
  },
  {
    title: 'a ticket names a process',
    break: ["INSERT INTO crr_ticket (process, count) VALUES ('x', 1)"],
    finds: ['ticket-malformed crr_ticket {"id":"1"}'],
  },
  {
    title: 'indexes and triggers that all tables share are there',
    break: ['DROP INDEX crr_pending_news', 'DROP TRIGGER crr_guard_forged'],
    finds: ['bookkeeping-missing crr_pending_news', 'bookkeeping-missing crr_guard_forged'],
  },
  {
    title: 'the triggers of a table are there',
    break: ['DROP TRIGGER pairs__crr_on_insert', "INSERT INTO pairs VALUES ('silent', 1, 'x')"],
    finds: ['trigger-missing pairs', 'row-without-clock pairs {"a":"silent","b":1}'],
  },
  {
    title: 'a reference of a plain table has its row',
    break: [
      'CREATE TABLE plain (id INTEGER PRIMARY KEY, org TEXT REFERENCES orgs (id))',
      'PRAGMA foreign_keys = OFF',
      "INSERT INTO plain VALUES (7, 'nobody')",
    ],
    finds: ['foreign-key plain {"rowid":"7"}'],
    leaves: ['foreign-key plain {"rowid":"7"}'],
  },
  {
    title:
      'a row with constraints has its parent: it is parked if nothing is known of the parent any more',
    break: [
      'PRAGMA foreign_keys = OFF',
      'UPDATE crr_state SET applying = 1',
      "DELETE FROM orgs WHERE id = 'org b'",
      "DELETE FROM orgs__crr_clock WHERE key_id = 'org b'",
      'UPDATE crr_state SET applying = 0',
    ],
    finds: ['foreign-key users {"id":"user b"} org'],
  },
  {
    title: 'a parent that was deleted while triggers were missing takes its children along',
    break: [
      'PRAGMA foreign_keys = OFF',
      'UPDATE crr_state SET applying = 1',
      "DELETE FROM orgs WHERE id = 'org b'",
      'UPDATE crr_state SET applying = 0',
    ],
    finds: ['clock-without-row orgs {"id":"org b"}', 'foreign-key users {"id":"user b"} org'],
  },
];

test.each(CASES)('$title', async ({ break: statements, finds, leaves = [] }) => {
  const { a, b } = await world();
  await broken(a, statements);
  const found = await a.$crr.verify();
  expect(lines(found).toSorted()).toEqual([...finds].sort());
  const result = await a.$crr.verify({ repair: true });
  expect(lines(result)).toEqual(leaves);
  if (leaves.length === 0) await expectConverged(a, b);
});

/** In a statement each: foreign keys cannot be turned off in a transaction. */
async function broken(site: Site, statements: readonly string[]): Promise<void> {
  if (statements.some((sql) => sql.includes('PRAGMA'))) {
    for (const sql of statements) await site.$client.execute(sql);
  } else if (statements.some((sql) => sql.includes('crr_state'))) {
    await site.$client.batch([...statements], 'write');
  } else {
    await silently(site, ...statements);
  }
}

test('findings beyond the limit are counted', async () => {
  const { a } = await world();
  await silently(a, 'DELETE FROM docs__crr_clock');
  const { findings, count } = await a.$crr.verify({ limit: 2 });
  expect([findings.length, count > 2]).toEqual([2, true]);
});

test('options that it does not have are refused', async () => {
  const { a } = await world();
  await expect(a.$crr.verify({ limit: 0 })).rejects.toThrow('limit must be an integer');
  await expect(a.$crr.verify({ fix: true } as object)).rejects.toThrow('has no option "fix"');
});

test('numbers that wait are as long as they are written', async () => {
  const { a } = await world();
  const [change] = (await a.$crr.changes()).changes.filter(({ cid }) => cid === 'title');
  const values = [9_223_372_036_854_775_807n, -Number.MIN_VALUE];
  await a.$crr.apply(
    values.map((val, i) => ({ ...change!, table: 'later', cid: `c${i}`, val, site_id: LATER })),
  );
  expect(await a.$crr.pendingCount()).toBe(2);
  expect(lines(await a.$crr.verify())).toEqual([]);
});

const LATER = new Uint8Array(16).fill(9);
