/** The exact SQL of each writer, for a few small tables. Run `vitest -u` after a deliberate change. */
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { counter, crrTable, greatest, lww, mvr } from '../../src/index.js';
import { readTableSpec } from '../../src/schema/read-spec.js';
import { beginApply, endApply } from '../../src/tables/apply/run.js';
import { cellsModule } from '../../src/tables/cells/module.js';
import { addClockColumn } from '../../src/tables/clock/alter.js';
import { backfillStatements, reconcileStatements } from '../../src/tables/clock/backfill.js';
import { clockTableStatements } from '../../src/tables/clock/table.js';
import { writeTriggers } from '../../src/tables/clock/triggers.js';
import { gateTableStatement } from '../../src/tables/gate/table.js';
import { gateTriggers } from '../../src/tables/gate/triggers.js';
import { expectedMerging, makeMerging } from '../../src/tables/merging.js';
import { sharedStatements, tableStatements, tableTriggers } from '../../src/tables/modules.js';
import { drainPendingStatements } from '../../src/tables/pending/drain.js';
import { pendingUpsert } from '../../src/tables/pending/table.js';
import { PIN_SQL, UNPIN_SQL } from '../../src/tables/state/table.js';
import { memoryClient } from '../support/client.js';
import { createTableSql } from '../support/create-table.js';

const todos = crrTable('todos', { id: text('id').primaryKey(), title: text('title').notNull() });
const marks = crrTable('marks', { id: integer('id').primaryKey() });
const spec = readTableSpec(todos);
const keyOnly = readTableSpec(marks);
/** A column of each other type, in a table whose rows stay. */
const scores = crrTable(
  'scores',
  {
    id: text('id').primaryKey(),
    best: greatest(integer('best')),
    mood: lww(text('mood'), { by: 'time' }),
    likes: counter('likes'),
    status: mvr(text('status')),
  },
  { rows: 'growOnly' },
);
const typed = readTableSpec(scores);
const all = (statements: readonly string[]) => `\n${statements.join(';\n')}\n`;

describe('exact text', () => {
  test('bookkeeping', () => {
    expect(all(sharedStatements())).toMatchInlineSnapshot(`
      "
      CREATE TABLE IF NOT EXISTS crr_site (
        ordinal INTEGER PRIMARY KEY,
        site_id BLOB NOT NULL UNIQUE
      ) STRICT;
      INSERT INTO crr_site (ordinal, site_id)
      SELECT 1, randomblob(16)
      WHERE NOT EXISTS (SELECT 1 FROM crr_site);
      CREATE TABLE IF NOT EXISTS crr_state (
        id INTEGER PRIMARY KEY,
        format INTEGER,
        site INTEGER,
        db_version INTEGER,
        seq INTEGER,
        in_transaction INTEGER,
        applying INTEGER,
        keeps_cells INTEGER,
        birth INTEGER
      );
      INSERT INTO crr_state (
        id,
        format,
        site,
        db_version,
        seq,
        in_transaction,
        applying,
        keeps_cells,
        birth
      )
      SELECT 1, 2, 1, 0, -1, 0, 0, 0, 1
      WHERE NOT EXISTS (SELECT 1 FROM crr_state);
      CREATE TABLE IF NOT EXISTS crr_apply (
        id INTEGER PRIMARY KEY,
        prior_db_version INTEGER,
        has_local_news INTEGER,
        source TEXT,
        greatest_time INTEGER
      );
      INSERT INTO crr_apply (id, prior_db_version, has_local_news, source)
      SELECT 1, 0, 0, ''
      WHERE NOT EXISTS (SELECT 1 FROM crr_apply);
      CREATE TABLE IF NOT EXISTS crr_table (
        table_name TEXT NOT NULL PRIMARY KEY,
        spec TEXT NOT NULL,
        former TEXT NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS crr_commit (
        site INTEGER NOT NULL,
        db_version INTEGER NOT NULL,
        author TEXT,
        message TEXT,
        reverts TEXT,
        PRIMARY KEY (site, db_version)
      );
      CREATE TABLE IF NOT EXISTS crr_former (
        table_name TEXT NOT NULL,
        cid TEXT NOT NULL,
        present_name TEXT,
        UNIQUE (table_name, cid)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS crr_pending (
        source TEXT NOT NULL,
        table_name TEXT NOT NULL,
        pk BLOB NOT NULL,
        cid TEXT NOT NULL,
        val ANY,
        col_version INTEGER NOT NULL,
        causal_length INTEGER NOT NULL,
        site INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        db_version INTEGER NOT NULL,
        reason TEXT,
        size INTEGER NOT NULL,
        number INTEGER NOT NULL,
        key_1 ANY,
        key_2 ANY,
        key_3 ANY,
        key_4 ANY,
        key_5 ANY,
        key_6 ANY,
        key_7 ANY,
        key_8 ANY,
        key_9 ANY,
        key_10 ANY,
        key_11 ANY,
        key_12 ANY,
        key_13 ANY,
        key_14 ANY,
        key_15 ANY,
        key_16 ANY,
        UNIQUE (source, table_name, pk, cid, site, number)
      ) STRICT;
      CREATE INDEX IF NOT EXISTS crr_pending_tried ON crr_pending (source, reason);
      CREATE INDEX IF NOT EXISTS crr_pending_news ON crr_pending (source, db_version, size);
      CREATE TABLE IF NOT EXISTS crr_peer (
        site_id BLOB NOT NULL,
        tag TEXT NOT NULL,
        direction TEXT NOT NULL,
        version INTEGER NOT NULL,
        position TEXT,
        skip TEXT NOT NULL DEFAULT ',',
        filter TEXT NOT NULL DEFAULT '',
        url TEXT NOT NULL DEFAULT '',
        owner TEXT,
        receipt TEXT NOT NULL DEFAULT '',
        ticket TEXT NOT NULL DEFAULT '',
        seen INTEGER NOT NULL,
        PRIMARY KEY (site_id, tag, direction)
      ) STRICT;
      CREATE INDEX IF NOT EXISTS crr_peer_owner ON crr_peer (owner);
      CREATE INDEX IF NOT EXISTS crr_peer_url ON crr_peer (url);
      CREATE INDEX IF NOT EXISTS crr_peer_filter ON crr_peer (filter);
      CREATE TABLE IF NOT EXISTS crr_usage (
        source TEXT NOT NULL PRIMARY KEY,
        sites INTEGER NOT NULL DEFAULT 0,
        tombstones INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE TABLE IF NOT EXISTS crr_refused (
        site_id BLOB NOT NULL,
        tag TEXT NOT NULL,
        table_name TEXT NOT NULL,
        pk BLOB NOT NULL,
        code TEXT NOT NULL,
        rights TEXT NOT NULL,
        UNIQUE (site_id, tag, table_name, pk)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS crr_milestone (
        number INTEGER PRIMARY KEY,
        version INTEGER NOT NULL,
        token TEXT NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS crr_history (
        id INTEGER PRIMARY KEY,
        known_version INTEGER NOT NULL,
        secret TEXT NOT NULL,
        schema_version INTEGER NOT NULL,
        horizon INTEGER NOT NULL,
        swept_version INTEGER NOT NULL,
        installed TEXT
      ) STRICT;
      INSERT INTO crr_history (id, known_version, secret, schema_version, horizon, swept_version)
      SELECT 1, 0, lower(hex(randomblob(16))), 0, 0, 0
      WHERE NOT EXISTS (SELECT 1 FROM crr_history);
      CREATE TABLE IF NOT EXISTS crr_ticket (
        id INTEGER PRIMARY KEY,
        process TEXT NOT NULL,
        count INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS crr_guard (reason TEXT NOT NULL) STRICT;
      CREATE TRIGGER IF NOT EXISTS crr_guard_stale
      BEFORE INSERT ON crr_guard
      WHEN new.reason = 'stale'
      BEGIN
        SELECT RAISE(ABORT, 'drizzle-crr: stale');
      END;
      CREATE TRIGGER IF NOT EXISTS crr_guard_forged
      BEFORE INSERT ON crr_guard
      WHEN new.reason = 'forged'
      BEGIN
        SELECT RAISE(ABORT, 'drizzle-crr: forged');
      END;
      CREATE TRIGGER IF NOT EXISTS crr_guard_copied
      BEFORE INSERT ON crr_guard
      WHEN new.reason = 'copied'
      BEGIN
        SELECT RAISE(ABORT, 'drizzle-crr: copied');
      END;
      CREATE TRIGGER IF NOT EXISTS crr_guard_forgotten
      BEFORE INSERT ON crr_guard
      WHEN new.reason = 'forgotten'
      BEGIN
        SELECT RAISE(ABORT, 'drizzle-crr: forgotten');
      END;
      CREATE TRIGGER IF NOT EXISTS crr_guard_incomplete
      BEFORE INSERT ON crr_guard
      WHEN new.reason = 'incomplete'
      BEGIN
        SELECT RAISE(ABORT, 'drizzle-crr: incomplete');
      END;
      CREATE TRIGGER IF NOT EXISTS crr_guard_unsettled
      BEFORE INSERT ON crr_guard
      WHEN new.reason = 'unsettled'
      BEGIN
        SELECT RAISE(ABORT, 'drizzle-crr: unsettled');
      END;
      CREATE TRIGGER IF NOT EXISTS crr_guard_deep
      BEFORE INSERT ON crr_guard
      WHEN new.reason = 'deep'
      BEGIN
        SELECT RAISE(ABORT, 'drizzle-crr: deep');
      END
      "
    `);
  });
  test('clock tables', () => {
    expect(all(clockTableStatements(spec))).toMatchInlineSnapshot(`
      "
      CREATE TABLE IF NOT EXISTS "todos__crr_clock" (
        row_id INTEGER PRIMARY KEY,
        "key_id" TEXT NOT NULL,
        causal_length INTEGER,
        db_version INTEGER,
        row_version INTEGER,
        row_db_version INTEGER,
        row_site INTEGER,
        row_seq INTEGER,
        sentinel TEXT,
        "clock_title" TEXT,
        UNIQUE ("key_id")
      );
      CREATE INDEX IF NOT EXISTS "todos__crr_clock_db_version" ON "todos__crr_clock" (db_version)
      "
    `);
    expect(all(clockTableStatements(keyOnly))).toMatchInlineSnapshot(`
      "
      CREATE TABLE IF NOT EXISTS "marks__crr_clock" (
        "key_id" INTEGER PRIMARY KEY,
        causal_length INTEGER,
        db_version INTEGER,
        row_version INTEGER,
        row_db_version INTEGER,
        row_site INTEGER,
        row_seq INTEGER,
        sentinel TEXT
      );
      CREATE INDEX IF NOT EXISTS "marks__crr_clock_db_version" ON "marks__crr_clock" (db_version)
      "
    `);
    expect(addClockColumn('todos', 'title')).toMatchInlineSnapshot(
      `"ALTER TABLE "todos__crr_clock" ADD COLUMN "clock_title" TEXT DEFAULT '-9000000000000000'"`,
    );
  });
  test('gate tables', () => {
    expect(gateTableStatement(spec)).toMatchInlineSnapshot(`
      "CREATE TABLE IF NOT EXISTS "todos__crr_merge" (
        "key_id" TEXT,
        causal_length DEFAULT 1,
        sentinel,
        row_version DEFAULT -1,
        row_site,
        row_seq,
        "value_title" TEXT, "version_title", "origin_title",
        pk,
        db_version,
        finding,
        row_id
      )"
    `);
    expect(gateTableStatement(keyOnly)).toMatchInlineSnapshot(`
      "CREATE TABLE IF NOT EXISTS "marks__crr_merge" (
        "key_id" INTEGER,
        causal_length DEFAULT 1,
        sentinel,
        row_version DEFAULT -1,
        row_site,
        row_seq,
        pk,
        db_version,
        finding,
        row_id
      )"
    `);
  });
  test('write triggers', () => {
    expect(all(writeTriggers(spec).map(({ sql }) => sql))).toMatchInlineSnapshot(`
      "
      CREATE TRIGGER "todos__crr_on_insert"
      AFTER INSERT ON "todos"
      WHEN
        (SELECT applying FROM crr_state) = 0
      BEGIN /* drizzle-crr 2: a new row, or one that replaces another */
        UPDATE crr_state
        SET
          db_version = db_version + 1 - in_transaction,
          seq = in_transaction * (seq + 1) + 1;
        INSERT INTO "todos__crr_clock" (
        "key_id",
        causal_length,
        db_version,
        row_version,
        row_site,
        row_seq,
        sentinel,
        "clock_title"
      )
      SELECT
        new."id",
        state.birth,
        state.db_version,
        1,
        state.site,
        state.seq - 0,
        CASE WHEN state.birth > 1 THEN '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1) END,
        NULL
      FROM crr_state AS state WHERE true
      ON CONFLICT ("key_id") DO UPDATE SET
        sentinel = CASE WHEN sentinel IS NOT NULL THEN '@' || excluded.db_version || ':' || excluded.row_site || ':' || (excluded.row_seq - 1) END,
        causal_length = CASE WHEN sentinel IS NULL THEN causal_length | 1 ELSE max(causal_length + 1 + causal_length % 2, excluded.causal_length) END,
        db_version = excluded.db_version,
        row_version = row_version + 1,
        row_db_version = NULL,
        row_site = excluded.row_site,
        row_seq = excluded.row_seq,
        "clock_title" = CASE "clock_title" WHEN '-9000000000000000' THEN NULL ELSE "clock_title" END;
      END;
      CREATE TRIGGER "todos__crr_on_update_title"
      AFTER UPDATE OF "title" ON "todos"
      WHEN
        old."title" IS NOT new."title" COLLATE BINARY
        AND (SELECT applying FROM crr_state) = 0
        AND old."id" IS new."id"
      BEGIN /* drizzle-crr 2: one cell */
        UPDATE crr_state
        SET
          db_version = db_version + 1 - in_transaction,
          seq = in_transaction * (seq + 1);
        UPDATE "todos__crr_clock"
      SET
        row_db_version = ifnull(row_db_version, db_version),
        (db_version, "clock_title") = (
          SELECT state.db_version, (CASE "clock_title" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_title" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
          FROM crr_state AS state
        )
      WHERE "key_id" = new."id";
      END;
      CREATE TRIGGER "todos__crr_on_key"
      AFTER UPDATE OF "id" ON "todos"
      WHEN
        (SELECT applying FROM crr_state) = 0
        AND NOT (old."id" IS new."id")
      BEGIN /* drizzle-crr 2: a changed key is a delete and a create */
        UPDATE crr_state
        SET
          db_version = db_version + 1 - in_transaction,
          seq = in_transaction * (seq + 1) + 1;
        INSERT INTO "todos__crr_clock" (
        "key_id",
        causal_length,
        db_version,
        row_version,
        row_site,
        row_seq,
        sentinel,
        "clock_title"
      )
      SELECT
        new."id",
        state.birth,
        state.db_version,
        0,
        state.site,
        state.seq - 0,
        '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1),
        max(1, former.row_version + ifnull(CAST(former."clock_title" AS INTEGER), -(former.row_version = 0))) + (old."title" IS NOT new."title" COLLATE BINARY)
      FROM crr_state AS state, "todos__crr_clock" AS former
      WHERE former."key_id" = old."id"
      ON CONFLICT ("key_id") DO UPDATE SET
        causal_length = max(causal_length + 1 + causal_length % 2, excluded.causal_length),
        db_version = excluded.db_version,
        row_version = 0,
        row_db_version = NULL,
        row_site = excluded.row_site,
        row_seq = excluded.row_seq,
        sentinel = excluded.sentinel,
        "clock_title" = excluded."clock_title";
        UPDATE crr_state SET seq = seq + 2;
        UPDATE "todos__crr_clock"
      SET
        causal_length = (causal_length | 1) + 1,
        (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1) FROM crr_state AS state),
        row_version = 0,
        row_db_version = NULL,
        row_site = NULL,
        row_seq = NULL,
        "clock_title" = NULL
      WHERE "key_id" = old."id";
      END;
      CREATE TRIGGER "todos__crr_on_delete"
      AFTER DELETE ON "todos"
      WHEN
        (SELECT applying FROM crr_state) = 0
      BEGIN /* drizzle-crr 2: the clock row stays as a tombstone */
        UPDATE crr_state
        SET
          db_version = db_version + 1 - in_transaction,
          seq = in_transaction * (seq + 1) + 1;
        UPDATE "todos__crr_clock"
      SET
        causal_length = (causal_length | 1) + 1,
        (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1) FROM crr_state AS state),
        row_version = 0,
        row_db_version = NULL,
        row_site = NULL,
        row_seq = NULL,
        "clock_title" = NULL
      WHERE "key_id" = old."id";
      END
      "
    `);
    expect(all(writeTriggers(keyOnly).map(({ sql }) => sql))).toMatchInlineSnapshot(`
      "
      CREATE TRIGGER "marks__crr_on_insert"
      AFTER INSERT ON "marks"
      WHEN
        (SELECT applying FROM crr_state) = 0
      BEGIN /* drizzle-crr 2: a new row, or one that replaces another */
        UPDATE crr_state
        SET
          db_version = db_version + 1 - in_transaction,
          seq = in_transaction * (seq + 1) + 0;
        INSERT INTO "marks__crr_clock" (
        "key_id",
        causal_length,
        db_version,
        row_version,
        row_site,
        row_seq,
        sentinel
      )
      SELECT
        new."id",
        state.birth,
        state.db_version,
        1,
        state.site,
        state.seq - -1,
        '@' || state.db_version || ':' || state.site || ':' || (state.seq - 0)
      FROM crr_state AS state WHERE true
      ON CONFLICT ("key_id") DO UPDATE SET
        sentinel = CASE WHEN sentinel IS NOT NULL THEN '@' || excluded.db_version || ':' || excluded.row_site || ':' || (excluded.row_seq - 1) END,
        causal_length = CASE WHEN sentinel IS NULL THEN causal_length | 1 ELSE max(causal_length + 1 + causal_length % 2, excluded.causal_length) END,
        db_version = excluded.db_version,
        row_version = row_version + 1,
        row_db_version = NULL,
        row_site = excluded.row_site,
        row_seq = excluded.row_seq;
      END;
      CREATE TRIGGER "marks__crr_on_key"
      AFTER UPDATE OF "id" ON "marks"
      WHEN
        (SELECT applying FROM crr_state) = 0
        AND NOT (old."id" IS new."id")
      BEGIN /* drizzle-crr 2: a changed key is a delete and a create */
        UPDATE crr_state
        SET
          db_version = db_version + 1 - in_transaction,
          seq = in_transaction * (seq + 1) + 0;
        INSERT INTO "marks__crr_clock" (
        "key_id",
        causal_length,
        db_version,
        row_version,
        row_site,
        row_seq,
        sentinel
      )
      SELECT
        new."id",
        state.birth,
        state.db_version,
        0,
        state.site,
        state.seq - -1,
        '@' || state.db_version || ':' || state.site || ':' || (state.seq - 0)
      FROM crr_state AS state, "marks__crr_clock" AS former
      WHERE former."key_id" = old."id"
      ON CONFLICT ("key_id") DO UPDATE SET
        causal_length = max(causal_length + 1 + causal_length % 2, excluded.causal_length),
        db_version = excluded.db_version,
        row_version = 0,
        row_db_version = NULL,
        row_site = excluded.row_site,
        row_seq = excluded.row_seq,
        sentinel = excluded.sentinel;
        UPDATE crr_state SET seq = seq + 1;
        UPDATE "marks__crr_clock"
      SET
        causal_length = (causal_length | 1) + 1,
        (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 0) FROM crr_state AS state),
        row_version = 0,
        row_db_version = NULL,
        row_site = NULL,
        row_seq = NULL
      WHERE "key_id" = old."id";
      END;
      CREATE TRIGGER "marks__crr_on_delete"
      AFTER DELETE ON "marks"
      WHEN
        (SELECT applying FROM crr_state) = 0
      BEGIN /* drizzle-crr 2: the clock row stays as a tombstone */
        UPDATE crr_state
        SET
          db_version = db_version + 1 - in_transaction,
          seq = in_transaction * (seq + 1) + 0;
        UPDATE "marks__crr_clock"
      SET
        causal_length = (causal_length | 1) + 1,
        (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 0) FROM crr_state AS state),
        row_version = 0,
        row_db_version = NULL,
        row_site = NULL,
        row_seq = NULL
      WHERE "key_id" = old."id";
      END
      "
    `);
  });
  test('gate triggers', () => {
    expect(
      all(gateTriggers(spec, { upserts: false }).map(({ sql }) => sql)),
    ).toMatchInlineSnapshot(`
      "
      CREATE TRIGGER "todos__crr_on_merge_early"
      BEFORE INSERT ON "todos__crr_merge"
      WHEN
        new.finding IS NULL
        AND new.causal_length % 2 = 1
        AND NOT (ifnull(new."version_title", new.row_version) >= 0 OR EXISTS (SELECT 1 FROM "todos" WHERE "id" = new."key_id"))
      BEGIN /* drizzle-crr 2: a row that lacks a NOT NULL cell waits */
        INSERT INTO crr_pending (source, table_name, pk, cid, val, col_version, causal_length, site, seq, db_version, size, number, key_1)
      SELECT
        (SELECT source FROM crr_apply),
        'todos',
        new.pk,
        '-1',
        NULL,
        new.causal_length,
        new.causal_length,
        CAST(new.sentinel AS INTEGER),
        CAST(substr(new.sentinel, instr(new.sentinel, ':') + 1) AS INTEGER),
        new.db_version,
        7 + length(new.pk) + ifnull(length(CAST(NULL AS BLOB)), 0),
        0,
        new."key_id"
      WHERE
        new.sentinel IS NOT NULL
        AND NOT EXISTS (
            SELECT 1 FROM "todos__crr_clock"
            WHERE "key_id" = new."key_id" AND causal_length >= new.causal_length
          )
      ON CONFLICT (source, table_name, pk, cid, site, number) DO UPDATE SET
        val = excluded.val,
        col_version = excluded.col_version,
        causal_length = excluded.causal_length,
        seq = excluded.seq,
        db_version = excluded.db_version,
        size = excluded.size,
        reason = NULL
      WHERE
        excluded.causal_length > causal_length
        OR excluded.causal_length = causal_length
          AND (
            excluded.col_version > col_version
            OR excluded.col_version = col_version AND CASE WHEN typeof(excluded.val) = typeof(val) THEN ifnull(excluded.val > val COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(excluded.val), 1, 1)) > instr('nbtri', substr(typeof(val), 1, 1)) END
          );
        INSERT INTO crr_pending (source, table_name, pk, cid, val, col_version, causal_length, site, seq, db_version, size, number, key_1)
      SELECT
        (SELECT source FROM crr_apply),
        'todos',
        new.pk,
        'title',
        new."value_title",
        ifnull(new."version_title", new.row_version),
        new.causal_length,
        CAST(ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 0)) AS INTEGER),
        CAST(substr(ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 0)), instr(ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 0)), ':') + 1) AS INTEGER),
        new.db_version,
        10 + length(new.pk) + ifnull(length(CAST(new."value_title" AS BLOB)), 0),
        0,
        new."key_id"
      WHERE
        ifnull(new."version_title", new.row_version) >= 0
        AND NOT EXISTS (
            SELECT 1 FROM "todos__crr_clock"
            WHERE "key_id" = new."key_id" AND causal_length >= new.causal_length
          )
      ON CONFLICT (source, table_name, pk, cid, site, number) DO UPDATE SET
        val = excluded.val,
        col_version = excluded.col_version,
        causal_length = excluded.causal_length,
        seq = excluded.seq,
        db_version = excluded.db_version,
        size = excluded.size,
        reason = NULL
      WHERE
        excluded.causal_length > causal_length
        OR excluded.causal_length = causal_length
          AND (
            excluded.col_version > col_version
            OR excluded.col_version = col_version AND CASE WHEN typeof(excluded.val) = typeof(val) THEN ifnull(excluded.val > val COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(excluded.val), 1, 1)) > instr('nbtri', substr(typeof(val), 1, 1)) END
          );
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "todos__crr_on_merge_delete"
      BEFORE INSERT ON "todos__crr_merge"
      WHEN
        new.causal_length % 2 = 0
      BEGIN /* drizzle-crr 2: a delete */
        DELETE FROM "todos"
      WHERE
        "id" = new."key_id"
        AND new.causal_length > ifnull(
          (SELECT causal_length FROM "todos__crr_clock" WHERE "key_id" = new."key_id"), 0
        );
        INSERT INTO "todos__crr_clock" ("key_id", causal_length, db_version, row_version, sentinel)
      VALUES (new."key_id", new.causal_length, new.db_version, 0, '@' || new.db_version || ':' || new.sentinel)
      ON CONFLICT ("key_id") DO UPDATE SET
        causal_length = excluded.causal_length,
        db_version = excluded.db_version,
        row_version = 0,
        row_db_version = CASE WHEN causal_length % 2 = 1 THEN excluded.db_version END,
        row_site = NULL,
        row_seq = NULL,
        sentinel = excluded.sentinel,
        "clock_title" = NULL
      WHERE excluded.causal_length > causal_length;
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "todos__crr_on_merge"
      BEFORE INSERT ON "todos__crr_merge"
      WHEN
        new.finding IS NULL
        AND new.causal_length % 2 = 1
        AND (ifnull(new."version_title", new.row_version) >= 0 OR EXISTS (SELECT 1 FROM "todos" WHERE "id" = new."key_id"))
        AND EXISTS (SELECT 1 FROM "todos__crr_clock" WHERE "key_id" = new."key_id")
      BEGIN /* drizzle-crr 2: the general case */
        UPDATE "todos__crr_clock"
      SET
        causal_length = new.causal_length,
        db_version = new.db_version,
        row_version = won.row_version,
        row_db_version = CASE WHEN "todos__crr_clock".causal_length % 2 = 1 THEN ifnull("todos__crr_clock".row_db_version, nullif("todos__crr_clock".db_version, new.db_version)) END,
        sentinel = CASE WHEN new.causal_length > "todos__crr_clock".causal_length THEN '@' || new.db_version || ':' || new.sentinel ELSE "todos__crr_clock".sentinel END,
        "clock_title" = CASE
          WHEN won.cell_0 THEN (ifnull(new."version_title", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 0))
          WHEN new.causal_length > "todos__crr_clock".causal_length AND "todos__crr_clock".row_version + ifnull(CAST("todos__crr_clock"."clock_title" AS INTEGER), -("todos__crr_clock".row_version = 0)) >= 0
          THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
          ELSE "todos__crr_clock"."clock_title"
        END
      FROM (
        SELECT
          CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE clock.row_version END AS row_version,
          ifnull(new."version_title", new.row_version) >= 0 AND 2 * (ifnull(new."version_title", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_title" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_title") = typeof(base."title") THEN ifnull(new."value_title" > base."title" COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_title"), 1, 1)) > instr('nbtri', substr(typeof(base."title"), 1, 1)) END > 0 AS cell_0
        FROM "todos__crr_clock" AS clock
        LEFT JOIN "todos" AS base ON base."id" = new."key_id"
        WHERE
          clock."key_id" = new."key_id"
          AND (
              new.causal_length > clock.causal_length
              OR (new.causal_length = clock.causal_length AND base."id" IS NOT NULL)
            )
        LIMIT 1
      ) AS won
      WHERE
        "todos__crr_clock"."key_id" = new."key_id"
        AND (
          new.causal_length > "todos__crr_clock".causal_length
          OR won.cell_0
        );
        SELECT RAISE(IGNORE) WHERE changes() = 0;
        UPDATE "todos"
      SET
        "title" = CASE
          WHEN ifnull(new."version_title", new.row_version) >= 0 AND crr_clock."clock_title" = (ifnull(new."version_title", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 0))
          THEN new."value_title"
          ELSE "todos"."title"
        END
      FROM "todos__crr_clock" AS crr_clock
      WHERE
        "todos"."id" = new."key_id"
        AND crr_clock."key_id" = new."key_id";
        SELECT RAISE(IGNORE) WHERE changes() > 0;
        INSERT INTO "todos" (
        "id",
        "title"
      )
      SELECT
        new."key_id",
        new."value_title"
      FROM "todos__crr_clock" AS clock
      WHERE
        clock."key_id" = new."key_id"
        AND NOT EXISTS (SELECT 1 FROM "todos" WHERE "id" = new."key_id");
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "todos__crr_on_merge_fresh_cells"
      BEFORE INSERT ON "todos__crr_merge"
      WHEN
        new.row_version < 0
        AND CASE
            WHEN new.finding IS NULL THEN
              new.causal_length % 2 = 1
              AND (ifnull(new."version_title", new.row_version) >= 0 OR EXISTS (SELECT 1 FROM "todos" WHERE "id" = new."key_id"))
              AND NOT EXISTS (SELECT 1 FROM "todos__crr_clock" WHERE "key_id" = new."key_id")
            ELSE new.finding = 'fresh'
          END
      BEGIN /* drizzle-crr 2: a new row, by its cells */
        INSERT INTO "todos__crr_clock" (
        "key_id",
        causal_length,
        db_version,
        row_version,
        row_site,
        row_seq,
        sentinel,
        "clock_title"
      )
      VALUES (
        new."key_id",
        new.causal_length,
        new.db_version,
        0,
        new.row_site,
        new.row_seq,
        '@' || new.db_version || ':' || new.sentinel,
        CASE WHEN ifnull(new."version_title", new.row_version) >= 0 THEN ifnull(new."version_title", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 0)) END
      );
        INSERT INTO "todos" (
        "id",
        "title"
      )
      VALUES (
        new."key_id",
        new."value_title"
      )
      ON CONFLICT ("id") DO UPDATE SET
        "title" = new."value_title";
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "todos__crr_on_merge_newer_cells"
      BEFORE INSERT ON "todos__crr_merge"
      WHEN
        new.row_version < 0
        AND new.finding = 'newer'
      BEGIN /* drizzle-crr 2: newer cells */
        UPDATE "todos__crr_clock"
      SET
        row_db_version = ifnull(row_db_version, nullif(db_version, new.db_version)),
        db_version = new.db_version,
        "clock_title" = CASE WHEN new."version_title" IS NULL THEN "clock_title" ELSE (new."version_title" - row_version) || '@' || new.db_version || ':' || new."origin_title" END
      WHERE row_id = new.row_id;
        UPDATE "todos"
      SET
        "title" = CASE WHEN new."version_title" IS NULL THEN "title" ELSE new."value_title" END
      WHERE "id" = new."key_id";
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "todos__crr_on_merge_newer_row"
      BEFORE INSERT ON "todos__crr_merge"
      WHEN
        new.row_version > 0
        AND new.finding = 'newer'
      BEGIN /* drizzle-crr 2: a newer row */
        UPDATE "todos__crr_clock"
      SET
        row_db_version = new.db_version,
        row_version = new.row_version,
        row_site = new.row_site,
        row_seq = new.row_seq,
        db_version = new.db_version,
        "clock_title" = NULL
      WHERE row_id = new.row_id;
        UPDATE "todos"
      SET
        "title" = new."value_title"
      WHERE "id" = new."key_id";
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "todos__crr_on_merge_fresh_row"
      BEFORE INSERT ON "todos__crr_merge"
      WHEN
        new.row_version > 0
        AND CASE
            WHEN new.finding IS NULL THEN
              new.causal_length % 2 = 1
              AND NOT EXISTS (SELECT 1 FROM "todos__crr_clock" WHERE "key_id" = new."key_id")
            ELSE new.finding = 'fresh'
          END
      BEGIN /* drizzle-crr 2: a new row */
        INSERT INTO "todos__crr_clock" (
        "key_id",
        causal_length,
        db_version,
        row_version,
        row_site,
        row_seq,
        sentinel,
        "clock_title"
      )
      VALUES (
        new."key_id",
        new.causal_length,
        new.db_version,
        new.row_version,
        new.row_site,
        new.row_seq,
        '@' || new.db_version || ':' || new.sentinel,
        NULL
      );
        INSERT INTO "todos" (
        "id",
        "title"
      )
      VALUES (
        new."key_id",
        new."value_title"
      )
      ON CONFLICT ("id") DO UPDATE SET
        "title" = new."value_title";
        SELECT RAISE(IGNORE);
      END
      "
    `);
    expect(
      all(gateTriggers(keyOnly, { upserts: false }).map(({ sql }) => sql)),
    ).toMatchInlineSnapshot(`
      "
      CREATE TRIGGER "marks__crr_on_merge_delete"
      BEFORE INSERT ON "marks__crr_merge"
      WHEN
        new.causal_length % 2 = 0
      BEGIN /* drizzle-crr 2: a delete */
        DELETE FROM "marks"
      WHERE
        "id" = new."key_id"
        AND new.causal_length > ifnull(
          (SELECT causal_length FROM "marks__crr_clock" WHERE "key_id" = new."key_id"), 0
        );
        INSERT INTO "marks__crr_clock" ("key_id", causal_length, db_version, row_version, sentinel)
      VALUES (new."key_id", new.causal_length, new.db_version, 0, '@' || new.db_version || ':' || new.sentinel)
      ON CONFLICT ("key_id") DO UPDATE SET
        causal_length = excluded.causal_length,
        db_version = excluded.db_version,
        row_version = 0,
        row_db_version = CASE WHEN causal_length % 2 = 1 THEN excluded.db_version END,
        row_site = NULL,
        row_seq = NULL,
        sentinel = excluded.sentinel
      WHERE excluded.causal_length > causal_length;
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "marks__crr_on_merge"
      BEFORE INSERT ON "marks__crr_merge"
      WHEN
        new.finding IS NULL
        AND new.causal_length % 2 = 1
        AND EXISTS (SELECT 1 FROM "marks__crr_clock" WHERE "key_id" = new."key_id")
      BEGIN /* drizzle-crr 2: the general case */
        UPDATE "marks__crr_clock"
      SET
        causal_length = new.causal_length,
        db_version = new.db_version,
        row_version = won.row_version,
        row_db_version = CASE WHEN "marks__crr_clock".causal_length % 2 = 1 THEN ifnull("marks__crr_clock".row_db_version, nullif("marks__crr_clock".db_version, new.db_version)) END,
        sentinel = CASE WHEN new.causal_length > "marks__crr_clock".causal_length THEN '@' || new.db_version || ':' || new.sentinel ELSE "marks__crr_clock".sentinel END
      FROM (
        SELECT
          CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE clock.row_version END AS row_version
        FROM "marks__crr_clock" AS clock
        LEFT JOIN "marks" AS base ON base."id" = new."key_id"
        WHERE
          clock."key_id" = new."key_id"
          AND (
              new.causal_length > clock.causal_length
              OR (new.causal_length = clock.causal_length AND base."id" IS NOT NULL)
            )
        LIMIT 1
      ) AS won
      WHERE
        "marks__crr_clock"."key_id" = new."key_id"
        AND (
          new.causal_length > "marks__crr_clock".causal_length
        );
        SELECT RAISE(IGNORE) WHERE changes() = 0;
        INSERT INTO "marks" (
        "id"
      )
      SELECT
        new."key_id"
      FROM "marks__crr_clock" AS clock
      WHERE
        clock."key_id" = new."key_id"
        AND NOT EXISTS (SELECT 1 FROM "marks" WHERE "id" = new."key_id");
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "marks__crr_on_merge_fresh_cells"
      BEFORE INSERT ON "marks__crr_merge"
      WHEN
        new.row_version < 0
        AND CASE
            WHEN new.finding IS NULL THEN
              new.causal_length % 2 = 1
              AND NOT EXISTS (SELECT 1 FROM "marks__crr_clock" WHERE "key_id" = new."key_id")
            ELSE new.finding = 'fresh'
          END
      BEGIN /* drizzle-crr 2: a new row, by its cells */
        INSERT INTO "marks__crr_clock" (
        "key_id",
        causal_length,
        db_version,
        row_version,
        row_site,
        row_seq,
        sentinel
      )
      VALUES (
        new."key_id",
        new.causal_length,
        new.db_version,
        0,
        new.row_site,
        new.row_seq,
        '@' || new.db_version || ':' || new.sentinel
      );
        INSERT INTO "marks" (
        "id"
      )
      VALUES (
        new."key_id"
      )
      ON CONFLICT ("id") DO NOTHING;
        SELECT RAISE(IGNORE);
      END
      "
    `);
  });
  test('pending', () => {
    expect(pendingUpsert(1, 'VALUES (...)')).toMatchInlineSnapshot(`
      "INSERT INTO crr_pending (source, table_name, pk, cid, val, col_version, causal_length, site, seq, db_version, size, number, key_1)
      VALUES (...)
      ON CONFLICT (source, table_name, pk, cid, site, number) DO UPDATE SET
        val = excluded.val,
        col_version = excluded.col_version,
        causal_length = excluded.causal_length,
        seq = excluded.seq,
        db_version = excluded.db_version,
        size = excluded.size,
        reason = NULL
      WHERE
        excluded.causal_length > causal_length
        OR excluded.causal_length = causal_length
          AND (
            CASE
              WHEN
                excluded.col_version BETWEEN 562949953421312 AND 703687441776639
                AND col_version BETWEEN 562949953421312 AND 703687441776639
              THEN
                CASE
                  WHEN ((excluded.col_version - 562949953421312) > 0) - ((excluded.col_version - 562949953421312) < 0) <> ((col_version - 562949953421312) > 0) - ((col_version - 562949953421312) < 0) THEN ((excluded.col_version - 562949953421312) > 0) - ((excluded.col_version - 562949953421312) < 0) > ((col_version - 562949953421312) > 0) - ((col_version - 562949953421312) < 0)
                  WHEN (excluded.val IS NOT val COLLATE BINARY OR typeof(excluded.val) <> typeof(val)) THEN
                    CASE
                      WHEN excluded.val IS NULL THEN false
                      WHEN val IS NULL THEN true
                      WHEN excluded.val = val COLLATE BINARY THEN typeof(excluded.val) < typeof(val)
                      ELSE excluded.val > val COLLATE BINARY
                    END
                  ELSE excluded.col_version - 562949953421312 > col_version - 562949953421312
                END
              WHEN
                excluded.col_version BETWEEN 703687441776640 AND 844424930131967
                AND col_version BETWEEN 703687441776640 AND 844424930131967
              THEN
                CASE
                  WHEN ((excluded.col_version - 703687441776640) > 0) - ((excluded.col_version - 703687441776640) < 0) <> ((col_version - 703687441776640) > 0) - ((col_version - 703687441776640) < 0) THEN ((excluded.col_version - 703687441776640) > 0) - ((excluded.col_version - 703687441776640) < 0) > ((col_version - 703687441776640) > 0) - ((col_version - 703687441776640) < 0)
                  WHEN (excluded.val IS NOT val COLLATE BINARY OR typeof(excluded.val) <> typeof(val)) THEN
                    CASE
                      WHEN excluded.val IS NULL THEN false
                      WHEN val IS NULL THEN true
                      WHEN excluded.val = val COLLATE BINARY THEN typeof(excluded.val) < typeof(val)
                      ELSE excluded.val < val COLLATE BINARY
                    END
                  ELSE excluded.col_version - 703687441776640 > col_version - 703687441776640
                END
              ELSE
                excluded.col_version > col_version
                OR excluded.col_version = col_version AND CASE WHEN typeof(excluded.val) = typeof(val) THEN ifnull(excluded.val > val COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(excluded.val), 1, 1)) > instr('nbtri', substr(typeof(val), 1, 1)) END
            END
          )"
    `);
    expect(all(drainPendingStatements(spec))).toMatchInlineSnapshot(`
      "
      INSERT INTO "todos__crr_merge" (
        "key_id",
        db_version,
        causal_length,
        sentinel,
        row_version,
        "value_title",
        "version_title",
        "origin_title"
      )
      SELECT
        waiting.key_1,
        (SELECT db_version FROM crr_state),
        waiting.causal_length,
        ifnull(max(CASE waiting.cid WHEN '-1' THEN waiting.site || ':' || waiting.seq END), CASE WHEN waiting.causal_length > 1 THEN max(waiting.site || ':' || waiting.seq) END),
        -1,
        max(CASE waiting.cid WHEN 'title' THEN waiting.val END),
        max(CASE waiting.cid WHEN 'title' THEN waiting.col_version END),
        max(CASE waiting.cid WHEN 'title' THEN waiting.site || ':' || waiting.seq END)
      FROM crr_pending AS waiting
      WHERE
        waiting.source = ''
        AND waiting.table_name = 'todos'
        AND ifnull(waiting.reason, '') = ''
        AND waiting.cid IN ('-1', 'title')
        AND NOT (
            waiting.cid IN ('title')
              AND waiting.col_version BETWEEN 281474976710656 AND 1125899906842623
          )
        AND waiting.causal_length = (
            SELECT max(other.causal_length) FROM crr_pending AS other
            WHERE
              other.source = ''
              AND other.table_name = 'todos'
              AND ifnull(other.reason, '') = ''
              AND other.pk = waiting.pk
              AND NOT (
                  other.cid IN ('title')
                    AND other.col_version BETWEEN 281474976710656 AND 1125899906842623
                )
          )
        AND NOT EXISTS (
            SELECT 1 FROM crr_pending AS other
            WHERE
              other.source = ''
              AND other.table_name = 'todos'
              AND ifnull(other.reason, '') = ''
              AND other.pk = waiting.pk
              AND other.cid = waiting.cid
              AND other.causal_length = waiting.causal_length
              AND (
                  other.col_version > waiting.col_version
                  OR other.col_version = waiting.col_version
                      AND (
                        CASE WHEN typeof(other.val) = typeof(waiting.val) THEN ifnull(other.val > waiting.val COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(other.val), 1, 1)) > instr('nbtri', substr(typeof(waiting.val), 1, 1)) END
                        OR NOT CASE WHEN typeof(waiting.val) = typeof(other.val) THEN ifnull(waiting.val > other.val COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(waiting.val), 1, 1)) > instr('nbtri', substr(typeof(other.val), 1, 1)) END AND other.site > waiting.site
                      )
                )
              AND NOT (
                  other.cid IN ('title')
                    AND other.col_version BETWEEN 281474976710656 AND 1125899906842623
                )
          )
      GROUP BY waiting.pk, waiting.causal_length
      HAVING
        waiting.causal_length % 2 = 0
        OR (max(CASE waiting.cid WHEN 'title' THEN 1 END) = 1)
        OR EXISTS (
            SELECT 1 FROM "todos" AS base
            WHERE base."id" = waiting.key_1
          );
      DELETE FROM crr_pending
      WHERE
        crr_pending.source = ''
        AND crr_pending.table_name = 'todos'
        AND EXISTS (
          SELECT 1 FROM "todos__crr_clock" AS clock
          WHERE
            clock."key_id" = crr_pending.key_1
            AND (
              clock.causal_length > crr_pending.causal_length
              OR clock.causal_length = crr_pending.causal_length
                AND ifnull(crr_pending.reason, '') = ''
                AND crr_pending.cid IN ('-1', 'title')
                AND NOT (
                  crr_pending.cid IN ('title')
                    AND crr_pending.col_version BETWEEN 281474976710656 AND 1125899906842623
                )
            )
        );
      UPDATE crr_pending
      SET reason = NULL
      WHERE
        source = ''
        AND +table_name = 'todos'
        AND reason = ''
      "
    `);
  });
  test('backfill', () => {
    expect(all(backfillStatements(spec))).toMatchInlineSnapshot(`
      "
      UPDATE crr_state
      SET db_version = db_version + 1
      WHERE EXISTS (SELECT 1 FROM "todos" AS base WHERE NOT EXISTS (
        SELECT 1 FROM "todos__crr_clock" AS clock
        WHERE clock."key_id" = base."id"
      ));
      INSERT INTO "todos__crr_clock" (
        "key_id",
        causal_length,
        db_version,
        row_version,
        row_site,
        row_seq,
        sentinel,
        "clock_title"
      )
      SELECT
        base."id",
        (SELECT birth FROM crr_state),
        (SELECT db_version FROM crr_state),
        1,
        (SELECT site FROM crr_state),
        (base.rowid & 1048575) * 2 + 1,
        CASE WHEN (SELECT birth FROM crr_state) > 1 THEN '@' || (SELECT db_version FROM crr_state) || ':' || (SELECT site FROM crr_state) || ':' || ((base.rowid & 1048575) * 2) END,
        NULL
      FROM "todos" AS base
      WHERE true
      ORDER BY base."id"
      ON CONFLICT DO NOTHING
      "
    `);
  });
  test('a table with columns of other types, whose rows stay', () => {
    expect(
      all([
        ...tableStatements(typed),
        ...makeMerging(typed, new Map()),
        ...tableTriggers(typed).map(({ sql }) => sql),
      ]),
    ).toMatchInlineSnapshot(`
      "
      INSERT INTO crr_table (table_name, spec, former)
      VALUES ('scores', '{"name":"scores","key":[{"name":"id","sqlType":"text"}],"rows":"growOnly","clockColumns":[{"name":"best","sqlType":"integer","kind":{"type":"greatest"}},{"name":"mood","sqlType":"text","kind":{"type":"lwwByTime"}}],"cellColumns":[{"name":"likes","sqlType":"integer","notNull":true,"default":"0","kind":{"type":"counter"}},{"name":"status","sqlType":"text","kind":{"type":"mvr"}}]}', '[]')
      ON CONFLICT (table_name) DO UPDATE
      SET
        spec = excluded.spec,
        former = json_insert(former, '$[#]', spec)
      WHERE spec <> excluded.spec;
      UPDATE crr_history
      SET schema_version = schema_version + 1
      WHERE changes() > 0;
      CREATE TABLE IF NOT EXISTS "scores__crr_clock" (
        row_id INTEGER PRIMARY KEY,
        "key_id" TEXT NOT NULL,
        causal_length INTEGER,
        db_version INTEGER,
        row_version INTEGER,
        row_db_version INTEGER,
        row_site INTEGER,
        row_seq INTEGER,
        sentinel TEXT,
        "clock_best" TEXT,
        "clock_mood" TEXT,
        UNIQUE ("key_id")
      );
      CREATE INDEX IF NOT EXISTS "scores__crr_clock_db_version" ON "scores__crr_clock" (db_version);
      CREATE TABLE IF NOT EXISTS "scores__crr_cell" (
        "key_id" TEXT NOT NULL,
        column_name TEXT NOT NULL,
        site INTEGER NOT NULL,
        version INTEGER,
        value,
        db_version INTEGER,
        seq INTEGER,
        base_version INTEGER,
        base_value,
        UNIQUE ("key_id", column_name, site)
      );
      CREATE INDEX IF NOT EXISTS "scores__crr_cell_db_version" ON "scores__crr_cell" (db_version);
      DROP TABLE IF EXISTS "scores__crr_merge";
      DROP TABLE IF EXISTS "scores__crr_cell_merge";
      CREATE TABLE IF NOT EXISTS "scores__crr_merge" (
        "key_id" TEXT,
        causal_length DEFAULT 1,
        sentinel,
        row_version DEFAULT -1,
        row_site,
        row_seq,
        "value_best" INTEGER, "version_best", "origin_best",
        "value_mood" TEXT, "version_mood", "origin_mood",
        pk,
        db_version,
        finding,
        row_id
      );
      CREATE TRIGGER "scores__crr_on_merge_delete"
      BEFORE INSERT ON "scores__crr_merge"
      WHEN
        new.causal_length % 2 = 0
      BEGIN /* drizzle-crr 2: a delete */
        DELETE FROM "scores"
      WHERE
        "id" = new."key_id"
        AND new.causal_length > ifnull(
          (SELECT causal_length FROM "scores__crr_clock" WHERE "key_id" = new."key_id"), 0
        );
        INSERT INTO "scores__crr_clock" ("key_id", causal_length, db_version, row_version, sentinel)
      VALUES (new."key_id", new.causal_length, new.db_version, 0, '@' || new.db_version || ':' || new.sentinel)
      ON CONFLICT ("key_id") DO UPDATE SET
        causal_length = excluded.causal_length,
        db_version = excluded.db_version,
        row_version = 0,
        row_db_version = CASE WHEN causal_length % 2 = 1 THEN excluded.db_version END,
        row_site = NULL,
        row_seq = NULL,
        sentinel = excluded.sentinel,
        "clock_best" = NULL,
        "clock_mood" = NULL
      WHERE excluded.causal_length > causal_length;
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "scores__crr_on_merge"
      BEFORE INSERT ON "scores__crr_merge"
      WHEN
        new.finding IS NULL
        AND new.causal_length % 2 = 1
        AND EXISTS (SELECT 1 FROM "scores__crr_clock" WHERE "key_id" = new."key_id")
      BEGIN /* drizzle-crr 2: the general case */
        UPDATE "scores__crr_clock"
      SET
        causal_length = new.causal_length,
        db_version = new.db_version,
        row_version = won.row_version,
        row_db_version = CASE WHEN "scores__crr_clock".causal_length % 2 = 1 THEN ifnull("scores__crr_clock".row_db_version, nullif("scores__crr_clock".db_version, new.db_version)) END,
        sentinel = CASE WHEN new.causal_length > "scores__crr_clock".causal_length THEN '@' || new.db_version || ':' || new.sentinel ELSE "scores__crr_clock".sentinel END,
        "clock_best" = CASE
          WHEN won.cell_0 THEN (ifnull(new."version_best", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_best", new.row_site || ':' || (new.row_seq + 0))
          WHEN new.causal_length > "scores__crr_clock".causal_length AND "scores__crr_clock".row_version + ifnull(CAST("scores__crr_clock"."clock_best" AS INTEGER), -("scores__crr_clock".row_version = 0)) >= 0
          THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
          ELSE "scores__crr_clock"."clock_best"
        END,
        "clock_mood" = CASE
          WHEN won.cell_1 THEN (ifnull(new."version_mood", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_mood", new.row_site || ':' || (new.row_seq + 1))
          WHEN new.causal_length > "scores__crr_clock".causal_length AND "scores__crr_clock".row_version + ifnull(CAST("scores__crr_clock"."clock_mood" AS INTEGER), -("scores__crr_clock".row_version = 0)) >= 0
          THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
          ELSE "scores__crr_clock"."clock_mood"
        END
      FROM (
        SELECT
          CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE clock.row_version END AS row_version,
          ifnull(new."version_best", new.row_version) >= 0 AND CASE
            WHEN ((ifnull(new."version_best", new.row_version)) > 0) - ((ifnull(new."version_best", new.row_version)) < 0) <> ((min(clock.row_version + ifnull(CAST(clock."clock_best" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) > 0) - ((min(clock.row_version + ifnull(CAST(clock."clock_best" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) < 0) THEN ((ifnull(new."version_best", new.row_version)) > 0) - ((ifnull(new."version_best", new.row_version)) < 0) > ((min(clock.row_version + ifnull(CAST(clock."clock_best" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) > 0) - ((min(clock.row_version + ifnull(CAST(clock."clock_best" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) < 0)
            WHEN new."value_best" IS NOT base."best" COLLATE BINARY THEN
              CASE
                WHEN new."value_best" IS NULL THEN false
                WHEN base."best" IS NULL THEN true
                WHEN new."value_best" = base."best" COLLATE BINARY THEN typeof(new."value_best") < typeof(base."best")
                ELSE new."value_best" > base."best" COLLATE BINARY
              END
            ELSE ifnull(new."version_best", new.row_version) > min(clock.row_version + ifnull(CAST(clock."clock_best" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)
          END AS cell_0,
          ifnull(new."version_mood", new.row_version) >= 0 AND 2 * (ifnull(new."version_mood", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_mood" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_mood") = typeof(base."mood") THEN ifnull(new."value_mood" > base."mood" COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_mood"), 1, 1)) > instr('nbtri', substr(typeof(base."mood"), 1, 1)) END > 0 AS cell_1
        FROM "scores__crr_clock" AS clock
        LEFT JOIN "scores" AS base ON base."id" = new."key_id"
        WHERE
          clock."key_id" = new."key_id"
          AND (
              new.causal_length > clock.causal_length
              OR (new.causal_length = clock.causal_length AND base."id" IS NOT NULL)
            )
        LIMIT 1
      ) AS won
      WHERE
        "scores__crr_clock"."key_id" = new."key_id"
        AND (
          new.causal_length > "scores__crr_clock".causal_length
          OR won.cell_0
          OR won.cell_1
        );
        SELECT RAISE(IGNORE) WHERE changes() = 0;
        UPDATE "scores"
      SET
        "best" = CASE
          WHEN ifnull(new."version_best", new.row_version) >= 0 AND crr_clock."clock_best" = (ifnull(new."version_best", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_best", new.row_site || ':' || (new.row_seq + 0))
          THEN new."value_best"
          ELSE "scores"."best"
        END,
        "mood" = CASE
          WHEN ifnull(new."version_mood", new.row_version) >= 0 AND crr_clock."clock_mood" = (ifnull(new."version_mood", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_mood", new.row_site || ':' || (new.row_seq + 1))
          THEN new."value_mood"
          ELSE "scores"."mood"
        END
      FROM "scores__crr_clock" AS crr_clock
      WHERE
        "scores"."id" = new."key_id"
        AND crr_clock."key_id" = new."key_id";
        SELECT RAISE(IGNORE) WHERE changes() > 0;
        INSERT INTO "scores" (
        "id",
        "best",
        "mood",
        "likes",
        "status"
      )
      SELECT
        new."key_id",
        new."value_best",
        new."value_mood",
        (
          SELECT CASE
            WHEN hi >= 2097152 THEN 9007199254740991
            WHEN (hi < -2097152 OR hi = -2097152 AND lo = 0) THEN -9007199254740991
            ELSE (hi << 32) | lo
          END
          FROM (
            SELECT
              ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & 4294967295), 0) >> 32) AS hi,
              ifnull(sum(x.value & 4294967295), 0) & 4294967295 AS lo
            FROM "scores__crr_cell" AS x
            WHERE x."key_id" = clock."key_id" AND x.column_name = 'likes'
          )
        ),
        CASE
          WHEN EXISTS (
            SELECT 1 FROM "scores__crr_cell" AS x
            WHERE x."key_id" = clock."key_id" AND x.column_name = 'status' AND x.version % 2 = 0
          )
          THEN (
            SELECT x.value FROM "scores__crr_cell" AS x
            WHERE x."key_id" = clock."key_id" AND x.column_name = 'status' AND x.version % 2 = 0
            ORDER BY
              CASE typeof(x.value) WHEN 'integer' THEN 4 WHEN 'real' THEN 3 WHEN 'text' THEN 2 WHEN 'blob' THEN 1 ELSE 0 END DESC,
              x.value COLLATE BINARY DESC
            LIMIT 1
          )
          ELSE NULL
        END
      FROM "scores__crr_clock" AS clock
      WHERE
        clock."key_id" = new."key_id"
        AND NOT EXISTS (SELECT 1 FROM "scores" WHERE "id" = new."key_id");
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "scores__crr_on_merge_fresh_cells"
      BEFORE INSERT ON "scores__crr_merge"
      WHEN
        new.row_version < 0
        AND CASE
            WHEN new.finding IS NULL THEN
              new.causal_length % 2 = 1
              AND NOT EXISTS (SELECT 1 FROM "scores__crr_clock" WHERE "key_id" = new."key_id")
            ELSE new.finding = 'fresh'
          END
      BEGIN /* drizzle-crr 2: a new row, by its cells */
        INSERT INTO "scores__crr_clock" (
        "key_id",
        causal_length,
        db_version,
        row_version,
        row_site,
        row_seq,
        sentinel,
        "clock_best",
        "clock_mood"
      )
      VALUES (
        new."key_id",
        new.causal_length,
        new.db_version,
        0,
        new.row_site,
        new.row_seq,
        '@' || new.db_version || ':' || new.sentinel,
        CASE WHEN ifnull(new."version_best", new.row_version) >= 0 THEN ifnull(new."version_best", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_best", new.row_site || ':' || (new.row_seq + 0)) END,
        CASE WHEN ifnull(new."version_mood", new.row_version) >= 0 THEN ifnull(new."version_mood", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_mood", new.row_site || ':' || (new.row_seq + 1)) END
      );
        INSERT INTO "scores" (
        "id",
        "best",
        "mood"
      )
      VALUES (
        new."key_id",
        new."value_best",
        new."value_mood"
      )
      ON CONFLICT ("id") DO UPDATE SET
        "best" = new."value_best",
        "mood" = new."value_mood";
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "scores__crr_on_merge_newer_cells"
      BEFORE INSERT ON "scores__crr_merge"
      WHEN
        new.row_version < 0
        AND new.finding = 'newer'
      BEGIN /* drizzle-crr 2: newer cells */
        UPDATE "scores__crr_clock"
      SET
        row_db_version = ifnull(row_db_version, nullif(db_version, new.db_version)),
        db_version = new.db_version,
        "clock_best" = CASE WHEN new."version_best" IS NULL THEN "clock_best" ELSE (new."version_best" - row_version) || '@' || new.db_version || ':' || new."origin_best" END,
        "clock_mood" = CASE WHEN new."version_mood" IS NULL THEN "clock_mood" ELSE (new."version_mood" - row_version) || '@' || new.db_version || ':' || new."origin_mood" END
      WHERE row_id = new.row_id;
        UPDATE "scores"
      SET
        "best" = CASE WHEN new."version_best" IS NULL THEN "best" ELSE new."value_best" END,
        "mood" = CASE WHEN new."version_mood" IS NULL THEN "mood" ELSE new."value_mood" END
      WHERE "id" = new."key_id";
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "scores__crr_on_merge_newer_row"
      BEFORE INSERT ON "scores__crr_merge"
      WHEN
        new.row_version > 0
        AND new.finding = 'newer'
      BEGIN /* drizzle-crr 2: a newer row */
        UPDATE "scores__crr_clock"
      SET
        row_db_version = new.db_version,
        row_version = new.row_version,
        row_site = new.row_site,
        row_seq = new.row_seq,
        db_version = new.db_version,
        "clock_best" = NULL,
        "clock_mood" = NULL
      WHERE row_id = new.row_id;
        UPDATE "scores"
      SET
        "best" = new."value_best",
        "mood" = new."value_mood"
      WHERE "id" = new."key_id";
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "scores__crr_on_merge_fresh_row"
      BEFORE INSERT ON "scores__crr_merge"
      WHEN
        new.row_version > 0
        AND CASE
            WHEN new.finding IS NULL THEN
              new.causal_length % 2 = 1
              AND NOT EXISTS (SELECT 1 FROM "scores__crr_clock" WHERE "key_id" = new."key_id")
            ELSE new.finding = 'fresh'
          END
      BEGIN /* drizzle-crr 2: a new row */
        INSERT INTO "scores__crr_clock" (
        "key_id",
        causal_length,
        db_version,
        row_version,
        row_site,
        row_seq,
        sentinel,
        "clock_best",
        "clock_mood"
      )
      VALUES (
        new."key_id",
        new.causal_length,
        new.db_version,
        new.row_version,
        new.row_site,
        new.row_seq,
        '@' || new.db_version || ':' || new.sentinel,
        NULL,
        NULL
      );
        INSERT INTO "scores" (
        "id",
        "best",
        "mood"
      )
      VALUES (
        new."key_id",
        new."value_best",
        new."value_mood"
      )
      ON CONFLICT ("id") DO UPDATE SET
        "best" = new."value_best",
        "mood" = new."value_mood";
        SELECT RAISE(IGNORE);
      END;
      CREATE TABLE IF NOT EXISTS "scores__crr_cell_merge" (
        "key_id" TEXT,
        causal_length,
        column_name,
        site,
        version,
        value,
        seq,
        pk
      );
      CREATE TRIGGER "scores__crr_on_merge_cell"
      BEFORE INSERT ON "scores__crr_cell_merge"
      BEGIN /* drizzle-crr 2: merges one cell of one site */
        INSERT INTO "scores__crr_cell" ("key_id", column_name, site, version, value, db_version, seq)
      SELECT
        new."key_id",
        new.column_name,
        new.site,
        new.version,
        new.value,
        state.db_version,
        new.seq
      FROM crr_state AS state
      JOIN "scores__crr_clock" AS clock ON clock."key_id" = new."key_id"
      WHERE clock.causal_length = new.causal_length
      ON CONFLICT ("key_id", column_name, site) DO UPDATE SET
        version = excluded.version,
        value = excluded.value,
        db_version = excluded.db_version,
        seq = excluded.seq,
        base_version = NULL,
        base_value = NULL
      WHERE
        excluded.version > version
        OR excluded.version = version AND CASE WHEN typeof(excluded.value) = typeof(value) THEN ifnull(excluded.value > value COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(excluded.value), 1, 1)) > instr('nbtri', substr(typeof(value), 1, 1)) END;
        INSERT INTO crr_pending (source, table_name, pk, cid, val, col_version, causal_length, site, seq, db_version, size, number, key_1)
      SELECT
        (SELECT source FROM crr_apply),
        'scores',
        new.pk,
        new.column_name,
        new.value,
        new.version + CASE new.column_name WHEN 'likes' THEN 422212465065984 WHEN 'status' THEN 281474976710656 END,
        new.causal_length,
        new.site,
        new.seq,
        db_version,
        6 + length(new.pk) + ifnull(length(CAST(new.value AS BLOB)), 0),
        0,
        new."key_id"
      FROM crr_state
      WHERE
        new.pk IS NOT NULL
        AND NOT EXISTS (
          SELECT 1 FROM "scores__crr_clock" AS clock
          WHERE clock."key_id" = new."key_id" AND clock.causal_length >= new.causal_length
        )
      ON CONFLICT (source, table_name, pk, cid, site, number) DO UPDATE SET
        val = excluded.val,
        col_version = excluded.col_version,
        causal_length = excluded.causal_length,
        seq = excluded.seq,
        db_version = excluded.db_version,
        size = excluded.size,
        reason = NULL
      WHERE
        excluded.causal_length > causal_length
        OR excluded.causal_length = causal_length
          AND (
            excluded.col_version > col_version
            OR excluded.col_version = col_version AND CASE WHEN typeof(excluded.val) = typeof(val) THEN ifnull(excluded.val > val COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(excluded.val), 1, 1)) > instr('nbtri', substr(typeof(val), 1, 1)) END
          );
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "scores__crr_on_insert"
      AFTER INSERT ON "scores"
      WHEN
        (SELECT applying FROM crr_state) = 0
      BEGIN /* drizzle-crr 2: a new row, or one that replaces another */
        UPDATE crr_state
        SET
          db_version = db_version + 1 - in_transaction,
          seq = in_transaction * (seq + 1) + 4;
        INSERT INTO "scores__crr_clock" (
        "key_id",
        causal_length,
        db_version,
        row_version,
        row_site,
        row_seq,
        sentinel,
        "clock_best",
        "clock_mood"
      )
      SELECT
        new."id",
        state.birth,
        state.db_version,
        1,
        state.site,
        state.seq - 3,
        CASE WHEN state.birth > 1 THEN '@' || state.db_version || ':' || state.site || ':' || (state.seq - 4) END,
        NULL,
        (max(1125899906842624, CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1024) - 1) || '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2)
      FROM crr_state AS state WHERE true
      ON CONFLICT ("key_id") DO UPDATE SET
        sentinel = '@' || excluded.db_version || ':' || excluded.row_site || ':' || (excluded.row_seq - 1),
        causal_length = max(causal_length + 1 + causal_length % 2, excluded.causal_length),
        db_version = excluded.db_version,
        row_version = row_version + 1,
        row_db_version = NULL,
        row_site = excluded.row_site,
        row_seq = excluded.row_seq,
        "clock_best" = CASE "clock_best" WHEN '-9000000000000000' THEN NULL ELSE "clock_best" END,
        "clock_mood" = (CASE WHEN (row_version + ifnull(CAST("clock_mood" AS INTEGER), -(row_version = 0))) >= max(1125899906842624, CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1024) THEN (row_version + ifnull(CAST("clock_mood" AS INTEGER), -(row_version = 0))) + 1 ELSE max(1125899906842624, CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1024) END - row_version - 1) || '@' || excluded.db_version || ':' || excluded.row_site || ':' || (excluded.row_seq + 1);
        SELECT RAISE(ABORT, 'drizzle-crr: "scores"."likes" is a counter and would leave the range of safe integers')
      WHERE typeof(new."likes") = 'real' AND abs(new."likes") >= 9.2e18;
        SELECT RAISE(ABORT, 'drizzle-crr: "scores"."likes" is a counter and takes integers only')
      WHERE typeof(new."likes") <> 'integer';
        SELECT RAISE(ABORT, 'drizzle-crr: "scores"."likes" is a counter and would leave the range of safe integers')
      WHERE
        NOT (new."likes" BETWEEN -9007199254740991 AND 9007199254740991)
        AND NOT EXISTS (
          SELECT 1 FROM (
            SELECT
              ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & 4294967295), 0) >> 32) AS hi,
              ifnull(sum(x.value & 4294967295), 0) & 4294967295 AS lo
            FROM "scores__crr_cell" AS x
            WHERE x."key_id" = new."id" AND x.column_name = 'likes'
          )
          WHERE hi >= 2097152 OR (hi < -2097152 OR hi = -2097152 AND lo = 0)
        );
        INSERT INTO "scores__crr_cell" ("key_id", column_name, site, version, value, db_version, seq, base_version, base_value)
      SELECT
        new."id",
        'likes',
        state.site,
        1,
        CASE
        WHEN share.hi > 2147483647 THEN 9223372036854775807
        WHEN share.hi < -2147483648 THEN -9223372036854775807 - 1
        ELSE (share.hi << 32) | share.lo
      END,
        state.db_version,
        state.seq - 1,
        0,
        (SELECT known_version FROM crr_history)
      FROM crr_state AS state,
      (
        SELECT
          (new."likes" >> 32) - other.hi + (((new."likes" & 4294967295) - other.lo) >> 32) AS hi,
          ((new."likes" & 4294967295) - other.lo) & 4294967295 AS lo
        FROM (
          SELECT
            ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & 4294967295), 0) >> 32) AS hi,
            ifnull(sum(x.value & 4294967295), 0) & 4294967295 AS lo
          FROM "scores__crr_cell" AS x
          WHERE x."key_id" = new."id" AND x.column_name = 'likes' AND x.site <> (SELECT site FROM crr_state)
        ) AS other
      ) AS share
      WHERE share.hi <> 0 OR share.lo <> 0 OR EXISTS (
        SELECT 1 FROM "scores__crr_cell" AS x
        WHERE x."key_id" = new."id" AND x.column_name = 'likes' AND x.site = state.site
      )
      ON CONFLICT ("key_id", column_name, site) DO UPDATE SET
        version = version + 1,
        value = CASE WHEN db_version < 0 THEN value + excluded.value ELSE excluded.value END,
        db_version = excluded.db_version,
        seq = excluded.seq,
        base_version = CASE WHEN base_version IS NULL OR db_version <= excluded.base_value THEN version ELSE base_version END,
        base_value = CASE WHEN base_version IS NULL OR db_version <= excluded.base_value THEN value ELSE base_value END;
        UPDATE "scores__crr_cell"
      SET
        version = version + 1,
        value = NULL,
        db_version = (SELECT db_version FROM crr_state),
        seq = (SELECT state.seq - 0 FROM crr_state AS state)
      WHERE
        "key_id" = new."id"
        AND column_name = 'status'
        AND site <> (SELECT site FROM crr_state)
        AND version % 2 = 0;
        INSERT INTO "scores__crr_cell" ("key_id", column_name, site, version, value, db_version, seq, base_version, base_value)
      SELECT
        new."id",
        'status',
        state.site,
        2,
        new."status",
        state.db_version,
        state.seq - 0,
        0,
        (SELECT known_version FROM crr_history)
      FROM crr_state AS state
      WHERE true
      ON CONFLICT ("key_id", column_name, site) DO UPDATE SET
        version = (version | 1) + 1,
        value = excluded.value,
        db_version = excluded.db_version,
        seq = excluded.seq,
        base_version = CASE WHEN base_version IS NULL OR db_version <= excluded.base_value THEN version ELSE base_version END,
        base_value = CASE WHEN base_version IS NULL OR db_version <= excluded.base_value THEN value ELSE base_value END;
      END;
      CREATE TRIGGER "scores__crr_on_update_mood"
      AFTER UPDATE OF "mood" ON "scores"
      WHEN
        old."mood" IS NOT new."mood" COLLATE BINARY
        AND (SELECT applying FROM crr_state) = 0
        AND old."id" IS new."id"
      BEGIN /* drizzle-crr 2: one cell */
        UPDATE crr_state
        SET
          db_version = db_version + 1 - in_transaction,
          seq = in_transaction * (seq + 1);
        UPDATE "scores__crr_clock"
      SET
        row_db_version = ifnull(row_db_version, db_version),
        (db_version, "clock_mood") = (
          SELECT state.db_version, (CASE WHEN (row_version + ifnull(CAST("clock_mood" AS INTEGER), -(row_version = 0))) >= max(1125899906842624, CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1024) THEN (row_version + ifnull(CAST("clock_mood" AS INTEGER), -(row_version = 0))) + 1 ELSE max(1125899906842624, CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1024) END - row_version) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
          FROM crr_state AS state
        )
      WHERE "key_id" = new."id";
      END;
      CREATE TRIGGER "scores__crr_on_update_best"
      AFTER UPDATE OF "best" ON "scores"
      WHEN
        (
          CASE
            WHEN new."best" IS NULL THEN false
            WHEN old."best" IS NULL THEN true
            WHEN new."best" = old."best" COLLATE BINARY THEN typeof(new."best") < typeof(old."best")
            ELSE new."best" > old."best" COLLATE BINARY
          END
          OR old."best" IS NOT new."best" COLLATE BINARY AND EXISTS (
              SELECT 1 FROM "scores__crr_clock"
              WHERE "key_id" = new."id" AND row_version + ifnull(CAST("clock_best" AS INTEGER), -(row_version = 0)) = 0
            )
        )
        AND (SELECT applying FROM crr_state) = 0
        AND old."id" IS new."id"
      BEGIN /* drizzle-crr 2: one cell */
        UPDATE crr_state
        SET
          db_version = db_version + 1 - in_transaction,
          seq = in_transaction * (seq + 1);
        UPDATE "scores__crr_clock"
      SET
        row_db_version = ifnull(row_db_version, db_version),
        (db_version, "clock_best") = (
          SELECT state.db_version, (CASE "clock_best" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_best" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
          FROM crr_state AS state
        )
      WHERE "key_id" = new."id";
      END;
      CREATE TRIGGER "scores__crr_on_undo_best"
      AFTER UPDATE OF "best" ON "scores"
      WHEN
        CASE
          WHEN old."best" IS NULL THEN false
          WHEN new."best" IS NULL THEN true
          WHEN old."best" = new."best" COLLATE BINARY THEN typeof(old."best") < typeof(new."best")
          ELSE old."best" > new."best" COLLATE BINARY
        END
        AND NOT EXISTS (
            SELECT 1 FROM "scores__crr_clock"
            WHERE "key_id" = new."id" AND row_version + ifnull(CAST("clock_best" AS INTEGER), -(row_version = 0)) = 0
          )
        AND (SELECT applying FROM crr_state) = 0
        AND old."id" IS new."id"
      BEGIN /* drizzle-crr 2: the value before wins over the one written */
        UPDATE crr_state SET applying = 1;
        UPDATE "scores"
      SET "best" = (SELECT old."best")
      WHERE "id" = (SELECT new."id");
        UPDATE crr_state SET applying = 0;
      END;
      CREATE TRIGGER "scores__crr_on_show_likes"
      AFTER UPDATE OF "likes" ON "scores"
      WHEN
        (
          NOT (new."likes" BETWEEN -9007199254740991 AND 9007199254740991) OR abs(ifnull((
            SELECT x.value FROM "scores__crr_cell" AS x
            WHERE x."key_id" = new."id" AND x.column_name = 'likes' AND x.site = (SELECT site FROM crr_state)
          ), 0) / 2) > 1152921504606847000
        )
        AND (SELECT applying FROM crr_state) = 0
        AND old."id" IS new."id"
      BEGIN /* drizzle-crr 2: what the cells show, if that is not what was written */
        UPDATE crr_state SET applying = 1;
        UPDATE "scores"
      SET "likes" = (
        SELECT CASE
          WHEN hi >= 2097152 THEN 9007199254740991
          WHEN (hi < -2097152 OR hi = -2097152 AND lo = 0) THEN -9007199254740991
          ELSE (hi << 32) | lo
        END
        FROM (
          SELECT
            ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & 4294967295), 0) >> 32) AS hi,
            ifnull(sum(x.value & 4294967295), 0) & 4294967295 AS lo
          FROM "scores__crr_cell" AS x
          WHERE x."key_id" = new."id" AND x.column_name = 'likes'
        )
      )
      WHERE "id" = (SELECT new."id");
        UPDATE crr_state SET applying = 0;
      END;
      CREATE TRIGGER "scores__crr_on_update_likes"
      AFTER UPDATE OF "likes" ON "scores"
      WHEN
        old."likes" IS NOT new."likes" COLLATE BINARY
        AND (SELECT applying FROM crr_state) = 0
        AND old."id" IS new."id"
      BEGIN /* drizzle-crr 2: this site's cell */
        UPDATE crr_state
        SET
          db_version = db_version + 1 - in_transaction,
          seq = in_transaction * (seq + 1);
        SELECT RAISE(ABORT, 'drizzle-crr: "scores"."likes" is a counter and would leave the range of safe integers')
      WHERE typeof(new."likes") = 'real' AND abs(new."likes") >= 9.2e18;
        SELECT RAISE(ABORT, 'drizzle-crr: "scores"."likes" is a counter and takes integers only')
      WHERE typeof(new."likes") <> 'integer';
        SELECT RAISE(ABORT, 'drizzle-crr: "scores"."likes" is a counter and would leave the range of safe integers')
      WHERE
        NOT (new."likes" BETWEEN -9007199254740991 AND 9007199254740991)
        AND NOT EXISTS (
          SELECT 1 FROM (
            SELECT
              ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & 4294967295), 0) >> 32) AS hi,
              ifnull(sum(x.value & 4294967295), 0) & 4294967295 AS lo
            FROM "scores__crr_cell" AS x
            WHERE x."key_id" = new."id" AND x.column_name = 'likes'
          )
          WHERE hi >= 2097152 OR (hi < -2097152 OR hi = -2097152 AND lo = 0)
        );
        INSERT INTO "scores__crr_cell" ("key_id", column_name, site, version, value, db_version, seq, base_version, base_value)
      SELECT
        new."id",
        'likes',
        state.site,
        1,
        CASE
          WHEN new."likes" BETWEEN -9007199254740991 AND 9007199254740991 THEN CASE
        WHEN share.hi > 2147483647 THEN 9223372036854775807
        WHEN share.hi < -2147483648 THEN -9223372036854775807 - 1
        ELSE (share.hi << 32) | share.lo
      END
          ELSE CAST(ifnull((
            SELECT x.value FROM "scores__crr_cell" AS x
            WHERE x."key_id" = new."id" AND x.column_name = 'likes' AND x.site = (SELECT site FROM crr_state)
          ), 0) + (new."likes" - old."likes") AS INTEGER)
        END,
        state.db_version,
        state.seq,
        0,
        (SELECT known_version FROM crr_history)
      FROM crr_state AS state,
      (
        SELECT
          (new."likes" >> 32) - other.hi + (((new."likes" & 4294967295) - other.lo) >> 32) AS hi,
          ((new."likes" & 4294967295) - other.lo) & 4294967295 AS lo
        FROM (
          SELECT
            ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & 4294967295), 0) >> 32) AS hi,
            ifnull(sum(x.value & 4294967295), 0) & 4294967295 AS lo
          FROM "scores__crr_cell" AS x
          WHERE x."key_id" = new."id" AND x.column_name = 'likes' AND x.site <> (SELECT site FROM crr_state)
        ) AS other
      ) AS share
      WHERE share.hi <> 0 OR share.lo <> 0 OR EXISTS (
        SELECT 1 FROM "scores__crr_cell" AS x
        WHERE x."key_id" = new."id" AND x.column_name = 'likes' AND x.site = state.site
      )
      ON CONFLICT ("key_id", column_name, site) DO UPDATE SET
        version = version + 1,
        value = excluded.value,
        db_version = excluded.db_version,
        seq = excluded.seq,
        base_version = CASE WHEN base_version IS NULL OR db_version <= excluded.base_value THEN version ELSE base_version END,
        base_value = CASE WHEN base_version IS NULL OR db_version <= excluded.base_value THEN value ELSE base_value END;
        UPDATE "scores__crr_clock"
      SET
        row_db_version = ifnull(row_db_version, db_version),
        db_version = (SELECT db_version FROM crr_state)
      WHERE "key_id" = new."id";
      END;
      CREATE TRIGGER "scores__crr_on_update_status"
      AFTER UPDATE OF "status" ON "scores"
      WHEN
        (
          old."status" IS NOT new."status" COLLATE BINARY
          OR EXISTS (SELECT 1 FROM "scores__crr_cell" AS x
            WHERE x."key_id" = new."id" AND x.column_name = 'status' AND x.site <> (SELECT site FROM crr_state) AND x.version % 2 = 0)
        )
        AND (SELECT applying FROM crr_state) = 0
        AND old."id" IS new."id"
      BEGIN /* drizzle-crr 2: this site's cell */
        UPDATE crr_state
        SET
          db_version = db_version + 1 - in_transaction,
          seq = in_transaction * (seq + 1);
        UPDATE "scores__crr_cell"
      SET
        version = version + 1,
        value = NULL,
        db_version = (SELECT db_version FROM crr_state),
        seq = (SELECT state.seq FROM crr_state AS state)
      WHERE
        "key_id" = new."id"
        AND column_name = 'status'
        AND site <> (SELECT site FROM crr_state)
        AND version % 2 = 0;
        INSERT INTO "scores__crr_cell" ("key_id", column_name, site, version, value, db_version, seq, base_version, base_value)
      SELECT
        new."id",
        'status',
        state.site,
        2,
        new."status",
        state.db_version,
        state.seq,
        0,
        (SELECT known_version FROM crr_history)
      FROM crr_state AS state
      WHERE true
      ON CONFLICT ("key_id", column_name, site) DO UPDATE SET
        version = (version | 1) + 1,
        value = excluded.value,
        db_version = excluded.db_version,
        seq = excluded.seq,
        base_version = CASE WHEN base_version IS NULL OR db_version <= excluded.base_value THEN version ELSE base_version END,
        base_value = CASE WHEN base_version IS NULL OR db_version <= excluded.base_value THEN value ELSE base_value END;
        UPDATE "scores__crr_clock"
      SET
        row_db_version = ifnull(row_db_version, db_version),
        db_version = (SELECT db_version FROM crr_state)
      WHERE "key_id" = new."id";
      END;
      CREATE TRIGGER "scores__crr_on_refuse_delete"
      BEFORE DELETE ON "scores"
      WHEN
        (SELECT applying FROM crr_state) = 0
      BEGIN /* drizzle-crr 2: rows of a grow-only table stay */
        SELECT RAISE(ABORT, 'drizzle-crr: "scores" is grow-only: its rows cannot be deleted');
      END;
      CREATE TRIGGER "scores__crr_on_refuse_key"
      BEFORE UPDATE OF "id" ON "scores"
      WHEN
        (SELECT applying FROM crr_state) = 0
        AND NOT (old."id" IS new."id")
      BEGIN /* drizzle-crr 2: rows of a grow-only table keep their keys */
        SELECT RAISE(ABORT, 'drizzle-crr: "scores" is grow-only: the key of its rows cannot be changed');
      END;
      CREATE TRIGGER "scores__crr_on_life"
      AFTER UPDATE OF causal_length ON "scores__crr_clock"
      WHEN
        new.causal_length > old.causal_length + (old.causal_length % 2 = 0)
      BEGIN /* drizzle-crr 2: cells belong to one life of a row */
        DELETE FROM "scores__crr_cell" WHERE "key_id" = new."key_id";
        UPDATE "scores"
      SET
        "likes" = 0,
        "status" = NULL
      WHERE
        "id" = (SELECT new."key_id")
        AND (SELECT new.causal_length) % 2 = 1
        AND (SELECT applying FROM crr_state) = 1;
      END;
      CREATE TRIGGER "scores__crr_on_return"
      AFTER UPDATE OF causal_length ON "scores__crr_clock"
      WHEN
        old.causal_length % 2 = 0
        AND new.causal_length = old.causal_length + 1
        AND (SELECT applying FROM crr_state) = 1
        AND EXISTS (SELECT 1 FROM "scores__crr_cell" WHERE "key_id" = new."key_id" AND db_version < 0)
      BEGIN /* drizzle-crr 2: a row that was evicted is back */
        UPDATE "scores__crr_cell" SET db_version = new.db_version WHERE "key_id" = new."key_id" AND db_version < 0;
        UPDATE crr_apply SET has_local_news = 1;
      END;
      CREATE TRIGGER "scores__crr_on_resume"
      AFTER INSERT ON "scores"
      WHEN
        (SELECT keeps_cells > applying FROM crr_state)
        AND EXISTS (
            SELECT 1 FROM "scores__crr_cell"
            WHERE "key_id" = new."id"
          )
          AND EXISTS (
            SELECT 1 FROM "scores__crr_clock"
            WHERE "key_id" = new."id" AND causal_length % 2 = 0
          )
      BEGIN /* drizzle-crr 2: a row that was evicted is created again */
        UPDATE crr_state SET applying = 1;
        UPDATE "scores"
      SET
        "likes" = ifnull(
          (
            SELECT CASE WHEN NOT ((x.value + new."likes") BETWEEN -9007199254740991 AND 9007199254740991)
              THEN RAISE(ABORT, 'drizzle-crr: "scores"."likes" is a counter and would leave the range of safe integers')
              ELSE x.value + new."likes"
            END FROM "scores__crr_cell" AS x
            WHERE x."key_id" = new."id" AND x.column_name = 'likes'
          ),
          "likes"
        )
      WHERE "id" = (SELECT new."id");
        UPDATE crr_state SET applying = 0;
        UPDATE "scores__crr_cell"
      SET db_version = -1
      WHERE
        "key_id" = new."id"
        AND column_name IN ('likes');
      END
      "
    `);
    expect(cellsModule.triggers!(spec)).toEqual([]);
  });
  test('reconciling', () => {
    expect(all(reconcileStatements(spec))).toMatchInlineSnapshot(`
      "
      UPDATE crr_state
      SET db_version = db_version + 1
      WHERE EXISTS (SELECT 1 FROM "todos__crr_clock" WHERE causal_length % 2 = 1 AND NOT EXISTS (
        SELECT 1 FROM "todos" AS base
        WHERE base."id" = "todos__crr_clock"."key_id"
      ) OR causal_length % 2 = 0 AND EXISTS (
        SELECT 1 FROM "todos" AS base
        WHERE base."id" = "todos__crr_clock"."key_id"
      ));
      UPDATE "todos__crr_clock"
      SET
        causal_length = causal_length + 1,
        db_version = state.db_version,
        row_version = 0,
        row_db_version = NULL,
        row_site = NULL,
        row_seq = NULL,
        sentinel = '@' || state.db_version || ':' || state.site || ':' || 0,
        "clock_title" = NULL
      FROM crr_state AS state
      WHERE causal_length % 2 = 1 AND NOT EXISTS (
        SELECT 1 FROM "todos" AS base
        WHERE base."id" = "todos__crr_clock"."key_id"
      );
      UPDATE "todos__crr_clock"
      SET
        causal_length = max(causal_length + 1, state.birth),
        db_version = state.db_version,
        row_version = 1,
        row_db_version = NULL,
        row_site = state.site,
        row_seq = 1,
        sentinel = '@' || state.db_version || ':' || state.site || ':' || 0,
        "clock_title" = NULL
      FROM crr_state AS state
      WHERE causal_length % 2 = 0 AND EXISTS (
        SELECT 1 FROM "todos" AS base
        WHERE base."id" = "todos__crr_clock"."key_id"
      )
      "
    `);
  });
  test('pins and applying', () => {
    expect(all([PIN_SQL, UNPIN_SQL, ...beginApply(), endApply([spec])])).toMatchInlineSnapshot(`
      "
      UPDATE crr_state SET db_version = db_version + 1, seq = -1, in_transaction = 1;
      UPDATE crr_state SET db_version = db_version - (seq = -1), in_transaction = 0;
      UPDATE crr_apply
      SET
        source = '',
        prior_db_version = (SELECT db_version FROM crr_state),
        has_local_news = EXISTS (
          SELECT 1 FROM crr_pending AS waiting
          WHERE waiting.source = '' AND ifnull(waiting.reason, '') = ''
        );
      UPDATE crr_state SET applying = 1, db_version = db_version + 1;
      UPDATE crr_state
      SET
        applying = 0,
        db_version = CASE
          WHEN EXISTS (SELECT 1 FROM "todos__crr_clock" AS news WHERE news.db_version = crr_state.db_version)
          OR EXISTS (
              SELECT 1 FROM crr_pending AS news
              WHERE news.source = (SELECT source FROM crr_apply) AND news.db_version = crr_state.db_version
            )
          THEN db_version
          ELSE (SELECT prior_db_version FROM crr_apply)
        END
      "
    `);
  });
});

test('a real database takes each statement, and gives the same text back', async () => {
  const client = memoryClient();
  for (const table of [todos, marks, scores]) await client.execute(createTableSql(table));
  const tables = [
    ...sharedStatements(),
    ...tableStatements(spec),
    ...tableStatements(keyOnly),
    ...tableStatements(typed),
    ...[spec, keyOnly, typed].flatMap((s) => makeMerging(s, new Map())),
  ];
  const triggers = [spec, keyOnly, typed].flatMap(tableTriggers);
  for (const statement of tables) await client.execute(statement);
  for (const { sql } of triggers) await client.execute(sql);
  const { rows } = await client.execute('SELECT name, sql FROM sqlite_master');
  const stored = new Map(rows.map(({ name, sql }) => [String(name), sql]));
  for (const { name, sql } of triggers) expect(stored.get(name)).toBe(sql);
  for (const [name, sql] of [spec, keyOnly, typed].flatMap((s) => [...expectedMerging(s)])) {
    expect(stored.get(name)).toBe(sql);
  }
  // Statements that make tables can be run again.
  for (const statement of tables) await client.execute(statement);
  for (const statement of [...backfillStatements(spec), ...drainPendingStatements(spec)]) {
    await client.execute(statement);
  }
});

test('no statement leaves the portable subset of SQL', () => {
  const everything = [
    ...sharedStatements(),
    ...[spec, keyOnly, typed].flatMap((s) => [
      ...tableStatements(s),
      ...makeMerging(s, new Map()),
      ...makeMerging(s, new Map(), { upserts: true }),
      ...tableTriggers(s).map(({ sql }) => sql),
      ...backfillStatements(s),
      ...drainPendingStatements(s),
    ]),
    ...beginApply(),
    endApply([spec, keyOnly]),
  ].join('\n');
  expect(everything).not.toMatch(/INSTEAD OF|RECURSIVE|WITHOUT ROWID|\bTEMP|ATTACH|PRAGMA|VACUUM/i);
});
