CREATE TABLE `todos` (
	`id` text PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`done` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
-- drizzle-crr commit_alter: todos: becomes a CRR
/* crr:state {"format":2,"set":[{"triggers":["todos__crr_on_insert","todos__crr_on_update_done","todos__crr_on_update_title","todos__crr_on_key","todos__crr_on_delete"],"text":"17296a059dc76f2d","base":null,"spec":{"name":"todos","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"title","sqlType":"text","notNull":true},{"name":"done","sqlType":"integer","notNull":true,"default":"0"}]}}],"drop":[]} */
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
INSERT INTO crr_table (table_name, spec, former)
VALUES ('todos', '{"name":"todos","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"title","sqlType":"text","notNull":true},{"name":"done","sqlType":"integer","notNull":true,"default":"0"}]}', '[]')
ON CONFLICT (table_name) DO UPDATE
SET
  spec = excluded.spec,
  former = json_insert(former, '$[#]', spec)
WHERE spec <> excluded.spec;
--> statement-breakpoint
UPDATE crr_history
SET schema_version = schema_version + 1
WHERE changes() > 0;
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
  max(1, former.row_version + ifnull(CAST(former."clock_title" AS INTEGER), -(former.row_version = 0))) + (old."title" IS NOT new."title" COLLATE BINARY),
  max(1, former.row_version + ifnull(CAST(former."clock_done" AS INTEGER), -(former.row_version = 0))) + (old."done" IS NOT new."done" COLLATE BINARY)
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
