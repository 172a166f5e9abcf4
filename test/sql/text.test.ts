/** The exact SQL of each writer, for two small tables. Run `vitest -u` after a deliberate change. */
import { createClient } from '@libsql/client';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { readTableSpec } from '../../src/schema/read-spec.js';
import { beginApplySql, endApplySql } from '../../src/tables/applying.js';
import { bookkeepingStatements, PIN_SQL, UNPIN_SQL } from '../../src/tables/bookkeeping.js';
import { backfillStatements } from '../../src/tables/clock/backfill.js';
import {
  addClockColumnStatement,
  clockTableStatements,
} from '../../src/tables/clock/clock-table.js';
import { writeTriggers } from '../../src/tables/clock/write-triggers.js';
import { gateTableStatement, gateTriggers } from '../../src/tables/gate/merge-gate.js';
import { tableStatements, tableTriggers } from '../../src/tables/install.js';
import { drainPendingStatements, pendingUpsert } from '../../src/tables/pending/pending.js';
import { createTableSql } from '../support/create-table.js';

const todos = crrTable('todos', { id: text('id').primaryKey(), title: text('title').notNull() });
const marks = crrTable('marks', { id: integer('id').primaryKey() });
const spec = readTableSpec(todos);
const keyOnly = readTableSpec(marks);
const all = (statements: readonly string[]) => `\n${statements.join(';\n')}\n`;

describe('exact text', () => {
  test('bookkeeping', () => {
    expect(all(bookkeepingStatements())).toMatchInlineSnapshot(`
      "
      CREATE TABLE IF NOT EXISTS crr_site (
        ordinal INTEGER PRIMARY KEY,
        site_id BLOB NOT NULL UNIQUE
      ) STRICT;
      INSERT INTO crr_site (ordinal, site_id) SELECT 1, randomblob(16) WHERE NOT EXISTS (SELECT 1 FROM crr_site);
      CREATE TABLE IF NOT EXISTS crr_state (
        id INTEGER PRIMARY KEY,
        format INTEGER,
        site INTEGER,
        db_version INTEGER,
        seq INTEGER,
        tx INTEGER,
        applying INTEGER,
        prior INTEGER
      );
      INSERT INTO crr_state SELECT 1, 1, 1, 0, -1, 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM crr_state);
      CREATE TABLE IF NOT EXISTS crr_pending (
        tbl TEXT NOT NULL,
        pk BLOB NOT NULL,
        cid TEXT NOT NULL,
        val ANY,
        col_version INTEGER NOT NULL,
        cl INTEGER NOT NULL,
        origin TEXT NOT NULL,
        site INTEGER NOT NULL,
        dbv INTEGER NOT NULL,
        k1 ANY, k2 ANY, k3 ANY, k4 ANY, k5 ANY, k6 ANY, k7 ANY, k8 ANY, k9 ANY, k10 ANY, k11 ANY, k12 ANY, k13 ANY, k14 ANY, k15 ANY, k16 ANY,
        UNIQUE (tbl, pk, cid, site)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS crr_former (
        tbl TEXT NOT NULL,
        cid TEXT NOT NULL,
        now TEXT,
        UNIQUE (tbl, cid)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS crr_peer (
        site_id BLOB NOT NULL,
        tag TEXT NOT NULL,
        event INTEGER NOT NULL,
        version INTEGER NOT NULL,
        position TEXT,
        skip TEXT NOT NULL DEFAULT ',',
        filter TEXT NOT NULL DEFAULT '',
        url TEXT NOT NULL DEFAULT '',
        owner TEXT,
        mixed INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (site_id, tag, event)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS crr_guard (reason TEXT NOT NULL) STRICT;
      CREATE TRIGGER IF NOT EXISTS crr_guard_stale BEFORE INSERT ON crr_guard WHEN new.reason = 'stale' BEGIN SELECT RAISE(ABORT, 'drizzle-crr: stale'); END;
      CREATE TRIGGER IF NOT EXISTS crr_guard_forged BEFORE INSERT ON crr_guard WHEN new.reason = 'forged' BEGIN SELECT RAISE(ABORT, 'drizzle-crr: forged'); END;
      CREATE TRIGGER IF NOT EXISTS crr_guard_incomplete BEFORE INSERT ON crr_guard WHEN new.reason = 'incomplete' BEGIN SELECT RAISE(ABORT, 'drizzle-crr: incomplete'); END
      "
    `);
  });
  test('clock tables', () => {
    expect(all(clockTableStatements(spec))).toMatchInlineSnapshot(`
      "
      CREATE TABLE IF NOT EXISTS "todos__crr_clock" (
        key INTEGER PRIMARY KEY,
        "k_id" TEXT NOT NULL,
        cl INTEGER, dbv INTEGER,
        v0 INTEGER, d0 INTEGER, s0 INTEGER, q0 INTEGER,
        l TEXT,
        "x_title" TEXT,
        UNIQUE ("k_id")
      );
      CREATE INDEX IF NOT EXISTS "todos__crr_clock_dbv" ON "todos__crr_clock" (dbv)
      "
    `);
    expect(all(clockTableStatements(keyOnly))).toMatchInlineSnapshot(`
      "
      CREATE TABLE IF NOT EXISTS "marks__crr_clock" (
        "k_id" INTEGER PRIMARY KEY,
        cl INTEGER, dbv INTEGER,
        v0 INTEGER, d0 INTEGER, s0 INTEGER, q0 INTEGER,
        l TEXT
      );
      CREATE INDEX IF NOT EXISTS "marks__crr_clock_dbv" ON "marks__crr_clock" (dbv)
      "
    `);
    expect(addClockColumnStatement(spec, 'title')).toMatchInlineSnapshot(
      `"ALTER TABLE "todos__crr_clock" ADD COLUMN "x_title" TEXT DEFAULT '-9000000000000000'"`,
    );
  });
  test('gate tables', () => {
    expect(gateTableStatement(spec)).toMatchInlineSnapshot(`
      "CREATE TABLE IF NOT EXISTS "todos__crr_merge" (
        "k_id" TEXT,
        cl DEFAULT 1, l, v0 DEFAULT -1, s0, q0,
        "c_title" TEXT, "v_title", "o_title",
        pk, dbv, way, at
      )"
    `);
    expect(gateTableStatement(keyOnly)).toMatchInlineSnapshot(`
      "CREATE TABLE IF NOT EXISTS "marks__crr_merge" (
        "k_id" INTEGER,
        cl DEFAULT 1, l, v0 DEFAULT -1, s0, q0,
        pk, dbv, way, at
      )"
    `);
  });
  test('write triggers', () => {
    expect(all(writeTriggers(spec).map(({ sql }) => sql))).toMatchInlineSnapshot(`
      "
      CREATE TRIGGER "todos__crr_on_insert" AFTER INSERT ON "todos" WHEN (SELECT applying FROM crr_state) = 0 BEGIN /* drizzle-crr 1 */
        UPDATE crr_state SET db_version = db_version + 1 - tx, seq = tx * (seq + 1) + 1;
        INSERT INTO "todos__crr_clock" ("k_id", cl, dbv, v0, s0, q0, l, "x_title") SELECT new."id", 1, db_version, 1, site, seq - 0, NULL, NULL FROM crr_state WHERE true ON CONFLICT ("k_id") DO UPDATE SET l = CASE WHEN l IS NOT NULL THEN '@' || excluded.dbv || ':' || excluded.s0 || ':' || (excluded.q0 - 1) END, cl = CASE WHEN l IS NULL THEN cl ELSE cl + 1 + cl % 2 END, dbv = excluded.dbv, v0 = v0 + 1, d0 = NULL, s0 = excluded.s0, q0 = excluded.q0, "x_title" = CASE "x_title" WHEN '-9000000000000000' THEN NULL ELSE "x_title" END;
      END;
      CREATE TRIGGER "todos__crr_on_update_title" AFTER UPDATE OF "title" ON "todos" WHEN old."title" IS NOT new."title" AND (SELECT applying FROM crr_state) = 0 AND old."id" IS new."id" BEGIN /* drizzle-crr 1 */
        UPDATE crr_state SET db_version = db_version + 1 - tx, seq = tx * (seq + 1);
        UPDATE "todos__crr_clock" SET d0 = ifnull(d0, dbv), (dbv, "x_title") = (SELECT db_version, (CASE "x_title" WHEN '-9000000000000000' THEN 1 - v0 ELSE ifnull("x_title" + 1, 1) END) || '@' || db_version || ':' || site || ':' || (seq) FROM crr_state) WHERE "k_id" = new."id";
      END;
      CREATE TRIGGER "todos__crr_on_key" AFTER UPDATE OF "id" ON "todos" WHEN (SELECT applying FROM crr_state) = 0 AND NOT (old."id" IS new."id") BEGIN /* drizzle-crr 1 */
        UPDATE crr_state SET db_version = db_version + 1 - tx, seq = tx * (seq + 1) + 1;
        INSERT INTO "todos__crr_clock" ("k_id", cl, dbv, v0, s0, q0, l, "x_title") SELECT new."id", 1, db_version, 0, site, seq - 0, '@' || db_version || ':' || site || ':' || (seq - 1), CASE WHEN o.v0 + ifnull(CAST(o."x_title" AS INTEGER), -(o.v0 = 0)) < 0 THEN 0 ELSE o.v0 + ifnull(CAST(o."x_title" AS INTEGER), -(o.v0 = 0)) END + (old."title" IS NOT new."title") FROM crr_state, "todos__crr_clock" AS o WHERE o."k_id" = old."id" ON CONFLICT ("k_id") DO UPDATE SET cl = cl + 1 + cl % 2, dbv = excluded.dbv, v0 = 0, d0 = NULL, s0 = excluded.s0, q0 = excluded.q0, l = excluded.l, "x_title" = excluded."x_title";
        UPDATE crr_state SET seq = seq + 2;
        UPDATE "todos__crr_clock" SET cl = (cl | 1) + 1, (dbv, l) = (SELECT db_version, '@' || db_version || ':' || site || ':' || (seq - 1) FROM crr_state), v0 = 0, d0 = NULL, s0 = NULL, q0 = NULL, "x_title" = NULL WHERE "k_id" = old."id";
      END;
      CREATE TRIGGER "todos__crr_on_delete" AFTER DELETE ON "todos" WHEN (SELECT applying FROM crr_state) = 0 BEGIN /* drizzle-crr 1 */
        UPDATE crr_state SET db_version = db_version + 1 - tx, seq = tx * (seq + 1) + 1;
        UPDATE "todos__crr_clock" SET cl = (cl | 1) + 1, (dbv, l) = (SELECT db_version, '@' || db_version || ':' || site || ':' || (seq - 1) FROM crr_state), v0 = 0, d0 = NULL, s0 = NULL, q0 = NULL, "x_title" = NULL WHERE "k_id" = old."id";
      END
      "
    `);
    expect(all(writeTriggers(keyOnly).map(({ sql }) => sql))).toMatchInlineSnapshot(`
      "
      CREATE TRIGGER "marks__crr_on_insert" AFTER INSERT ON "marks" WHEN (SELECT applying FROM crr_state) = 0 BEGIN /* drizzle-crr 1 */
        UPDATE crr_state SET db_version = db_version + 1 - tx, seq = tx * (seq + 1) + 0;
        INSERT INTO "marks__crr_clock" ("k_id", cl, dbv, v0, s0, q0, l) SELECT new."id", 1, db_version, 1, site, seq - -1, '@' || db_version || ':' || site || ':' || (seq - 0) FROM crr_state WHERE true ON CONFLICT ("k_id") DO UPDATE SET l = CASE WHEN l IS NOT NULL THEN '@' || excluded.dbv || ':' || excluded.s0 || ':' || (excluded.q0 - 1) END, cl = CASE WHEN l IS NULL THEN cl ELSE cl + 1 + cl % 2 END, dbv = excluded.dbv, v0 = v0 + 1, d0 = NULL, s0 = excluded.s0, q0 = excluded.q0;
      END;
      CREATE TRIGGER "marks__crr_on_key" AFTER UPDATE OF "id" ON "marks" WHEN (SELECT applying FROM crr_state) = 0 AND NOT (old."id" IS new."id") BEGIN /* drizzle-crr 1 */
        UPDATE crr_state SET db_version = db_version + 1 - tx, seq = tx * (seq + 1) + 0;
        INSERT INTO "marks__crr_clock" ("k_id", cl, dbv, v0, s0, q0, l) SELECT new."id", 1, db_version, 0, site, seq - -1, '@' || db_version || ':' || site || ':' || (seq - 0) FROM crr_state, "marks__crr_clock" AS o WHERE o."k_id" = old."id" ON CONFLICT ("k_id") DO UPDATE SET cl = cl + 1 + cl % 2, dbv = excluded.dbv, v0 = 0, d0 = NULL, s0 = excluded.s0, q0 = excluded.q0, l = excluded.l;
        UPDATE crr_state SET seq = seq + 1;
        UPDATE "marks__crr_clock" SET cl = (cl | 1) + 1, (dbv, l) = (SELECT db_version, '@' || db_version || ':' || site || ':' || (seq - 0) FROM crr_state), v0 = 0, d0 = NULL, s0 = NULL, q0 = NULL WHERE "k_id" = old."id";
      END;
      CREATE TRIGGER "marks__crr_on_delete" AFTER DELETE ON "marks" WHEN (SELECT applying FROM crr_state) = 0 BEGIN /* drizzle-crr 1 */
        UPDATE crr_state SET db_version = db_version + 1 - tx, seq = tx * (seq + 1) + 0;
        UPDATE "marks__crr_clock" SET cl = (cl | 1) + 1, (dbv, l) = (SELECT db_version, '@' || db_version || ':' || site || ':' || (seq - 0) FROM crr_state), v0 = 0, d0 = NULL, s0 = NULL, q0 = NULL WHERE "k_id" = old."id";
      END
      "
    `);
  });
  test('gate triggers', () => {
    expect(all(gateTriggers(spec).map(({ sql }) => sql))).toMatchInlineSnapshot(`
      "
      CREATE TRIGGER "todos__crr_on_merge_early" BEFORE INSERT ON "todos__crr_merge" WHEN new.way IS NULL AND new.cl % 2 = 1 AND NOT (ifnull(new."v_title", new.v0) >= 0 OR EXISTS (SELECT 1 FROM "todos" WHERE "id" = new."k_id")) BEGIN /* drizzle-crr 1 */
        INSERT INTO crr_pending (tbl, pk, cid, val, col_version, cl, origin, site, dbv, k1) SELECT 'todos', new.pk, '-1', NULL, new.cl, new.cl, new.l, CAST(new.l AS INTEGER), new.dbv, new."k_id" WHERE new.l IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "todos__crr_clock" WHERE "k_id" = new."k_id" AND cl > new.cl) ON CONFLICT (tbl, pk, cid, site) DO UPDATE SET val = excluded.val, col_version = excluded.col_version, cl = excluded.cl, origin = excluded.origin, dbv = excluded.dbv WHERE excluded.cl > cl OR excluded.cl = cl AND (excluded.col_version > col_version OR excluded.col_version = col_version AND CASE WHEN typeof(excluded.val) = typeof(val) THEN ifnull(excluded.val > val COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(excluded.val), 1, 1)) > instr('nbtri', substr(typeof(val), 1, 1)) END);
        INSERT INTO crr_pending (tbl, pk, cid, val, col_version, cl, origin, site, dbv, k1) SELECT 'todos', new.pk, 'title', new."c_title", ifnull(new."v_title", new.v0), new.cl, ifnull(new."o_title", new.s0 || ':' || (new.q0 + 0)), CAST(ifnull(new."o_title", new.s0 || ':' || (new.q0 + 0)) AS INTEGER), new.dbv, new."k_id" WHERE ifnull(new."v_title", new.v0) >= 0 AND NOT EXISTS (SELECT 1 FROM "todos__crr_clock" WHERE "k_id" = new."k_id" AND cl > new.cl) ON CONFLICT (tbl, pk, cid, site) DO UPDATE SET val = excluded.val, col_version = excluded.col_version, cl = excluded.cl, origin = excluded.origin, dbv = excluded.dbv WHERE excluded.cl > cl OR excluded.cl = cl AND (excluded.col_version > col_version OR excluded.col_version = col_version AND CASE WHEN typeof(excluded.val) = typeof(val) THEN ifnull(excluded.val > val COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(excluded.val), 1, 1)) > instr('nbtri', substr(typeof(val), 1, 1)) END);
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "todos__crr_on_merge_delete" BEFORE INSERT ON "todos__crr_merge" WHEN new.cl % 2 = 0 BEGIN /* drizzle-crr 1 */
        DELETE FROM "todos" WHERE "id" = new."k_id" AND new.cl > ifnull((SELECT cl FROM "todos__crr_clock" WHERE "k_id" = new."k_id"), 0);
        INSERT INTO "todos__crr_clock" ("k_id", cl, dbv, v0, l) VALUES (new."k_id", new.cl, new.dbv, 0, '@' || new.dbv || ':' || new.l) ON CONFLICT ("k_id") DO UPDATE SET cl = excluded.cl, dbv = excluded.dbv, v0 = 0, d0 = CASE WHEN cl % 2 = 1 THEN excluded.dbv END, s0 = NULL, q0 = NULL, l = excluded.l, "x_title" = NULL WHERE excluded.cl > cl;
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "todos__crr_on_merge" BEFORE INSERT ON "todos__crr_merge" WHEN new.way IS NULL AND new.cl % 2 = 1 AND (ifnull(new."v_title", new.v0) >= 0 OR EXISTS (SELECT 1 FROM "todos" WHERE "id" = new."k_id")) AND EXISTS (SELECT 1 FROM "todos__crr_clock" WHERE "k_id" = new."k_id") BEGIN /* drizzle-crr 1 */
        UPDATE "todos__crr_clock" SET cl = new.cl, dbv = new.dbv, v0 = w.v0, d0 = CASE WHEN "todos__crr_clock".cl % 2 = 1 THEN ifnull("todos__crr_clock".d0, nullif("todos__crr_clock".dbv, new.dbv)) END, l = CASE WHEN new.cl > "todos__crr_clock".cl THEN '@' || new.dbv || ':' || new.l ELSE "todos__crr_clock".l END, "x_title" = CASE WHEN w.w0 THEN (ifnull(new."v_title", new.v0) - w.v0) || '@' || new.dbv || ':' || ifnull(new."o_title", new.s0 || ':' || (new.q0 + 0)) WHEN new.cl > "todos__crr_clock".cl AND "todos__crr_clock".v0 + ifnull(CAST("todos__crr_clock"."x_title" AS INTEGER), -("todos__crr_clock".v0 = 0)) >= 0 THEN '-0' || '@' || new.dbv || ':' || new.l ELSE "todos__crr_clock"."x_title" END FROM (SELECT CASE WHEN new.cl > k.cl THEN 0 ELSE k.v0 END AS v0, ifnull(new."v_title", new.v0) >= 0 AND 2 * (ifnull(new."v_title", new.v0) - min(k.v0 + ifnull(CAST(k."x_title" AS INTEGER), -(k.v0 = 0)), CASE WHEN new.cl > k.cl THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."c_title") = typeof(b."title") THEN ifnull(new."c_title" > b."title" COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."c_title"), 1, 1)) > instr('nbtri', substr(typeof(b."title"), 1, 1)) END > 0 AS w0 FROM "todos__crr_clock" AS k LEFT JOIN "todos" AS b ON b."id" = new."k_id" WHERE k."k_id" = new."k_id" AND k.cl <= new.cl LIMIT 1) AS w WHERE "todos__crr_clock"."k_id" = new."k_id" AND (new.cl > "todos__crr_clock".cl OR w.w0);
        UPDATE "todos" SET "title" = CASE WHEN ifnull(new."v_title", new.v0) >= 0 AND crr_k."x_title" = (ifnull(new."v_title", new.v0) - crr_k.v0) || '@' || crr_k.dbv || ':' || ifnull(new."o_title", new.s0 || ':' || (new.q0 + 0)) THEN new."c_title" ELSE "todos"."title" END FROM "todos__crr_clock" AS crr_k WHERE "todos"."id" = new."k_id" AND crr_k."k_id" = new."k_id" AND crr_k.cl = new.cl AND crr_k.dbv = new.dbv;
        INSERT INTO "todos" ("id", "title") SELECT new."k_id", new."c_title" FROM "todos__crr_clock" AS k WHERE k."k_id" = new."k_id" AND k.cl = new.cl AND k.dbv = new.dbv AND NOT EXISTS (SELECT 1 FROM "todos" WHERE "id" = new."k_id");
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "todos__crr_on_merge_fresh_cells" BEFORE INSERT ON "todos__crr_merge" WHEN new.v0 < 0 AND CASE WHEN new.way IS NULL THEN new.cl % 2 = 1 AND (ifnull(new."v_title", new.v0) >= 0 OR EXISTS (SELECT 1 FROM "todos" WHERE "id" = new."k_id")) AND NOT EXISTS (SELECT 1 FROM "todos__crr_clock" WHERE "k_id" = new."k_id") ELSE new.way = 'fresh' END BEGIN /* drizzle-crr 1 */
        INSERT INTO "todos__crr_clock" ("k_id", cl, dbv, v0, s0, q0, l, "x_title") VALUES (new."k_id", new.cl, new.dbv, 0, new.s0, new.q0, '@' || new.dbv || ':' || new.l, CASE WHEN ifnull(new."v_title", new.v0) >= 0 THEN ifnull(new."v_title", new.v0) || '@' || new.dbv || ':' || ifnull(new."o_title", new.s0 || ':' || (new.q0 + 0)) END);
        INSERT OR REPLACE INTO "todos" ("id", "title") VALUES (new."k_id", new."c_title");
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "todos__crr_on_merge_newer_cells" BEFORE INSERT ON "todos__crr_merge" WHEN new.v0 < 0 AND new.way = 'newer' BEGIN /* drizzle-crr 1 */
        UPDATE "todos__crr_clock" SET d0 = ifnull(d0, nullif(dbv, new.dbv)), dbv = new.dbv, "x_title" = CASE WHEN new."v_title" IS NULL THEN "x_title" ELSE (new."v_title" - v0) || '@' || new.dbv || ':' || new."o_title" END WHERE key = new.at;
        UPDATE "todos" SET "title" = CASE WHEN new."v_title" IS NULL THEN "title" ELSE new."c_title" END WHERE "id" = new."k_id";
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "todos__crr_on_merge_newer_whole" BEFORE INSERT ON "todos__crr_merge" WHEN new.v0 > 0 AND new.way = 'newer' BEGIN /* drizzle-crr 1 */
        UPDATE "todos__crr_clock" SET d0 = new.dbv, v0 = new.v0, s0 = new.s0, q0 = new.q0, dbv = new.dbv, "x_title" = NULL WHERE key = new.at;
        UPDATE "todos" SET "title" = new."c_title" WHERE "id" = new."k_id";
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "todos__crr_on_merge_fresh_whole" BEFORE INSERT ON "todos__crr_merge" WHEN new.v0 > 0 AND CASE WHEN new.way IS NULL THEN new.cl % 2 = 1 AND NOT EXISTS (SELECT 1 FROM "todos__crr_clock" WHERE "k_id" = new."k_id") ELSE new.way = 'fresh' END BEGIN /* drizzle-crr 1 */
        INSERT INTO "todos__crr_clock" ("k_id", cl, dbv, v0, s0, q0, l, "x_title") VALUES (new."k_id", new.cl, new.dbv, new.v0, new.s0, new.q0, '@' || new.dbv || ':' || new.l, NULL);
        INSERT OR REPLACE INTO "todos" ("id", "title") VALUES (new."k_id", new."c_title");
        SELECT RAISE(IGNORE);
      END
      "
    `);
    expect(all(gateTriggers(keyOnly).map(({ sql }) => sql))).toMatchInlineSnapshot(`
      "
      CREATE TRIGGER "marks__crr_on_merge_delete" BEFORE INSERT ON "marks__crr_merge" WHEN new.cl % 2 = 0 BEGIN /* drizzle-crr 1 */
        DELETE FROM "marks" WHERE "id" = new."k_id" AND new.cl > ifnull((SELECT cl FROM "marks__crr_clock" WHERE "k_id" = new."k_id"), 0);
        INSERT INTO "marks__crr_clock" ("k_id", cl, dbv, v0, l) VALUES (new."k_id", new.cl, new.dbv, 0, '@' || new.dbv || ':' || new.l) ON CONFLICT ("k_id") DO UPDATE SET cl = excluded.cl, dbv = excluded.dbv, v0 = 0, d0 = CASE WHEN cl % 2 = 1 THEN excluded.dbv END, s0 = NULL, q0 = NULL, l = excluded.l WHERE excluded.cl > cl;
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "marks__crr_on_merge" BEFORE INSERT ON "marks__crr_merge" WHEN new.way IS NULL AND new.cl % 2 = 1 AND EXISTS (SELECT 1 FROM "marks__crr_clock" WHERE "k_id" = new."k_id") BEGIN /* drizzle-crr 1 */
        UPDATE "marks__crr_clock" SET cl = new.cl, dbv = new.dbv, v0 = w.v0, d0 = CASE WHEN "marks__crr_clock".cl % 2 = 1 THEN ifnull("marks__crr_clock".d0, nullif("marks__crr_clock".dbv, new.dbv)) END, l = CASE WHEN new.cl > "marks__crr_clock".cl THEN '@' || new.dbv || ':' || new.l ELSE "marks__crr_clock".l END FROM (SELECT CASE WHEN new.cl > k.cl THEN 0 ELSE k.v0 END AS v0 FROM "marks__crr_clock" AS k LEFT JOIN "marks" AS b ON b."id" = new."k_id" WHERE k."k_id" = new."k_id" AND k.cl <= new.cl LIMIT 1) AS w WHERE "marks__crr_clock"."k_id" = new."k_id" AND (new.cl > "marks__crr_clock".cl);
        INSERT INTO "marks" ("id") SELECT new."k_id" FROM "marks__crr_clock" AS k WHERE k."k_id" = new."k_id" AND k.cl = new.cl AND k.dbv = new.dbv AND NOT EXISTS (SELECT 1 FROM "marks" WHERE "id" = new."k_id");
        SELECT RAISE(IGNORE);
      END;
      CREATE TRIGGER "marks__crr_on_merge_fresh_cells" BEFORE INSERT ON "marks__crr_merge" WHEN new.v0 < 0 AND CASE WHEN new.way IS NULL THEN new.cl % 2 = 1 AND NOT EXISTS (SELECT 1 FROM "marks__crr_clock" WHERE "k_id" = new."k_id") ELSE new.way = 'fresh' END BEGIN /* drizzle-crr 1 */
        INSERT INTO "marks__crr_clock" ("k_id", cl, dbv, v0, s0, q0, l) VALUES (new."k_id", new.cl, new.dbv, 0, new.s0, new.q0, '@' || new.dbv || ':' || new.l);
        INSERT OR REPLACE INTO "marks" ("id") VALUES (new."k_id");
        SELECT RAISE(IGNORE);
      END
      "
    `);
  });
  test('pending', () => {
    expect(pendingUpsert(1, 'VALUES (...)')).toMatchInlineSnapshot(
      `"INSERT INTO crr_pending (tbl, pk, cid, val, col_version, cl, origin, site, dbv, k1) VALUES (...) ON CONFLICT (tbl, pk, cid, site) DO UPDATE SET val = excluded.val, col_version = excluded.col_version, cl = excluded.cl, origin = excluded.origin, dbv = excluded.dbv WHERE excluded.cl > cl OR excluded.cl = cl AND (excluded.col_version > col_version OR excluded.col_version = col_version AND CASE WHEN typeof(excluded.val) = typeof(val) THEN ifnull(excluded.val > val COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(excluded.val), 1, 1)) > instr('nbtri', substr(typeof(val), 1, 1)) END)"`,
    );
    expect(all(drainPendingStatements(spec))).toMatchInlineSnapshot(`
      "
      INSERT INTO "todos__crr_merge" ("k_id", dbv, cl, l, v0, "c_title", "v_title", "o_title") SELECT p.k1, (SELECT db_version FROM crr_state), p.cl, ifnull(max(CASE p.cid WHEN '-1' THEN p.origin END), CASE WHEN p.cl > 1 THEN max(p.origin) END), -1, max(CASE p.cid WHEN 'title' THEN p.val END), max(CASE p.cid WHEN 'title' THEN p.col_version END), max(CASE p.cid WHEN 'title' THEN p.origin END) FROM crr_pending AS p WHERE p.tbl = 'todos' AND p.cid IN ('-1', 'title') AND p.cl = (SELECT max(x.cl) FROM crr_pending AS x WHERE x.tbl = p.tbl AND x.pk = p.pk AND NOT (x.cid IN ('title') AND (x.col_version BETWEEN 2147483648 AND 70368744177663))) AND NOT EXISTS (SELECT 1 FROM crr_pending AS x WHERE x.tbl = p.tbl AND x.pk = p.pk AND x.cid = p.cid AND x.cl = p.cl AND (x.col_version > p.col_version OR x.col_version = p.col_version AND (CASE WHEN typeof(x.val) = typeof(p.val) THEN ifnull(x.val > p.val COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(x.val), 1, 1)) > instr('nbtri', substr(typeof(p.val), 1, 1)) END OR NOT CASE WHEN typeof(p.val) = typeof(x.val) THEN ifnull(p.val > x.val COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(p.val), 1, 1)) > instr('nbtri', substr(typeof(x.val), 1, 1)) END AND x.site > p.site)) AND NOT (x.cid IN ('title') AND (x.col_version BETWEEN 2147483648 AND 70368744177663))) AND NOT (p.cid IN ('title') AND (p.col_version BETWEEN 2147483648 AND 70368744177663)) GROUP BY p.pk, p.cl HAVING p.cl % 2 = 0 OR max(CASE p.cid WHEN 'title' THEN 1 END) = 1 AND true OR EXISTS (SELECT 1 FROM "todos" AS b WHERE b."id" = p.k1);
      DELETE FROM crr_pending WHERE tbl = 'todos' AND EXISTS (SELECT 1 FROM "todos__crr_clock" AS k WHERE k."k_id" = crr_pending.k1 AND (k.cl > crr_pending.cl OR k.cl = crr_pending.cl AND crr_pending.cid IN ('-1', 'title') AND NOT (crr_pending.cid IN ('title') AND (crr_pending.col_version BETWEEN 2147483648 AND 70368744177663))))
      "
    `);
  });
  test('backfill', () => {
    expect(all(backfillStatements(spec))).toMatchInlineSnapshot(`
      "
      UPDATE crr_state SET db_version = db_version + 1 WHERE EXISTS (SELECT 1 FROM "todos" AS b WHERE NOT EXISTS (SELECT 1 FROM "todos__crr_clock" AS k WHERE k."k_id" = b."id"));
      INSERT INTO "todos__crr_clock" ("k_id", cl, dbv, v0, s0, q0, l, "x_title") SELECT b."id", 1, (SELECT db_version FROM crr_state), 1, (SELECT site FROM crr_state), (b.rowid & 2199023255551) * 2 + 1, NULL, NULL FROM "todos" AS b WHERE true ORDER BY b."id" ON CONFLICT DO NOTHING
      "
    `);
  });
  test('pins and applying', () => {
    expect(all([PIN_SQL, UNPIN_SQL, beginApplySql(7), endApplySql([spec])])).toMatchInlineSnapshot(`
      "
      UPDATE crr_state SET db_version = db_version + 1, seq = -1, tx = 1;
      UPDATE crr_state SET db_version = db_version - (seq = -1), tx = 0;
      UPDATE crr_state SET applying = 1, prior = db_version, db_version = max(db_version + 1, 7);
      UPDATE crr_state SET applying = 0, db_version = CASE WHEN EXISTS (SELECT 1 FROM "todos__crr_clock" WHERE dbv = db_version) OR EXISTS (SELECT 1 FROM crr_pending WHERE dbv = db_version) THEN db_version ELSE prior END
      "
    `);
  });
});

test('a real database takes each statement, and gives the same text back', async () => {
  const client = createClient({ url: ':memory:' });
  for (const table of [todos, marks]) await client.execute(createTableSql(table));
  const tables = [
    ...bookkeepingStatements(),
    ...tableStatements(spec),
    ...tableStatements(keyOnly),
  ];
  const triggers = [...tableTriggers(spec), ...tableTriggers(keyOnly)];
  for (const statement of tables) await client.execute(statement);
  for (const { sql } of triggers) await client.execute(sql);
  const { rows } = await client.execute(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_\\_crr\\_%' ESCAPE '\\'",
  );
  expect(new Map(rows.map(({ name, sql }) => [name, sql]))).toEqual(
    new Map(triggers.map(({ name, sql }) => [name, sql])),
  );
  // Statements that make tables can be run again.
  for (const statement of tables) await client.execute(statement);
  for (const statement of [...backfillStatements(spec), ...drainPendingStatements(spec)]) {
    await client.execute(statement);
  }
  client.close();
});

test('no statement leaves the portable subset of SQL', () => {
  const everything = [
    ...bookkeepingStatements(),
    ...[spec, keyOnly].flatMap((s) => [
      ...tableStatements(s),
      ...tableTriggers(s).map(({ sql }) => sql),
      ...backfillStatements(s),
      ...drainPendingStatements(s),
    ]),
    beginApplySql(),
    endApplySql([spec, keyOnly]),
  ].join('\n');
  expect(everything).not.toMatch(/INSTEAD OF|RECURSIVE|WITHOUT ROWID|\bTEMP|ATTACH|PRAGMA|VACUUM/i);
});
