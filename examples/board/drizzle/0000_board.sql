CREATE TABLE `boards` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `boards_name_unique` ON `boards` (`name`);
--> statement-breakpoint
CREATE TABLE `cards` (
	`id` text PRIMARY KEY NOT NULL,
	`list_id` text NOT NULL,
	`position` text NOT NULL,
	`title` text NOT NULL,
	`votes` integer DEFAULT 0 NOT NULL,
	`status` text,
	FOREIGN KEY (`list_id`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `cards_list` ON `cards` (`list_id`,`position`);
--> statement-breakpoint
CREATE TABLE `lists` (
	`id` text PRIMARY KEY NOT NULL,
	`board_id` text NOT NULL,
	`title` text NOT NULL,
	`position` text NOT NULL,
	FOREIGN KEY (`board_id`) REFERENCES `boards`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `lists_title` ON `lists` (`board_id`,`title`);
--> statement-breakpoint
-- drizzle-crr commit_alter: boards: becomes a CRR; cards: becomes a CRR; lists: becomes a CRR
/* crr:state {"format":2,"set":[{"triggers":["boards__crr_on_insert","boards__crr_on_update_name","boards__crr_on_key","boards__crr_on_delete","boards__crr_on_merge_early","boards__crr_on_merge_delete","boards__crr_on_merge","boards__crr_on_merge_fresh_cells","boards__crr_on_merge_newer_cells","boards__crr_on_merge_newer_row","boards__crr_on_merge_fresh_row","boards__crr_on_aside_insert","boards__crr_on_aside_delete","boards__crr_on_aside_key","boards__crr_on_aside_update_name","boards__crr_on_rival_insert","boards__crr_on_replaced_insert","boards__crr_on_rival_update","boards__crr_on_replaced_update","boards__crr_on_rank"],"text":"ca41585352627c49","base":null,"spec":{"name":"boards","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"name","sqlType":"text","notNull":true,"kind":{"type":"lww"}}],"constraints":{"references":[],"uniques":[{"name":"boards_name_unique","columns":["name"],"loser":{"shows":"suffix","column":"name"}}],"isCircular":false}}},{"triggers":["cards__crr_on_log","cards__crr_on_insert","cards__crr_on_update_title","cards__crr_on_update_position","cards__crr_on_update_list_id","cards__crr_on_show_votes","cards__crr_on_update_votes","cards__crr_on_update_status","cards__crr_on_key","cards__crr_on_delete","cards__crr_on_merge_early","cards__crr_on_merge_delete","cards__crr_on_merge","cards__crr_on_merge_fresh_cells","cards__crr_on_merge_newer_cells","cards__crr_on_merge_newer_row","cards__crr_on_merge_fresh_row","cards__crr_on_merge_cell","cards__crr_on_life","cards__crr_on_return","cards__crr_on_resume","cards__crr_on_resume_key","cards__crr_on_aside_insert","cards__crr_on_aside_delete","cards__crr_on_aside_key","cards__crr_on_guard_delete","cards__crr_on_guard_reference_0","cards__crr_on_pass"],"text":"a4b4ab6dfdc91639","base":null,"spec":{"name":"cards","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"list_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"position","sqlType":"text","notNull":true,"kind":{"type":"fractIndex","within":["list"]}},{"name":"title","sqlType":"text","notNull":true,"kind":{"type":"lwwByTime"}}],"cellColumns":[{"name":"votes","sqlType":"integer","notNull":true,"default":"0","kind":{"type":"counter"}},{"name":"status","sqlType":"text","kind":{"type":"mvr"}}],"constraints":{"references":[{"columns":["list_id"],"parent":"lists","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false},"history":true}},{"triggers":["lists__crr_on_log","lists__crr_on_insert","lists__crr_on_update_position","lists__crr_on_update_title","lists__crr_on_update_board_id","lists__crr_on_key","lists__crr_on_delete","lists__crr_on_merge_early","lists__crr_on_merge_delete","lists__crr_on_merge","lists__crr_on_merge_fresh_cells","lists__crr_on_merge_newer_cells","lists__crr_on_merge_newer_row","lists__crr_on_merge_fresh_row","lists__crr_on_aside_insert","lists__crr_on_aside_delete","lists__crr_on_aside_key","lists__crr_on_aside_update_title","lists__crr_on_rival_insert","lists__crr_on_replaced_insert","lists__crr_on_rival_update","lists__crr_on_replaced_update","lists__crr_on_guard_delete","lists__crr_on_guard_reference_0","lists__crr_on_pass","lists__crr_on_rank"],"text":"5cb827000db1e3d5","base":null,"spec":{"name":"lists","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"board_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"title","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"position","sqlType":"text","notNull":true,"kind":{"type":"fractIndex","within":["board"]}}],"constraints":{"references":[{"columns":["board_id"],"parent":"boards","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[{"name":"lists_title","columns":["board_id","title"],"loser":{"shows":"suffix","column":"title"}}],"isCircular":false},"history":true}}],"drop":[]} */
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
DELETE FROM crr_former WHERE table_name = 'boards' AND cid = '-1';
--> statement-breakpoint
UPDATE crr_history
SET schema_version = schema_version + 1
WHERE NOT EXISTS (SELECT 1 FROM crr_table WHERE table_name = 'boards' AND spec = '{"name":"boards","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"name","sqlType":"text","notNull":true,"kind":{"type":"lww"}}],"constraints":{"references":[],"uniques":[{"name":"boards_name_unique","columns":["name"],"loser":{"shows":"suffix","column":"name"}}],"isCircular":false}}');
--> statement-breakpoint
INSERT INTO crr_table (table_name, spec, former)
VALUES ('boards', '{"name":"boards","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"name","sqlType":"text","notNull":true,"kind":{"type":"lww"}}],"constraints":{"references":[],"uniques":[{"name":"boards_name_unique","columns":["name"],"loser":{"shows":"suffix","column":"name"}}],"isCircular":false}}', '[]')
ON CONFLICT (table_name) DO UPDATE
SET
  spec = excluded.spec,
  former = CASE spec
    WHEN excluded.spec THEN former
    ELSE json_insert(former, '$[#]', spec)
  END;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "boards__crr_clock" (
  row_id INTEGER PRIMARY KEY,
  "key_id" TEXT NOT NULL,
  causal_length INTEGER,
  db_version INTEGER,
  row_version INTEGER,
  row_db_version INTEGER,
  row_site INTEGER,
  row_seq INTEGER,
  sentinel TEXT,
  "clock_name" TEXT,
  UNIQUE ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "boards__crr_clock_db_version" ON "boards__crr_clock" (db_version);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "boards__crr_merge" (
  "key_id" TEXT,
  causal_length DEFAULT 1,
  sentinel,
  row_version DEFAULT -1,
  row_site,
  row_seq,
  "value_name" TEXT, "version_name", "origin_name",
  pk,
  db_version,
  finding,
  row_id
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_settling (
  id INTEGER PRIMARY KEY,
  settled INTEGER,
  moved_in INTEGER,
  parks INTEGER
);
--> statement-breakpoint
INSERT OR IGNORE INTO crr_settling (id, settled, moved_in, parks) VALUES (1, -1, 0, 0);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_pass (pass INTEGER PRIMARY KEY);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "boards__crr_aside" (
  "key_id" TEXT NOT NULL,
  "value_name" TEXT,
  state TEXT,
  "mask_name" INTEGER,
  lost_0 INTEGER,
  taken INTEGER,
  was TEXT,
  was_masked TEXT,
  pass INTEGER,
  error TEXT,
  PRIMARY KEY ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "boards__crr_aside_state" ON "boards__crr_aside" (state);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "boards__crr_aside_pass" ON "boards__crr_aside" (pass);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "boards__crr_aside_unique_0" ON "boards__crr_aside" ("value_name");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "boards__crr_aside_lost_0" ON "boards__crr_aside" (lost_0);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "boards__crr_rank" (
  "key_id" TEXT
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "boards__crr_rival" (
  "key_id" TEXT NOT NULL,
  PRIMARY KEY ("key_id")
);
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_insert"
AFTER INSERT ON "boards"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a new row, or one that replaces another */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 1;
  INSERT INTO "boards__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_name"
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
  "clock_name" = CASE "clock_name" WHEN '-9000000000000000' THEN NULL ELSE "clock_name" END;
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_update_name"
AFTER UPDATE OF "name" ON "boards"
WHEN
  old."name" IS NOT new."name" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "boards__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_name") = (
    SELECT state.db_version, (CASE "clock_name" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_name" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_key"
AFTER UPDATE OF "id" ON "boards"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
BEGIN /* drizzle-crr 2: a changed key is a delete and a create */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 1;
  INSERT INTO "boards__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_name"
)
SELECT
  new."id",
  state.birth,
  state.db_version,
  0,
  state.site,
  state.seq - 0,
  '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_name" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_name" AS INTEGER), -(former.row_version = 0)) END + (old."name" IS NOT new."name" COLLATE BINARY)
FROM crr_state AS state, "boards__crr_clock" AS former
WHERE former."key_id" = old."id"
ON CONFLICT ("key_id") DO UPDATE SET
  causal_length = max(causal_length + 1 + causal_length % 2, excluded.causal_length),
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = NULL,
  row_site = excluded.row_site,
  row_seq = excluded.row_seq,
  sentinel = excluded.sentinel,
  "clock_name" = excluded."clock_name";
  UPDATE crr_state SET seq = seq + 2;
  UPDATE "boards__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_name" = NULL
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_delete"
AFTER DELETE ON "boards"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: the clock row stays as a tombstone */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 1;
  UPDATE "boards__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_name" = NULL
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_merge_early"
BEFORE INSERT ON "boards__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND NOT (ifnull(new."version_name", new.row_version) >= 0 OR (
      EXISTS (
        SELECT 1 FROM "boards" AS base
        WHERE base."id" = new."key_id"
      )
      OR EXISTS (
        SELECT 1 FROM "boards__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = new."key_id"
      )
    ))
BEGIN /* drizzle-crr 2: a row that lacks a NOT NULL cell waits */
  INSERT INTO crr_pending (source, table_name, pk, cid, val, col_version, causal_length, site, seq, db_version, size, number, key_1)
SELECT
  (SELECT source FROM crr_apply),
  'boards',
  new.pk,
  '-1',
  NULL,
  new.causal_length,
  new.causal_length,
  CAST(new.sentinel AS INTEGER),
  CAST(substr(new.sentinel, instr(new.sentinel, ':') + 1) AS INTEGER),
  new.db_version,
  8 + length(new.pk) + ifnull(length(CAST(NULL AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  new.sentinel IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "boards__crr_clock"
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
  'boards',
  new.pk,
  'name',
  new."value_name",
  ifnull(new."version_name", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_name", new.row_site || ':' || (new.row_seq + 0)) AS INTEGER),
  CAST(substr(ifnull(new."origin_name", new.row_site || ':' || (new.row_seq + 0)), instr(ifnull(new."origin_name", new.row_site || ':' || (new.row_seq + 0)), ':') + 1) AS INTEGER),
  new.db_version,
  10 + length(new.pk) + ifnull(length(CAST(new."value_name" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_name", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "boards__crr_clock"
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
CREATE TRIGGER "boards__crr_on_merge_delete"
BEFORE INSERT ON "boards__crr_merge"
WHEN
  new.causal_length % 2 = 0
BEGIN /* drizzle-crr 2: a delete */
  INSERT INTO "boards__crr_clock" ("key_id", causal_length, db_version, row_version, sentinel)
VALUES (new."key_id", new.causal_length, new.db_version, 0, '@' || new.db_version || ':' || new.sentinel)
ON CONFLICT ("key_id") DO UPDATE SET
  causal_length = excluded.causal_length,
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = CASE WHEN causal_length % 2 = 1 THEN excluded.db_version END,
  row_site = NULL,
  row_seq = NULL,
  sentinel = excluded.sentinel,
  "clock_name" = NULL
WHERE excluded.causal_length > causal_length;
  DELETE FROM "boards"
WHERE
  "id" = new."key_id"
  AND EXISTS (
    SELECT 1 FROM "boards__crr_clock"
    WHERE
      "key_id" = new."key_id"
      AND causal_length = new.causal_length
  );
  DELETE FROM "boards__crr_aside"
WHERE
  "key_id" = new."key_id"
  AND EXISTS (
    SELECT 1 FROM "boards__crr_clock"
    WHERE
      "key_id" = new."key_id"
      AND causal_length = new.causal_length
  );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_merge"
BEFORE INSERT ON "boards__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND (ifnull(new."version_name", new.row_version) >= 0 OR (
      EXISTS (
        SELECT 1 FROM "boards" AS base
        WHERE base."id" = new."key_id"
      )
      OR EXISTS (
        SELECT 1 FROM "boards__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = new."key_id"
      )
    ))
  AND EXISTS (SELECT 1 FROM "boards__crr_clock" WHERE "key_id" = new."key_id")
BEGIN /* drizzle-crr 2: the general case */
  UPDATE "boards__crr_clock"
SET
  causal_length = new.causal_length,
  db_version = new.db_version,
  row_version = won.row_version,
  row_db_version = CASE WHEN "boards__crr_clock".causal_length % 2 = 1 THEN ifnull("boards__crr_clock".row_db_version, nullif("boards__crr_clock".db_version, new.db_version)) END,
  sentinel = CASE WHEN new.causal_length > "boards__crr_clock".causal_length THEN '@' || new.db_version || ':' || new.sentinel ELSE "boards__crr_clock".sentinel END,
  "clock_name" = CASE
    WHEN won.cell_0 THEN (ifnull(new."version_name", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_name", new.row_site || ':' || (new.row_seq + 0))
    WHEN new.causal_length > "boards__crr_clock".causal_length AND "boards__crr_clock".row_version + ifnull(CAST("boards__crr_clock"."clock_name" AS INTEGER), -("boards__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "boards__crr_clock"."clock_name"
  END
FROM (
  SELECT
    CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE clock.row_version END AS row_version,
    ifnull(new."version_name", new.row_version) >= 0 AND 2 * (ifnull(new."version_name", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_name" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_name") = typeof(CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_name" THEN crr_aside."value_name" ELSE base."name" END) THEN ifnull(new."value_name" > CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_name" THEN crr_aside."value_name" ELSE base."name" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_name"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_name" THEN crr_aside."value_name" ELSE base."name" END), 1, 1)) END > 0 AS cell_0
  FROM "boards__crr_clock" AS clock
  LEFT JOIN "boards" AS base ON base."id" = new."key_id"
  LEFT JOIN "boards__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
  WHERE
    clock."key_id" = new."key_id"
    AND (
        new.causal_length > clock.causal_length
        OR (new.causal_length = clock.causal_length AND (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL))
      )
  LIMIT 1
) AS won
WHERE
  "boards__crr_clock"."key_id" = new."key_id"
  AND (
    new.causal_length > "boards__crr_clock".causal_length
    OR won.cell_0
  );
  SELECT RAISE(IGNORE) WHERE changes() = 0;
  UPDATE OR IGNORE "boards"
SET
  "name" = CASE
    WHEN ifnull(new."version_name", new.row_version) >= 0 AND crr_clock."clock_name" = (ifnull(new."version_name", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_name", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_name"
    ELSE "boards"."name"
  END
FROM "boards__crr_clock" AS crr_clock
WHERE
  "boards"."id" = new."key_id"
  AND crr_clock."key_id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "boards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "boards__crr_aside" (
  "key_id",
  "value_name",
  state
)
SELECT
  new."key_id",
  CASE
    WHEN ifnull(new."version_name", new.row_version) >= 0 AND crr_clock."clock_name" = (ifnull(new."version_name", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_name", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_name"
    ELSE CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_name" THEN crr_aside."value_name" ELSE base."name" END
  END,
  'open'
FROM "boards__crr_clock" AS crr_clock
LEFT JOIN "boards" AS base ON base."id" = new."key_id"
LEFT JOIN "boards__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  crr_clock."key_id" = new."key_id"
  AND (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_name" = excluded."value_name",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  INSERT INTO "boards" (
  "id",
  "name"
)
SELECT
  new."key_id",
  new."value_name"
FROM "boards__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "boards" WHERE "id" = new."key_id")
  AND NOT EXISTS (
      SELECT 1 FROM "boards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    )
  AND (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "boards__crr_aside" (
  "key_id",
  "value_name",
  state,
  was
)
SELECT
  new."key_id",
  new."value_name",
  'open',
  'new'
FROM "boards__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "boards" WHERE "id" = new."key_id")
  AND NOT EXISTS (
      SELECT 1 FROM "boards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_merge_fresh_cells"
BEFORE INSERT ON "boards__crr_merge"
WHEN
  new.row_version < 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND (ifnull(new."version_name", new.row_version) >= 0 OR (
            EXISTS (
              SELECT 1 FROM "boards" AS base
              WHERE base."id" = new."key_id"
            )
            OR EXISTS (
              SELECT 1 FROM "boards__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = new."key_id"
            )
          ))
        AND NOT EXISTS (SELECT 1 FROM "boards__crr_clock" WHERE "key_id" = new."key_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row, by its cells */
  INSERT INTO "boards__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_name"
)
VALUES (
  new."key_id",
  new.causal_length,
  new.db_version,
  0,
  new.row_site,
  new.row_seq,
  '@' || new.db_version || ':' || new.sentinel,
  CASE WHEN ifnull(new."version_name", new.row_version) >= 0 THEN ifnull(new."version_name", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_name", new.row_site || ':' || (new.row_seq + 0)) END
);
  INSERT INTO "boards" (
  "id",
  "name"
)
SELECT
  new."key_id",
  new."value_name"
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "boards__crr_aside" (
  "key_id",
  "value_name",
  state,
  was
)
VALUES (
  new."key_id",
  new."value_name",
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_merge_newer_cells"
BEFORE INSERT ON "boards__crr_merge"
WHEN
  new.row_version < 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: newer cells */
  UPDATE "boards__crr_clock"
SET
  row_db_version = ifnull(row_db_version, nullif(db_version, new.db_version)),
  db_version = new.db_version,
  "clock_name" = CASE WHEN new."version_name" IS NULL THEN "clock_name" ELSE (new."version_name" - row_version) || '@' || new.db_version || ':' || new."origin_name" END
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "boards"
SET
  "name" = CASE WHEN new."version_name" IS NULL THEN "boards"."name" ELSE new."value_name" END
WHERE
  "boards"."id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "boards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "boards__crr_aside" (
  "key_id",
  "value_name",
  state
)
SELECT
  new."key_id",
  CASE WHEN new."version_name" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_name" THEN crr_aside."value_name" ELSE base."name" END ELSE new."value_name" END,
  'open'
FROM (SELECT 1)
LEFT JOIN "boards" AS base ON base."id" = new."key_id"
LEFT JOIN "boards__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_name" = excluded."value_name",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_merge_newer_row"
BEFORE INSERT ON "boards__crr_merge"
WHEN
  new.row_version > 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: a newer row */
  UPDATE "boards__crr_clock"
SET
  row_db_version = new.db_version,
  row_version = new.row_version,
  row_site = new.row_site,
  row_seq = new.row_seq,
  db_version = new.db_version,
  "clock_name" = NULL
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "boards"
SET
  "name" = new."value_name"
WHERE
  "boards"."id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "boards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "boards__crr_aside" (
  "key_id",
  "value_name",
  state
)
SELECT
  new."key_id",
  new."value_name",
  'open'
FROM (SELECT 1)
LEFT JOIN "boards" AS base ON base."id" = new."key_id"
LEFT JOIN "boards__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_name" = excluded."value_name",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_merge_fresh_row"
BEFORE INSERT ON "boards__crr_merge"
WHEN
  new.row_version > 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND NOT EXISTS (SELECT 1 FROM "boards__crr_clock" WHERE "key_id" = new."key_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row */
  INSERT INTO "boards__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_name"
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
  INSERT INTO "boards" (
  "id",
  "name"
)
SELECT
  new."key_id",
  new."value_name"
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "boards__crr_aside" (
  "key_id",
  "value_name",
  state,
  was
)
VALUES (
  new."key_id",
  new."value_name",
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_aside_insert"
AFTER INSERT ON "boards"
WHEN
  EXISTS (
    SELECT 1 FROM "boards__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = new."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted again is parked no more */
  DELETE FROM "boards__crr_aside" WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_aside_delete"
AFTER DELETE ON "boards"
WHEN
  EXISTS (
    SELECT 1 FROM "boards__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = old."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: masks go with their row */
  DELETE FROM "boards__crr_aside" WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_aside_key"
AFTER UPDATE OF "id" ON "boards"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
  AND (EXISTS (
      SELECT 1 FROM "boards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    ) OR EXISTS (
      SELECT 1 FROM "boards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    ))
BEGIN /* drizzle-crr 2: masks move with their row */
  DELETE FROM "boards__crr_aside" WHERE "key_id" = new."id";
  UPDATE "boards__crr_aside"
SET "key_id" = new."id"
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_aside_update_name"
AFTER UPDATE OF "name" ON "boards"
WHEN
  old."name" IS NOT new."name" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND (EXISTS (
      SELECT 1 FROM "boards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    ) OR EXISTS (
      SELECT 1 FROM "boards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    ))
BEGIN /* drizzle-crr 2: a cell that is written is masked no more */
  UPDATE "boards__crr_aside"
  SET "mask_name" = NULL
  WHERE (
    "key_id" = old."id"
    OR "key_id" = new."id"
  );
  DELETE FROM "boards__crr_aside"
  WHERE
    (
      "key_id" = old."id"
      OR "key_id" = new."id"
    )
    AND state IS NULL
    AND NOT (ifnull("boards__crr_aside"."mask_name", 0));
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_rival_insert"
BEFORE INSERT ON "boards"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND EXISTS (
      SELECT 1 FROM "boards" AS rival
      WHERE
        rival."id" <> new."id"
        AND (
            new."name" IS NOT NULL AND rival."name" = new."name"
          )
    )
BEGIN /* drizzle-crr 2: rows that OR REPLACE may delete */
  DELETE FROM "boards__crr_rival"
WHERE NOT EXISTS (
  SELECT 1 FROM "boards__crr_rival" AS noted
  CROSS JOIN "boards__crr_clock" ON noted."key_id" = "boards__crr_clock"."key_id"
  WHERE
    "boards__crr_clock".causal_length % 2 = 1
    AND NOT EXISTS (
        SELECT 1 FROM "boards" AS base
        WHERE "boards__crr_clock"."key_id" = base."id"
      )
      AND NOT EXISTS (
          SELECT 1 FROM "boards__crr_aside" AS beside
          WHERE beside."key_id" = "boards__crr_clock"."key_id" AND beside.state IS NOT NULL
        )
);
  INSERT OR IGNORE INTO "boards__crr_rival" ("key_id")
SELECT rival."id"
FROM "boards" AS rival
WHERE
  rival."id" <> new."id"
  AND (
      new."name" IS NOT NULL AND rival."name" = new."name"
    );
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_replaced_insert"
AFTER INSERT ON "boards"
WHEN
  EXISTS (
    SELECT 1 FROM "boards__crr_rival" AS noted
    CROSS JOIN "boards__crr_clock" ON noted."key_id" = "boards__crr_clock"."key_id"
    WHERE
      "boards__crr_clock".causal_length % 2 = 1
      AND NOT EXISTS (
          SELECT 1 FROM "boards" AS base
          WHERE "boards__crr_clock"."key_id" = base."id"
        )
        AND NOT EXISTS (
            SELECT 1 FROM "boards__crr_aside" AS beside
            WHERE beside."key_id" = "boards__crr_clock"."key_id" AND beside.state IS NOT NULL
          )
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: rows that OR REPLACE has deleted */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 1;
  UPDATE "boards__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_name" = NULL
WHERE causal_length % 2 = 1
AND "boards__crr_clock".row_id IN (
    SELECT "boards__crr_clock".row_id
    FROM "boards__crr_rival" AS noted
    CROSS JOIN "boards__crr_clock" ON noted."key_id" = "boards__crr_clock"."key_id"
  )
  AND NOT EXISTS (
      SELECT 1 FROM "boards" AS base
      WHERE "boards__crr_clock"."key_id" = base."id"
    )
    AND NOT EXISTS (
        SELECT 1 FROM "boards__crr_aside" AS beside
        WHERE beside."key_id" = "boards__crr_clock"."key_id" AND beside.state IS NOT NULL
      );
  DELETE FROM "boards__crr_aside"
WHERE
  state IS NULL
  AND "boards__crr_aside".rowid IN (
      SELECT "boards__crr_aside".rowid
      FROM "boards__crr_rival" AS noted
      CROSS JOIN "boards__crr_aside" ON noted."key_id" = "boards__crr_aside"."key_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "boards" AS base
      WHERE "boards__crr_aside"."key_id" = base."id"
    );
  DELETE FROM "boards__crr_rival"
WHERE
  NOT EXISTS (
    SELECT 1 FROM "boards" AS base
    WHERE "boards__crr_rival"."key_id" = base."id"
  );
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_rival_update"
BEFORE UPDATE OF "name" ON "boards"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND EXISTS (
      SELECT 1 FROM "boards" AS rival
      WHERE
        rival."id" <> old."id"
        AND (
            new."name" IS NOT NULL AND rival."name" = new."name"
          )
    )
BEGIN /* drizzle-crr 2: rows that OR REPLACE may delete */
  DELETE FROM "boards__crr_rival"
WHERE NOT EXISTS (
  SELECT 1 FROM "boards__crr_rival" AS noted
  CROSS JOIN "boards__crr_clock" ON noted."key_id" = "boards__crr_clock"."key_id"
  WHERE
    "boards__crr_clock".causal_length % 2 = 1
    AND NOT EXISTS (
        SELECT 1 FROM "boards" AS base
        WHERE "boards__crr_clock"."key_id" = base."id"
      )
      AND NOT EXISTS (
          SELECT 1 FROM "boards__crr_aside" AS beside
          WHERE beside."key_id" = "boards__crr_clock"."key_id" AND beside.state IS NOT NULL
        )
);
  INSERT OR IGNORE INTO "boards__crr_rival" ("key_id")
SELECT rival."id"
FROM "boards" AS rival
WHERE
  rival."id" <> old."id"
  AND (
      new."name" IS NOT NULL AND rival."name" = new."name"
    );
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_replaced_update"
AFTER UPDATE OF "name" ON "boards"
WHEN
  EXISTS (
    SELECT 1 FROM "boards__crr_rival" AS noted
    CROSS JOIN "boards__crr_clock" ON noted."key_id" = "boards__crr_clock"."key_id"
    WHERE
      "boards__crr_clock".causal_length % 2 = 1
      AND NOT ("boards__crr_clock"."key_id" = old."id")
      AND NOT EXISTS (
          SELECT 1 FROM "boards" AS base
          WHERE "boards__crr_clock"."key_id" = base."id"
        )
        AND NOT EXISTS (
            SELECT 1 FROM "boards__crr_aside" AS beside
            WHERE beside."key_id" = "boards__crr_clock"."key_id" AND beside.state IS NOT NULL
          )
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: rows that OR REPLACE has deleted */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 1;
  UPDATE "boards__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_name" = NULL
WHERE causal_length % 2 = 1
AND NOT ("boards__crr_clock"."key_id" = old."id")
  AND "boards__crr_clock".row_id IN (
      SELECT "boards__crr_clock".row_id
      FROM "boards__crr_rival" AS noted
      CROSS JOIN "boards__crr_clock" ON noted."key_id" = "boards__crr_clock"."key_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "boards" AS base
      WHERE "boards__crr_clock"."key_id" = base."id"
    )
    AND NOT EXISTS (
        SELECT 1 FROM "boards__crr_aside" AS beside
        WHERE beside."key_id" = "boards__crr_clock"."key_id" AND beside.state IS NOT NULL
      );
  DELETE FROM "boards__crr_aside"
WHERE
  state IS NULL
  AND "boards__crr_aside".rowid IN (
      SELECT "boards__crr_aside".rowid
      FROM "boards__crr_rival" AS noted
      CROSS JOIN "boards__crr_aside" ON noted."key_id" = "boards__crr_aside"."key_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "boards" AS base
      WHERE "boards__crr_aside"."key_id" = base."id"
    );
  DELETE FROM "boards__crr_rival"
WHERE
  NOT EXISTS (
    SELECT 1 FROM "boards" AS base
    WHERE "boards__crr_rival"."key_id" = base."id"
  );
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_rank"
BEFORE INSERT ON "boards__crr_rank"
BEGIN /* drizzle-crr 2: whether the row has its unique values */
  UPDATE "boards__crr_aside"
  SET
    lost_0 = coalesce(
      (
        SELECT ifnull(clock.row_id, -1)
        FROM "boards" AS rival
        LEFT JOIN "boards__crr_clock" AS clock ON clock."key_id" = rival."id"
        WHERE
          rival."name" = "boards__crr_aside"."value_name"
          AND rival."id" < "boards__crr_aside"."key_id"
          AND NOT EXISTS (
              SELECT 1 FROM "boards__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = rival."id"
            )
        LIMIT 1
      ),
      (
        SELECT ifnull(clock.row_id, -1)
        FROM "boards__crr_aside" AS rival
        LEFT JOIN "boards__crr_clock" AS clock ON clock."key_id" = rival."key_id"
        WHERE
          rival."value_name" = "boards__crr_aside"."value_name"
          AND rival."key_id" < "boards__crr_aside"."key_id"
          AND +rival.state = 'open' AND rival.lost_0 IS NULL
        LIMIT 1
      )
    )
  WHERE
    "boards__crr_aside"."key_id" = new."key_id"
    AND state = 'open' AND lost_0 IS NULL
    AND "boards__crr_aside"."value_name" IS NOT NULL;
  UPDATE "boards__crr_aside"
  SET
    taken = coalesce(
      CASE WHEN lost_0 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "boards" AS rival
        LEFT JOIN "boards__crr_clock" AS clock ON clock."key_id" = rival."id"
        WHERE
          rival."name" = "boards__crr_aside"."value_name" || '~' || replace(replace("boards__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."id" <> "boards__crr_aside"."key_id"
          AND NOT EXISTS (
              SELECT 1 FROM "boards__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = rival."id"
            )
        LIMIT 1
      ) END,
      CASE WHEN lost_0 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "boards__crr_aside" AS rival
        LEFT JOIN "boards__crr_clock" AS clock ON clock."key_id" = rival."key_id"
        WHERE
          rival."value_name" = "boards__crr_aside"."value_name" || '~' || replace(replace("boards__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."key_id" <> "boards__crr_aside"."key_id"
          AND +rival.state IN ('open', 'unique')
        LIMIT 1
      ) END,
      NULL
    )
  WHERE
    "boards__crr_aside"."key_id" = new."key_id"
    AND state = 'open'
    AND (lost_0 IS NOT NULL);
  UPDATE "boards__crr_aside"
  SET
    state = 'unique',
    pass = (SELECT moved_in FROM crr_settling)
  WHERE
    "boards__crr_aside"."key_id" = new."key_id"
    AND state = 'open'
    AND (lost_0 IS NOT NULL)
    AND (
      taken IS NOT NULL
    );
  INSERT INTO "boards__crr_aside" (
    "key_id",
    "value_name",
    state,
    lost_0,
    pass
  )
  SELECT
    base."id",
    base."name",
    'open',
    ifnull((SELECT row_id FROM "boards__crr_clock" WHERE "key_id" = new."key_id"), -1),
    (SELECT moved_in FROM crr_settling)
  FROM "boards__crr_aside" AS winner
  CROSS JOIN "boards" AS base
    ON base."name" = winner."value_name"
  WHERE
    winner."key_id" = new."key_id"
    AND winner.state = 'open' AND winner.lost_0 IS NULL
    AND base."id" <> winner."key_id"
    AND NOT EXISTS (
        SELECT 1 FROM "boards__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = base."id"
      );
  UPDATE "boards__crr_aside"
  SET
    state = 'open',
    lost_0 = ifnull((SELECT row_id FROM "boards__crr_clock" WHERE "key_id" = new."key_id"), -1),
    pass = (SELECT moved_in FROM crr_settling)
  FROM "boards__crr_aside" AS winner
  WHERE
    winner."key_id" = new."key_id"
    AND winner.state = 'open' AND winner.lost_0 IS NULL
    AND "boards__crr_aside"."value_name" = winner."value_name"
    AND "boards__crr_aside"."key_id" > winner."key_id"
    AND +"boards__crr_aside".state = 'open' AND "boards__crr_aside".lost_0 IS NULL;
  UPDATE "boards__crr_aside"
  SET
    taken = coalesce(
      CASE WHEN lost_0 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "boards" AS rival
        LEFT JOIN "boards__crr_clock" AS clock ON clock."key_id" = rival."id"
        WHERE
          rival."name" = "boards__crr_aside"."value_name" || '~' || replace(replace("boards__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."id" <> "boards__crr_aside"."key_id"
          AND NOT EXISTS (
              SELECT 1 FROM "boards__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = rival."id"
            )
        LIMIT 1
      ) END,
      CASE WHEN lost_0 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "boards__crr_aside" AS rival
        LEFT JOIN "boards__crr_clock" AS clock ON clock."key_id" = rival."key_id"
        WHERE
          rival."value_name" = "boards__crr_aside"."value_name" || '~' || replace(replace("boards__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."key_id" <> "boards__crr_aside"."key_id"
          AND +rival.state IN ('open', 'unique')
        LIMIT 1
      ) END,
      NULL
    )
  WHERE
    lost_0 = ifnull((SELECT row_id FROM "boards__crr_clock" WHERE "key_id" = new."key_id"), -1)
    AND +state = 'open';
  UPDATE "boards__crr_aside"
  SET
    state = 'unique',
    pass = (SELECT moved_in FROM crr_settling)
  WHERE
    lost_0 = ifnull((SELECT row_id FROM "boards__crr_clock" WHERE "key_id" = new."key_id"), -1)
    AND +state = 'open'
    AND (
      taken IS NOT NULL
    );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
UPDATE crr_state
SET db_version = db_version + 1
WHERE EXISTS (SELECT 1 FROM "boards" AS base WHERE NOT EXISTS (
  SELECT 1 FROM "boards__crr_clock" AS clock
  WHERE clock."key_id" = base."id"
));
--> statement-breakpoint
INSERT INTO "boards__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_name"
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
FROM "boards" AS base
WHERE true
ORDER BY base."id"
ON CONFLICT DO NOTHING;
--> statement-breakpoint
DELETE FROM crr_former WHERE table_name = 'cards' AND cid = '-1';
--> statement-breakpoint
UPDATE crr_history
SET schema_version = schema_version + 1
WHERE NOT EXISTS (SELECT 1 FROM crr_table WHERE table_name = 'cards' AND spec = '{"name":"cards","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"list_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"position","sqlType":"text","notNull":true,"kind":{"type":"fractIndex","within":["list"]}},{"name":"title","sqlType":"text","notNull":true,"kind":{"type":"lwwByTime"}}],"cellColumns":[{"name":"votes","sqlType":"integer","notNull":true,"default":"0","kind":{"type":"counter"}},{"name":"status","sqlType":"text","kind":{"type":"mvr"}}],"constraints":{"references":[{"columns":["list_id"],"parent":"lists","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false},"history":true}');
--> statement-breakpoint
INSERT INTO crr_table (table_name, spec, former)
VALUES ('cards', '{"name":"cards","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"list_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"position","sqlType":"text","notNull":true,"kind":{"type":"fractIndex","within":["list"]}},{"name":"title","sqlType":"text","notNull":true,"kind":{"type":"lwwByTime"}}],"cellColumns":[{"name":"votes","sqlType":"integer","notNull":true,"default":"0","kind":{"type":"counter"}},{"name":"status","sqlType":"text","kind":{"type":"mvr"}}],"constraints":{"references":[{"columns":["list_id"],"parent":"lists","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false},"history":true}', '[]')
ON CONFLICT (table_name) DO UPDATE
SET
  spec = excluded.spec,
  former = CASE spec
    WHEN excluded.spec THEN former
    ELSE json_insert(former, '$[#]', spec)
  END;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "cards__crr_clock" (
  row_id INTEGER PRIMARY KEY,
  "key_id" TEXT NOT NULL,
  causal_length INTEGER,
  db_version INTEGER,
  row_version INTEGER,
  row_db_version INTEGER,
  row_site INTEGER,
  row_seq INTEGER,
  sentinel TEXT,
  "clock_list_id" TEXT,
  "clock_position" TEXT,
  "clock_title" TEXT,
  UNIQUE ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "cards__crr_clock_db_version" ON "cards__crr_clock" (db_version);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "cards__crr_merge" (
  "key_id" TEXT,
  causal_length DEFAULT 1,
  sentinel,
  row_version DEFAULT -1,
  row_site,
  row_seq,
  "value_list_id" TEXT, "version_list_id", "origin_list_id",
  "value_position" TEXT, "version_position", "origin_position",
  "value_title" TEXT, "version_title", "origin_title",
  pk,
  db_version,
  finding,
  row_id
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "cards__crr_cell" (
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
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "cards__crr_cell_db_version" ON "cards__crr_cell" (db_version);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "cards__crr_cell_merge" (
  "key_id" TEXT,
  causal_length,
  column_name,
  site,
  version,
  value,
  seq,
  pk
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "cards__crr_log" (
  id INTEGER PRIMARY KEY,
  "key_id" TEXT,
  arrived INTEGER,
  site INTEGER,
  db_version INTEGER,
  seq INTEGER,
  time INTEGER,
  arrived_at INTEGER,
  causal_length INTEGER,
  row_version INTEGER,
  parents TEXT,
  others TEXT,
  "version_list_id" INTEGER,
  "value_list_id",
  "version_position" INTEGER,
  "value_position",
  "version_title" INTEGER,
  "value_title",
  "version_votes" INTEGER,
  "value_votes",
  "version_status" INTEGER,
  "value_status"
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "cards__crr_log_key" ON "cards__crr_log" ("key_id", arrived);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "cards__crr_head" (
  event INTEGER,
  column_name TEXT,
  head INTEGER,
  UNIQUE (event, column_name, head)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_settling (
  id INTEGER PRIMARY KEY,
  settled INTEGER,
  moved_in INTEGER,
  parks INTEGER
);
--> statement-breakpoint
INSERT OR IGNORE INTO crr_settling (id, settled, moved_in, parks) VALUES (1, -1, 0, 0);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_pass (pass INTEGER PRIMARY KEY);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "cards__crr_aside" (
  "key_id" TEXT NOT NULL,
  "value_list_id" TEXT,
  "value_position" TEXT,
  "value_title" TEXT,
  state TEXT,
  taken INTEGER,
  was TEXT,
  was_masked TEXT,
  pass INTEGER,
  error TEXT,
  PRIMARY KEY ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "cards__crr_aside_state" ON "cards__crr_aside" (state);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "cards__crr_aside_pass" ON "cards__crr_aside" (pass);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "cards__crr_aside_reference_0" ON "cards__crr_aside" ("value_list_id");
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_log"
AFTER UPDATE OF "list_id", "position", "title", "votes", "status" ON "cards"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
  AND (
              old."list_id" IS NOT new."list_id" COLLATE BINARY
              OR old."position" IS NOT new."position" COLLATE BINARY
              OR old."title" IS NOT new."title" COLLATE BINARY
              OR old."votes" IS NOT new."votes" COLLATE BINARY
              OR (
                  old."status" IS NOT new."status" COLLATE BINARY
                  OR EXISTS (
                    SELECT 1 FROM "cards__crr_cell" AS x
                    WHERE x."key_id" = new."id" AND x.column_name = 'status' AND x.site = (SELECT site FROM crr_state) AND NOT EXISTS (
                      SELECT 1 FROM "cards__crr_log" AS last
                      WHERE last."key_id" = new."id" AND last.arrived >= x.db_version AND (last.arrived > x.db_version OR last.seq >= x.seq)
                    )
                  )
                )
            )
BEGIN /* drizzle-crr 2: the cells of an update as one event */
  INSERT INTO "cards__crr_log" (
  "key_id",
  arrived,
  site,
  seq,
  time,
  causal_length,
  "version_list_id",
  "value_list_id",
  "version_position",
  "value_position",
  "version_title",
  "value_title",
  "version_votes",
  "value_votes",
  "version_status",
  "value_status"
)
SELECT
  new."id",
  state.db_version,
  state.site,
  state.seq,
  CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER),
  crr_clock.causal_length,
  CASE WHEN old."list_id" IS NOT new."list_id" COLLATE BINARY THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_list_id" AS INTEGER), -(crr_clock.row_version = 0)) END,
  CASE WHEN old."list_id" IS NOT new."list_id" COLLATE BINARY THEN new."list_id" END,
  CASE WHEN old."position" IS NOT new."position" COLLATE BINARY THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)) END,
  CASE WHEN old."position" IS NOT new."position" COLLATE BINARY THEN new."position" END,
  CASE WHEN old."title" IS NOT new."title" COLLATE BINARY THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)) END,
  CASE WHEN old."title" IS NOT new."title" COLLATE BINARY THEN new."title" END,
  CASE WHEN old."votes" IS NOT new."votes" COLLATE BINARY THEN (SELECT x.version FROM "cards__crr_cell" AS x WHERE x."key_id" = new."id" AND x.column_name = 'votes' AND x.site = (SELECT site FROM crr_state)) END,
  CASE WHEN old."votes" IS NOT new."votes" COLLATE BINARY THEN (SELECT x.value FROM "cards__crr_cell" AS x WHERE x."key_id" = new."id" AND x.column_name = 'votes' AND x.site = (SELECT site FROM crr_state)) END,
  CASE WHEN (
    old."status" IS NOT new."status" COLLATE BINARY
    OR EXISTS (
      SELECT 1 FROM "cards__crr_cell" AS x
      WHERE x."key_id" = new."id" AND x.column_name = 'status' AND x.site = (SELECT site FROM crr_state) AND NOT EXISTS (
        SELECT 1 FROM "cards__crr_log" AS last
        WHERE last."key_id" = new."id" AND last.arrived >= x.db_version AND (last.arrived > x.db_version OR last.seq >= x.seq)
      )
    )
  ) THEN (SELECT x.version FROM "cards__crr_cell" AS x WHERE x."key_id" = new."id" AND x.column_name = 'status' AND x.site = (SELECT site FROM crr_state)) END,
  CASE WHEN (
    old."status" IS NOT new."status" COLLATE BINARY
    OR EXISTS (
      SELECT 1 FROM "cards__crr_cell" AS x
      WHERE x."key_id" = new."id" AND x.column_name = 'status' AND x.site = (SELECT site FROM crr_state) AND NOT EXISTS (
        SELECT 1 FROM "cards__crr_log" AS last
        WHERE last."key_id" = new."id" AND last.arrived >= x.db_version AND (last.arrived > x.db_version OR last.seq >= x.seq)
      )
    )
  ) THEN (SELECT x.value FROM "cards__crr_cell" AS x WHERE x."key_id" = new."id" AND x.column_name = 'status' AND x.site = (SELECT site FROM crr_state)) END
FROM crr_state AS state, "cards__crr_clock" AS crr_clock
WHERE crr_clock."key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_insert"
AFTER INSERT ON "cards"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a new row, or one that replaces another */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 5;
  INSERT INTO "cards__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_list_id",
  "clock_position",
  "clock_title"
)
SELECT
  new."id",
  state.birth,
  state.db_version,
  1,
  state.site,
  state.seq - 4,
  CASE WHEN state.birth > 1 THEN '@' || state.db_version || ':' || state.site || ':' || (state.seq - 5) END,
  NULL,
  NULL,
  (max(1125899906842624, CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1024) - 1) || '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2)
FROM crr_state AS state WHERE true
ON CONFLICT ("key_id") DO UPDATE SET
  sentinel = CASE WHEN sentinel IS NOT NULL THEN '@' || excluded.db_version || ':' || excluded.row_site || ':' || (excluded.row_seq - 1) END,
  causal_length = CASE WHEN sentinel IS NULL THEN causal_length | 1 ELSE max(causal_length + 1 + causal_length % 2, excluded.causal_length) END,
  db_version = excluded.db_version,
  row_version = row_version + 1,
  row_db_version = NULL,
  row_site = excluded.row_site,
  row_seq = excluded.row_seq,
  "clock_list_id" = CASE "clock_list_id" WHEN '-9000000000000000' THEN NULL ELSE "clock_list_id" END,
  "clock_position" = CASE "clock_position" WHEN '-9000000000000000' THEN NULL ELSE "clock_position" END,
  "clock_title" = (CASE WHEN (row_version + ifnull(CAST("clock_title" AS INTEGER), -(row_version = 0))) >= max(1125899906842624, CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1024) THEN (row_version + ifnull(CAST("clock_title" AS INTEGER), -(row_version = 0))) + 1 ELSE max(1125899906842624, CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1024) END - row_version - 1) || '@' || excluded.db_version || ':' || excluded.row_site || ':' || (excluded.row_seq + 2);
  SELECT RAISE(ABORT, 'drizzle-crr: "cards"."votes" is a counter and would leave the range of safe integers')
WHERE typeof(new."votes") = 'real' AND abs(new."votes") >= 9.2e18;
  SELECT RAISE(ABORT, 'drizzle-crr: "cards"."votes" is a counter and takes integers only')
WHERE typeof(new."votes") <> 'integer';
  SELECT RAISE(ABORT, 'drizzle-crr: "cards"."votes" is a counter and would leave the range of safe integers')
WHERE
  NOT (new."votes" BETWEEN -9007199254740991 AND 9007199254740991)
  AND NOT EXISTS (
    SELECT 1 FROM (
      SELECT
        ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & 4294967295), 0) >> 32) AS hi,
        ifnull(sum(x.value & 4294967295), 0) & 4294967295 AS lo
      FROM "cards__crr_cell" AS x
      WHERE x."key_id" = new."id" AND x.column_name = 'votes'
    )
    WHERE hi >= 2097152 OR (hi < -2097152 OR hi = -2097152 AND lo = 0)
  );
  INSERT INTO "cards__crr_cell" ("key_id", column_name, site, version, value, db_version, seq, base_version, base_value)
SELECT
  new."id",
  'votes',
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
    (new."votes" >> 32) - other.hi + (((new."votes" & 4294967295) - other.lo) >> 32) AS hi,
    ((new."votes" & 4294967295) - other.lo) & 4294967295 AS lo
  FROM (
    SELECT
      ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & 4294967295), 0) >> 32) AS hi,
      ifnull(sum(x.value & 4294967295), 0) & 4294967295 AS lo
    FROM "cards__crr_cell" AS x
    WHERE x."key_id" = new."id" AND x.column_name = 'votes' AND x.site <> (SELECT site FROM crr_state)
  ) AS other
) AS share
WHERE share.hi <> 0 OR share.lo <> 0 OR EXISTS (
  SELECT 1 FROM "cards__crr_cell" AS x
  WHERE x."key_id" = new."id" AND x.column_name = 'votes' AND x.site = state.site
)
ON CONFLICT ("key_id", column_name, site) DO UPDATE SET
  version = version + 1,
  value = CASE WHEN db_version < 0 THEN value + excluded.value ELSE excluded.value END,
  db_version = excluded.db_version,
  seq = excluded.seq,
  base_version = CASE WHEN base_version IS NULL OR db_version <= excluded.base_value THEN version ELSE base_version END,
  base_value = CASE WHEN base_version IS NULL OR db_version <= excluded.base_value THEN value ELSE base_value END;
  UPDATE "cards__crr_cell"
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
  INSERT INTO "cards__crr_cell" ("key_id", column_name, site, version, value, db_version, seq, base_version, base_value)
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
  INSERT INTO "cards__crr_log" (
  "key_id",
  arrived,
  site,
  seq,
  time,
  causal_length,
  row_version,
  "version_list_id",
  "value_list_id",
  "version_position",
  "value_position",
  "version_title",
  "value_title",
  "version_votes",
  "value_votes",
  "version_status",
  "value_status"
)
SELECT
  new."id",
  state.db_version,
  state.site,
  state.seq,
  CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER),
  crr_clock.causal_length,
  crr_clock.row_version,
  CASE WHEN crr_clock."clock_list_id" IS NOT NULL THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_list_id" AS INTEGER), -(crr_clock.row_version = 0)) END,
  new."list_id",
  CASE WHEN crr_clock."clock_position" IS NOT NULL THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)) END,
  new."position",
  CASE WHEN crr_clock."clock_title" IS NOT NULL THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)) END,
  new."title",
  (SELECT x.version FROM "cards__crr_cell" AS x WHERE x."key_id" = new."id" AND x.column_name = 'votes' AND x.site = (SELECT site FROM crr_state)),
  (SELECT x.value FROM "cards__crr_cell" AS x WHERE x."key_id" = new."id" AND x.column_name = 'votes' AND x.site = (SELECT site FROM crr_state)),
  (SELECT x.version FROM "cards__crr_cell" AS x WHERE x."key_id" = new."id" AND x.column_name = 'status' AND x.site = (SELECT site FROM crr_state)),
  (SELECT x.value FROM "cards__crr_cell" AS x WHERE x."key_id" = new."id" AND x.column_name = 'status' AND x.site = (SELECT site FROM crr_state))
FROM crr_state AS state, "cards__crr_clock" AS crr_clock
WHERE crr_clock."key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_update_title"
AFTER UPDATE OF "title" ON "cards"
WHEN
  old."title" IS NOT new."title" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "cards__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_title") = (
    SELECT state.db_version, (CASE WHEN (row_version + ifnull(CAST("clock_title" AS INTEGER), -(row_version = 0))) >= max(1125899906842624, CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1024) THEN (row_version + ifnull(CAST("clock_title" AS INTEGER), -(row_version = 0))) + 1 ELSE max(1125899906842624, CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1024) END - row_version) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_update_position"
AFTER UPDATE OF "position" ON "cards"
WHEN
  old."position" IS NOT new."position" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "cards__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_position") = (
    SELECT state.db_version, (CASE "clock_position" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_position" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_update_list_id"
AFTER UPDATE OF "list_id" ON "cards"
WHEN
  old."list_id" IS NOT new."list_id" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "cards__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_list_id") = (
    SELECT state.db_version, (CASE "clock_list_id" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_list_id" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_show_votes"
AFTER UPDATE OF "votes" ON "cards"
WHEN
  (
    NOT (new."votes" BETWEEN -9007199254740991 AND 9007199254740991) OR abs(ifnull((
      SELECT x.value FROM "cards__crr_cell" AS x
      WHERE x."key_id" = new."id" AND x.column_name = 'votes' AND x.site = (SELECT site FROM crr_state)
    ), 0) / 2) > 1152921504606847000
  )
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: what the cells show, if that is not what was written */
  UPDATE crr_state SET applying = 1;
  UPDATE "cards"
SET "votes" = (
  SELECT CASE
    WHEN hi >= 2097152 THEN 9007199254740991
    WHEN (hi < -2097152 OR hi = -2097152 AND lo = 0) THEN -9007199254740991
    ELSE (hi << 32) | lo
  END
  FROM (
    SELECT
      ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & 4294967295), 0) >> 32) AS hi,
      ifnull(sum(x.value & 4294967295), 0) & 4294967295 AS lo
    FROM "cards__crr_cell" AS x
    WHERE x."key_id" = new."id" AND x.column_name = 'votes'
  )
)
WHERE "id" = (SELECT new."id");
  UPDATE crr_state SET applying = 0;
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_update_votes"
AFTER UPDATE OF "votes" ON "cards"
WHEN
  old."votes" IS NOT new."votes" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: this site's cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  SELECT RAISE(ABORT, 'drizzle-crr: "cards"."votes" is a counter and would leave the range of safe integers')
WHERE typeof(new."votes") = 'real' AND abs(new."votes") >= 9.2e18;
  SELECT RAISE(ABORT, 'drizzle-crr: "cards"."votes" is a counter and takes integers only')
WHERE typeof(new."votes") <> 'integer';
  SELECT RAISE(ABORT, 'drizzle-crr: "cards"."votes" is a counter and would leave the range of safe integers')
WHERE
  NOT (new."votes" BETWEEN -9007199254740991 AND 9007199254740991)
  AND NOT EXISTS (
    SELECT 1 FROM (
      SELECT
        ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & 4294967295), 0) >> 32) AS hi,
        ifnull(sum(x.value & 4294967295), 0) & 4294967295 AS lo
      FROM "cards__crr_cell" AS x
      WHERE x."key_id" = new."id" AND x.column_name = 'votes'
    )
    WHERE hi >= 2097152 OR (hi < -2097152 OR hi = -2097152 AND lo = 0)
  );
  INSERT INTO "cards__crr_cell" ("key_id", column_name, site, version, value, db_version, seq, base_version, base_value)
SELECT
  new."id",
  'votes',
  state.site,
  1,
  CASE
    WHEN new."votes" BETWEEN -9007199254740991 AND 9007199254740991 THEN CASE
  WHEN share.hi > 2147483647 THEN 9223372036854775807
  WHEN share.hi < -2147483648 THEN -9223372036854775807 - 1
  ELSE (share.hi << 32) | share.lo
END
    ELSE CAST(ifnull((
      SELECT x.value FROM "cards__crr_cell" AS x
      WHERE x."key_id" = new."id" AND x.column_name = 'votes' AND x.site = (SELECT site FROM crr_state)
    ), 0) + (new."votes" - old."votes") AS INTEGER)
  END,
  state.db_version,
  state.seq,
  0,
  (SELECT known_version FROM crr_history)
FROM crr_state AS state,
(
  SELECT
    (new."votes" >> 32) - other.hi + (((new."votes" & 4294967295) - other.lo) >> 32) AS hi,
    ((new."votes" & 4294967295) - other.lo) & 4294967295 AS lo
  FROM (
    SELECT
      ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & 4294967295), 0) >> 32) AS hi,
      ifnull(sum(x.value & 4294967295), 0) & 4294967295 AS lo
    FROM "cards__crr_cell" AS x
    WHERE x."key_id" = new."id" AND x.column_name = 'votes' AND x.site <> (SELECT site FROM crr_state)
  ) AS other
) AS share
WHERE share.hi <> 0 OR share.lo <> 0 OR EXISTS (
  SELECT 1 FROM "cards__crr_cell" AS x
  WHERE x."key_id" = new."id" AND x.column_name = 'votes' AND x.site = state.site
)
ON CONFLICT ("key_id", column_name, site) DO UPDATE SET
  version = version + 1,
  value = excluded.value,
  db_version = excluded.db_version,
  seq = excluded.seq,
  base_version = CASE WHEN base_version IS NULL OR db_version <= excluded.base_value THEN version ELSE base_version END,
  base_value = CASE WHEN base_version IS NULL OR db_version <= excluded.base_value THEN value ELSE base_value END;
  UPDATE "cards__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  db_version = (SELECT db_version FROM crr_state)
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_update_status"
AFTER UPDATE OF "status" ON "cards"
WHEN
  (
    old."status" IS NOT new."status" COLLATE BINARY
    OR EXISTS (SELECT 1 FROM "cards__crr_cell" AS x
      WHERE x."key_id" = new."id" AND x.column_name = 'status' AND x.site <> (SELECT site FROM crr_state) AND x.version % 2 = 0)
  )
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: this site's cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "cards__crr_cell"
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
  INSERT INTO "cards__crr_cell" ("key_id", column_name, site, version, value, db_version, seq, base_version, base_value)
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
  UPDATE "cards__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  db_version = (SELECT db_version FROM crr_state)
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_key"
AFTER UPDATE OF "id" ON "cards"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
BEGIN /* drizzle-crr 2: a changed key is a delete and a create */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 5;
  INSERT INTO "cards__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_list_id",
  "clock_position",
  "clock_title"
)
SELECT
  new."id",
  state.birth,
  state.db_version,
  0,
  state.site,
  state.seq - 4,
  '@' || state.db_version || ':' || state.site || ':' || (state.seq - 5),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_list_id" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_list_id" AS INTEGER), -(former.row_version = 0)) END + (old."list_id" IS NOT new."list_id" COLLATE BINARY),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_position" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_position" AS INTEGER), -(former.row_version = 0)) END + (old."position" IS NOT new."position" COLLATE BINARY),
  CASE WHEN old."title" IS NOT new."title" COLLATE BINARY THEN CASE WHEN (former.row_version + ifnull(CAST(former."clock_title" AS INTEGER), -(former.row_version = 0))) >= max(1125899906842624, CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1024) THEN (former.row_version + ifnull(CAST(former."clock_title" AS INTEGER), -(former.row_version = 0))) + 1 ELSE max(1125899906842624, CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1024) END ELSE CASE WHEN former.row_version + ifnull(CAST(former."clock_title" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_title" AS INTEGER), -(former.row_version = 0)) END END
FROM crr_state AS state, "cards__crr_clock" AS former
WHERE former."key_id" = old."id"
ON CONFLICT ("key_id") DO UPDATE SET
  causal_length = max(causal_length + 1 + causal_length % 2, excluded.causal_length),
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = NULL,
  row_site = excluded.row_site,
  row_seq = excluded.row_seq,
  sentinel = excluded.sentinel,
  "clock_list_id" = excluded."clock_list_id",
  "clock_position" = excluded."clock_position",
  "clock_title" = excluded."clock_title";
  SELECT RAISE(ABORT, 'drizzle-crr: "cards"."votes" is a counter and would leave the range of safe integers')
WHERE typeof(new."votes") = 'real' AND abs(new."votes") >= 9.2e18;
  SELECT RAISE(ABORT, 'drizzle-crr: "cards"."votes" is a counter and takes integers only')
WHERE typeof(new."votes") <> 'integer';
  SELECT RAISE(ABORT, 'drizzle-crr: "cards"."votes" is a counter and would leave the range of safe integers')
WHERE
  NOT (new."votes" BETWEEN -9007199254740991 AND 9007199254740991)
  AND NOT EXISTS (
    SELECT 1 FROM (
      SELECT
        ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & 4294967295), 0) >> 32) AS hi,
        ifnull(sum(x.value & 4294967295), 0) & 4294967295 AS lo
      FROM "cards__crr_cell" AS x
      WHERE x."key_id" = new."id" AND x.column_name = 'votes'
    )
    WHERE hi >= 2097152 OR (hi < -2097152 OR hi = -2097152 AND lo = 0)
  );
  INSERT INTO "cards__crr_cell" ("key_id", column_name, site, version, value, db_version, seq, base_version, base_value)
SELECT
  new."id",
  'votes',
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
    (new."votes" >> 32) - other.hi + (((new."votes" & 4294967295) - other.lo) >> 32) AS hi,
    ((new."votes" & 4294967295) - other.lo) & 4294967295 AS lo
  FROM (
    SELECT
      ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & 4294967295), 0) >> 32) AS hi,
      ifnull(sum(x.value & 4294967295), 0) & 4294967295 AS lo
    FROM "cards__crr_cell" AS x
    WHERE x."key_id" = new."id" AND x.column_name = 'votes' AND x.site <> (SELECT site FROM crr_state)
  ) AS other
) AS share
WHERE share.hi <> 0 OR share.lo <> 0 OR EXISTS (
  SELECT 1 FROM "cards__crr_cell" AS x
  WHERE x."key_id" = new."id" AND x.column_name = 'votes' AND x.site = state.site
)
ON CONFLICT ("key_id", column_name, site) DO UPDATE SET
  version = version + 1,
  value = CASE WHEN db_version < 0 THEN value + excluded.value ELSE excluded.value END,
  db_version = excluded.db_version,
  seq = excluded.seq,
  base_version = CASE WHEN base_version IS NULL OR db_version <= excluded.base_value THEN version ELSE base_version END,
  base_value = CASE WHEN base_version IS NULL OR db_version <= excluded.base_value THEN value ELSE base_value END;
  UPDATE "cards__crr_cell"
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
  INSERT INTO "cards__crr_cell" ("key_id", column_name, site, version, value, db_version, seq, base_version, base_value)
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
  INSERT INTO "cards__crr_log" (
  "key_id",
  arrived,
  site,
  seq,
  time,
  causal_length,
  row_version,
  "version_list_id",
  "value_list_id",
  "version_position",
  "value_position",
  "version_title",
  "value_title",
  "version_votes",
  "value_votes",
  "version_status",
  "value_status"
)
SELECT
  new."id",
  state.db_version,
  state.site,
  state.seq,
  CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER),
  crr_clock.causal_length,
  crr_clock.row_version,
  CASE WHEN crr_clock."clock_list_id" IS NOT NULL THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_list_id" AS INTEGER), -(crr_clock.row_version = 0)) END,
  new."list_id",
  CASE WHEN crr_clock."clock_position" IS NOT NULL THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)) END,
  new."position",
  CASE WHEN crr_clock."clock_title" IS NOT NULL THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)) END,
  new."title",
  (SELECT x.version FROM "cards__crr_cell" AS x WHERE x."key_id" = new."id" AND x.column_name = 'votes' AND x.site = (SELECT site FROM crr_state)),
  (SELECT x.value FROM "cards__crr_cell" AS x WHERE x."key_id" = new."id" AND x.column_name = 'votes' AND x.site = (SELECT site FROM crr_state)),
  (SELECT x.version FROM "cards__crr_cell" AS x WHERE x."key_id" = new."id" AND x.column_name = 'status' AND x.site = (SELECT site FROM crr_state)),
  (SELECT x.value FROM "cards__crr_cell" AS x WHERE x."key_id" = new."id" AND x.column_name = 'status' AND x.site = (SELECT site FROM crr_state))
FROM crr_state AS state, "cards__crr_clock" AS crr_clock
WHERE crr_clock."key_id" = new."id";
  UPDATE crr_state SET seq = seq + 6;
  UPDATE "cards__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 5) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_list_id" = NULL,
  "clock_position" = NULL,
  "clock_title" = NULL
WHERE "key_id" = old."id";
  INSERT INTO "cards__crr_log" (
  "key_id",
  arrived,
  site,
  seq,
  time,
  causal_length
)
SELECT
  old."id",
  state.db_version,
  state.site,
  state.seq,
  CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER),
  crr_clock.causal_length
FROM crr_state AS state, "cards__crr_clock" AS crr_clock
WHERE crr_clock."key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_delete"
AFTER DELETE ON "cards"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: the clock row stays as a tombstone */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 5;
  UPDATE "cards__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 5) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_list_id" = NULL,
  "clock_position" = NULL,
  "clock_title" = NULL
WHERE "key_id" = old."id";
  INSERT INTO "cards__crr_log" (
  "key_id",
  arrived,
  site,
  seq,
  time,
  causal_length
)
SELECT
  old."id",
  state.db_version,
  state.site,
  state.seq,
  CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER),
  crr_clock.causal_length
FROM crr_state AS state, "cards__crr_clock" AS crr_clock
WHERE crr_clock."key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_merge_early"
BEFORE INSERT ON "cards__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND NOT (ifnull(new."version_list_id", new.row_version) >= 0 AND ifnull(new."version_position", new.row_version) >= 0 AND ifnull(new."version_title", new.row_version) >= 0 OR (
      EXISTS (
        SELECT 1 FROM "cards" AS base
        WHERE base."id" = new."key_id"
      )
      OR EXISTS (
        SELECT 1 FROM "cards__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = new."key_id"
      )
    ))
BEGIN /* drizzle-crr 2: a row that lacks a NOT NULL cell waits */
  INSERT INTO crr_pending (source, table_name, pk, cid, val, col_version, causal_length, site, seq, db_version, size, number, key_1)
SELECT
  (SELECT source FROM crr_apply),
  'cards',
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
      SELECT 1 FROM "cards__crr_clock"
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
  'cards',
  new.pk,
  'list_id',
  new."value_list_id",
  ifnull(new."version_list_id", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_list_id", new.row_site || ':' || (new.row_seq + 0)) AS INTEGER),
  CAST(substr(ifnull(new."origin_list_id", new.row_site || ':' || (new.row_seq + 0)), instr(ifnull(new."origin_list_id", new.row_site || ':' || (new.row_seq + 0)), ':') + 1) AS INTEGER),
  new.db_version,
  12 + length(new.pk) + ifnull(length(CAST(new."value_list_id" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_list_id", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "cards__crr_clock"
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
  'cards',
  new.pk,
  'position',
  new."value_position",
  ifnull(new."version_position", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_position", new.row_site || ':' || (new.row_seq + 1)) AS INTEGER),
  CAST(substr(ifnull(new."origin_position", new.row_site || ':' || (new.row_seq + 1)), instr(ifnull(new."origin_position", new.row_site || ':' || (new.row_seq + 1)), ':') + 1) AS INTEGER),
  new.db_version,
  13 + length(new.pk) + ifnull(length(CAST(new."value_position" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_position", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "cards__crr_clock"
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
  'cards',
  new.pk,
  'title',
  new."value_title",
  ifnull(new."version_title", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 2)) AS INTEGER),
  CAST(substr(ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 2)), instr(ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 2)), ':') + 1) AS INTEGER),
  new.db_version,
  10 + length(new.pk) + ifnull(length(CAST(new."value_title" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_title", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "cards__crr_clock"
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
CREATE TRIGGER "cards__crr_on_merge_delete"
BEFORE INSERT ON "cards__crr_merge"
WHEN
  new.causal_length % 2 = 0
BEGIN /* drizzle-crr 2: a delete */
  INSERT INTO "cards__crr_clock" ("key_id", causal_length, db_version, row_version, sentinel)
VALUES (new."key_id", new.causal_length, new.db_version, 0, '@' || new.db_version || ':' || new.sentinel)
ON CONFLICT ("key_id") DO UPDATE SET
  causal_length = excluded.causal_length,
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = CASE WHEN causal_length % 2 = 1 THEN excluded.db_version END,
  row_site = NULL,
  row_seq = NULL,
  sentinel = excluded.sentinel,
  "clock_list_id" = NULL,
  "clock_position" = NULL,
  "clock_title" = NULL
WHERE excluded.causal_length > causal_length;
  DELETE FROM "cards"
WHERE
  "id" = new."key_id"
  AND EXISTS (
    SELECT 1 FROM "cards__crr_clock"
    WHERE
      "key_id" = new."key_id"
      AND causal_length = new.causal_length
  );
  DELETE FROM "cards__crr_aside"
WHERE
  "key_id" = new."key_id"
  AND EXISTS (
    SELECT 1 FROM "cards__crr_clock"
    WHERE
      "key_id" = new."key_id"
      AND causal_length = new.causal_length
  );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_merge"
BEFORE INSERT ON "cards__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND (ifnull(new."version_list_id", new.row_version) >= 0 AND ifnull(new."version_position", new.row_version) >= 0 AND ifnull(new."version_title", new.row_version) >= 0 OR (
      EXISTS (
        SELECT 1 FROM "cards" AS base
        WHERE base."id" = new."key_id"
      )
      OR EXISTS (
        SELECT 1 FROM "cards__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = new."key_id"
      )
    ))
  AND EXISTS (SELECT 1 FROM "cards__crr_clock" WHERE "key_id" = new."key_id")
BEGIN /* drizzle-crr 2: the general case */
  UPDATE "cards__crr_clock"
SET
  causal_length = new.causal_length,
  db_version = new.db_version,
  row_version = won.row_version,
  row_db_version = CASE WHEN "cards__crr_clock".causal_length % 2 = 1 THEN ifnull("cards__crr_clock".row_db_version, nullif("cards__crr_clock".db_version, new.db_version)) END,
  sentinel = CASE WHEN new.causal_length > "cards__crr_clock".causal_length THEN '@' || new.db_version || ':' || new.sentinel ELSE "cards__crr_clock".sentinel END,
  "clock_list_id" = CASE
    WHEN won.cell_0 THEN (ifnull(new."version_list_id", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_list_id", new.row_site || ':' || (new.row_seq + 0))
    WHEN new.causal_length > "cards__crr_clock".causal_length AND "cards__crr_clock".row_version + ifnull(CAST("cards__crr_clock"."clock_list_id" AS INTEGER), -("cards__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "cards__crr_clock"."clock_list_id"
  END,
  "clock_position" = CASE
    WHEN won.cell_1 THEN (ifnull(new."version_position", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_position", new.row_site || ':' || (new.row_seq + 1))
    WHEN new.causal_length > "cards__crr_clock".causal_length AND "cards__crr_clock".row_version + ifnull(CAST("cards__crr_clock"."clock_position" AS INTEGER), -("cards__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "cards__crr_clock"."clock_position"
  END,
  "clock_title" = CASE
    WHEN won.cell_2 THEN (ifnull(new."version_title", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 2))
    WHEN new.causal_length > "cards__crr_clock".causal_length AND "cards__crr_clock".row_version + ifnull(CAST("cards__crr_clock"."clock_title" AS INTEGER), -("cards__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "cards__crr_clock"."clock_title"
  END
FROM (
  SELECT
    CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE clock.row_version END AS row_version,
    ifnull(new."version_list_id", new.row_version) >= 0 AND 2 * (ifnull(new."version_list_id", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_list_id" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_list_id") = typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_list_id" ELSE base."list_id" END) THEN ifnull(new."value_list_id" > CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_list_id" ELSE base."list_id" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_list_id"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_list_id" ELSE base."list_id" END), 1, 1)) END > 0 AS cell_0,
    ifnull(new."version_position", new.row_version) >= 0 AND 2 * (ifnull(new."version_position", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_position" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_position") = typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END) THEN ifnull(new."value_position" > CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_position"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END), 1, 1)) END > 0 AS cell_1,
    ifnull(new."version_title", new.row_version) >= 0 AND 2 * (ifnull(new."version_title", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_title" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_title") = typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_title" ELSE base."title" END) THEN ifnull(new."value_title" > CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_title" ELSE base."title" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_title"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_title" ELSE base."title" END), 1, 1)) END > 0 AS cell_2
  FROM "cards__crr_clock" AS clock
  LEFT JOIN "cards" AS base ON base."id" = new."key_id"
  LEFT JOIN "cards__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
  WHERE
    clock."key_id" = new."key_id"
    AND (
        new.causal_length > clock.causal_length
        OR (new.causal_length = clock.causal_length AND (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL))
      )
  LIMIT 1
) AS won
WHERE
  "cards__crr_clock"."key_id" = new."key_id"
  AND (
    new.causal_length > "cards__crr_clock".causal_length
    OR won.cell_0
    OR won.cell_1
    OR won.cell_2
  );
  SELECT RAISE(IGNORE) WHERE changes() = 0;
  UPDATE OR IGNORE "cards"
SET
  "list_id" = CASE
    WHEN ifnull(new."version_list_id", new.row_version) >= 0 AND crr_clock."clock_list_id" = (ifnull(new."version_list_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_list_id", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_list_id"
    ELSE "cards"."list_id"
  END,
  "position" = CASE
    WHEN ifnull(new."version_position", new.row_version) >= 0 AND crr_clock."clock_position" = (ifnull(new."version_position", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_position", new.row_site || ':' || (new.row_seq + 1))
    THEN new."value_position"
    ELSE "cards"."position"
  END,
  "title" = CASE
    WHEN ifnull(new."version_title", new.row_version) >= 0 AND crr_clock."clock_title" = (ifnull(new."version_title", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 2))
    THEN new."value_title"
    ELSE "cards"."title"
  END
FROM "cards__crr_clock" AS crr_clock
WHERE
  "cards"."id" = new."key_id"
  AND crr_clock."key_id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "cards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "cards__crr_aside" (
  "key_id",
  "value_list_id",
  "value_position",
  "value_title",
  state
)
SELECT
  new."key_id",
  CASE
    WHEN ifnull(new."version_list_id", new.row_version) >= 0 AND crr_clock."clock_list_id" = (ifnull(new."version_list_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_list_id", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_list_id"
    ELSE CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_list_id" ELSE base."list_id" END
  END,
  CASE
    WHEN ifnull(new."version_position", new.row_version) >= 0 AND crr_clock."clock_position" = (ifnull(new."version_position", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_position", new.row_site || ':' || (new.row_seq + 1))
    THEN new."value_position"
    ELSE CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END
  END,
  CASE
    WHEN ifnull(new."version_title", new.row_version) >= 0 AND crr_clock."clock_title" = (ifnull(new."version_title", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 2))
    THEN new."value_title"
    ELSE CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_title" ELSE base."title" END
  END,
  'open'
FROM "cards__crr_clock" AS crr_clock
LEFT JOIN "cards" AS base ON base."id" = new."key_id"
LEFT JOIN "cards__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  crr_clock."key_id" = new."key_id"
  AND (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_list_id" = excluded."value_list_id",
  "value_position" = excluded."value_position",
  "value_title" = excluded."value_title",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  INSERT INTO "cards" (
  "id",
  "list_id",
  "position",
  "title",
  "votes",
  "status"
)
SELECT
  new."key_id",
  new."value_list_id",
  new."value_position",
  new."value_title",
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
      FROM "cards__crr_cell" AS x
      WHERE x."key_id" = clock."key_id" AND x.column_name = 'votes'
    )
  ),
  CASE
    WHEN EXISTS (
      SELECT 1 FROM "cards__crr_cell" AS x
      WHERE x."key_id" = clock."key_id" AND x.column_name = 'status' AND x.version % 2 = 0
    )
    THEN (
      SELECT x.value FROM "cards__crr_cell" AS x
      WHERE x."key_id" = clock."key_id" AND x.column_name = 'status' AND x.version % 2 = 0
      ORDER BY
        CASE typeof(x.value) WHEN 'integer' THEN 4 WHEN 'real' THEN 3 WHEN 'text' THEN 2 WHEN 'blob' THEN 1 ELSE 0 END DESC,
        x.value COLLATE BINARY DESC
      LIMIT 1
    )
    ELSE NULL
  END
FROM "cards__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "cards" WHERE "id" = new."key_id")
  AND NOT EXISTS (
      SELECT 1 FROM "cards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    )
  AND (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "cards__crr_aside" (
  "key_id",
  "value_list_id",
  "value_position",
  "value_title",
  state,
  was
)
SELECT
  new."key_id",
  new."value_list_id",
  new."value_position",
  new."value_title",
  'open',
  'new'
FROM "cards__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "cards" WHERE "id" = new."key_id")
  AND NOT EXISTS (
      SELECT 1 FROM "cards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_merge_fresh_cells"
BEFORE INSERT ON "cards__crr_merge"
WHEN
  new.row_version < 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND (ifnull(new."version_list_id", new.row_version) >= 0 AND ifnull(new."version_position", new.row_version) >= 0 AND ifnull(new."version_title", new.row_version) >= 0 OR (
            EXISTS (
              SELECT 1 FROM "cards" AS base
              WHERE base."id" = new."key_id"
            )
            OR EXISTS (
              SELECT 1 FROM "cards__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = new."key_id"
            )
          ))
        AND NOT EXISTS (SELECT 1 FROM "cards__crr_clock" WHERE "key_id" = new."key_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row, by its cells */
  INSERT INTO "cards__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_list_id",
  "clock_position",
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
  CASE WHEN ifnull(new."version_list_id", new.row_version) >= 0 THEN ifnull(new."version_list_id", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_list_id", new.row_site || ':' || (new.row_seq + 0)) END,
  CASE WHEN ifnull(new."version_position", new.row_version) >= 0 THEN ifnull(new."version_position", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_position", new.row_site || ':' || (new.row_seq + 1)) END,
  CASE WHEN ifnull(new."version_title", new.row_version) >= 0 THEN ifnull(new."version_title", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 2)) END
);
  INSERT INTO "cards" (
  "id",
  "list_id",
  "position",
  "title"
)
SELECT
  new."key_id",
  new."value_list_id",
  new."value_position",
  new."value_title"
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "cards__crr_aside" (
  "key_id",
  "value_list_id",
  "value_position",
  "value_title",
  state,
  was
)
VALUES (
  new."key_id",
  new."value_list_id",
  new."value_position",
  new."value_title",
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_merge_newer_cells"
BEFORE INSERT ON "cards__crr_merge"
WHEN
  new.row_version < 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: newer cells */
  UPDATE "cards__crr_clock"
SET
  row_db_version = ifnull(row_db_version, nullif(db_version, new.db_version)),
  db_version = new.db_version,
  "clock_list_id" = CASE WHEN new."version_list_id" IS NULL THEN "clock_list_id" ELSE (new."version_list_id" - row_version) || '@' || new.db_version || ':' || new."origin_list_id" END,
  "clock_position" = CASE WHEN new."version_position" IS NULL THEN "clock_position" ELSE (new."version_position" - row_version) || '@' || new.db_version || ':' || new."origin_position" END,
  "clock_title" = CASE WHEN new."version_title" IS NULL THEN "clock_title" ELSE (new."version_title" - row_version) || '@' || new.db_version || ':' || new."origin_title" END
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "cards"
SET
  "list_id" = CASE WHEN new."version_list_id" IS NULL THEN "cards"."list_id" ELSE new."value_list_id" END,
  "position" = CASE WHEN new."version_position" IS NULL THEN "cards"."position" ELSE new."value_position" END,
  "title" = CASE WHEN new."version_title" IS NULL THEN "cards"."title" ELSE new."value_title" END
WHERE
  "cards"."id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "cards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "cards__crr_aside" (
  "key_id",
  "value_list_id",
  "value_position",
  "value_title",
  state
)
SELECT
  new."key_id",
  CASE WHEN new."version_list_id" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_list_id" ELSE base."list_id" END ELSE new."value_list_id" END,
  CASE WHEN new."version_position" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END ELSE new."value_position" END,
  CASE WHEN new."version_title" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_title" ELSE base."title" END ELSE new."value_title" END,
  'open'
FROM (SELECT 1)
LEFT JOIN "cards" AS base ON base."id" = new."key_id"
LEFT JOIN "cards__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_list_id" = excluded."value_list_id",
  "value_position" = excluded."value_position",
  "value_title" = excluded."value_title",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_merge_newer_row"
BEFORE INSERT ON "cards__crr_merge"
WHEN
  new.row_version > 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: a newer row */
  UPDATE "cards__crr_clock"
SET
  row_db_version = new.db_version,
  row_version = new.row_version,
  row_site = new.row_site,
  row_seq = new.row_seq,
  db_version = new.db_version,
  "clock_list_id" = NULL,
  "clock_position" = NULL,
  "clock_title" = NULL
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "cards"
SET
  "list_id" = new."value_list_id",
  "position" = new."value_position",
  "title" = new."value_title"
WHERE
  "cards"."id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "cards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "cards__crr_aside" (
  "key_id",
  "value_list_id",
  "value_position",
  "value_title",
  state
)
SELECT
  new."key_id",
  new."value_list_id",
  new."value_position",
  new."value_title",
  'open'
FROM (SELECT 1)
LEFT JOIN "cards" AS base ON base."id" = new."key_id"
LEFT JOIN "cards__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_list_id" = excluded."value_list_id",
  "value_position" = excluded."value_position",
  "value_title" = excluded."value_title",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_merge_fresh_row"
BEFORE INSERT ON "cards__crr_merge"
WHEN
  new.row_version > 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND NOT EXISTS (SELECT 1 FROM "cards__crr_clock" WHERE "key_id" = new."key_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row */
  INSERT INTO "cards__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_list_id",
  "clock_position",
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
  NULL,
  NULL,
  NULL
);
  INSERT INTO "cards" (
  "id",
  "list_id",
  "position",
  "title"
)
SELECT
  new."key_id",
  new."value_list_id",
  new."value_position",
  new."value_title"
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "cards__crr_aside" (
  "key_id",
  "value_list_id",
  "value_position",
  "value_title",
  state,
  was
)
VALUES (
  new."key_id",
  new."value_list_id",
  new."value_position",
  new."value_title",
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_merge_cell"
BEFORE INSERT ON "cards__crr_cell_merge"
BEGIN /* drizzle-crr 2: merges one cell of one site */
  INSERT INTO "cards__crr_cell" ("key_id", column_name, site, version, value, db_version, seq)
SELECT
  new."key_id",
  new.column_name,
  new.site,
  new.version,
  new.value,
  state.db_version,
  new.seq
FROM crr_state AS state
JOIN "cards__crr_clock" AS clock ON clock."key_id" = new."key_id"
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
  'cards',
  new.pk,
  new.column_name,
  new.value,
  new.version + CASE new.column_name WHEN 'votes' THEN 422212465065984 WHEN 'status' THEN 281474976710656 END,
  new.causal_length,
  new.site,
  new.seq,
  db_version,
  5 + length(new.pk) + ifnull(length(CAST(new.value AS BLOB)), 0),
  0,
  new."key_id"
FROM crr_state
WHERE
  new.pk IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM "cards__crr_clock" AS clock
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
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_life"
AFTER UPDATE OF causal_length ON "cards__crr_clock"
WHEN
  new.causal_length > old.causal_length + (old.causal_length % 2 = 0)
BEGIN /* drizzle-crr 2: cells belong to one life of a row */
  DELETE FROM "cards__crr_cell" WHERE "key_id" = new."key_id";
  UPDATE "cards"
SET
  "votes" = 0,
  "status" = NULL
WHERE
  "id" = (SELECT new."key_id")
  AND (SELECT new.causal_length) % 2 = 1
  AND (SELECT applying FROM crr_state) = 1;
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_return"
AFTER UPDATE OF causal_length ON "cards__crr_clock"
WHEN
  old.causal_length % 2 = 0
  AND new.causal_length = old.causal_length + 1
  AND (SELECT applying FROM crr_state) = 1
  AND EXISTS (SELECT 1 FROM "cards__crr_cell" WHERE "key_id" = new."key_id" AND db_version < 0)
BEGIN /* drizzle-crr 2: a row that was evicted is back */
  UPDATE "cards__crr_cell" SET db_version = new.db_version WHERE "key_id" = new."key_id" AND db_version < 0;
  UPDATE crr_apply SET has_local_news = 1;
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_resume"
AFTER INSERT ON "cards"
WHEN
  (SELECT keeps_cells > applying FROM crr_state)
  AND EXISTS (
      SELECT 1 FROM "cards__crr_cell"
      WHERE "key_id" = new."id"
    )
    AND EXISTS (
      SELECT 1 FROM "cards__crr_clock"
      WHERE "key_id" = new."id" AND causal_length % 2 = 0
    )
BEGIN /* drizzle-crr 2: a row that was evicted is created again */
  UPDATE crr_state SET applying = 1;
  UPDATE "cards"
SET
  "votes" = ifnull(
    (
      SELECT CASE WHEN NOT ((x.value + new."votes") BETWEEN -9007199254740991 AND 9007199254740991)
        THEN RAISE(ABORT, 'drizzle-crr: "cards"."votes" is a counter and would leave the range of safe integers')
        ELSE x.value + new."votes"
      END FROM "cards__crr_cell" AS x
      WHERE x."key_id" = new."id" AND x.column_name = 'votes'
    ),
    "votes"
  )
WHERE "id" = (SELECT new."id");
  UPDATE crr_state SET applying = 0;
  UPDATE "cards__crr_cell"
SET db_version = -1
WHERE
  "key_id" = new."id"
  AND column_name IN ('votes');
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_resume_key"
AFTER UPDATE OF "id" ON "cards"
WHEN
  (SELECT keeps_cells > applying FROM crr_state)
  AND NOT (old."id" IS new."id")
  AND EXISTS (
      SELECT 1 FROM "cards__crr_cell"
      WHERE "key_id" = new."id"
    )
    AND EXISTS (
      SELECT 1 FROM "cards__crr_clock"
      WHERE "key_id" = new."id" AND causal_length % 2 = 0
    )
BEGIN /* drizzle-crr 2: a row that was evicted is created again */
  UPDATE crr_state SET applying = 1;
  UPDATE "cards"
SET
  "votes" = ifnull(
    (
      SELECT CASE WHEN NOT ((x.value + new."votes") BETWEEN -9007199254740991 AND 9007199254740991)
        THEN RAISE(ABORT, 'drizzle-crr: "cards"."votes" is a counter and would leave the range of safe integers')
        ELSE x.value + new."votes"
      END FROM "cards__crr_cell" AS x
      WHERE x."key_id" = new."id" AND x.column_name = 'votes'
    ),
    "votes"
  )
WHERE "id" = (SELECT new."id");
  UPDATE crr_state SET applying = 0;
  UPDATE "cards__crr_cell"
SET db_version = -1
WHERE
  "key_id" = new."id"
  AND column_name IN ('votes');
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_aside_insert"
AFTER INSERT ON "cards"
WHEN
  EXISTS (
    SELECT 1 FROM "cards__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = new."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted again is parked no more */
  DELETE FROM "cards__crr_aside" WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_aside_delete"
AFTER DELETE ON "cards"
WHEN
  EXISTS (
    SELECT 1 FROM "cards__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = old."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: masks go with their row */
  DELETE FROM "cards__crr_aside" WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_aside_key"
AFTER UPDATE OF "id" ON "cards"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
  AND (EXISTS (
      SELECT 1 FROM "cards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    ) OR EXISTS (
      SELECT 1 FROM "cards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    ))
BEGIN /* drizzle-crr 2: masks move with their row */
  DELETE FROM "cards__crr_aside" WHERE "key_id" = new."id";
  UPDATE "cards__crr_aside"
SET "key_id" = new."id"
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_guard_delete"
BEFORE DELETE ON "cards"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND EXISTS (
      SELECT 1 FROM "cards__crr_clock" AS clock
      WHERE clock."key_id" = old."id" AND clock.causal_length % 2 = 1
    )
  AND NOT EXISTS (
      SELECT 1 FROM "cards__crr_aside" AS beside
      WHERE beside."key_id" = old."id" AND beside.state IS NOT NULL
    )
BEGIN /* drizzle-crr 2: no foreign key deletes a row while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_guard_reference_0"
BEFORE UPDATE OF "list_id" ON "cards"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND new."list_id" IS NULL
  AND old."list_id" IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "lists" AS parent
      WHERE parent."id" = old."list_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "cards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    )
BEGIN /* drizzle-crr 2: no foreign key overwrites a cell while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "cards__crr_on_pass"
AFTER INSERT ON crr_pass
WHEN
  (SELECT moved_in FROM crr_settling) >= new.pass - 1
BEGIN /* drizzle-crr 2: rows whose parents were parked in the pass before */
  UPDATE "cards__crr_aside"
  SET
    state = 'reference',
    pass = new.pass
  WHERE
    state = 'open'
    AND rowid IN (
      SELECT child.rowid
      FROM "lists__crr_aside" AS parent
      CROSS JOIN "cards__crr_aside" AS child
        ON child."value_list_id" = parent."key_id"
      WHERE parent.pass >= new.pass - 1 AND parent.state <> 'open'
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
  INSERT INTO "cards__crr_aside" (
    "key_id",
    "value_list_id",
    "value_position",
    "value_title",
    state,
    pass
  )
  SELECT
    child."id",
    child."list_id",
    child."position",
    child."title",
    'reference',
    new.pass
  FROM "lists__crr_aside" AS parent
  CROSS JOIN "cards" AS child
    ON child."list_id" = parent."key_id"
  WHERE
    parent.pass >= new.pass - 1 AND parent.state <> 'open'
    AND parent.was IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM "cards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = child."id"
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
END;
--> statement-breakpoint
UPDATE crr_state
SET db_version = db_version + 1
WHERE EXISTS (SELECT 1 FROM "cards" AS base WHERE NOT EXISTS (
  SELECT 1 FROM "cards__crr_clock" AS clock
  WHERE clock."key_id" = base."id"
));
--> statement-breakpoint
INSERT INTO "cards__crr_cell" ("key_id", column_name, site, version, value, db_version, seq)
SELECT
  base."id",
  'votes',
  0,
  max(0, min(1, 268435456)),
  base."votes",
  (SELECT db_version FROM crr_state),
  (base.rowid & 1048575) * 6 + 4
FROM "cards" AS base
WHERE
  (typeof(base."votes") = 'integer' AND base."votes" <> 0)
  AND NOT EXISTS (
      SELECT 1 FROM "cards__crr_clock" AS clock
      WHERE clock."key_id" = base."id"
    );
--> statement-breakpoint
INSERT INTO "cards__crr_cell" ("key_id", column_name, site, version, value, db_version, seq)
SELECT
  base."id",
  'status',
  0,
  2 * max(0, min(1, 268435456)),
  base."status",
  (SELECT db_version FROM crr_state),
  (base.rowid & 1048575) * 6 + 5
FROM "cards" AS base
WHERE
  true
  AND NOT EXISTS (
      SELECT 1 FROM "cards__crr_clock" AS clock
      WHERE clock."key_id" = base."id"
    );
--> statement-breakpoint
INSERT INTO "cards__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_list_id",
  "clock_position",
  "clock_title"
)
SELECT
  base."id",
  (SELECT birth FROM crr_state),
  (SELECT db_version FROM crr_state),
  1,
  (SELECT site FROM crr_state),
  (base.rowid & 1048575) * 6 + 1,
  CASE WHEN (SELECT birth FROM crr_state) > 1 THEN '@' || (SELECT db_version FROM crr_state) || ':' || (SELECT site FROM crr_state) || ':' || ((base.rowid & 1048575) * 6) END,
  NULL,
  NULL,
  NULL
FROM "cards" AS base
WHERE true
ORDER BY base."id"
ON CONFLICT DO NOTHING;
--> statement-breakpoint
INSERT INTO "cards__crr_log" (
  "key_id",
  arrived,
  site,
  time,
  causal_length,
  parents,
  "version_list_id",
  "value_list_id",
  "version_position",
  "value_position",
  "version_title",
  "value_title"
)
SELECT
  crr_clock."key_id",
  (SELECT db_version FROM crr_state),
  ifnull(CASE WHEN crr_clock.causal_length % 2 = 0 THEN CAST(substr(crr_clock.sentinel, instr(crr_clock.sentinel, ':') + 1) AS INTEGER) WHEN instr(crr_clock."clock_list_id", '@') > 0 AND true THEN CAST(substr((CASE WHEN instr(crr_clock."clock_list_id", '@') > 0 THEN substr(crr_clock."clock_list_id", instr(crr_clock."clock_list_id", '@')) ELSE '' END), instr((CASE WHEN instr(crr_clock."clock_list_id", '@') > 0 THEN substr(crr_clock."clock_list_id", instr(crr_clock."clock_list_id", '@')) ELSE '' END), ':') + 1) AS INTEGER) WHEN instr(crr_clock."clock_position", '@') > 0 AND true THEN CAST(substr((CASE WHEN instr(crr_clock."clock_position", '@') > 0 THEN substr(crr_clock."clock_position", instr(crr_clock."clock_position", '@')) ELSE '' END), instr((CASE WHEN instr(crr_clock."clock_position", '@') > 0 THEN substr(crr_clock."clock_position", instr(crr_clock."clock_position", '@')) ELSE '' END), ':') + 1) AS INTEGER) WHEN instr(crr_clock."clock_title", '@') > 0 AND true THEN CAST(substr((CASE WHEN instr(crr_clock."clock_title", '@') > 0 THEN substr(crr_clock."clock_title", instr(crr_clock."clock_title", '@')) ELSE '' END), instr((CASE WHEN instr(crr_clock."clock_title", '@') > 0 THEN substr(crr_clock."clock_title", instr(crr_clock."clock_title", '@')) ELSE '' END), ':') + 1) AS INTEGER) ELSE crr_clock.row_site END, 0),
  CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER),
  crr_clock.causal_length,
  ' ',
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "cards__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_list_id", known.row_version) IS NOT NULL AND abs(ifnull(known."version_list_id", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_list_id" AS INTEGER), -(crr_clock.row_version = 0)), 0)
  ) THEN max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_list_id" AS INTEGER), -(crr_clock.row_version = 0)), 0) END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "cards__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_list_id", known.row_version) IS NOT NULL AND abs(ifnull(known."version_list_id", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_list_id" AS INTEGER), -(crr_clock.row_version = 0)), 0)
  ) THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_list_id" ELSE base."list_id" END END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "cards__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_position", known.row_version) IS NOT NULL AND abs(ifnull(known."version_position", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0)
  ) THEN max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0) END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "cards__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_position", known.row_version) IS NOT NULL AND abs(ifnull(known."version_position", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0)
  ) THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "cards__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_title", known.row_version) IS NOT NULL AND abs(ifnull(known."version_title", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0)
  ) THEN max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0) END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "cards__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_title", known.row_version) IS NOT NULL AND abs(ifnull(known."version_title", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0)
  ) THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_title" ELSE base."title" END END
FROM "cards__crr_clock" AS crr_clock
LEFT JOIN "cards" AS base ON crr_clock."key_id" = base."id"
LEFT JOIN "cards__crr_aside" AS crr_aside ON crr_aside."key_id" = crr_clock."key_id"
WHERE
  true
  AND crr_clock.db_version > 0
  AND (
              NOT EXISTS (
                SELECT 1 FROM "cards__crr_log" AS known
                WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND true AND true
              )
              OR crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
                  SELECT 1 FROM "cards__crr_log" AS known
                  WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_list_id", known.row_version) IS NOT NULL AND abs(ifnull(known."version_list_id", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_list_id" AS INTEGER), -(crr_clock.row_version = 0)), 0)
                )
              OR crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
                  SELECT 1 FROM "cards__crr_log" AS known
                  WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_position", known.row_version) IS NOT NULL AND abs(ifnull(known."version_position", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0)
                )
              OR crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
                  SELECT 1 FROM "cards__crr_log" AS known
                  WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_title", known.row_version) IS NOT NULL AND abs(ifnull(known."version_title", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0)
                )
            );
--> statement-breakpoint
INSERT INTO "cards__crr_log" ("key_id", arrived, site, time, causal_length, parents, "version_votes", "value_votes")
SELECT
  x."key_id",
  (SELECT db_version FROM crr_state),
  x.site,
  CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER),
  crr_clock.causal_length,
  ' ',
  x.version,
  x.value
FROM "cards__crr_cell" AS x
JOIN "cards__crr_clock" AS crr_clock ON crr_clock."key_id" = x."key_id"
WHERE
  x.column_name = 'votes'
  AND true
  AND true
  AND crr_clock.causal_length % 2 = 1
  AND NOT EXISTS (
                SELECT 1 FROM "cards__crr_log" AS known
                WHERE known."key_id" = x."key_id" AND known.site = x.site AND known.causal_length = crr_clock.causal_length AND known."version_votes" = x.version
              );
--> statement-breakpoint
INSERT INTO "cards__crr_log" ("key_id", arrived, site, time, causal_length, parents, "version_status", "value_status")
SELECT
  x."key_id",
  (SELECT db_version FROM crr_state),
  x.site,
  CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER),
  crr_clock.causal_length,
  ' ',
  x.version,
  x.value
FROM "cards__crr_cell" AS x
JOIN "cards__crr_clock" AS crr_clock ON crr_clock."key_id" = x."key_id"
WHERE
  x.column_name = 'status'
  AND version % 2 = 0
  AND true
  AND crr_clock.causal_length % 2 = 1
  AND NOT EXISTS (
                SELECT 1 FROM "cards__crr_log" AS known
                WHERE known."key_id" = x."key_id" AND known.site = x.site AND known.causal_length = crr_clock.causal_length AND known."version_status" = x.version
              );
--> statement-breakpoint
DELETE FROM crr_former WHERE table_name = 'lists' AND cid = '-1';
--> statement-breakpoint
UPDATE crr_history
SET schema_version = schema_version + 1
WHERE NOT EXISTS (SELECT 1 FROM crr_table WHERE table_name = 'lists' AND spec = '{"name":"lists","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"board_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"title","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"position","sqlType":"text","notNull":true,"kind":{"type":"fractIndex","within":["board"]}}],"constraints":{"references":[{"columns":["board_id"],"parent":"boards","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[{"name":"lists_title","columns":["board_id","title"],"loser":{"shows":"suffix","column":"title"}}],"isCircular":false},"history":true}');
--> statement-breakpoint
INSERT INTO crr_table (table_name, spec, former)
VALUES ('lists', '{"name":"lists","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"board_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"title","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"position","sqlType":"text","notNull":true,"kind":{"type":"fractIndex","within":["board"]}}],"constraints":{"references":[{"columns":["board_id"],"parent":"boards","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[{"name":"lists_title","columns":["board_id","title"],"loser":{"shows":"suffix","column":"title"}}],"isCircular":false},"history":true}', '[]')
ON CONFLICT (table_name) DO UPDATE
SET
  spec = excluded.spec,
  former = CASE spec
    WHEN excluded.spec THEN former
    ELSE json_insert(former, '$[#]', spec)
  END;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "lists__crr_clock" (
  row_id INTEGER PRIMARY KEY,
  "key_id" TEXT NOT NULL,
  causal_length INTEGER,
  db_version INTEGER,
  row_version INTEGER,
  row_db_version INTEGER,
  row_site INTEGER,
  row_seq INTEGER,
  sentinel TEXT,
  "clock_board_id" TEXT,
  "clock_title" TEXT,
  "clock_position" TEXT,
  UNIQUE ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "lists__crr_clock_db_version" ON "lists__crr_clock" (db_version);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "lists__crr_merge" (
  "key_id" TEXT,
  causal_length DEFAULT 1,
  sentinel,
  row_version DEFAULT -1,
  row_site,
  row_seq,
  "value_board_id" TEXT, "version_board_id", "origin_board_id",
  "value_title" TEXT, "version_title", "origin_title",
  "value_position" TEXT, "version_position", "origin_position",
  pk,
  db_version,
  finding,
  row_id
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "lists__crr_log" (
  id INTEGER PRIMARY KEY,
  "key_id" TEXT,
  arrived INTEGER,
  site INTEGER,
  db_version INTEGER,
  seq INTEGER,
  time INTEGER,
  arrived_at INTEGER,
  causal_length INTEGER,
  row_version INTEGER,
  parents TEXT,
  others TEXT,
  "version_board_id" INTEGER,
  "value_board_id",
  "version_title" INTEGER,
  "value_title",
  "version_position" INTEGER,
  "value_position"
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "lists__crr_log_key" ON "lists__crr_log" ("key_id", arrived);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "lists__crr_head" (
  event INTEGER,
  column_name TEXT,
  head INTEGER,
  UNIQUE (event, column_name, head)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_settling (
  id INTEGER PRIMARY KEY,
  settled INTEGER,
  moved_in INTEGER,
  parks INTEGER
);
--> statement-breakpoint
INSERT OR IGNORE INTO crr_settling (id, settled, moved_in, parks) VALUES (1, -1, 0, 0);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_pass (pass INTEGER PRIMARY KEY);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "lists__crr_aside" (
  "key_id" TEXT NOT NULL,
  "value_board_id" TEXT,
  "value_title" TEXT,
  "value_position" TEXT,
  state TEXT,
  "mask_title" INTEGER,
  lost_0 INTEGER,
  taken INTEGER,
  was TEXT,
  was_masked TEXT,
  pass INTEGER,
  error TEXT,
  PRIMARY KEY ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "lists__crr_aside_state" ON "lists__crr_aside" (state);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "lists__crr_aside_pass" ON "lists__crr_aside" (pass);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "lists__crr_aside_reference_0" ON "lists__crr_aside" ("value_board_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "lists__crr_aside_unique_0" ON "lists__crr_aside" ("value_board_id", "value_title");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "lists__crr_aside_lost_0" ON "lists__crr_aside" (lost_0);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "lists__crr_rank" (
  "key_id" TEXT
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "lists__crr_rival" (
  "key_id" TEXT NOT NULL,
  PRIMARY KEY ("key_id")
);
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_log"
AFTER UPDATE OF "board_id", "title", "position" ON "lists"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
  AND (
              old."board_id" IS NOT new."board_id" COLLATE BINARY
              OR old."title" IS NOT new."title" COLLATE BINARY
              OR old."position" IS NOT new."position" COLLATE BINARY
            )
BEGIN /* drizzle-crr 2: the cells of an update as one event */
  INSERT INTO "lists__crr_log" (
  "key_id",
  arrived,
  site,
  seq,
  time,
  causal_length,
  "version_board_id",
  "value_board_id",
  "version_title",
  "value_title",
  "version_position",
  "value_position"
)
SELECT
  new."id",
  state.db_version,
  state.site,
  state.seq,
  CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER),
  crr_clock.causal_length,
  CASE WHEN old."board_id" IS NOT new."board_id" COLLATE BINARY THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_board_id" AS INTEGER), -(crr_clock.row_version = 0)) END,
  CASE WHEN old."board_id" IS NOT new."board_id" COLLATE BINARY THEN new."board_id" END,
  CASE WHEN old."title" IS NOT new."title" COLLATE BINARY THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)) END,
  CASE WHEN old."title" IS NOT new."title" COLLATE BINARY THEN new."title" END,
  CASE WHEN old."position" IS NOT new."position" COLLATE BINARY THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)) END,
  CASE WHEN old."position" IS NOT new."position" COLLATE BINARY THEN new."position" END
FROM crr_state AS state, "lists__crr_clock" AS crr_clock
WHERE crr_clock."key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_insert"
AFTER INSERT ON "lists"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a new row, or one that replaces another */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 3;
  INSERT INTO "lists__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_board_id",
  "clock_title",
  "clock_position"
)
SELECT
  new."id",
  state.birth,
  state.db_version,
  1,
  state.site,
  state.seq - 2,
  CASE WHEN state.birth > 1 THEN '@' || state.db_version || ':' || state.site || ':' || (state.seq - 3) END,
  NULL,
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
  "clock_board_id" = CASE "clock_board_id" WHEN '-9000000000000000' THEN NULL ELSE "clock_board_id" END,
  "clock_title" = CASE "clock_title" WHEN '-9000000000000000' THEN NULL ELSE "clock_title" END,
  "clock_position" = CASE "clock_position" WHEN '-9000000000000000' THEN NULL ELSE "clock_position" END;
  INSERT INTO "lists__crr_log" (
  "key_id",
  arrived,
  site,
  seq,
  time,
  causal_length,
  row_version,
  "version_board_id",
  "value_board_id",
  "version_title",
  "value_title",
  "version_position",
  "value_position"
)
SELECT
  new."id",
  state.db_version,
  state.site,
  state.seq,
  CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER),
  crr_clock.causal_length,
  crr_clock.row_version,
  CASE WHEN crr_clock."clock_board_id" IS NOT NULL THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_board_id" AS INTEGER), -(crr_clock.row_version = 0)) END,
  new."board_id",
  CASE WHEN crr_clock."clock_title" IS NOT NULL THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)) END,
  new."title",
  CASE WHEN crr_clock."clock_position" IS NOT NULL THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)) END,
  new."position"
FROM crr_state AS state, "lists__crr_clock" AS crr_clock
WHERE crr_clock."key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_update_position"
AFTER UPDATE OF "position" ON "lists"
WHEN
  old."position" IS NOT new."position" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "lists__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_position") = (
    SELECT state.db_version, (CASE "clock_position" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_position" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_update_title"
AFTER UPDATE OF "title" ON "lists"
WHEN
  old."title" IS NOT new."title" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "lists__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_title") = (
    SELECT state.db_version, (CASE "clock_title" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_title" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_update_board_id"
AFTER UPDATE OF "board_id" ON "lists"
WHEN
  old."board_id" IS NOT new."board_id" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "lists__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_board_id") = (
    SELECT state.db_version, (CASE "clock_board_id" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_board_id" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_key"
AFTER UPDATE OF "id" ON "lists"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
BEGIN /* drizzle-crr 2: a changed key is a delete and a create */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 3;
  INSERT INTO "lists__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_board_id",
  "clock_title",
  "clock_position"
)
SELECT
  new."id",
  state.birth,
  state.db_version,
  0,
  state.site,
  state.seq - 2,
  '@' || state.db_version || ':' || state.site || ':' || (state.seq - 3),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_board_id" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_board_id" AS INTEGER), -(former.row_version = 0)) END + (old."board_id" IS NOT new."board_id" COLLATE BINARY),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_title" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_title" AS INTEGER), -(former.row_version = 0)) END + (old."title" IS NOT new."title" COLLATE BINARY),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_position" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_position" AS INTEGER), -(former.row_version = 0)) END + (old."position" IS NOT new."position" COLLATE BINARY)
FROM crr_state AS state, "lists__crr_clock" AS former
WHERE former."key_id" = old."id"
ON CONFLICT ("key_id") DO UPDATE SET
  causal_length = max(causal_length + 1 + causal_length % 2, excluded.causal_length),
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = NULL,
  row_site = excluded.row_site,
  row_seq = excluded.row_seq,
  sentinel = excluded.sentinel,
  "clock_board_id" = excluded."clock_board_id",
  "clock_title" = excluded."clock_title",
  "clock_position" = excluded."clock_position";
  INSERT INTO "lists__crr_log" (
  "key_id",
  arrived,
  site,
  seq,
  time,
  causal_length,
  row_version,
  "version_board_id",
  "value_board_id",
  "version_title",
  "value_title",
  "version_position",
  "value_position"
)
SELECT
  new."id",
  state.db_version,
  state.site,
  state.seq,
  CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER),
  crr_clock.causal_length,
  crr_clock.row_version,
  CASE WHEN crr_clock."clock_board_id" IS NOT NULL THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_board_id" AS INTEGER), -(crr_clock.row_version = 0)) END,
  new."board_id",
  CASE WHEN crr_clock."clock_title" IS NOT NULL THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)) END,
  new."title",
  CASE WHEN crr_clock."clock_position" IS NOT NULL THEN crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)) END,
  new."position"
FROM crr_state AS state, "lists__crr_clock" AS crr_clock
WHERE crr_clock."key_id" = new."id";
  UPDATE crr_state SET seq = seq + 4;
  UPDATE "lists__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 3) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_board_id" = NULL,
  "clock_title" = NULL,
  "clock_position" = NULL
WHERE "key_id" = old."id";
  INSERT INTO "lists__crr_log" (
  "key_id",
  arrived,
  site,
  seq,
  time,
  causal_length
)
SELECT
  old."id",
  state.db_version,
  state.site,
  state.seq,
  CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER),
  crr_clock.causal_length
FROM crr_state AS state, "lists__crr_clock" AS crr_clock
WHERE crr_clock."key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_delete"
AFTER DELETE ON "lists"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: the clock row stays as a tombstone */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 3;
  UPDATE "lists__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 3) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_board_id" = NULL,
  "clock_title" = NULL,
  "clock_position" = NULL
WHERE "key_id" = old."id";
  INSERT INTO "lists__crr_log" (
  "key_id",
  arrived,
  site,
  seq,
  time,
  causal_length
)
SELECT
  old."id",
  state.db_version,
  state.site,
  state.seq,
  CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER),
  crr_clock.causal_length
FROM crr_state AS state, "lists__crr_clock" AS crr_clock
WHERE crr_clock."key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_merge_early"
BEFORE INSERT ON "lists__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND NOT (ifnull(new."version_board_id", new.row_version) >= 0 AND ifnull(new."version_title", new.row_version) >= 0 AND ifnull(new."version_position", new.row_version) >= 0 OR (
      EXISTS (
        SELECT 1 FROM "lists" AS base
        WHERE base."id" = new."key_id"
      )
      OR EXISTS (
        SELECT 1 FROM "lists__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = new."key_id"
      )
    ))
BEGIN /* drizzle-crr 2: a row that lacks a NOT NULL cell waits */
  INSERT INTO crr_pending (source, table_name, pk, cid, val, col_version, causal_length, site, seq, db_version, size, number, key_1)
SELECT
  (SELECT source FROM crr_apply),
  'lists',
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
      SELECT 1 FROM "lists__crr_clock"
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
  'lists',
  new.pk,
  'board_id',
  new."value_board_id",
  ifnull(new."version_board_id", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_board_id", new.row_site || ':' || (new.row_seq + 0)) AS INTEGER),
  CAST(substr(ifnull(new."origin_board_id", new.row_site || ':' || (new.row_seq + 0)), instr(ifnull(new."origin_board_id", new.row_site || ':' || (new.row_seq + 0)), ':') + 1) AS INTEGER),
  new.db_version,
  13 + length(new.pk) + ifnull(length(CAST(new."value_board_id" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_board_id", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "lists__crr_clock"
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
  'lists',
  new.pk,
  'title',
  new."value_title",
  ifnull(new."version_title", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 1)) AS INTEGER),
  CAST(substr(ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 1)), instr(ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 1)), ':') + 1) AS INTEGER),
  new.db_version,
  10 + length(new.pk) + ifnull(length(CAST(new."value_title" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_title", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "lists__crr_clock"
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
  'lists',
  new.pk,
  'position',
  new."value_position",
  ifnull(new."version_position", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_position", new.row_site || ':' || (new.row_seq + 2)) AS INTEGER),
  CAST(substr(ifnull(new."origin_position", new.row_site || ':' || (new.row_seq + 2)), instr(ifnull(new."origin_position", new.row_site || ':' || (new.row_seq + 2)), ':') + 1) AS INTEGER),
  new.db_version,
  13 + length(new.pk) + ifnull(length(CAST(new."value_position" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_position", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "lists__crr_clock"
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
CREATE TRIGGER "lists__crr_on_merge_delete"
BEFORE INSERT ON "lists__crr_merge"
WHEN
  new.causal_length % 2 = 0
BEGIN /* drizzle-crr 2: a delete */
  INSERT INTO "lists__crr_clock" ("key_id", causal_length, db_version, row_version, sentinel)
VALUES (new."key_id", new.causal_length, new.db_version, 0, '@' || new.db_version || ':' || new.sentinel)
ON CONFLICT ("key_id") DO UPDATE SET
  causal_length = excluded.causal_length,
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = CASE WHEN causal_length % 2 = 1 THEN excluded.db_version END,
  row_site = NULL,
  row_seq = NULL,
  sentinel = excluded.sentinel,
  "clock_board_id" = NULL,
  "clock_title" = NULL,
  "clock_position" = NULL
WHERE excluded.causal_length > causal_length;
  DELETE FROM "lists"
WHERE
  "id" = new."key_id"
  AND EXISTS (
    SELECT 1 FROM "lists__crr_clock"
    WHERE
      "key_id" = new."key_id"
      AND causal_length = new.causal_length
  );
  DELETE FROM "lists__crr_aside"
WHERE
  "key_id" = new."key_id"
  AND EXISTS (
    SELECT 1 FROM "lists__crr_clock"
    WHERE
      "key_id" = new."key_id"
      AND causal_length = new.causal_length
  );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_merge"
BEFORE INSERT ON "lists__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND (ifnull(new."version_board_id", new.row_version) >= 0 AND ifnull(new."version_title", new.row_version) >= 0 AND ifnull(new."version_position", new.row_version) >= 0 OR (
      EXISTS (
        SELECT 1 FROM "lists" AS base
        WHERE base."id" = new."key_id"
      )
      OR EXISTS (
        SELECT 1 FROM "lists__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = new."key_id"
      )
    ))
  AND EXISTS (SELECT 1 FROM "lists__crr_clock" WHERE "key_id" = new."key_id")
BEGIN /* drizzle-crr 2: the general case */
  UPDATE "lists__crr_clock"
SET
  causal_length = new.causal_length,
  db_version = new.db_version,
  row_version = won.row_version,
  row_db_version = CASE WHEN "lists__crr_clock".causal_length % 2 = 1 THEN ifnull("lists__crr_clock".row_db_version, nullif("lists__crr_clock".db_version, new.db_version)) END,
  sentinel = CASE WHEN new.causal_length > "lists__crr_clock".causal_length THEN '@' || new.db_version || ':' || new.sentinel ELSE "lists__crr_clock".sentinel END,
  "clock_board_id" = CASE
    WHEN won.cell_0 THEN (ifnull(new."version_board_id", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_board_id", new.row_site || ':' || (new.row_seq + 0))
    WHEN new.causal_length > "lists__crr_clock".causal_length AND "lists__crr_clock".row_version + ifnull(CAST("lists__crr_clock"."clock_board_id" AS INTEGER), -("lists__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "lists__crr_clock"."clock_board_id"
  END,
  "clock_title" = CASE
    WHEN won.cell_1 THEN (ifnull(new."version_title", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 1))
    WHEN new.causal_length > "lists__crr_clock".causal_length AND "lists__crr_clock".row_version + ifnull(CAST("lists__crr_clock"."clock_title" AS INTEGER), -("lists__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "lists__crr_clock"."clock_title"
  END,
  "clock_position" = CASE
    WHEN won.cell_2 THEN (ifnull(new."version_position", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_position", new.row_site || ':' || (new.row_seq + 2))
    WHEN new.causal_length > "lists__crr_clock".causal_length AND "lists__crr_clock".row_version + ifnull(CAST("lists__crr_clock"."clock_position" AS INTEGER), -("lists__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "lists__crr_clock"."clock_position"
  END
FROM (
  SELECT
    CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE clock.row_version END AS row_version,
    ifnull(new."version_board_id", new.row_version) >= 0 AND 2 * (ifnull(new."version_board_id", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_board_id" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_board_id") = typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_board_id" ELSE base."board_id" END) THEN ifnull(new."value_board_id" > CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_board_id" ELSE base."board_id" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_board_id"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_board_id" ELSE base."board_id" END), 1, 1)) END > 0 AS cell_0,
    ifnull(new."version_title", new.row_version) >= 0 AND 2 * (ifnull(new."version_title", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_title" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_title") = typeof(CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_title" THEN crr_aside."value_title" ELSE base."title" END) THEN ifnull(new."value_title" > CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_title" THEN crr_aside."value_title" ELSE base."title" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_title"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_title" THEN crr_aside."value_title" ELSE base."title" END), 1, 1)) END > 0 AS cell_1,
    ifnull(new."version_position", new.row_version) >= 0 AND 2 * (ifnull(new."version_position", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_position" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_position") = typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END) THEN ifnull(new."value_position" > CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_position"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END), 1, 1)) END > 0 AS cell_2
  FROM "lists__crr_clock" AS clock
  LEFT JOIN "lists" AS base ON base."id" = new."key_id"
  LEFT JOIN "lists__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
  WHERE
    clock."key_id" = new."key_id"
    AND (
        new.causal_length > clock.causal_length
        OR (new.causal_length = clock.causal_length AND (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL))
      )
  LIMIT 1
) AS won
WHERE
  "lists__crr_clock"."key_id" = new."key_id"
  AND (
    new.causal_length > "lists__crr_clock".causal_length
    OR won.cell_0
    OR won.cell_1
    OR won.cell_2
  );
  SELECT RAISE(IGNORE) WHERE changes() = 0;
  UPDATE OR IGNORE "lists"
SET
  "board_id" = CASE
    WHEN ifnull(new."version_board_id", new.row_version) >= 0 AND crr_clock."clock_board_id" = (ifnull(new."version_board_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_board_id", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_board_id"
    ELSE "lists"."board_id"
  END,
  "title" = CASE
    WHEN ifnull(new."version_title", new.row_version) >= 0 AND crr_clock."clock_title" = (ifnull(new."version_title", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 1))
    THEN new."value_title"
    ELSE "lists"."title"
  END,
  "position" = CASE
    WHEN ifnull(new."version_position", new.row_version) >= 0 AND crr_clock."clock_position" = (ifnull(new."version_position", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_position", new.row_site || ':' || (new.row_seq + 2))
    THEN new."value_position"
    ELSE "lists"."position"
  END
FROM "lists__crr_clock" AS crr_clock
WHERE
  "lists"."id" = new."key_id"
  AND crr_clock."key_id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "lists__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "lists__crr_aside" (
  "key_id",
  "value_board_id",
  "value_title",
  "value_position",
  state
)
SELECT
  new."key_id",
  CASE
    WHEN ifnull(new."version_board_id", new.row_version) >= 0 AND crr_clock."clock_board_id" = (ifnull(new."version_board_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_board_id", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_board_id"
    ELSE CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_board_id" ELSE base."board_id" END
  END,
  CASE
    WHEN ifnull(new."version_title", new.row_version) >= 0 AND crr_clock."clock_title" = (ifnull(new."version_title", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 1))
    THEN new."value_title"
    ELSE CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_title" THEN crr_aside."value_title" ELSE base."title" END
  END,
  CASE
    WHEN ifnull(new."version_position", new.row_version) >= 0 AND crr_clock."clock_position" = (ifnull(new."version_position", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_position", new.row_site || ':' || (new.row_seq + 2))
    THEN new."value_position"
    ELSE CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END
  END,
  'open'
FROM "lists__crr_clock" AS crr_clock
LEFT JOIN "lists" AS base ON base."id" = new."key_id"
LEFT JOIN "lists__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  crr_clock."key_id" = new."key_id"
  AND (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_board_id" = excluded."value_board_id",
  "value_title" = excluded."value_title",
  "value_position" = excluded."value_position",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  INSERT INTO "lists" (
  "id",
  "board_id",
  "title",
  "position"
)
SELECT
  new."key_id",
  new."value_board_id",
  new."value_title",
  new."value_position"
FROM "lists__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "lists" WHERE "id" = new."key_id")
  AND NOT EXISTS (
      SELECT 1 FROM "lists__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    )
  AND (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "lists__crr_aside" (
  "key_id",
  "value_board_id",
  "value_title",
  "value_position",
  state,
  was
)
SELECT
  new."key_id",
  new."value_board_id",
  new."value_title",
  new."value_position",
  'open',
  'new'
FROM "lists__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "lists" WHERE "id" = new."key_id")
  AND NOT EXISTS (
      SELECT 1 FROM "lists__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_merge_fresh_cells"
BEFORE INSERT ON "lists__crr_merge"
WHEN
  new.row_version < 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND (ifnull(new."version_board_id", new.row_version) >= 0 AND ifnull(new."version_title", new.row_version) >= 0 AND ifnull(new."version_position", new.row_version) >= 0 OR (
            EXISTS (
              SELECT 1 FROM "lists" AS base
              WHERE base."id" = new."key_id"
            )
            OR EXISTS (
              SELECT 1 FROM "lists__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = new."key_id"
            )
          ))
        AND NOT EXISTS (SELECT 1 FROM "lists__crr_clock" WHERE "key_id" = new."key_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row, by its cells */
  INSERT INTO "lists__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_board_id",
  "clock_title",
  "clock_position"
)
VALUES (
  new."key_id",
  new.causal_length,
  new.db_version,
  0,
  new.row_site,
  new.row_seq,
  '@' || new.db_version || ':' || new.sentinel,
  CASE WHEN ifnull(new."version_board_id", new.row_version) >= 0 THEN ifnull(new."version_board_id", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_board_id", new.row_site || ':' || (new.row_seq + 0)) END,
  CASE WHEN ifnull(new."version_title", new.row_version) >= 0 THEN ifnull(new."version_title", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_title", new.row_site || ':' || (new.row_seq + 1)) END,
  CASE WHEN ifnull(new."version_position", new.row_version) >= 0 THEN ifnull(new."version_position", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_position", new.row_site || ':' || (new.row_seq + 2)) END
);
  INSERT INTO "lists" (
  "id",
  "board_id",
  "title",
  "position"
)
SELECT
  new."key_id",
  new."value_board_id",
  new."value_title",
  new."value_position"
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "lists__crr_aside" (
  "key_id",
  "value_board_id",
  "value_title",
  "value_position",
  state,
  was
)
VALUES (
  new."key_id",
  new."value_board_id",
  new."value_title",
  new."value_position",
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_merge_newer_cells"
BEFORE INSERT ON "lists__crr_merge"
WHEN
  new.row_version < 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: newer cells */
  UPDATE "lists__crr_clock"
SET
  row_db_version = ifnull(row_db_version, nullif(db_version, new.db_version)),
  db_version = new.db_version,
  "clock_board_id" = CASE WHEN new."version_board_id" IS NULL THEN "clock_board_id" ELSE (new."version_board_id" - row_version) || '@' || new.db_version || ':' || new."origin_board_id" END,
  "clock_title" = CASE WHEN new."version_title" IS NULL THEN "clock_title" ELSE (new."version_title" - row_version) || '@' || new.db_version || ':' || new."origin_title" END,
  "clock_position" = CASE WHEN new."version_position" IS NULL THEN "clock_position" ELSE (new."version_position" - row_version) || '@' || new.db_version || ':' || new."origin_position" END
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "lists"
SET
  "board_id" = CASE WHEN new."version_board_id" IS NULL THEN "lists"."board_id" ELSE new."value_board_id" END,
  "title" = CASE WHEN new."version_title" IS NULL THEN "lists"."title" ELSE new."value_title" END,
  "position" = CASE WHEN new."version_position" IS NULL THEN "lists"."position" ELSE new."value_position" END
WHERE
  "lists"."id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "lists__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "lists__crr_aside" (
  "key_id",
  "value_board_id",
  "value_title",
  "value_position",
  state
)
SELECT
  new."key_id",
  CASE WHEN new."version_board_id" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_board_id" ELSE base."board_id" END ELSE new."value_board_id" END,
  CASE WHEN new."version_title" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_title" THEN crr_aside."value_title" ELSE base."title" END ELSE new."value_title" END,
  CASE WHEN new."version_position" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END ELSE new."value_position" END,
  'open'
FROM (SELECT 1)
LEFT JOIN "lists" AS base ON base."id" = new."key_id"
LEFT JOIN "lists__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_board_id" = excluded."value_board_id",
  "value_title" = excluded."value_title",
  "value_position" = excluded."value_position",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_merge_newer_row"
BEFORE INSERT ON "lists__crr_merge"
WHEN
  new.row_version > 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: a newer row */
  UPDATE "lists__crr_clock"
SET
  row_db_version = new.db_version,
  row_version = new.row_version,
  row_site = new.row_site,
  row_seq = new.row_seq,
  db_version = new.db_version,
  "clock_board_id" = NULL,
  "clock_title" = NULL,
  "clock_position" = NULL
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "lists"
SET
  "board_id" = new."value_board_id",
  "title" = new."value_title",
  "position" = new."value_position"
WHERE
  "lists"."id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "lists__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "lists__crr_aside" (
  "key_id",
  "value_board_id",
  "value_title",
  "value_position",
  state
)
SELECT
  new."key_id",
  new."value_board_id",
  new."value_title",
  new."value_position",
  'open'
FROM (SELECT 1)
LEFT JOIN "lists" AS base ON base."id" = new."key_id"
LEFT JOIN "lists__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_board_id" = excluded."value_board_id",
  "value_title" = excluded."value_title",
  "value_position" = excluded."value_position",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_merge_fresh_row"
BEFORE INSERT ON "lists__crr_merge"
WHEN
  new.row_version > 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND NOT EXISTS (SELECT 1 FROM "lists__crr_clock" WHERE "key_id" = new."key_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row */
  INSERT INTO "lists__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_board_id",
  "clock_title",
  "clock_position"
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
  NULL,
  NULL
);
  INSERT INTO "lists" (
  "id",
  "board_id",
  "title",
  "position"
)
SELECT
  new."key_id",
  new."value_board_id",
  new."value_title",
  new."value_position"
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "lists__crr_aside" (
  "key_id",
  "value_board_id",
  "value_title",
  "value_position",
  state,
  was
)
VALUES (
  new."key_id",
  new."value_board_id",
  new."value_title",
  new."value_position",
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_aside_insert"
AFTER INSERT ON "lists"
WHEN
  EXISTS (
    SELECT 1 FROM "lists__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = new."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted again is parked no more */
  DELETE FROM "lists__crr_aside" WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_aside_delete"
AFTER DELETE ON "lists"
WHEN
  EXISTS (
    SELECT 1 FROM "lists__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = old."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: masks go with their row */
  DELETE FROM "lists__crr_aside" WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_aside_key"
AFTER UPDATE OF "id" ON "lists"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
  AND (EXISTS (
      SELECT 1 FROM "lists__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    ) OR EXISTS (
      SELECT 1 FROM "lists__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    ))
BEGIN /* drizzle-crr 2: masks move with their row */
  DELETE FROM "lists__crr_aside" WHERE "key_id" = new."id";
  UPDATE "lists__crr_aside"
SET "key_id" = new."id"
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_aside_update_title"
AFTER UPDATE OF "title" ON "lists"
WHEN
  old."title" IS NOT new."title" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND (EXISTS (
      SELECT 1 FROM "lists__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    ) OR EXISTS (
      SELECT 1 FROM "lists__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    ))
BEGIN /* drizzle-crr 2: a cell that is written is masked no more */
  UPDATE "lists__crr_aside"
  SET "mask_title" = NULL
  WHERE (
    "key_id" = old."id"
    OR "key_id" = new."id"
  );
  DELETE FROM "lists__crr_aside"
  WHERE
    (
      "key_id" = old."id"
      OR "key_id" = new."id"
    )
    AND state IS NULL
    AND NOT (ifnull("lists__crr_aside"."mask_title", 0));
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_rival_insert"
BEFORE INSERT ON "lists"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND EXISTS (
      SELECT 1 FROM "lists" AS rival
      WHERE
        rival."id" <> new."id"
        AND (
            new."board_id" IS NOT NULL AND new."title" IS NOT NULL AND rival."board_id" = new."board_id" AND rival."title" = new."title"
          )
    )
BEGIN /* drizzle-crr 2: rows that OR REPLACE may delete */
  DELETE FROM "lists__crr_rival"
WHERE NOT EXISTS (
  SELECT 1 FROM "lists__crr_rival" AS noted
  CROSS JOIN "lists__crr_clock" ON noted."key_id" = "lists__crr_clock"."key_id"
  WHERE
    "lists__crr_clock".causal_length % 2 = 1
    AND NOT EXISTS (
        SELECT 1 FROM "lists" AS base
        WHERE "lists__crr_clock"."key_id" = base."id"
      )
      AND NOT EXISTS (
          SELECT 1 FROM "lists__crr_aside" AS beside
          WHERE beside."key_id" = "lists__crr_clock"."key_id" AND beside.state IS NOT NULL
        )
);
  INSERT OR IGNORE INTO "lists__crr_rival" ("key_id")
SELECT rival."id"
FROM "lists" AS rival
WHERE
  rival."id" <> new."id"
  AND (
      new."board_id" IS NOT NULL AND new."title" IS NOT NULL AND rival."board_id" = new."board_id" AND rival."title" = new."title"
    );
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_replaced_insert"
AFTER INSERT ON "lists"
WHEN
  EXISTS (
    SELECT 1 FROM "lists__crr_rival" AS noted
    CROSS JOIN "lists__crr_clock" ON noted."key_id" = "lists__crr_clock"."key_id"
    WHERE
      "lists__crr_clock".causal_length % 2 = 1
      AND NOT EXISTS (
          SELECT 1 FROM "lists" AS base
          WHERE "lists__crr_clock"."key_id" = base."id"
        )
        AND NOT EXISTS (
            SELECT 1 FROM "lists__crr_aside" AS beside
            WHERE beside."key_id" = "lists__crr_clock"."key_id" AND beside.state IS NOT NULL
          )
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: rows that OR REPLACE has deleted */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 3;
  UPDATE "lists__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 3) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_board_id" = NULL,
  "clock_title" = NULL,
  "clock_position" = NULL
WHERE causal_length % 2 = 1
AND "lists__crr_clock".row_id IN (
    SELECT "lists__crr_clock".row_id
    FROM "lists__crr_rival" AS noted
    CROSS JOIN "lists__crr_clock" ON noted."key_id" = "lists__crr_clock"."key_id"
  )
  AND NOT EXISTS (
      SELECT 1 FROM "lists" AS base
      WHERE "lists__crr_clock"."key_id" = base."id"
    )
    AND NOT EXISTS (
        SELECT 1 FROM "lists__crr_aside" AS beside
        WHERE beside."key_id" = "lists__crr_clock"."key_id" AND beside.state IS NOT NULL
      );
  DELETE FROM "lists__crr_aside"
WHERE
  state IS NULL
  AND "lists__crr_aside".rowid IN (
      SELECT "lists__crr_aside".rowid
      FROM "lists__crr_rival" AS noted
      CROSS JOIN "lists__crr_aside" ON noted."key_id" = "lists__crr_aside"."key_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "lists" AS base
      WHERE "lists__crr_aside"."key_id" = base."id"
    );
  DELETE FROM "lists__crr_rival"
WHERE
  NOT EXISTS (
    SELECT 1 FROM "lists" AS base
    WHERE "lists__crr_rival"."key_id" = base."id"
  );
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_rival_update"
BEFORE UPDATE OF "board_id", "title" ON "lists"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND EXISTS (
      SELECT 1 FROM "lists" AS rival
      WHERE
        rival."id" <> old."id"
        AND (
            new."board_id" IS NOT NULL AND new."title" IS NOT NULL AND rival."board_id" = new."board_id" AND rival."title" = new."title"
          )
    )
BEGIN /* drizzle-crr 2: rows that OR REPLACE may delete */
  DELETE FROM "lists__crr_rival"
WHERE NOT EXISTS (
  SELECT 1 FROM "lists__crr_rival" AS noted
  CROSS JOIN "lists__crr_clock" ON noted."key_id" = "lists__crr_clock"."key_id"
  WHERE
    "lists__crr_clock".causal_length % 2 = 1
    AND NOT EXISTS (
        SELECT 1 FROM "lists" AS base
        WHERE "lists__crr_clock"."key_id" = base."id"
      )
      AND NOT EXISTS (
          SELECT 1 FROM "lists__crr_aside" AS beside
          WHERE beside."key_id" = "lists__crr_clock"."key_id" AND beside.state IS NOT NULL
        )
);
  INSERT OR IGNORE INTO "lists__crr_rival" ("key_id")
SELECT rival."id"
FROM "lists" AS rival
WHERE
  rival."id" <> old."id"
  AND (
      new."board_id" IS NOT NULL AND new."title" IS NOT NULL AND rival."board_id" = new."board_id" AND rival."title" = new."title"
    );
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_replaced_update"
AFTER UPDATE OF "board_id", "title" ON "lists"
WHEN
  EXISTS (
    SELECT 1 FROM "lists__crr_rival" AS noted
    CROSS JOIN "lists__crr_clock" ON noted."key_id" = "lists__crr_clock"."key_id"
    WHERE
      "lists__crr_clock".causal_length % 2 = 1
      AND NOT ("lists__crr_clock"."key_id" = old."id")
      AND NOT EXISTS (
          SELECT 1 FROM "lists" AS base
          WHERE "lists__crr_clock"."key_id" = base."id"
        )
        AND NOT EXISTS (
            SELECT 1 FROM "lists__crr_aside" AS beside
            WHERE beside."key_id" = "lists__crr_clock"."key_id" AND beside.state IS NOT NULL
          )
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: rows that OR REPLACE has deleted */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 3;
  UPDATE "lists__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 3) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_board_id" = NULL,
  "clock_title" = NULL,
  "clock_position" = NULL
WHERE causal_length % 2 = 1
AND NOT ("lists__crr_clock"."key_id" = old."id")
  AND "lists__crr_clock".row_id IN (
      SELECT "lists__crr_clock".row_id
      FROM "lists__crr_rival" AS noted
      CROSS JOIN "lists__crr_clock" ON noted."key_id" = "lists__crr_clock"."key_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "lists" AS base
      WHERE "lists__crr_clock"."key_id" = base."id"
    )
    AND NOT EXISTS (
        SELECT 1 FROM "lists__crr_aside" AS beside
        WHERE beside."key_id" = "lists__crr_clock"."key_id" AND beside.state IS NOT NULL
      );
  DELETE FROM "lists__crr_aside"
WHERE
  state IS NULL
  AND "lists__crr_aside".rowid IN (
      SELECT "lists__crr_aside".rowid
      FROM "lists__crr_rival" AS noted
      CROSS JOIN "lists__crr_aside" ON noted."key_id" = "lists__crr_aside"."key_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "lists" AS base
      WHERE "lists__crr_aside"."key_id" = base."id"
    );
  DELETE FROM "lists__crr_rival"
WHERE
  NOT EXISTS (
    SELECT 1 FROM "lists" AS base
    WHERE "lists__crr_rival"."key_id" = base."id"
  );
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_guard_delete"
BEFORE DELETE ON "lists"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND EXISTS (
      SELECT 1 FROM "lists__crr_clock" AS clock
      WHERE clock."key_id" = old."id" AND clock.causal_length % 2 = 1
    )
  AND NOT EXISTS (
      SELECT 1 FROM "lists__crr_aside" AS beside
      WHERE beside."key_id" = old."id" AND beside.state IS NOT NULL
    )
BEGIN /* drizzle-crr 2: no foreign key deletes a row while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_guard_reference_0"
BEFORE UPDATE OF "board_id" ON "lists"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND new."board_id" IS NULL
  AND old."board_id" IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "boards" AS parent
      WHERE parent."id" = old."board_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "lists__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    )
BEGIN /* drizzle-crr 2: no foreign key overwrites a cell while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_pass"
AFTER INSERT ON crr_pass
WHEN
  (SELECT moved_in FROM crr_settling) >= new.pass - 1
BEGIN /* drizzle-crr 2: rows whose parents were parked in the pass before */
  UPDATE "lists__crr_aside"
  SET
    state = 'reference',
    pass = new.pass
  WHERE
    state = 'open'
    AND rowid IN (
      SELECT child.rowid
      FROM "boards__crr_aside" AS parent
      CROSS JOIN "lists__crr_aside" AS child
        ON child."value_board_id" = parent."key_id"
      WHERE parent.pass >= new.pass - 1 AND parent.state <> 'open'
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
  INSERT INTO "lists__crr_aside" (
    "key_id",
    "value_board_id",
    "value_title",
    "value_position",
    state,
    pass
  )
  SELECT
    child."id",
    child."board_id",
    child."title",
    child."position",
    'reference',
    new.pass
  FROM "boards__crr_aside" AS parent
  CROSS JOIN "lists" AS child
    ON child."board_id" = parent."key_id"
  WHERE
    parent.pass >= new.pass - 1 AND parent.state <> 'open'
    AND parent.was IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM "lists__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = child."id"
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_rank"
BEFORE INSERT ON "lists__crr_rank"
BEGIN /* drizzle-crr 2: whether the row has its unique values */
  UPDATE "lists__crr_aside"
  SET
    lost_0 = coalesce(
      (
        SELECT ifnull(clock.row_id, -1)
        FROM "lists" AS rival
        LEFT JOIN "lists__crr_clock" AS clock ON clock."key_id" = rival."id"
        WHERE
          rival."board_id" = "lists__crr_aside"."value_board_id" AND rival."title" = "lists__crr_aside"."value_title"
          AND rival."id" < "lists__crr_aside"."key_id"
          AND NOT EXISTS (
              SELECT 1 FROM "lists__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = rival."id"
            )
        LIMIT 1
      ),
      (
        SELECT ifnull(clock.row_id, -1)
        FROM "lists__crr_aside" AS rival
        LEFT JOIN "lists__crr_clock" AS clock ON clock."key_id" = rival."key_id"
        WHERE
          rival."value_board_id" = "lists__crr_aside"."value_board_id" AND rival."value_title" = "lists__crr_aside"."value_title"
          AND rival."key_id" < "lists__crr_aside"."key_id"
          AND +rival.state = 'open' AND rival.lost_0 IS NULL
        LIMIT 1
      )
    )
  WHERE
    "lists__crr_aside"."key_id" = new."key_id"
    AND state = 'open' AND lost_0 IS NULL
    AND "lists__crr_aside"."value_board_id" IS NOT NULL AND "lists__crr_aside"."value_title" IS NOT NULL;
  UPDATE "lists__crr_aside"
  SET
    taken = coalesce(
      CASE WHEN lost_0 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "lists" AS rival
        LEFT JOIN "lists__crr_clock" AS clock ON clock."key_id" = rival."id"
        WHERE
          rival."board_id" = "lists__crr_aside"."value_board_id" AND rival."title" = "lists__crr_aside"."value_title" || '~' || replace(replace("lists__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."id" <> "lists__crr_aside"."key_id"
          AND NOT EXISTS (
              SELECT 1 FROM "lists__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = rival."id"
            )
        LIMIT 1
      ) END,
      CASE WHEN lost_0 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "lists__crr_aside" AS rival
        LEFT JOIN "lists__crr_clock" AS clock ON clock."key_id" = rival."key_id"
        WHERE
          rival."value_board_id" = "lists__crr_aside"."value_board_id" AND rival."value_title" = "lists__crr_aside"."value_title" || '~' || replace(replace("lists__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."key_id" <> "lists__crr_aside"."key_id"
          AND +rival.state IN ('open', 'unique')
        LIMIT 1
      ) END,
      NULL
    )
  WHERE
    "lists__crr_aside"."key_id" = new."key_id"
    AND state = 'open'
    AND (lost_0 IS NOT NULL);
  UPDATE "lists__crr_aside"
  SET
    state = 'unique',
    pass = (SELECT moved_in FROM crr_settling)
  WHERE
    "lists__crr_aside"."key_id" = new."key_id"
    AND state = 'open'
    AND (lost_0 IS NOT NULL)
    AND (
      taken IS NOT NULL
    );
  INSERT INTO "lists__crr_aside" (
    "key_id",
    "value_board_id",
    "value_title",
    "value_position",
    state,
    lost_0,
    pass
  )
  SELECT
    base."id",
    base."board_id",
    base."title",
    base."position",
    'open',
    ifnull((SELECT row_id FROM "lists__crr_clock" WHERE "key_id" = new."key_id"), -1),
    (SELECT moved_in FROM crr_settling)
  FROM "lists__crr_aside" AS winner
  CROSS JOIN "lists" AS base
    ON base."board_id" = winner."value_board_id" AND base."title" = winner."value_title"
  WHERE
    winner."key_id" = new."key_id"
    AND winner.state = 'open' AND winner.lost_0 IS NULL
    AND base."id" <> winner."key_id"
    AND NOT EXISTS (
        SELECT 1 FROM "lists__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = base."id"
      );
  UPDATE "lists__crr_aside"
  SET
    state = 'open',
    lost_0 = ifnull((SELECT row_id FROM "lists__crr_clock" WHERE "key_id" = new."key_id"), -1),
    pass = (SELECT moved_in FROM crr_settling)
  FROM "lists__crr_aside" AS winner
  WHERE
    winner."key_id" = new."key_id"
    AND winner.state = 'open' AND winner.lost_0 IS NULL
    AND "lists__crr_aside"."value_board_id" = winner."value_board_id" AND "lists__crr_aside"."value_title" = winner."value_title"
    AND "lists__crr_aside"."key_id" > winner."key_id"
    AND +"lists__crr_aside".state = 'open' AND "lists__crr_aside".lost_0 IS NULL;
  UPDATE "lists__crr_aside"
  SET
    taken = coalesce(
      CASE WHEN lost_0 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "lists" AS rival
        LEFT JOIN "lists__crr_clock" AS clock ON clock."key_id" = rival."id"
        WHERE
          rival."board_id" = "lists__crr_aside"."value_board_id" AND rival."title" = "lists__crr_aside"."value_title" || '~' || replace(replace("lists__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."id" <> "lists__crr_aside"."key_id"
          AND NOT EXISTS (
              SELECT 1 FROM "lists__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = rival."id"
            )
        LIMIT 1
      ) END,
      CASE WHEN lost_0 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "lists__crr_aside" AS rival
        LEFT JOIN "lists__crr_clock" AS clock ON clock."key_id" = rival."key_id"
        WHERE
          rival."value_board_id" = "lists__crr_aside"."value_board_id" AND rival."value_title" = "lists__crr_aside"."value_title" || '~' || replace(replace("lists__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."key_id" <> "lists__crr_aside"."key_id"
          AND +rival.state IN ('open', 'unique')
        LIMIT 1
      ) END,
      NULL
    )
  WHERE
    lost_0 = ifnull((SELECT row_id FROM "lists__crr_clock" WHERE "key_id" = new."key_id"), -1)
    AND +state = 'open';
  UPDATE "lists__crr_aside"
  SET
    state = 'unique',
    pass = (SELECT moved_in FROM crr_settling)
  WHERE
    lost_0 = ifnull((SELECT row_id FROM "lists__crr_clock" WHERE "key_id" = new."key_id"), -1)
    AND +state = 'open'
    AND (
      taken IS NOT NULL
    );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
UPDATE crr_state
SET db_version = db_version + 1
WHERE EXISTS (SELECT 1 FROM "lists" AS base WHERE NOT EXISTS (
  SELECT 1 FROM "lists__crr_clock" AS clock
  WHERE clock."key_id" = base."id"
));
--> statement-breakpoint
INSERT INTO "lists__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_board_id",
  "clock_title",
  "clock_position"
)
SELECT
  base."id",
  (SELECT birth FROM crr_state),
  (SELECT db_version FROM crr_state),
  1,
  (SELECT site FROM crr_state),
  (base.rowid & 1048575) * 4 + 1,
  CASE WHEN (SELECT birth FROM crr_state) > 1 THEN '@' || (SELECT db_version FROM crr_state) || ':' || (SELECT site FROM crr_state) || ':' || ((base.rowid & 1048575) * 4) END,
  NULL,
  NULL,
  NULL
FROM "lists" AS base
WHERE true
ORDER BY base."id"
ON CONFLICT DO NOTHING;
--> statement-breakpoint
INSERT INTO "lists__crr_log" (
  "key_id",
  arrived,
  site,
  time,
  causal_length,
  parents,
  "version_board_id",
  "value_board_id",
  "version_title",
  "value_title",
  "version_position",
  "value_position"
)
SELECT
  crr_clock."key_id",
  (SELECT db_version FROM crr_state),
  ifnull(CASE WHEN crr_clock.causal_length % 2 = 0 THEN CAST(substr(crr_clock.sentinel, instr(crr_clock.sentinel, ':') + 1) AS INTEGER) WHEN instr(crr_clock."clock_board_id", '@') > 0 AND true THEN CAST(substr((CASE WHEN instr(crr_clock."clock_board_id", '@') > 0 THEN substr(crr_clock."clock_board_id", instr(crr_clock."clock_board_id", '@')) ELSE '' END), instr((CASE WHEN instr(crr_clock."clock_board_id", '@') > 0 THEN substr(crr_clock."clock_board_id", instr(crr_clock."clock_board_id", '@')) ELSE '' END), ':') + 1) AS INTEGER) WHEN instr(crr_clock."clock_title", '@') > 0 AND true THEN CAST(substr((CASE WHEN instr(crr_clock."clock_title", '@') > 0 THEN substr(crr_clock."clock_title", instr(crr_clock."clock_title", '@')) ELSE '' END), instr((CASE WHEN instr(crr_clock."clock_title", '@') > 0 THEN substr(crr_clock."clock_title", instr(crr_clock."clock_title", '@')) ELSE '' END), ':') + 1) AS INTEGER) WHEN instr(crr_clock."clock_position", '@') > 0 AND true THEN CAST(substr((CASE WHEN instr(crr_clock."clock_position", '@') > 0 THEN substr(crr_clock."clock_position", instr(crr_clock."clock_position", '@')) ELSE '' END), instr((CASE WHEN instr(crr_clock."clock_position", '@') > 0 THEN substr(crr_clock."clock_position", instr(crr_clock."clock_position", '@')) ELSE '' END), ':') + 1) AS INTEGER) ELSE crr_clock.row_site END, 0),
  CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER),
  crr_clock.causal_length,
  ' ',
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "lists__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_board_id", known.row_version) IS NOT NULL AND abs(ifnull(known."version_board_id", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_board_id" AS INTEGER), -(crr_clock.row_version = 0)), 0)
  ) THEN max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_board_id" AS INTEGER), -(crr_clock.row_version = 0)), 0) END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "lists__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_board_id", known.row_version) IS NOT NULL AND abs(ifnull(known."version_board_id", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_board_id" AS INTEGER), -(crr_clock.row_version = 0)), 0)
  ) THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_board_id" ELSE base."board_id" END END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "lists__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_title", known.row_version) IS NOT NULL AND abs(ifnull(known."version_title", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0)
  ) THEN max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0) END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "lists__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_title", known.row_version) IS NOT NULL AND abs(ifnull(known."version_title", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0)
  ) THEN CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_title" THEN crr_aside."value_title" ELSE base."title" END END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "lists__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_position", known.row_version) IS NOT NULL AND abs(ifnull(known."version_position", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0)
  ) THEN max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0) END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "lists__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_position", known.row_version) IS NOT NULL AND abs(ifnull(known."version_position", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0)
  ) THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END END
FROM "lists__crr_clock" AS crr_clock
LEFT JOIN "lists" AS base ON crr_clock."key_id" = base."id"
LEFT JOIN "lists__crr_aside" AS crr_aside ON crr_aside."key_id" = crr_clock."key_id"
WHERE
  true
  AND crr_clock.db_version > 0
  AND (
              NOT EXISTS (
                SELECT 1 FROM "lists__crr_log" AS known
                WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND true AND true
              )
              OR crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
                  SELECT 1 FROM "lists__crr_log" AS known
                  WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_board_id", known.row_version) IS NOT NULL AND abs(ifnull(known."version_board_id", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_board_id" AS INTEGER), -(crr_clock.row_version = 0)), 0)
                )
              OR crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
                  SELECT 1 FROM "lists__crr_log" AS known
                  WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_title", known.row_version) IS NOT NULL AND abs(ifnull(known."version_title", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0)
                )
              OR crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
                  SELECT 1 FROM "lists__crr_log" AS known
                  WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND ifnull(known."version_position", known.row_version) IS NOT NULL AND abs(ifnull(known."version_position", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0)
                )
            );
--> statement-breakpoint
UPDATE crr_pending
SET reason = ''
WHERE reason IS NOT '';
