CREATE TABLE `todos` (
	`id` text PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`done` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
-- drizzle-crr commit_alter: todos: becomes a CRR
/* crr:state {"format":2,"set":[{"triggers":["todos__crr_on_insert","todos__crr_on_update_done","todos__crr_on_update_title","todos__crr_on_key","todos__crr_on_delete","todos__crr_on_merge_early","todos__crr_on_merge_delete","todos__crr_on_merge","todos__crr_on_merge_fresh_cells","todos__crr_on_merge_newer_cells","todos__crr_on_merge_newer_row","todos__crr_on_merge_fresh_row"],"text":"b713f3de196409ee","base":null,"spec":{"name":"todos","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"title","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"done","sqlType":"integer","notNull":true,"default":"0","kind":{"type":"lww"}}]}}],"drop":[]} */
CREATE TABLE IF NOT EXISTS crr_site (
  ordinal INTEGER PRIMARY KEY,
  site_id BLOB NOT NULL UNIQUE
) STRICT;
--> statement-breakpoint
INSERT INTO crr_site (ordinal, site_id)
SELECT 1, randomblob(16)
WHERE NOT EXISTS (SELECT 1 FROM crr_site);
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_apply (
  id INTEGER PRIMARY KEY,
  prior_db_version INTEGER,
  has_local_news INTEGER,
  source TEXT,
  greatest_time INTEGER
);
--> statement-breakpoint
INSERT INTO crr_apply (id, prior_db_version, has_local_news, source)
SELECT 1, 0, 0, ''
WHERE NOT EXISTS (SELECT 1 FROM crr_apply);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_table (
  table_name TEXT NOT NULL PRIMARY KEY,
  spec TEXT NOT NULL,
  former TEXT NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_commit (
  site INTEGER NOT NULL,
  db_version INTEGER NOT NULL,
  author TEXT,
  message TEXT,
  reverts TEXT,
  PRIMARY KEY (site, db_version)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_former (
  table_name TEXT NOT NULL,
  cid TEXT NOT NULL,
  present_name TEXT,
  UNIQUE (table_name, cid)
) STRICT;
--> statement-breakpoint
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
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS crr_pending_tried ON crr_pending (source, reason);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS crr_pending_news ON crr_pending (source, db_version, size);
--> statement-breakpoint
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
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS crr_peer_owner ON crr_peer (owner);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS crr_peer_url ON crr_peer (url);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS crr_peer_filter ON crr_peer (filter);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_usage (
  source TEXT NOT NULL PRIMARY KEY,
  sites INTEGER NOT NULL DEFAULT 0,
  tombstones INTEGER NOT NULL DEFAULT 0
) STRICT;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_refused (
  site_id BLOB NOT NULL,
  tag TEXT NOT NULL,
  table_name TEXT NOT NULL,
  pk BLOB NOT NULL,
  code TEXT NOT NULL,
  rights TEXT NOT NULL,
  UNIQUE (site_id, tag, table_name, pk)
) STRICT;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_milestone (
  number INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  token TEXT NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_history (
  id INTEGER PRIMARY KEY,
  known_version INTEGER NOT NULL,
  secret TEXT NOT NULL,
  schema_version INTEGER NOT NULL,
  horizon INTEGER NOT NULL,
  swept_version INTEGER NOT NULL,
  installed TEXT
) STRICT;
--> statement-breakpoint
INSERT INTO crr_history (id, known_version, secret, schema_version, horizon, swept_version)
SELECT 1, 0, lower(hex(randomblob(16))), 0, 0, 0
WHERE NOT EXISTS (SELECT 1 FROM crr_history);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_ticket (
  id INTEGER PRIMARY KEY,
  process TEXT NOT NULL,
  count INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_guard (reason TEXT NOT NULL) STRICT;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS crr_guard_stale
BEFORE INSERT ON crr_guard
WHEN new.reason = 'stale'
BEGIN
  SELECT RAISE(ABORT, 'drizzle-crr: stale');
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS crr_guard_forged
BEFORE INSERT ON crr_guard
WHEN new.reason = 'forged'
BEGIN
  SELECT RAISE(ABORT, 'drizzle-crr: forged');
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS crr_guard_copied
BEFORE INSERT ON crr_guard
WHEN new.reason = 'copied'
BEGIN
  SELECT RAISE(ABORT, 'drizzle-crr: copied');
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS crr_guard_forgotten
BEFORE INSERT ON crr_guard
WHEN new.reason = 'forgotten'
BEGIN
  SELECT RAISE(ABORT, 'drizzle-crr: forgotten');
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS crr_guard_incomplete
BEFORE INSERT ON crr_guard
WHEN new.reason = 'incomplete'
BEGIN
  SELECT RAISE(ABORT, 'drizzle-crr: incomplete');
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS crr_guard_unsettled
BEFORE INSERT ON crr_guard
WHEN new.reason = 'unsettled'
BEGIN
  SELECT RAISE(ABORT, 'drizzle-crr: unsettled');
END;
--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS crr_guard_deep
BEFORE INSERT ON crr_guard
WHEN new.reason = 'deep'
BEGIN
  SELECT RAISE(ABORT, 'drizzle-crr: deep');
END;
--> statement-breakpoint
DELETE FROM crr_former WHERE table_name = 'todos' AND cid = '-1';
--> statement-breakpoint
UPDATE crr_history
SET schema_version = schema_version + 1
WHERE NOT EXISTS (SELECT 1 FROM crr_table WHERE table_name = 'todos' AND spec = '{"name":"todos","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"title","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"done","sqlType":"integer","notNull":true,"default":"0","kind":{"type":"lww"}}]}');
--> statement-breakpoint
INSERT INTO crr_table (table_name, spec, former)
VALUES ('todos', '{"name":"todos","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"title","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"done","sqlType":"integer","notNull":true,"default":"0","kind":{"type":"lww"}}]}', '[]')
ON CONFLICT (table_name) DO UPDATE
SET
  spec = excluded.spec,
  former = CASE spec
    WHEN excluded.spec THEN former
    ELSE json_insert(former, '$[#]', spec)
  END;
--> statement-breakpoint
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
  "clock_done" TEXT,
  UNIQUE ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "todos__crr_clock_db_version" ON "todos__crr_clock" (db_version);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "todos__crr_merge" (
  "key_id" TEXT,
  causal_length DEFAULT 1,
  sentinel,
  row_version DEFAULT -1,
  row_site,
  row_seq,
  "value_title" TEXT, "version_title", "origin_title",
  "value_done" INTEGER, "version_done", "origin_done",
  pk,
  db_version,
  finding,
  row_id
);
--> statement-breakpoint
CREATE TRIGGER "todos__crr_on_insert"
AFTER INSERT ON "todos"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a new row, or one that replaces another */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 2;
  INSERT INTO "todos__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_title",
  "clock_done"
)
SELECT
  new."id",
  state.birth,
  state.db_version,
  1,
  state.site,
  state.seq - 1,
  CASE WHEN state.birth > 1 THEN '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2) END,
  NULL,
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
  "clock_title" = CASE "clock_title" WHEN '-9000000000000000' THEN NULL ELSE "clock_title" END,
  "clock_done" = CASE "clock_done" WHEN '-9000000000000000' THEN NULL ELSE "clock_done" END;
END;
--> statement-breakpoint
CREATE TRIGGER "todos__crr_on_update_done"
AFTER UPDATE OF "done" ON "todos"
WHEN
  old."done" IS NOT new."done" COLLATE BINARY
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
  (db_version, "clock_done") = (
    SELECT state.db_version, (CASE "clock_done" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_done" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
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
--> statement-breakpoint
CREATE TRIGGER "todos__crr_on_key"
AFTER UPDATE OF "id" ON "todos"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
BEGIN /* drizzle-crr 2: a changed key is a delete and a create */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 2;
  INSERT INTO "todos__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_title",
  "clock_done"
)
SELECT
  new."id",
  state.birth,
  state.db_version,
  0,
  state.site,
  state.seq - 1,
  '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_title" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_title" AS INTEGER), -(former.row_version = 0)) END + (old."title" IS NOT new."title" COLLATE BINARY),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_done" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_done" AS INTEGER), -(former.row_version = 0)) END + (old."done" IS NOT new."done" COLLATE BINARY)
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
  "clock_title" = excluded."clock_title",
  "clock_done" = excluded."clock_done";
  UPDATE crr_state SET seq = seq + 3;
  UPDATE "todos__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_title" = NULL,
  "clock_done" = NULL
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "todos__crr_on_delete"
AFTER DELETE ON "todos"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: the clock row stays as a tombstone */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 2;
  UPDATE "todos__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_title" = NULL,
  "clock_done" = NULL
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
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
  INSERT INTO crr_pending (source, table_name, pk, cid, val, col_version, causal_length, site, seq, db_version, size, number, key_1)
SELECT
  (SELECT source FROM crr_apply),
  'todos',
  new.pk,
  'done',
  new."value_done",
  ifnull(new."version_done", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_done", new.row_site || ':' || (new.row_seq + 1)) AS INTEGER),
  CAST(substr(ifnull(new."origin_done", new.row_site || ':' || (new.row_seq + 1)), instr(ifnull(new."origin_done", new.row_site || ':' || (new.row_seq + 1)), ':') + 1) AS INTEGER),
  new.db_version,
  9 + length(new.pk) + ifnull(length(CAST(new."value_done" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_done", new.row_version) >= 0
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
--> statement-breakpoint
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
  "clock_title" = NULL,
  "clock_done" = NULL
WHERE excluded.causal_length > causal_length;
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
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
  END,
  "clock_done" = CASE
    WHEN won.cell_1 THEN (ifnull(new."version_done", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_done", new.row_site || ':' || (new.row_seq + 1))
    WHEN new.causal_length > "todos__crr_clock".causal_length AND "todos__crr_clock".row_version + ifnull(CAST("todos__crr_clock"."clock_done" AS INTEGER), -("todos__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "todos__crr_clock"."clock_done"
  END
FROM (
  SELECT
    CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE clock.row_version END AS row_version,
    ifnull(new."version_title", new.row_version) >= 0 AND 2 * (ifnull(new."version_title", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_title" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_title") = typeof(base."title") THEN ifnull(new."value_title" > base."title" COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_title"), 1, 1)) > instr('nbtri', substr(typeof(base."title"), 1, 1)) END > 0 AS cell_0,
    ifnull(new."version_done", new.row_version) >= 0 AND 2 * (ifnull(new."version_done", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_done" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_done") = typeof(base."done") THEN ifnull(new."value_done" > base."done" COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_done"), 1, 1)) > instr('nbtri', substr(typeof(base."done"), 1, 1)) END > 0 AS cell_1
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
    OR won.cell_1
  );
  SELECT RAISE(IGNORE) WHERE changes() = 0;
  UPDATE "todos"
SET
  "title" = CASE
    WHEN ifnull(new."version_title", new.row_version) >= 0 AND crr_clock."clock_title" = (ifnull(new."version_title", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_title"
    ELSE "todos"."title"
  END,
  "done" = CASE
    WHEN ifnull(new."version_done", new.row_version) >= 0 AND crr_clock."clock_done" = (ifnull(new."version_done", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_done", new.row_site || ':' || (new.row_seq + 1))
    THEN new."value_done"
    ELSE "todos"."done"
  END
FROM "todos__crr_clock" AS crr_clock
WHERE
  "todos"."id" = new."key_id"
  AND crr_clock."key_id" = new."key_id";
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "todos" (
  "id",
  "title",
  "done"
)
SELECT
  new."key_id",
  new."value_title",
  CASE WHEN ifnull(new."version_done", new.row_version) >= 0 THEN new."value_done" ELSE 0 END
FROM "todos__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "todos" WHERE "id" = new."key_id");
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
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
  "clock_title",
  "clock_done"
)
VALUES (
  new."key_id",
  new.causal_length,
  new.db_version,
  0,
  new.row_site,
  new.row_seq,
  '@' || new.db_version || ':' || new.sentinel,
  CASE WHEN ifnull(new."version_title", new.row_version) >= 0 THEN ifnull(new."version_title", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 0)) END,
  CASE WHEN ifnull(new."version_done", new.row_version) >= 0 THEN ifnull(new."version_done", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_done", new.row_site || ':' || (new.row_seq + 1)) END
);
  INSERT INTO "todos" (
  "id",
  "title",
  "done"
)
VALUES (
  new."key_id",
  new."value_title",
  CASE WHEN ifnull(new."version_done", new.row_version) >= 0 THEN new."value_done" ELSE 0 END
)
ON CONFLICT ("id") DO UPDATE SET
  "title" = new."value_title",
  "done" = CASE WHEN ifnull(new."version_done", new.row_version) >= 0 THEN new."value_done" ELSE 0 END;
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
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
  "clock_title" = CASE WHEN new."version_title" IS NULL THEN "clock_title" ELSE (new."version_title" - row_version) || '@' || new.db_version || ':' || new."origin_title" END,
  "clock_done" = CASE WHEN new."version_done" IS NULL THEN "clock_done" ELSE (new."version_done" - row_version) || '@' || new.db_version || ':' || new."origin_done" END
WHERE row_id = new.row_id;
  UPDATE "todos"
SET
  "title" = CASE WHEN new."version_title" IS NULL THEN "title" ELSE new."value_title" END,
  "done" = CASE WHEN new."version_done" IS NULL THEN "done" ELSE new."value_done" END
WHERE "id" = new."key_id";
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
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
  "clock_title" = NULL,
  "clock_done" = NULL
WHERE row_id = new.row_id;
  UPDATE "todos"
SET
  "title" = new."value_title",
  "done" = new."value_done"
WHERE "id" = new."key_id";
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
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
  "clock_title",
  "clock_done"
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
  INSERT INTO "todos" (
  "id",
  "title",
  "done"
)
VALUES (
  new."key_id",
  new."value_title",
  new."value_done"
)
ON CONFLICT ("id") DO UPDATE SET
  "title" = new."value_title",
  "done" = new."value_done";
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
UPDATE crr_state
SET db_version = db_version + 1
WHERE EXISTS (SELECT 1 FROM "todos" AS base WHERE NOT EXISTS (
  SELECT 1 FROM "todos__crr_clock" AS clock
  WHERE clock."key_id" = base."id"
));
--> statement-breakpoint
INSERT INTO "todos__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_title",
  "clock_done"
)
SELECT
  base."id",
  (SELECT birth FROM crr_state),
  (SELECT db_version FROM crr_state),
  1,
  (SELECT site FROM crr_state),
  (base.rowid & 1048575) * 3 + 1,
  CASE WHEN (SELECT birth FROM crr_state) > 1 THEN '@' || (SELECT db_version FROM crr_state) || ':' || (SELECT site FROM crr_state) || ':' || ((base.rowid & 1048575) * 3) END,
  NULL,
  NULL
FROM "todos" AS base
WHERE true
ORDER BY base."id"
ON CONFLICT DO NOTHING;
--> statement-breakpoint
UPDATE crr_pending
SET reason = ''
WHERE reason IS NOT '';
