CREATE TABLE `boards` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`notes` text
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
CREATE TABLE `descriptions` (
	`card_id` text PRIMARY KEY NOT NULL,
	`body` text
);
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
-- drizzle-crr commit_alter: boards: becomes a CRR; cards: becomes a CRR, with history; descriptions: becomes a CRR; lists: becomes a CRR, with history
/* crr:state {"format":2,"set":[{"triggers":["boards__crr_on_insert","boards__crr_on_update_name","boards__crr_on_update_notes","boards__crr_on_key","boards__crr_on_delete","boards__crr_on_life","boards__crr_on_return","boards__crr_on_aside_insert","boards__crr_on_aside_delete","boards__crr_on_aside_key","boards__crr_on_aside_update_name","boards__crr_on_rival_insert","boards__crr_on_rival_update","boards__crr_on_replaced_update","boards__crr_on_bury"],"text":"034ff0638ec78ac5","base":null,"spec":{"name":"boards","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"name","sqlType":"text","notNull":true}],"cellColumns":[{"name":"notes","sqlType":"text","kind":{"type":"text"}}],"constraints":{"references":[],"uniques":[{"name":"boards_name_unique","columns":["name"],"loser":{"shows":"suffix","column":"name"}}],"isCircular":false}}},{"triggers":["cards__crr_on_log","cards__crr_on_insert","cards__crr_on_update_title","cards__crr_on_update_position","cards__crr_on_update_list_id","cards__crr_on_show_votes","cards__crr_on_update_votes","cards__crr_on_update_status","cards__crr_on_key","cards__crr_on_delete","cards__crr_on_life","cards__crr_on_return","cards__crr_on_resume","cards__crr_on_resume_key","cards__crr_on_aside_insert","cards__crr_on_aside_delete","cards__crr_on_aside_key","cards__crr_on_guard_delete","cards__crr_on_guard_reference_0","cards__crr_on_pass"],"text":"70ec60321978854b","base":null,"spec":{"name":"cards","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"list_id","sqlType":"text","notNull":true},{"name":"position","sqlType":"text","notNull":true,"kind":{"type":"fractIndex","within":["list"]}},{"name":"title","sqlType":"text","notNull":true,"kind":{"type":"lwwByTime"}}],"cellColumns":[{"name":"votes","sqlType":"integer","notNull":true,"default":"0","kind":{"type":"counter"}},{"name":"status","sqlType":"text","kind":{"type":"mvr"}}],"constraints":{"references":[{"columns":["list_id"],"parent":"lists","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false},"history":true}},{"triggers":["descriptions__crr_on_insert","descriptions__crr_on_update_body","descriptions__crr_on_key","descriptions__crr_on_delete","descriptions__crr_on_life","descriptions__crr_on_return"],"text":"1f31a5c7d747ded7","base":null,"spec":{"name":"descriptions","key":[{"name":"card_id","sqlType":"text"}],"clockColumns":[],"cellColumns":[{"name":"body","sqlType":"text","kind":{"type":"text"}}]}},{"triggers":["lists__crr_on_log","lists__crr_on_insert","lists__crr_on_update_position","lists__crr_on_update_title","lists__crr_on_update_board_id","lists__crr_on_key","lists__crr_on_delete","lists__crr_on_aside_insert","lists__crr_on_aside_delete","lists__crr_on_aside_key","lists__crr_on_aside_update_title","lists__crr_on_rival_insert","lists__crr_on_rival_update","lists__crr_on_replaced_update","lists__crr_on_bury","lists__crr_on_guard_delete","lists__crr_on_guard_reference_0","lists__crr_on_pass"],"text":"fbad98b2ffea1d99","base":null,"spec":{"name":"lists","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"board_id","sqlType":"text","notNull":true},{"name":"title","sqlType":"text","notNull":true},{"name":"position","sqlType":"text","notNull":true,"kind":{"type":"fractIndex","within":["board"]}}],"constraints":{"references":[{"columns":["board_id"],"parent":"boards","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[{"name":"lists_title","columns":["board_id","title"],"loser":{"shows":"suffix","column":"title"}}],"isCircular":false},"history":true}}],"drop":[]} */
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
INSERT INTO crr_table (table_name, spec, former)
VALUES ('boards', '{"name":"boards","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"name","sqlType":"text","notNull":true}],"cellColumns":[{"name":"notes","sqlType":"text","kind":{"type":"text"}}],"constraints":{"references":[],"uniques":[{"name":"boards_name_unique","columns":["name"],"loser":{"shows":"suffix","column":"name"}}],"isCircular":false}}', '[]')
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
CREATE TABLE IF NOT EXISTS "boards__crr_cell" (
  "key_id" TEXT NOT NULL,
  column_name TEXT NOT NULL,
  site INTEGER NOT NULL,
  version INTEGER,
  value,
  db_version INTEGER,
  seq INTEGER,
  base_version INTEGER,
  base_value,
  number INTEGER NOT NULL DEFAULT 0,
  UNIQUE ("key_id", column_name, site, number)
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "boards__crr_cell_db_version" ON "boards__crr_cell" (db_version);
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
CREATE TABLE IF NOT EXISTS "boards__crr_rival" (
  "key_id" TEXT NOT NULL,
  PRIMARY KEY ("key_id")
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_editor (
  lane INTEGER PRIMARY KEY,
  token TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_insert"
AFTER INSERT ON "boards"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a new row, or one that replaces another */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 2;
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
  state.seq - 1,
  CASE WHEN state.birth > 1 THEN '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2) END,
  NULL
FROM crr_state AS state WHERE true
ON CONFLICT ("key_id") DO UPDATE SET
  sentinel = '@' || excluded.db_version || ':' || excluded.row_site || ':' || (excluded.row_seq - 1),
  causal_length = max(causal_length + 1 + causal_length % 2, excluded.causal_length),
  db_version = excluded.db_version,
  row_version = row_version + 1,
  row_db_version = NULL,
  row_site = excluded.row_site,
  row_seq = excluded.row_seq,
  "clock_name" = CASE "clock_name" WHEN '-9000000000000000' THEN NULL ELSE "clock_name" END;
  INSERT INTO "boards__crr_cell" ("key_id", column_name, site, version, value, db_version, seq, base_version, base_value)
SELECT
  new."id",
  'notes',
  0,
  CASE WHEN (EXISTS (
    SELECT 1 FROM "boards__crr_cell" AS x
    WHERE x."key_id" = new."id" AND x.column_name = 'notes' AND x.site <> 0
  )) THEN 0 ELSE 1 END,
  CASE WHEN NOT (EXISTS (
    SELECT 1 FROM "boards__crr_cell" AS x
    WHERE x."key_id" = new."id" AND x.column_name = 'notes' AND x.site <> 0
  )) THEN new."notes" END,
  state.db_version,
  state.seq - 0,
  CASE WHEN (EXISTS (
    SELECT 1 FROM "boards__crr_cell" AS x
    WHERE x."key_id" = new."id" AND x.column_name = 'notes' AND x.site <> 0
  )) THEN 1 END,
  NULL
FROM crr_state AS state
WHERE new."notes" IS NOT NULL
ON CONFLICT ("key_id", column_name, site, number) DO UPDATE SET
  version = CASE WHEN excluded.version = 0 THEN version ELSE version + 1 END,
  value = CASE WHEN excluded.version = 0 THEN value ELSE excluded.value END,
  db_version = CASE WHEN excluded.version = 0 THEN db_version ELSE excluded.db_version END,
  seq = CASE WHEN excluded.version = 0 THEN seq ELSE excluded.seq END,
  base_value = CASE WHEN (base_version BETWEEN 1 AND 2 OR base_version = 3 AND excluded.version = 0) THEN base_value ELSE excluded.base_value END,
  base_version = CASE WHEN (base_version BETWEEN 1 AND 2 OR base_version = 3 AND excluded.version = 0) THEN base_version ELSE ifnull(excluded.base_version, base_version) END;
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
CREATE TRIGGER "boards__crr_on_update_notes"
AFTER UPDATE OF "notes" ON "boards"
WHEN
  old."notes" IS NOT new."notes" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: this site's cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  INSERT INTO "boards__crr_cell" ("key_id", column_name, site, version, value, db_version, seq, base_version, base_value)
SELECT
  new."id",
  'notes',
  0,
  CASE WHEN (EXISTS (
    SELECT 1 FROM "boards__crr_cell" AS x
    WHERE x."key_id" = new."id" AND x.column_name = 'notes' AND x.site <> 0
  )) THEN 0 ELSE 1 END,
  CASE WHEN NOT (EXISTS (
    SELECT 1 FROM "boards__crr_cell" AS x
    WHERE x."key_id" = new."id" AND x.column_name = 'notes' AND x.site <> 0
  )) THEN new."notes" END,
  state.db_version,
  state.seq,
  CASE WHEN (EXISTS (
    SELECT 1 FROM "boards__crr_cell" AS x
    WHERE x."key_id" = new."id" AND x.column_name = 'notes' AND x.site <> 0
  )) THEN 1 ELSE 2 END,
  old."notes"
FROM crr_state AS state
WHERE true
ON CONFLICT ("key_id", column_name, site, number) DO UPDATE SET
  version = CASE WHEN excluded.version = 0 THEN version ELSE version + 1 END,
  value = CASE WHEN excluded.version = 0 THEN value ELSE excluded.value END,
  db_version = CASE WHEN excluded.version = 0 THEN db_version ELSE excluded.db_version END,
  seq = CASE WHEN excluded.version = 0 THEN seq ELSE excluded.seq END,
  base_value = CASE WHEN (base_version BETWEEN 1 AND 2 OR base_version = 3 AND excluded.version = 0) THEN base_value ELSE excluded.base_value END,
  base_version = CASE WHEN (base_version BETWEEN 1 AND 2 OR base_version = 3 AND excluded.version = 0) THEN base_version ELSE ifnull(excluded.base_version, base_version) END;
  UPDATE "boards__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  db_version = (SELECT db_version FROM crr_state)
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
    seq = in_transaction * (seq + 1) + 2;
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
  state.seq - 1,
  '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2),
  max(1, former.row_version + ifnull(CAST(former."clock_name" AS INTEGER), -(former.row_version = 0))) + (old."name" IS NOT new."name" COLLATE BINARY)
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
  INSERT INTO "boards__crr_cell" ("key_id", column_name, site, version, value, db_version, seq, base_version, base_value)
SELECT
  new."id",
  'notes',
  0,
  CASE WHEN (EXISTS (
    SELECT 1 FROM "boards__crr_cell" AS x
    WHERE x."key_id" = new."id" AND x.column_name = 'notes' AND x.site <> 0
  )) THEN 0 ELSE 1 END,
  CASE WHEN NOT (EXISTS (
    SELECT 1 FROM "boards__crr_cell" AS x
    WHERE x."key_id" = new."id" AND x.column_name = 'notes' AND x.site <> 0
  )) THEN new."notes" END,
  state.db_version,
  state.seq - 0,
  CASE WHEN (EXISTS (
    SELECT 1 FROM "boards__crr_cell" AS x
    WHERE x."key_id" = new."id" AND x.column_name = 'notes' AND x.site <> 0
  )) THEN 1 END,
  NULL
FROM crr_state AS state
WHERE new."notes" IS NOT NULL
ON CONFLICT ("key_id", column_name, site, number) DO UPDATE SET
  version = CASE WHEN excluded.version = 0 THEN version ELSE version + 1 END,
  value = CASE WHEN excluded.version = 0 THEN value ELSE excluded.value END,
  db_version = CASE WHEN excluded.version = 0 THEN db_version ELSE excluded.db_version END,
  seq = CASE WHEN excluded.version = 0 THEN seq ELSE excluded.seq END,
  base_value = CASE WHEN (base_version BETWEEN 1 AND 2 OR base_version = 3 AND excluded.version = 0) THEN base_value ELSE excluded.base_value END,
  base_version = CASE WHEN (base_version BETWEEN 1 AND 2 OR base_version = 3 AND excluded.version = 0) THEN base_version ELSE ifnull(excluded.base_version, base_version) END;
  INSERT INTO "boards__crr_cell" ("key_id", column_name, site, version, value, db_version, seq, number, base_version, base_value)
SELECT
  new."id",
  'notes',
  state.site,
  x.place,
  x.value,
  state.db_version,
  state.seq - 0,
  x.place,
  0,
  x.base_value
FROM
  crr_state AS state,
  (
    SELECT 2 * (
      SELECT count(*) FROM "boards__crr_cell" AS y
      WHERE
        y."key_id" = old."id" AND y.column_name = 'notes'
        AND y.site <> 0
        AND (y.site < x.site OR y.site = x.site AND y.number <= x.number)
    ) AS place, x.value, x.base_value
    FROM "boards__crr_cell" AS x
    WHERE
      x."key_id" = old."id" AND x.column_name = 'notes'
      AND x.site <> 0
  ) AS x
WHERE true
ON CONFLICT DO NOTHING;
  UPDATE "boards__crr_cell"
SET (base_version, base_value) = (
  SELECT x.base_version, x.base_value FROM "boards__crr_cell" AS x
  WHERE x."key_id" = old."id" AND x.column_name = 'notes' AND x.site = 0
)
WHERE "key_id" = new."id" AND column_name = 'notes' AND site = 0;
  UPDATE "boards__crr_cell"
SET
  base_version = 1,
  base_value = old."notes"
WHERE "key_id" = new."id" AND column_name = 'notes' AND site = 0
  AND ifnull(base_version, 0) = 0
  AND old."notes" IS NOT new."notes"
  AND EXISTS (
    SELECT 1 FROM "boards__crr_cell" AS x
    WHERE x."key_id" = new."id" AND x.column_name = 'notes' AND x.site <> 0
  );
  UPDATE crr_state SET seq = seq + 3;
  UPDATE "boards__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2) FROM crr_state AS state),
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
    seq = in_transaction * (seq + 1) + 2;
  UPDATE "boards__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_name" = NULL
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_life"
AFTER UPDATE OF causal_length ON "boards__crr_clock"
WHEN
  new.causal_length > old.causal_length + (old.causal_length % 2 = 0)
BEGIN /* drizzle-crr 2: cells belong to one life of a row */
  DELETE FROM "boards__crr_cell" WHERE "key_id" = new."key_id";
  UPDATE "boards"
SET
  "notes" = NULL
WHERE
  "id" = (SELECT new."key_id")
  AND (SELECT new.causal_length) % 2 = 1
  AND (SELECT applying FROM crr_state) = 1;
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_return"
AFTER UPDATE OF causal_length ON "boards__crr_clock"
WHEN
  old.causal_length % 2 = 0
  AND new.causal_length = old.causal_length + 1
  AND (SELECT applying FROM crr_state) = 1
  AND EXISTS (SELECT 1 FROM "boards__crr_cell" WHERE "key_id" = new."key_id" AND db_version < 0)
BEGIN /* drizzle-crr 2: a row that was evicted is back */
  UPDATE "boards__crr_cell" SET db_version = new.db_version WHERE "key_id" = new."key_id" AND db_version < 0;
  UPDATE crr_apply SET has_local_news = 1;
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_aside_insert"
AFTER INSERT ON "boards"
WHEN
  (
    EXISTS (
      SELECT 1 FROM "boards__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    )
    OR EXISTS (SELECT 1 FROM "boards__crr_rival")
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted is parked no more, and rows that OR REPLACE deleted are dead */
  DELETE FROM "boards__crr_aside" WHERE "key_id" = new."id";
  DELETE FROM "boards__crr_rival"
WHERE
  NOT EXISTS (
    SELECT 1 FROM "boards" AS base
    WHERE "boards__crr_rival"."key_id" = base."id"
  );
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
  EXISTS (
    SELECT 1 FROM "boards" AS rival
    WHERE
      rival."id" <> new."id"
      AND (
          new."name" IS NOT NULL AND rival."name" = new."name"
        )
  )
  AND (SELECT applying FROM crr_state) = 0
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
  EXISTS (SELECT 1 FROM "boards__crr_rival")
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: rows that OR REPLACE has deleted */
  DELETE FROM "boards__crr_rival"
WHERE
  NOT ("boards__crr_rival"."key_id" = old."id")
  AND NOT EXISTS (
      SELECT 1 FROM "boards" AS base
      WHERE "boards__crr_rival"."key_id" = base."id"
    );
END;
--> statement-breakpoint
CREATE TRIGGER "boards__crr_on_bury"
AFTER DELETE ON "boards__crr_rival"
WHEN
  EXISTS (
    SELECT 1 FROM "boards__crr_clock" AS clock
    WHERE clock."key_id" = old."key_id" AND clock.causal_length % 2 = 1
  )
  AND NOT EXISTS (
      SELECT 1 FROM "boards" AS base
      WHERE old."key_id" = base."id"
    )
    AND NOT EXISTS (
        SELECT 1 FROM "boards__crr_aside" AS beside
        WHERE beside."key_id" = old."key_id" AND beside.state IS NOT NULL
      )
BEGIN /* drizzle-crr 2: a noted row that is gone is dead */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 2;
  UPDATE "boards__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_name" = NULL
WHERE "boards__crr_clock"."key_id" = old."key_id";
  DELETE FROM "boards__crr_aside" WHERE "boards__crr_aside"."key_id" = old."key_id";
END;
--> statement-breakpoint
UPDATE crr_state
SET db_version = db_version + 1
WHERE EXISTS (SELECT 1 FROM "boards" AS base WHERE NOT EXISTS (
  SELECT 1 FROM "boards__crr_clock" AS clock
  WHERE clock."key_id" = base."id"
));
--> statement-breakpoint
INSERT INTO "boards__crr_cell" ("key_id", column_name, site, version, value, db_version, seq)
SELECT
  base."id",
  'notes',
  0,
  max(0, min(1, 268435456)),
  base."notes",
  (SELECT db_version FROM crr_state),
  (base.rowid & 1048575) * 3 + 2
FROM "boards" AS base
WHERE
  base."notes" IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "boards__crr_clock" AS clock
      WHERE clock."key_id" = base."id"
    );
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
  (base.rowid & 1048575) * 3 + 1,
  CASE WHEN (SELECT birth FROM crr_state) > 1 THEN '@' || (SELECT db_version FROM crr_state) || ':' || (SELECT site FROM crr_state) || ':' || ((base.rowid & 1048575) * 3) END,
  NULL
FROM "boards" AS base
WHERE true
ORDER BY base."id"
ON CONFLICT DO NOTHING;
--> statement-breakpoint
DELETE FROM crr_former WHERE table_name = 'cards' AND cid = '-1';
--> statement-breakpoint
INSERT INTO crr_table (table_name, spec, former)
VALUES ('cards', '{"name":"cards","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"list_id","sqlType":"text","notNull":true},{"name":"position","sqlType":"text","notNull":true,"kind":{"type":"fractIndex","within":["list"]}},{"name":"title","sqlType":"text","notNull":true,"kind":{"type":"lwwByTime"}}],"cellColumns":[{"name":"votes","sqlType":"integer","notNull":true,"default":"0","kind":{"type":"counter"}},{"name":"status","sqlType":"text","kind":{"type":"mvr"}}],"constraints":{"references":[{"columns":["list_id"],"parent":"lists","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false},"history":true}', '[]')
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
  pruned TEXT,
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
CREATE INDEX IF NOT EXISTS "cards__crr_log_import" ON "cards__crr_log" ("key_id") WHERE seq IS NULL;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "cards__crr_head" (
  event INTEGER,
  column_name TEXT,
  head INTEGER,
  UNIQUE (event, column_name, head)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "cards__crr_pruned" (
  id INTEGER PRIMARY KEY,
  version INTEGER,
  time INTEGER,
  swept INTEGER,
  keep INTEGER
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
  CASE WHEN old."list_id" IS NOT new."list_id" COLLATE BINARY THEN crr_clock.row_version + crr_clock."clock_list_id" END,
  nullif(new."list_id" COLLATE BINARY, old."list_id"),
  CASE WHEN old."position" IS NOT new."position" COLLATE BINARY THEN crr_clock.row_version + crr_clock."clock_position" END,
  nullif(new."position" COLLATE BINARY, old."position"),
  CASE WHEN old."title" IS NOT new."title" COLLATE BINARY THEN crr_clock.row_version + crr_clock."clock_title" END,
  nullif(new."title" COLLATE BINARY, old."title"),
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
  max(1, former.row_version + ifnull(CAST(former."clock_list_id" AS INTEGER), -(former.row_version = 0))) + (old."list_id" IS NOT new."list_id" COLLATE BINARY),
  max(1, former.row_version + ifnull(CAST(former."clock_position" AS INTEGER), -(former.row_version = 0))) + (old."position" IS NOT new."position" COLLATE BINARY),
  CASE WHEN old."title" IS NOT new."title" COLLATE BINARY THEN CASE WHEN (former.row_version + ifnull(CAST(former."clock_title" AS INTEGER), -(former.row_version = 0))) >= max(1125899906842624, CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1024) THEN (former.row_version + ifnull(CAST(former."clock_title" AS INTEGER), -(former.row_version = 0))) + 1 ELSE max(1125899906842624, CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * 1024) END ELSE max(1, former.row_version + ifnull(CAST(former."clock_title" AS INTEGER), -(former.row_version = 0))) END
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
BEGIN /* drizzle-crr 2: a parked row that is inserted is parked no more, and rows that OR REPLACE deleted are dead */
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
      SELECT 1 FROM "cards__crr_aside" AS beside
      WHERE beside."key_id" = old."id" AND beside.state IS NOT NULL
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
    ifnull(state, 'open') = 'open'
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
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_list_id", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_list_id" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_list_id" ELSE base."list_id" END IS known."value_list_id" COLLATE BINARY OR known."value_list_id" IS NULL)
  ) THEN max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_list_id" AS INTEGER), -(crr_clock.row_version = 0)), 0) END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "cards__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_list_id", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_list_id" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_list_id" ELSE base."list_id" END IS known."value_list_id" COLLATE BINARY OR known."value_list_id" IS NULL)
  ) THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_list_id" ELSE base."list_id" END END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "cards__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_position", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END IS known."value_position" COLLATE BINARY OR known."value_position" IS NULL)
  ) THEN max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0) END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "cards__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_position", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END IS known."value_position" COLLATE BINARY OR known."value_position" IS NULL)
  ) THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "cards__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_title", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_title" ELSE base."title" END IS known."value_title" COLLATE BINARY OR known."value_title" IS NULL)
  ) THEN max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0) END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "cards__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_title", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_title" ELSE base."title" END IS known."value_title" COLLATE BINARY OR known."value_title" IS NULL)
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
                  WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_list_id", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_list_id" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_list_id" ELSE base."list_id" END IS known."value_list_id" COLLATE BINARY OR known."value_list_id" IS NULL)
                )
              OR crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
                  SELECT 1 FROM "cards__crr_log" AS known
                  WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_position", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END IS known."value_position" COLLATE BINARY OR known."value_position" IS NULL)
                )
              OR crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
                  SELECT 1 FROM "cards__crr_log" AS known
                  WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_title", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_title" ELSE base."title" END IS known."value_title" COLLATE BINARY OR known."value_title" IS NULL)
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
DELETE FROM "cards__crr_head"
WHERE
  column_name = 'status'
  AND event IN (
    SELECT last.id FROM "cards__crr_log" AS last
    WHERE last.id > ifnull((SELECT older.id FROM "cards__crr_log" AS older WHERE older.arrived < (SELECT db_version FROM crr_state) ORDER BY older.id DESC LIMIT 1), 0)
    AND last.causal_length % 2 = 1
    AND (last."version_status" IS NOT NULL OR (last.row_version IS NOT NULL OR last.causal_length % 2 = 0))
    AND EXISTS (
      SELECT 1 FROM "cards__crr_log" AS assumed
      WHERE assumed."key_id" = last."key_id" AND assumed.seq IS NULL AND assumed.causal_length = last.causal_length AND assumed."version_status" IS NOT NULL
    )
    AND NOT EXISTS (
      SELECT 1 FROM "cards__crr_log" AS later
      WHERE later."key_id" = last."key_id" AND later.id > last.id AND (later."version_status" IS NOT NULL OR (later.row_version IS NOT NULL OR later.causal_length % 2 = 0))
    )
  )
  AND head IN (
    SELECT y.id FROM "cards__crr_log" AS y
    WHERE y.id = head AND y."version_status" IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM "cards__crr_cell" AS x
        WHERE x."key_id" = y."key_id" AND x.column_name = 'status' AND x.site = y.site AND x.version = y."version_status" AND version % 2 = 0
      )
  );
--> statement-breakpoint
INSERT INTO "cards__crr_head" (event, column_name, head)
SELECT last.id, 'status', y.id
FROM "cards__crr_log" AS last
CROSS JOIN "cards__crr_log" AS y
WHERE
  last.id > ifnull((SELECT older.id FROM "cards__crr_log" AS older WHERE older.arrived < (SELECT db_version FROM crr_state) ORDER BY older.id DESC LIMIT 1), 0)
  AND last.causal_length % 2 = 1
  AND (last."version_status" IS NOT NULL OR (last.row_version IS NOT NULL OR last.causal_length % 2 = 0))
  AND EXISTS (
    SELECT 1 FROM "cards__crr_log" AS assumed
    WHERE assumed."key_id" = last."key_id" AND assumed.seq IS NULL AND assumed.causal_length = last.causal_length AND assumed."version_status" IS NOT NULL
  )
  AND NOT EXISTS (
    SELECT 1 FROM "cards__crr_log" AS later
    WHERE later."key_id" = last."key_id" AND later.id > last.id AND (later."version_status" IS NOT NULL OR (later.row_version IS NOT NULL OR later.causal_length % 2 = 0))
  )
  AND y."key_id" = last."key_id"
  AND y.causal_length = last.causal_length
  AND (
    EXISTS (
        SELECT 1 FROM "cards__crr_cell" AS x
        WHERE x."key_id" = y."key_id" AND x.column_name = 'status' AND x.site = y.site AND x.version = y."version_status" AND version % 2 = 0
      )
    OR y.id = last.id AND y."version_status" IS NULL
  )
ON CONFLICT DO NOTHING;
--> statement-breakpoint
DELETE FROM crr_former WHERE table_name = 'descriptions' AND cid = '-1';
--> statement-breakpoint
INSERT INTO crr_table (table_name, spec, former)
VALUES ('descriptions', '{"name":"descriptions","key":[{"name":"card_id","sqlType":"text"}],"clockColumns":[],"cellColumns":[{"name":"body","sqlType":"text","kind":{"type":"text"}}]}', '[]')
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
CREATE TABLE IF NOT EXISTS "descriptions__crr_clock" (
  row_id INTEGER PRIMARY KEY,
  "key_card_id" TEXT NOT NULL,
  causal_length INTEGER,
  db_version INTEGER,
  row_version INTEGER,
  row_db_version INTEGER,
  row_site INTEGER,
  row_seq INTEGER,
  sentinel TEXT,
  UNIQUE ("key_card_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "descriptions__crr_clock_db_version" ON "descriptions__crr_clock" (db_version);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "descriptions__crr_cell" (
  "key_card_id" TEXT NOT NULL,
  column_name TEXT NOT NULL,
  site INTEGER NOT NULL,
  version INTEGER,
  value,
  db_version INTEGER,
  seq INTEGER,
  base_version INTEGER,
  base_value,
  number INTEGER NOT NULL DEFAULT 0,
  UNIQUE ("key_card_id", column_name, site, number)
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "descriptions__crr_cell_db_version" ON "descriptions__crr_cell" (db_version);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS crr_editor (
  lane INTEGER PRIMARY KEY,
  token TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TRIGGER "descriptions__crr_on_insert"
AFTER INSERT ON "descriptions"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a new row, or one that replaces another */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 1;
  INSERT INTO "descriptions__crr_clock" (
  "key_card_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel
)
SELECT
  new."card_id",
  state.birth,
  state.db_version,
  1,
  state.site,
  state.seq - 0,
  '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1)
FROM crr_state AS state WHERE true
ON CONFLICT ("key_card_id") DO UPDATE SET
  sentinel = '@' || excluded.db_version || ':' || excluded.row_site || ':' || (excluded.row_seq - 1),
  causal_length = max(causal_length + 1 + causal_length % 2, excluded.causal_length),
  db_version = excluded.db_version,
  row_version = row_version + 1,
  row_db_version = NULL,
  row_site = excluded.row_site,
  row_seq = excluded.row_seq;
  INSERT INTO "descriptions__crr_cell" ("key_card_id", column_name, site, version, value, db_version, seq, base_version, base_value)
SELECT
  new."card_id",
  'body',
  0,
  CASE WHEN (EXISTS (
    SELECT 1 FROM "descriptions__crr_cell" AS x
    WHERE x."key_card_id" = new."card_id" AND x.column_name = 'body' AND x.site <> 0
  )) THEN 0 ELSE 1 END,
  CASE WHEN NOT (EXISTS (
    SELECT 1 FROM "descriptions__crr_cell" AS x
    WHERE x."key_card_id" = new."card_id" AND x.column_name = 'body' AND x.site <> 0
  )) THEN new."body" END,
  state.db_version,
  state.seq - 0,
  CASE WHEN (EXISTS (
    SELECT 1 FROM "descriptions__crr_cell" AS x
    WHERE x."key_card_id" = new."card_id" AND x.column_name = 'body' AND x.site <> 0
  )) THEN 1 END,
  NULL
FROM crr_state AS state
WHERE new."body" IS NOT NULL
ON CONFLICT ("key_card_id", column_name, site, number) DO UPDATE SET
  version = CASE WHEN excluded.version = 0 THEN version ELSE version + 1 END,
  value = CASE WHEN excluded.version = 0 THEN value ELSE excluded.value END,
  db_version = CASE WHEN excluded.version = 0 THEN db_version ELSE excluded.db_version END,
  seq = CASE WHEN excluded.version = 0 THEN seq ELSE excluded.seq END,
  base_value = CASE WHEN (base_version BETWEEN 1 AND 2 OR base_version = 3 AND excluded.version = 0) THEN base_value ELSE excluded.base_value END,
  base_version = CASE WHEN (base_version BETWEEN 1 AND 2 OR base_version = 3 AND excluded.version = 0) THEN base_version ELSE ifnull(excluded.base_version, base_version) END;
END;
--> statement-breakpoint
CREATE TRIGGER "descriptions__crr_on_update_body"
AFTER UPDATE OF "body" ON "descriptions"
WHEN
  old."body" IS NOT new."body" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."card_id" IS new."card_id"
BEGIN /* drizzle-crr 2: this site's cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  INSERT INTO "descriptions__crr_cell" ("key_card_id", column_name, site, version, value, db_version, seq, base_version, base_value)
SELECT
  new."card_id",
  'body',
  0,
  CASE WHEN (EXISTS (
    SELECT 1 FROM "descriptions__crr_cell" AS x
    WHERE x."key_card_id" = new."card_id" AND x.column_name = 'body' AND x.site <> 0
  )) THEN 0 ELSE 1 END,
  CASE WHEN NOT (EXISTS (
    SELECT 1 FROM "descriptions__crr_cell" AS x
    WHERE x."key_card_id" = new."card_id" AND x.column_name = 'body' AND x.site <> 0
  )) THEN new."body" END,
  state.db_version,
  state.seq,
  CASE WHEN (EXISTS (
    SELECT 1 FROM "descriptions__crr_cell" AS x
    WHERE x."key_card_id" = new."card_id" AND x.column_name = 'body' AND x.site <> 0
  )) THEN 1 ELSE 2 END,
  old."body"
FROM crr_state AS state
WHERE true
ON CONFLICT ("key_card_id", column_name, site, number) DO UPDATE SET
  version = CASE WHEN excluded.version = 0 THEN version ELSE version + 1 END,
  value = CASE WHEN excluded.version = 0 THEN value ELSE excluded.value END,
  db_version = CASE WHEN excluded.version = 0 THEN db_version ELSE excluded.db_version END,
  seq = CASE WHEN excluded.version = 0 THEN seq ELSE excluded.seq END,
  base_value = CASE WHEN (base_version BETWEEN 1 AND 2 OR base_version = 3 AND excluded.version = 0) THEN base_value ELSE excluded.base_value END,
  base_version = CASE WHEN (base_version BETWEEN 1 AND 2 OR base_version = 3 AND excluded.version = 0) THEN base_version ELSE ifnull(excluded.base_version, base_version) END;
  UPDATE "descriptions__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  db_version = (SELECT db_version FROM crr_state)
WHERE "key_card_id" = new."card_id";
END;
--> statement-breakpoint
CREATE TRIGGER "descriptions__crr_on_key"
AFTER UPDATE OF "card_id" ON "descriptions"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."card_id" IS new."card_id")
BEGIN /* drizzle-crr 2: a changed key is a delete and a create */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 1;
  INSERT INTO "descriptions__crr_clock" (
  "key_card_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel
)
SELECT
  new."card_id",
  state.birth,
  state.db_version,
  0,
  state.site,
  state.seq - 0,
  '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1)
FROM crr_state AS state, "descriptions__crr_clock" AS former
WHERE former."key_card_id" = old."card_id"
ON CONFLICT ("key_card_id") DO UPDATE SET
  causal_length = max(causal_length + 1 + causal_length % 2, excluded.causal_length),
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = NULL,
  row_site = excluded.row_site,
  row_seq = excluded.row_seq,
  sentinel = excluded.sentinel;
  INSERT INTO "descriptions__crr_cell" ("key_card_id", column_name, site, version, value, db_version, seq, base_version, base_value)
SELECT
  new."card_id",
  'body',
  0,
  CASE WHEN (EXISTS (
    SELECT 1 FROM "descriptions__crr_cell" AS x
    WHERE x."key_card_id" = new."card_id" AND x.column_name = 'body' AND x.site <> 0
  )) THEN 0 ELSE 1 END,
  CASE WHEN NOT (EXISTS (
    SELECT 1 FROM "descriptions__crr_cell" AS x
    WHERE x."key_card_id" = new."card_id" AND x.column_name = 'body' AND x.site <> 0
  )) THEN new."body" END,
  state.db_version,
  state.seq - 0,
  CASE WHEN (EXISTS (
    SELECT 1 FROM "descriptions__crr_cell" AS x
    WHERE x."key_card_id" = new."card_id" AND x.column_name = 'body' AND x.site <> 0
  )) THEN 1 END,
  NULL
FROM crr_state AS state
WHERE new."body" IS NOT NULL
ON CONFLICT ("key_card_id", column_name, site, number) DO UPDATE SET
  version = CASE WHEN excluded.version = 0 THEN version ELSE version + 1 END,
  value = CASE WHEN excluded.version = 0 THEN value ELSE excluded.value END,
  db_version = CASE WHEN excluded.version = 0 THEN db_version ELSE excluded.db_version END,
  seq = CASE WHEN excluded.version = 0 THEN seq ELSE excluded.seq END,
  base_value = CASE WHEN (base_version BETWEEN 1 AND 2 OR base_version = 3 AND excluded.version = 0) THEN base_value ELSE excluded.base_value END,
  base_version = CASE WHEN (base_version BETWEEN 1 AND 2 OR base_version = 3 AND excluded.version = 0) THEN base_version ELSE ifnull(excluded.base_version, base_version) END;
  INSERT INTO "descriptions__crr_cell" ("key_card_id", column_name, site, version, value, db_version, seq, number, base_version, base_value)
SELECT
  new."card_id",
  'body',
  state.site,
  x.place,
  x.value,
  state.db_version,
  state.seq - 0,
  x.place,
  0,
  x.base_value
FROM
  crr_state AS state,
  (
    SELECT 2 * (
      SELECT count(*) FROM "descriptions__crr_cell" AS y
      WHERE
        y."key_card_id" = old."card_id" AND y.column_name = 'body'
        AND y.site <> 0
        AND (y.site < x.site OR y.site = x.site AND y.number <= x.number)
    ) AS place, x.value, x.base_value
    FROM "descriptions__crr_cell" AS x
    WHERE
      x."key_card_id" = old."card_id" AND x.column_name = 'body'
      AND x.site <> 0
  ) AS x
WHERE true
ON CONFLICT DO NOTHING;
  UPDATE "descriptions__crr_cell"
SET (base_version, base_value) = (
  SELECT x.base_version, x.base_value FROM "descriptions__crr_cell" AS x
  WHERE x."key_card_id" = old."card_id" AND x.column_name = 'body' AND x.site = 0
)
WHERE "key_card_id" = new."card_id" AND column_name = 'body' AND site = 0;
  UPDATE "descriptions__crr_cell"
SET
  base_version = 1,
  base_value = old."body"
WHERE "key_card_id" = new."card_id" AND column_name = 'body' AND site = 0
  AND ifnull(base_version, 0) = 0
  AND old."body" IS NOT new."body"
  AND EXISTS (
    SELECT 1 FROM "descriptions__crr_cell" AS x
    WHERE x."key_card_id" = new."card_id" AND x.column_name = 'body' AND x.site <> 0
  );
  UPDATE crr_state SET seq = seq + 2;
  UPDATE "descriptions__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL
WHERE "key_card_id" = old."card_id";
END;
--> statement-breakpoint
CREATE TRIGGER "descriptions__crr_on_delete"
AFTER DELETE ON "descriptions"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: the clock row stays as a tombstone */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 1;
  UPDATE "descriptions__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL
WHERE "key_card_id" = old."card_id";
END;
--> statement-breakpoint
CREATE TRIGGER "descriptions__crr_on_life"
AFTER UPDATE OF causal_length ON "descriptions__crr_clock"
WHEN
  new.causal_length > old.causal_length + (old.causal_length % 2 = 0)
BEGIN /* drizzle-crr 2: cells belong to one life of a row */
  DELETE FROM "descriptions__crr_cell" WHERE "key_card_id" = new."key_card_id";
  UPDATE "descriptions"
SET
  "body" = NULL
WHERE
  "card_id" = (SELECT new."key_card_id")
  AND (SELECT new.causal_length) % 2 = 1
  AND (SELECT applying FROM crr_state) = 1;
END;
--> statement-breakpoint
CREATE TRIGGER "descriptions__crr_on_return"
AFTER UPDATE OF causal_length ON "descriptions__crr_clock"
WHEN
  old.causal_length % 2 = 0
  AND new.causal_length = old.causal_length + 1
  AND (SELECT applying FROM crr_state) = 1
  AND EXISTS (SELECT 1 FROM "descriptions__crr_cell" WHERE "key_card_id" = new."key_card_id" AND db_version < 0)
BEGIN /* drizzle-crr 2: a row that was evicted is back */
  UPDATE "descriptions__crr_cell" SET db_version = new.db_version WHERE "key_card_id" = new."key_card_id" AND db_version < 0;
  UPDATE crr_apply SET has_local_news = 1;
END;
--> statement-breakpoint
UPDATE crr_state
SET db_version = db_version + 1
WHERE EXISTS (SELECT 1 FROM "descriptions" AS base WHERE NOT EXISTS (
  SELECT 1 FROM "descriptions__crr_clock" AS clock
  WHERE clock."key_card_id" = base."card_id"
));
--> statement-breakpoint
INSERT INTO "descriptions__crr_cell" ("key_card_id", column_name, site, version, value, db_version, seq)
SELECT
  base."card_id",
  'body',
  0,
  max(0, min(1, 268435456)),
  base."body",
  (SELECT db_version FROM crr_state),
  (base.rowid & 1048575) * 2 + 1
FROM "descriptions" AS base
WHERE
  base."body" IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "descriptions__crr_clock" AS clock
      WHERE clock."key_card_id" = base."card_id"
    );
--> statement-breakpoint
INSERT INTO "descriptions__crr_clock" (
  "key_card_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel
)
SELECT
  base."card_id",
  (SELECT birth FROM crr_state),
  (SELECT db_version FROM crr_state),
  1,
  (SELECT site FROM crr_state),
  (base.rowid & 1048575) * 2 + 1,
  '@' || (SELECT db_version FROM crr_state) || ':' || (SELECT site FROM crr_state) || ':' || ((base.rowid & 1048575) * 2)
FROM "descriptions" AS base
WHERE true
ORDER BY base."card_id"
ON CONFLICT DO NOTHING;
--> statement-breakpoint
DELETE FROM crr_former WHERE table_name = 'lists' AND cid = '-1';
--> statement-breakpoint
INSERT INTO crr_table (table_name, spec, former)
VALUES ('lists', '{"name":"lists","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"board_id","sqlType":"text","notNull":true},{"name":"title","sqlType":"text","notNull":true},{"name":"position","sqlType":"text","notNull":true,"kind":{"type":"fractIndex","within":["board"]}}],"constraints":{"references":[{"columns":["board_id"],"parent":"boards","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[{"name":"lists_title","columns":["board_id","title"],"loser":{"shows":"suffix","column":"title"}}],"isCircular":false},"history":true}', '[]')
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
  pruned TEXT,
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
CREATE INDEX IF NOT EXISTS "lists__crr_log_import" ON "lists__crr_log" ("key_id") WHERE seq IS NULL;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "lists__crr_head" (
  event INTEGER,
  column_name TEXT,
  head INTEGER,
  UNIQUE (event, column_name, head)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "lists__crr_pruned" (
  id INTEGER PRIMARY KEY,
  version INTEGER,
  time INTEGER,
  swept INTEGER,
  keep INTEGER
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
  CASE WHEN old."board_id" IS NOT new."board_id" COLLATE BINARY THEN crr_clock.row_version + crr_clock."clock_board_id" END,
  nullif(new."board_id" COLLATE BINARY, old."board_id"),
  CASE WHEN old."title" IS NOT new."title" COLLATE BINARY THEN crr_clock.row_version + crr_clock."clock_title" END,
  nullif(new."title" COLLATE BINARY, old."title"),
  CASE WHEN old."position" IS NOT new."position" COLLATE BINARY THEN crr_clock.row_version + crr_clock."clock_position" END,
  nullif(new."position" COLLATE BINARY, old."position")
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
  max(1, former.row_version + ifnull(CAST(former."clock_board_id" AS INTEGER), -(former.row_version = 0))) + (old."board_id" IS NOT new."board_id" COLLATE BINARY),
  max(1, former.row_version + ifnull(CAST(former."clock_title" AS INTEGER), -(former.row_version = 0))) + (old."title" IS NOT new."title" COLLATE BINARY),
  max(1, former.row_version + ifnull(CAST(former."clock_position" AS INTEGER), -(former.row_version = 0))) + (old."position" IS NOT new."position" COLLATE BINARY)
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
CREATE TRIGGER "lists__crr_on_aside_insert"
AFTER INSERT ON "lists"
WHEN
  (
    EXISTS (
      SELECT 1 FROM "lists__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    )
    OR EXISTS (SELECT 1 FROM "lists__crr_rival")
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted is parked no more, and rows that OR REPLACE deleted are dead */
  DELETE FROM "lists__crr_aside" WHERE "key_id" = new."id";
  DELETE FROM "lists__crr_rival"
WHERE
  NOT EXISTS (
    SELECT 1 FROM "lists" AS base
    WHERE "lists__crr_rival"."key_id" = base."id"
  );
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
  EXISTS (
    SELECT 1 FROM "lists" AS rival
    WHERE
      rival."id" <> new."id"
      AND (
          new."board_id" IS NOT NULL AND new."title" IS NOT NULL AND rival."board_id" = new."board_id" AND rival."title" = new."title"
        )
  )
  AND (SELECT applying FROM crr_state) = 0
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
  EXISTS (SELECT 1 FROM "lists__crr_rival")
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: rows that OR REPLACE has deleted */
  DELETE FROM "lists__crr_rival"
WHERE
  NOT ("lists__crr_rival"."key_id" = old."id")
  AND NOT EXISTS (
      SELECT 1 FROM "lists" AS base
      WHERE "lists__crr_rival"."key_id" = base."id"
    );
END;
--> statement-breakpoint
CREATE TRIGGER "lists__crr_on_bury"
AFTER DELETE ON "lists__crr_rival"
WHEN
  EXISTS (
    SELECT 1 FROM "lists__crr_clock" AS clock
    WHERE clock."key_id" = old."key_id" AND clock.causal_length % 2 = 1
  )
  AND NOT EXISTS (
      SELECT 1 FROM "lists" AS base
      WHERE old."key_id" = base."id"
    )
    AND NOT EXISTS (
        SELECT 1 FROM "lists__crr_aside" AS beside
        WHERE beside."key_id" = old."key_id" AND beside.state IS NOT NULL
      )
BEGIN /* drizzle-crr 2: a noted row that is gone is dead */
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
WHERE "lists__crr_clock"."key_id" = old."key_id";
  DELETE FROM "lists__crr_aside" WHERE "lists__crr_aside"."key_id" = old."key_id";
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
      SELECT 1 FROM "lists__crr_aside" AS beside
      WHERE beside."key_id" = old."id" AND beside.state IS NOT NULL
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
    ifnull(state, 'open') = 'open'
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
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_board_id", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_board_id" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_board_id" ELSE base."board_id" END IS known."value_board_id" COLLATE BINARY OR known."value_board_id" IS NULL)
  ) THEN max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_board_id" AS INTEGER), -(crr_clock.row_version = 0)), 0) END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "lists__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_board_id", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_board_id" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_board_id" ELSE base."board_id" END IS known."value_board_id" COLLATE BINARY OR known."value_board_id" IS NULL)
  ) THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_board_id" ELSE base."board_id" END END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "lists__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_title", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_title" THEN crr_aside."value_title" ELSE base."title" END IS known."value_title" COLLATE BINARY OR known."value_title" IS NULL)
  ) THEN max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0) END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "lists__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_title", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_title" THEN crr_aside."value_title" ELSE base."title" END IS known."value_title" COLLATE BINARY OR known."value_title" IS NULL)
  ) THEN CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_title" THEN crr_aside."value_title" ELSE base."title" END END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "lists__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_position", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END IS known."value_position" COLLATE BINARY OR known."value_position" IS NULL)
  ) THEN max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0) END,
  CASE WHEN crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
    SELECT 1 FROM "lists__crr_log" AS known
    WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_position", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END IS known."value_position" COLLATE BINARY OR known."value_position" IS NULL)
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
                  WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_board_id", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_board_id" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_board_id" ELSE base."board_id" END IS known."value_board_id" COLLATE BINARY OR known."value_board_id" IS NULL)
                )
              OR crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
                  SELECT 1 FROM "lists__crr_log" AS known
                  WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_title", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_title" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_title" THEN crr_aside."value_title" ELSE base."title" END IS known."value_title" COLLATE BINARY OR known."value_title" IS NULL)
                )
              OR crr_clock.causal_length % 2 = 1 AND true AND NOT EXISTS (
                  SELECT 1 FROM "lists__crr_log" AS known
                  WHERE known."key_id" = crr_clock."key_id" AND known.causal_length = crr_clock.causal_length AND abs(ifnull(known."version_position", known.row_version)) = max(crr_clock.row_version + ifnull(CAST(crr_clock."clock_position" AS INTEGER), -(crr_clock.row_version = 0)), 0) AND (CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_position" ELSE base."position" END IS known."value_position" COLLATE BINARY OR known."value_position" IS NULL)
                )
            );
--> statement-breakpoint
UPDATE crr_pending
SET reason = ''
WHERE reason IS NOT '';
