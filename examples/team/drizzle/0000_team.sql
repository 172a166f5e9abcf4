CREATE TABLE `comments` (
	`id` text PRIMARY KEY NOT NULL,
	`task_id` text NOT NULL,
	`author_id` text,
	`body` text NOT NULL,
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`author_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `comments_task` ON `comments` (`task_id`);
--> statement-breakpoint
CREATE TABLE `members` (
	`project_id` text NOT NULL,
	`user_id` text NOT NULL,
	`role` text DEFAULT 'reader' NOT NULL,
	PRIMARY KEY(`project_id`, `user_id`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `projects` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`name` text NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE restrict
);
--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`slug` text NOT NULL,
	`assignee_id` text,
	`parent_id` text,
	`done` integer DEFAULT false NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`assignee_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`parent_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tasks_slug` ON `tasks` (`project_id`,`slug`);
--> statement-breakpoint
CREATE INDEX `tasks_project` ON `tasks` (`project_id`);
--> statement-breakpoint
CREATE INDEX `tasks_parent` ON `tasks` (`parent_id`);
--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text,
	`handle` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_handle_unique` ON `users` (`handle`);
--> statement-breakpoint
-- drizzle-crr commit_alter: comments: becomes a CRR; members: becomes a CRR; projects: becomes a CRR; tasks: becomes a CRR; users: becomes a CRR
/* crr:state {"format":2,"set":[{"triggers":["comments__crr_on_insert","comments__crr_on_update_body","comments__crr_on_update_author_id","comments__crr_on_update_task_id","comments__crr_on_key","comments__crr_on_delete","comments__crr_on_merge_early","comments__crr_on_merge_delete","comments__crr_on_merge","comments__crr_on_merge_fresh_cells","comments__crr_on_merge_newer_cells","comments__crr_on_merge_newer_row","comments__crr_on_merge_fresh_row","comments__crr_on_aside_insert","comments__crr_on_aside_delete","comments__crr_on_aside_key","comments__crr_on_aside_update_author_id","comments__crr_on_guard_delete","comments__crr_on_guard_reference_0","comments__crr_on_guard_reference_1","comments__crr_on_pass"],"text":"316e8cd295c41957","base":null,"spec":{"name":"comments","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"task_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"author_id","sqlType":"text","kind":{"type":"lww"}},{"name":"body","sqlType":"text","notNull":true,"kind":{"type":"lww"}}],"constraints":{"references":[{"columns":["task_id"],"parent":"tasks","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["author_id"],"parent":"users","parentKey":["id"],"hides":"column","parentMayHide":true}],"uniques":[],"isCircular":false}}},{"triggers":["members__crr_on_insert","members__crr_on_update_role","members__crr_on_key","members__crr_on_delete","members__crr_on_merge_delete","members__crr_on_merge","members__crr_on_merge_fresh_cells","members__crr_on_merge_newer_cells","members__crr_on_merge_newer_row","members__crr_on_merge_fresh_row","members__crr_on_aside_insert","members__crr_on_aside_delete","members__crr_on_aside_key","members__crr_on_guard_delete","members__crr_on_guard_reference_0","members__crr_on_guard_reference_1","members__crr_on_pass"],"text":"13e6194caa2caea9","base":null,"spec":{"name":"members","key":[{"name":"project_id","sqlType":"text"},{"name":"user_id","sqlType":"text"}],"clockColumns":[{"name":"role","sqlType":"text","notNull":true,"default":"'reader'","kind":{"type":"lww"}}],"constraints":{"references":[{"columns":["project_id"],"parent":"projects","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["user_id"],"parent":"users","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false}}},{"triggers":["projects__crr_on_insert","projects__crr_on_update_name","projects__crr_on_update_owner_id","projects__crr_on_key","projects__crr_on_delete","projects__crr_on_merge_early","projects__crr_on_merge_delete","projects__crr_on_merge","projects__crr_on_merge_fresh_cells","projects__crr_on_merge_newer_cells","projects__crr_on_merge_newer_row","projects__crr_on_merge_fresh_row","projects__crr_on_aside_insert","projects__crr_on_aside_delete","projects__crr_on_aside_key","projects__crr_on_guard_delete","projects__crr_on_guard_reference_0","projects__crr_on_pass"],"text":"44621788bcbe78ec","base":null,"spec":{"name":"projects","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"owner_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"name","sqlType":"text","notNull":true,"kind":{"type":"lww"}}],"constraints":{"references":[{"columns":["owner_id"],"parent":"users","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false}}},{"triggers":["tasks__crr_on_insert","tasks__crr_on_update_done","tasks__crr_on_update_parent_id","tasks__crr_on_update_assignee_id","tasks__crr_on_update_slug","tasks__crr_on_update_project_id","tasks__crr_on_key","tasks__crr_on_delete","tasks__crr_on_merge_early","tasks__crr_on_merge_delete","tasks__crr_on_merge","tasks__crr_on_merge_fresh_cells","tasks__crr_on_merge_newer_cells","tasks__crr_on_merge_newer_row","tasks__crr_on_merge_fresh_row","tasks__crr_on_aside_insert","tasks__crr_on_aside_delete","tasks__crr_on_aside_key","tasks__crr_on_aside_update_slug","tasks__crr_on_aside_update_assignee_id","tasks__crr_on_rival_insert","tasks__crr_on_replaced_insert","tasks__crr_on_rival_update","tasks__crr_on_replaced_update","tasks__crr_on_replaced_delete","tasks__crr_on_guard_delete","tasks__crr_on_guard_reference_0","tasks__crr_on_guard_reference_1","tasks__crr_on_guard_reference_2","tasks__crr_on_pass","tasks__crr_on_rank"],"text":"87172fb95c7319ce","base":null,"spec":{"name":"tasks","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"project_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"slug","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"assignee_id","sqlType":"text","kind":{"type":"lww"}},{"name":"parent_id","sqlType":"text","kind":{"type":"lww"}},{"name":"done","sqlType":"integer","notNull":true,"default":"0","kind":{"type":"lww"}}],"constraints":{"references":[{"columns":["project_id"],"parent":"projects","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["assignee_id"],"parent":"users","parentKey":["id"],"hides":"column","parentMayHide":true},{"columns":["parent_id"],"parent":"tasks","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[{"name":"tasks_slug","columns":["project_id","slug"],"loser":{"shows":"suffix","column":"slug"}}],"isCircular":true}}},{"triggers":["users__crr_on_insert","users__crr_on_update_handle","users__crr_on_update_email","users__crr_on_key","users__crr_on_delete","users__crr_on_merge_early","users__crr_on_merge_delete","users__crr_on_merge","users__crr_on_merge_fresh_cells","users__crr_on_merge_newer_cells","users__crr_on_merge_newer_row","users__crr_on_merge_fresh_row","users__crr_on_aside_insert","users__crr_on_aside_delete","users__crr_on_aside_key","users__crr_on_aside_update_email","users__crr_on_aside_update_handle","users__crr_on_rival_insert","users__crr_on_replaced_insert","users__crr_on_rival_update","users__crr_on_replaced_update","users__crr_on_rank"],"text":"d1046f8625201f1f","base":null,"spec":{"name":"users","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"email","sqlType":"text","kind":{"type":"lww"}},{"name":"handle","sqlType":"text","notNull":true,"kind":{"type":"lww"}}],"constraints":{"references":[],"uniques":[{"name":"users_email_unique","columns":["email"],"loser":{"shows":"null","column":"email"}},{"name":"users_handle_unique","columns":["handle"],"loser":{"shows":"suffix","column":"handle"}}],"isCircular":false}}}],"drop":[]} */
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
DELETE FROM crr_former WHERE table_name = 'comments' AND cid = '-1';
--> statement-breakpoint
UPDATE crr_history
SET schema_version = schema_version + 1
WHERE NOT EXISTS (SELECT 1 FROM crr_table WHERE table_name = 'comments' AND spec = '{"name":"comments","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"task_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"author_id","sqlType":"text","kind":{"type":"lww"}},{"name":"body","sqlType":"text","notNull":true,"kind":{"type":"lww"}}],"constraints":{"references":[{"columns":["task_id"],"parent":"tasks","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["author_id"],"parent":"users","parentKey":["id"],"hides":"column","parentMayHide":true}],"uniques":[],"isCircular":false}}');
--> statement-breakpoint
INSERT INTO crr_table (table_name, spec, former)
VALUES ('comments', '{"name":"comments","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"task_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"author_id","sqlType":"text","kind":{"type":"lww"}},{"name":"body","sqlType":"text","notNull":true,"kind":{"type":"lww"}}],"constraints":{"references":[{"columns":["task_id"],"parent":"tasks","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["author_id"],"parent":"users","parentKey":["id"],"hides":"column","parentMayHide":true}],"uniques":[],"isCircular":false}}', '[]')
ON CONFLICT (table_name) DO UPDATE
SET
  spec = excluded.spec,
  former = CASE spec
    WHEN excluded.spec THEN former
    ELSE json_insert(former, '$[#]', spec)
  END;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "comments__crr_clock" (
  row_id INTEGER PRIMARY KEY,
  "key_id" TEXT NOT NULL,
  causal_length INTEGER,
  db_version INTEGER,
  row_version INTEGER,
  row_db_version INTEGER,
  row_site INTEGER,
  row_seq INTEGER,
  sentinel TEXT,
  "clock_task_id" TEXT,
  "clock_author_id" TEXT,
  "clock_body" TEXT,
  UNIQUE ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "comments__crr_clock_db_version" ON "comments__crr_clock" (db_version);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "comments__crr_merge" (
  "key_id" TEXT,
  causal_length DEFAULT 1,
  sentinel,
  row_version DEFAULT -1,
  row_site,
  row_seq,
  "value_task_id" TEXT, "version_task_id", "origin_task_id",
  "value_author_id" TEXT, "version_author_id", "origin_author_id",
  "value_body" TEXT, "version_body", "origin_body",
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
CREATE TABLE IF NOT EXISTS "comments__crr_aside" (
  "key_id" TEXT NOT NULL,
  "value_task_id" TEXT,
  "value_author_id" TEXT,
  "value_body" TEXT,
  state TEXT,
  "mask_author_id" INTEGER,
  taken INTEGER,
  was TEXT,
  was_masked TEXT,
  pass INTEGER,
  error TEXT,
  PRIMARY KEY ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "comments__crr_aside_state" ON "comments__crr_aside" (state);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "comments__crr_aside_pass" ON "comments__crr_aside" (pass);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "comments__crr_aside_reference_0" ON "comments__crr_aside" ("value_task_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "comments__crr_aside_reference_1" ON "comments__crr_aside" ("value_author_id");
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_insert"
AFTER INSERT ON "comments"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a new row, or one that replaces another */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 3;
  INSERT INTO "comments__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_task_id",
  "clock_author_id",
  "clock_body"
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
  "clock_task_id" = CASE "clock_task_id" WHEN '-9000000000000000' THEN NULL ELSE "clock_task_id" END,
  "clock_author_id" = CASE "clock_author_id" WHEN '-9000000000000000' THEN NULL ELSE "clock_author_id" END,
  "clock_body" = CASE "clock_body" WHEN '-9000000000000000' THEN NULL ELSE "clock_body" END;
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_update_body"
AFTER UPDATE OF "body" ON "comments"
WHEN
  old."body" IS NOT new."body" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "comments__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_body") = (
    SELECT state.db_version, (CASE "clock_body" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_body" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_update_author_id"
AFTER UPDATE OF "author_id" ON "comments"
WHEN
  old."author_id" IS NOT new."author_id" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "comments__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_author_id") = (
    SELECT state.db_version, (CASE "clock_author_id" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_author_id" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_update_task_id"
AFTER UPDATE OF "task_id" ON "comments"
WHEN
  old."task_id" IS NOT new."task_id" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "comments__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_task_id") = (
    SELECT state.db_version, (CASE "clock_task_id" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_task_id" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_key"
AFTER UPDATE OF "id" ON "comments"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
BEGIN /* drizzle-crr 2: a changed key is a delete and a create */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 3;
  INSERT INTO "comments__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_task_id",
  "clock_author_id",
  "clock_body"
)
SELECT
  new."id",
  state.birth,
  state.db_version,
  0,
  state.site,
  state.seq - 2,
  '@' || state.db_version || ':' || state.site || ':' || (state.seq - 3),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_task_id" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_task_id" AS INTEGER), -(former.row_version = 0)) END + (old."task_id" IS NOT new."task_id" COLLATE BINARY),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_author_id" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_author_id" AS INTEGER), -(former.row_version = 0)) END + (old."author_id" IS NOT new."author_id" COLLATE BINARY),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_body" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_body" AS INTEGER), -(former.row_version = 0)) END + (old."body" IS NOT new."body" COLLATE BINARY)
FROM crr_state AS state, "comments__crr_clock" AS former
WHERE former."key_id" = old."id"
ON CONFLICT ("key_id") DO UPDATE SET
  causal_length = max(causal_length + 1 + causal_length % 2, excluded.causal_length),
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = NULL,
  row_site = excluded.row_site,
  row_seq = excluded.row_seq,
  sentinel = excluded.sentinel,
  "clock_task_id" = excluded."clock_task_id",
  "clock_author_id" = excluded."clock_author_id",
  "clock_body" = excluded."clock_body";
  UPDATE crr_state SET seq = seq + 4;
  UPDATE "comments__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 3) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_task_id" = NULL,
  "clock_author_id" = NULL,
  "clock_body" = NULL
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_delete"
AFTER DELETE ON "comments"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: the clock row stays as a tombstone */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 3;
  UPDATE "comments__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 3) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_task_id" = NULL,
  "clock_author_id" = NULL,
  "clock_body" = NULL
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_merge_early"
BEFORE INSERT ON "comments__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND NOT (ifnull(new."version_task_id", new.row_version) >= 0 AND ifnull(new."version_body", new.row_version) >= 0 OR (
      EXISTS (
        SELECT 1 FROM "comments" AS base
        WHERE base."id" = new."key_id"
      )
      OR EXISTS (
        SELECT 1 FROM "comments__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = new."key_id"
      )
    ))
BEGIN /* drizzle-crr 2: a row that lacks a NOT NULL cell waits */
  INSERT INTO crr_pending (source, table_name, pk, cid, val, col_version, causal_length, site, seq, db_version, size, number, key_1)
SELECT
  (SELECT source FROM crr_apply),
  'comments',
  new.pk,
  '-1',
  NULL,
  new.causal_length,
  new.causal_length,
  CAST(new.sentinel AS INTEGER),
  CAST(substr(new.sentinel, instr(new.sentinel, ':') + 1) AS INTEGER),
  new.db_version,
  10 + length(new.pk) + ifnull(length(CAST(NULL AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  new.sentinel IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "comments__crr_clock"
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
  'comments',
  new.pk,
  'task_id',
  new."value_task_id",
  ifnull(new."version_task_id", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_task_id", new.row_site || ':' || (new.row_seq + 0)) AS INTEGER),
  CAST(substr(ifnull(new."origin_task_id", new.row_site || ':' || (new.row_seq + 0)), instr(ifnull(new."origin_task_id", new.row_site || ':' || (new.row_seq + 0)), ':') + 1) AS INTEGER),
  new.db_version,
  15 + length(new.pk) + ifnull(length(CAST(new."value_task_id" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_task_id", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "comments__crr_clock"
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
  'comments',
  new.pk,
  'author_id',
  new."value_author_id",
  ifnull(new."version_author_id", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_author_id", new.row_site || ':' || (new.row_seq + 1)) AS INTEGER),
  CAST(substr(ifnull(new."origin_author_id", new.row_site || ':' || (new.row_seq + 1)), instr(ifnull(new."origin_author_id", new.row_site || ':' || (new.row_seq + 1)), ':') + 1) AS INTEGER),
  new.db_version,
  17 + length(new.pk) + ifnull(length(CAST(new."value_author_id" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_author_id", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "comments__crr_clock"
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
  'comments',
  new.pk,
  'body',
  new."value_body",
  ifnull(new."version_body", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_body", new.row_site || ':' || (new.row_seq + 2)) AS INTEGER),
  CAST(substr(ifnull(new."origin_body", new.row_site || ':' || (new.row_seq + 2)), instr(ifnull(new."origin_body", new.row_site || ':' || (new.row_seq + 2)), ':') + 1) AS INTEGER),
  new.db_version,
  12 + length(new.pk) + ifnull(length(CAST(new."value_body" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_body", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "comments__crr_clock"
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
CREATE TRIGGER "comments__crr_on_merge_delete"
BEFORE INSERT ON "comments__crr_merge"
WHEN
  new.causal_length % 2 = 0
BEGIN /* drizzle-crr 2: a delete */
  INSERT INTO "comments__crr_clock" ("key_id", causal_length, db_version, row_version, sentinel)
VALUES (new."key_id", new.causal_length, new.db_version, 0, '@' || new.db_version || ':' || new.sentinel)
ON CONFLICT ("key_id") DO UPDATE SET
  causal_length = excluded.causal_length,
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = CASE WHEN causal_length % 2 = 1 THEN excluded.db_version END,
  row_site = NULL,
  row_seq = NULL,
  sentinel = excluded.sentinel,
  "clock_task_id" = NULL,
  "clock_author_id" = NULL,
  "clock_body" = NULL
WHERE excluded.causal_length > causal_length;
  DELETE FROM "comments"
WHERE
  "id" = new."key_id"
  AND EXISTS (
    SELECT 1 FROM "comments__crr_clock"
    WHERE
      "key_id" = new."key_id"
      AND causal_length = new.causal_length
  );
  DELETE FROM "comments__crr_aside"
WHERE
  "key_id" = new."key_id"
  AND EXISTS (
    SELECT 1 FROM "comments__crr_clock"
    WHERE
      "key_id" = new."key_id"
      AND causal_length = new.causal_length
  );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_merge"
BEFORE INSERT ON "comments__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND (ifnull(new."version_task_id", new.row_version) >= 0 AND ifnull(new."version_body", new.row_version) >= 0 OR (
      EXISTS (
        SELECT 1 FROM "comments" AS base
        WHERE base."id" = new."key_id"
      )
      OR EXISTS (
        SELECT 1 FROM "comments__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = new."key_id"
      )
    ))
  AND EXISTS (SELECT 1 FROM "comments__crr_clock" WHERE "key_id" = new."key_id")
BEGIN /* drizzle-crr 2: the general case */
  UPDATE "comments__crr_clock"
SET
  causal_length = new.causal_length,
  db_version = new.db_version,
  row_version = won.row_version,
  row_db_version = CASE WHEN "comments__crr_clock".causal_length % 2 = 1 THEN ifnull("comments__crr_clock".row_db_version, nullif("comments__crr_clock".db_version, new.db_version)) END,
  sentinel = CASE WHEN new.causal_length > "comments__crr_clock".causal_length THEN '@' || new.db_version || ':' || new.sentinel ELSE "comments__crr_clock".sentinel END,
  "clock_task_id" = CASE
    WHEN won.cell_0 THEN (ifnull(new."version_task_id", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_task_id", new.row_site || ':' || (new.row_seq + 0))
    WHEN new.causal_length > "comments__crr_clock".causal_length AND "comments__crr_clock".row_version + ifnull(CAST("comments__crr_clock"."clock_task_id" AS INTEGER), -("comments__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "comments__crr_clock"."clock_task_id"
  END,
  "clock_author_id" = CASE
    WHEN won.cell_1 THEN (ifnull(new."version_author_id", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_author_id", new.row_site || ':' || (new.row_seq + 1))
    WHEN new.causal_length > "comments__crr_clock".causal_length AND "comments__crr_clock".row_version + ifnull(CAST("comments__crr_clock"."clock_author_id" AS INTEGER), -("comments__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "comments__crr_clock"."clock_author_id"
  END,
  "clock_body" = CASE
    WHEN won.cell_2 THEN (ifnull(new."version_body", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_body", new.row_site || ':' || (new.row_seq + 2))
    WHEN new.causal_length > "comments__crr_clock".causal_length AND "comments__crr_clock".row_version + ifnull(CAST("comments__crr_clock"."clock_body" AS INTEGER), -("comments__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "comments__crr_clock"."clock_body"
  END
FROM (
  SELECT
    CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE clock.row_version END AS row_version,
    ifnull(new."version_task_id", new.row_version) >= 0 AND 2 * (ifnull(new."version_task_id", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_task_id" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_task_id") = typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_task_id" ELSE base."task_id" END) THEN ifnull(new."value_task_id" > CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_task_id" ELSE base."task_id" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_task_id"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_task_id" ELSE base."task_id" END), 1, 1)) END > 0 AS cell_0,
    ifnull(new."version_author_id", new.row_version) >= 0 AND 2 * (ifnull(new."version_author_id", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_author_id" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_author_id") = typeof(CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_author_id" THEN crr_aside."value_author_id" ELSE base."author_id" END) THEN ifnull(new."value_author_id" > CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_author_id" THEN crr_aside."value_author_id" ELSE base."author_id" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_author_id"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_author_id" THEN crr_aside."value_author_id" ELSE base."author_id" END), 1, 1)) END > 0 AS cell_1,
    ifnull(new."version_body", new.row_version) >= 0 AND 2 * (ifnull(new."version_body", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_body" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_body") = typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_body" ELSE base."body" END) THEN ifnull(new."value_body" > CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_body" ELSE base."body" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_body"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_body" ELSE base."body" END), 1, 1)) END > 0 AS cell_2
  FROM "comments__crr_clock" AS clock
  LEFT JOIN "comments" AS base ON base."id" = new."key_id"
  LEFT JOIN "comments__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
  WHERE
    clock."key_id" = new."key_id"
    AND (
        new.causal_length > clock.causal_length
        OR (new.causal_length = clock.causal_length AND (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL))
      )
  LIMIT 1
) AS won
WHERE
  "comments__crr_clock"."key_id" = new."key_id"
  AND (
    new.causal_length > "comments__crr_clock".causal_length
    OR won.cell_0
    OR won.cell_1
    OR won.cell_2
  );
  SELECT RAISE(IGNORE) WHERE changes() = 0;
  UPDATE OR IGNORE "comments"
SET
  "task_id" = CASE
    WHEN ifnull(new."version_task_id", new.row_version) >= 0 AND crr_clock."clock_task_id" = (ifnull(new."version_task_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_task_id", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_task_id"
    ELSE "comments"."task_id"
  END,
  "author_id" = CASE
    WHEN ifnull(new."version_author_id", new.row_version) >= 0 AND crr_clock."clock_author_id" = (ifnull(new."version_author_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_author_id", new.row_site || ':' || (new.row_seq + 1))
    THEN new."value_author_id"
    ELSE "comments"."author_id"
  END,
  "body" = CASE
    WHEN ifnull(new."version_body", new.row_version) >= 0 AND crr_clock."clock_body" = (ifnull(new."version_body", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_body", new.row_site || ':' || (new.row_seq + 2))
    THEN new."value_body"
    ELSE "comments"."body"
  END
FROM "comments__crr_clock" AS crr_clock
WHERE
  "comments"."id" = new."key_id"
  AND crr_clock."key_id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "comments__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "comments__crr_aside" (
  "key_id",
  "value_task_id",
  "value_author_id",
  "value_body",
  state
)
SELECT
  new."key_id",
  CASE
    WHEN ifnull(new."version_task_id", new.row_version) >= 0 AND crr_clock."clock_task_id" = (ifnull(new."version_task_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_task_id", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_task_id"
    ELSE CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_task_id" ELSE base."task_id" END
  END,
  CASE
    WHEN ifnull(new."version_author_id", new.row_version) >= 0 AND crr_clock."clock_author_id" = (ifnull(new."version_author_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_author_id", new.row_site || ':' || (new.row_seq + 1))
    THEN new."value_author_id"
    ELSE CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_author_id" THEN crr_aside."value_author_id" ELSE base."author_id" END
  END,
  CASE
    WHEN ifnull(new."version_body", new.row_version) >= 0 AND crr_clock."clock_body" = (ifnull(new."version_body", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_body", new.row_site || ':' || (new.row_seq + 2))
    THEN new."value_body"
    ELSE CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_body" ELSE base."body" END
  END,
  'open'
FROM "comments__crr_clock" AS crr_clock
LEFT JOIN "comments" AS base ON base."id" = new."key_id"
LEFT JOIN "comments__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  crr_clock."key_id" = new."key_id"
  AND (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_task_id" = excluded."value_task_id",
  "value_author_id" = excluded."value_author_id",
  "value_body" = excluded."value_body",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  INSERT INTO "comments" (
  "id",
  "task_id",
  "author_id",
  "body"
)
SELECT
  new."key_id",
  new."value_task_id",
  new."value_author_id",
  new."value_body"
FROM "comments__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "comments" WHERE "id" = new."key_id")
  AND NOT EXISTS (
      SELECT 1 FROM "comments__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    )
  AND (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "comments__crr_aside" (
  "key_id",
  "value_task_id",
  "value_author_id",
  "value_body",
  state,
  was
)
SELECT
  new."key_id",
  new."value_task_id",
  new."value_author_id",
  new."value_body",
  'open',
  'new'
FROM "comments__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "comments" WHERE "id" = new."key_id")
  AND NOT EXISTS (
      SELECT 1 FROM "comments__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_merge_fresh_cells"
BEFORE INSERT ON "comments__crr_merge"
WHEN
  new.row_version < 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND (ifnull(new."version_task_id", new.row_version) >= 0 AND ifnull(new."version_body", new.row_version) >= 0 OR (
            EXISTS (
              SELECT 1 FROM "comments" AS base
              WHERE base."id" = new."key_id"
            )
            OR EXISTS (
              SELECT 1 FROM "comments__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = new."key_id"
            )
          ))
        AND NOT EXISTS (SELECT 1 FROM "comments__crr_clock" WHERE "key_id" = new."key_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row, by its cells */
  INSERT INTO "comments__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_task_id",
  "clock_author_id",
  "clock_body"
)
VALUES (
  new."key_id",
  new.causal_length,
  new.db_version,
  0,
  new.row_site,
  new.row_seq,
  '@' || new.db_version || ':' || new.sentinel,
  CASE WHEN ifnull(new."version_task_id", new.row_version) >= 0 THEN ifnull(new."version_task_id", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_task_id", new.row_site || ':' || (new.row_seq + 0)) END,
  CASE WHEN ifnull(new."version_author_id", new.row_version) >= 0 THEN ifnull(new."version_author_id", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_author_id", new.row_site || ':' || (new.row_seq + 1)) END,
  CASE WHEN ifnull(new."version_body", new.row_version) >= 0 THEN ifnull(new."version_body", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_body", new.row_site || ':' || (new.row_seq + 2)) END
);
  INSERT INTO "comments" (
  "id",
  "task_id",
  "author_id",
  "body"
)
SELECT
  new."key_id",
  new."value_task_id",
  new."value_author_id",
  new."value_body"
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "comments__crr_aside" (
  "key_id",
  "value_task_id",
  "value_author_id",
  "value_body",
  state,
  was
)
VALUES (
  new."key_id",
  new."value_task_id",
  new."value_author_id",
  new."value_body",
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_merge_newer_cells"
BEFORE INSERT ON "comments__crr_merge"
WHEN
  new.row_version < 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: newer cells */
  UPDATE "comments__crr_clock"
SET
  row_db_version = ifnull(row_db_version, nullif(db_version, new.db_version)),
  db_version = new.db_version,
  "clock_task_id" = CASE WHEN new."version_task_id" IS NULL THEN "clock_task_id" ELSE (new."version_task_id" - row_version) || '@' || new.db_version || ':' || new."origin_task_id" END,
  "clock_author_id" = CASE WHEN new."version_author_id" IS NULL THEN "clock_author_id" ELSE (new."version_author_id" - row_version) || '@' || new.db_version || ':' || new."origin_author_id" END,
  "clock_body" = CASE WHEN new."version_body" IS NULL THEN "clock_body" ELSE (new."version_body" - row_version) || '@' || new.db_version || ':' || new."origin_body" END
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "comments"
SET
  "task_id" = CASE WHEN new."version_task_id" IS NULL THEN "comments"."task_id" ELSE new."value_task_id" END,
  "author_id" = CASE WHEN new."version_author_id" IS NULL THEN "comments"."author_id" ELSE new."value_author_id" END,
  "body" = CASE WHEN new."version_body" IS NULL THEN "comments"."body" ELSE new."value_body" END
WHERE
  "comments"."id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "comments__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "comments__crr_aside" (
  "key_id",
  "value_task_id",
  "value_author_id",
  "value_body",
  state
)
SELECT
  new."key_id",
  CASE WHEN new."version_task_id" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_task_id" ELSE base."task_id" END ELSE new."value_task_id" END,
  CASE WHEN new."version_author_id" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_author_id" THEN crr_aside."value_author_id" ELSE base."author_id" END ELSE new."value_author_id" END,
  CASE WHEN new."version_body" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_body" ELSE base."body" END ELSE new."value_body" END,
  'open'
FROM (SELECT 1)
LEFT JOIN "comments" AS base ON base."id" = new."key_id"
LEFT JOIN "comments__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_task_id" = excluded."value_task_id",
  "value_author_id" = excluded."value_author_id",
  "value_body" = excluded."value_body",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_merge_newer_row"
BEFORE INSERT ON "comments__crr_merge"
WHEN
  new.row_version > 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: a newer row */
  UPDATE "comments__crr_clock"
SET
  row_db_version = new.db_version,
  row_version = new.row_version,
  row_site = new.row_site,
  row_seq = new.row_seq,
  db_version = new.db_version,
  "clock_task_id" = NULL,
  "clock_author_id" = NULL,
  "clock_body" = NULL
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "comments"
SET
  "task_id" = new."value_task_id",
  "author_id" = new."value_author_id",
  "body" = new."value_body"
WHERE
  "comments"."id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "comments__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "comments__crr_aside" (
  "key_id",
  "value_task_id",
  "value_author_id",
  "value_body",
  state
)
SELECT
  new."key_id",
  new."value_task_id",
  new."value_author_id",
  new."value_body",
  'open'
FROM (SELECT 1)
LEFT JOIN "comments" AS base ON base."id" = new."key_id"
LEFT JOIN "comments__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_task_id" = excluded."value_task_id",
  "value_author_id" = excluded."value_author_id",
  "value_body" = excluded."value_body",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_merge_fresh_row"
BEFORE INSERT ON "comments__crr_merge"
WHEN
  new.row_version > 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND NOT EXISTS (SELECT 1 FROM "comments__crr_clock" WHERE "key_id" = new."key_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row */
  INSERT INTO "comments__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_task_id",
  "clock_author_id",
  "clock_body"
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
  INSERT INTO "comments" (
  "id",
  "task_id",
  "author_id",
  "body"
)
SELECT
  new."key_id",
  new."value_task_id",
  new."value_author_id",
  new."value_body"
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "comments__crr_aside" (
  "key_id",
  "value_task_id",
  "value_author_id",
  "value_body",
  state,
  was
)
VALUES (
  new."key_id",
  new."value_task_id",
  new."value_author_id",
  new."value_body",
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_aside_insert"
AFTER INSERT ON "comments"
WHEN
  EXISTS (
    SELECT 1 FROM "comments__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = new."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted again is parked no more */
  DELETE FROM "comments__crr_aside" WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_aside_delete"
AFTER DELETE ON "comments"
WHEN
  EXISTS (
    SELECT 1 FROM "comments__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = old."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: masks go with their row */
  DELETE FROM "comments__crr_aside" WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_aside_key"
AFTER UPDATE OF "id" ON "comments"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
  AND (EXISTS (
      SELECT 1 FROM "comments__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    ) OR EXISTS (
      SELECT 1 FROM "comments__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    ))
BEGIN /* drizzle-crr 2: masks move with their row */
  DELETE FROM "comments__crr_aside" WHERE "key_id" = new."id";
  UPDATE "comments__crr_aside"
SET "key_id" = new."id"
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_aside_update_author_id"
AFTER UPDATE OF "author_id" ON "comments"
WHEN
  old."author_id" IS NOT new."author_id" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND (EXISTS (
      SELECT 1 FROM "comments__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    ) OR EXISTS (
      SELECT 1 FROM "comments__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    ))
BEGIN /* drizzle-crr 2: a cell that is written is masked no more */
  UPDATE "comments__crr_aside"
  SET "mask_author_id" = NULL
  WHERE (
    "key_id" = old."id"
    OR "key_id" = new."id"
  );
  DELETE FROM "comments__crr_aside"
  WHERE
    (
      "key_id" = old."id"
      OR "key_id" = new."id"
    )
    AND state IS NULL
    AND NOT (ifnull("comments__crr_aside"."mask_author_id", 0));
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_guard_delete"
BEFORE DELETE ON "comments"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND EXISTS (
      SELECT 1 FROM "comments__crr_clock" AS clock
      WHERE clock."key_id" = old."id" AND clock.causal_length % 2 = 1
    )
  AND NOT EXISTS (
      SELECT 1 FROM "comments__crr_aside" AS beside
      WHERE beside."key_id" = old."id" AND beside.state IS NOT NULL
    )
BEGIN /* drizzle-crr 2: no foreign key deletes a row while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_guard_reference_0"
BEFORE UPDATE OF "task_id" ON "comments"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND new."task_id" IS NULL
  AND old."task_id" IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "tasks" AS parent
      WHERE parent."id" = old."task_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "comments__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    )
BEGIN /* drizzle-crr 2: no foreign key overwrites a cell while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_guard_reference_1"
BEFORE UPDATE OF "author_id" ON "comments"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND new."author_id" IS NULL
  AND old."author_id" IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "users" AS parent
      WHERE parent."id" = old."author_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "comments__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    )
BEGIN /* drizzle-crr 2: no foreign key overwrites a cell while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "comments__crr_on_pass"
AFTER INSERT ON crr_pass
WHEN
  (SELECT moved_in FROM crr_settling) >= new.pass - 1
BEGIN /* drizzle-crr 2: rows whose parents were parked in the pass before */
  UPDATE "comments__crr_aside"
  SET
    state = 'reference',
    pass = new.pass
  WHERE
    state = 'open'
    AND rowid IN (
      SELECT child.rowid
      FROM "tasks__crr_aside" AS parent
      CROSS JOIN "comments__crr_aside" AS child
        ON child."value_task_id" = parent."key_id"
      WHERE parent.pass >= new.pass - 1 AND parent.state <> 'open'
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
  INSERT INTO "comments__crr_aside" (
    "key_id",
    "value_task_id",
    "value_author_id",
    "value_body",
    state,
    pass
  )
  SELECT
    child."id",
    child."task_id",
    child."author_id",
    child."body",
    'reference',
    new.pass
  FROM "tasks__crr_aside" AS parent
  CROSS JOIN "comments" AS child
    ON child."task_id" = parent."key_id"
  WHERE
    parent.pass >= new.pass - 1 AND parent.state <> 'open'
    AND parent.was IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM "comments__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = child."id"
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
END;
--> statement-breakpoint
UPDATE crr_state
SET db_version = db_version + 1
WHERE EXISTS (SELECT 1 FROM "comments" AS base WHERE NOT EXISTS (
  SELECT 1 FROM "comments__crr_clock" AS clock
  WHERE clock."key_id" = base."id"
));
--> statement-breakpoint
INSERT INTO "comments__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_task_id",
  "clock_author_id",
  "clock_body"
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
FROM "comments" AS base
WHERE true
ORDER BY base."id"
ON CONFLICT DO NOTHING;
--> statement-breakpoint
DELETE FROM crr_former WHERE table_name = 'members' AND cid = '-1';
--> statement-breakpoint
UPDATE crr_history
SET schema_version = schema_version + 1
WHERE NOT EXISTS (SELECT 1 FROM crr_table WHERE table_name = 'members' AND spec = '{"name":"members","key":[{"name":"project_id","sqlType":"text"},{"name":"user_id","sqlType":"text"}],"clockColumns":[{"name":"role","sqlType":"text","notNull":true,"default":"''reader''","kind":{"type":"lww"}}],"constraints":{"references":[{"columns":["project_id"],"parent":"projects","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["user_id"],"parent":"users","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false}}');
--> statement-breakpoint
INSERT INTO crr_table (table_name, spec, former)
VALUES ('members', '{"name":"members","key":[{"name":"project_id","sqlType":"text"},{"name":"user_id","sqlType":"text"}],"clockColumns":[{"name":"role","sqlType":"text","notNull":true,"default":"''reader''","kind":{"type":"lww"}}],"constraints":{"references":[{"columns":["project_id"],"parent":"projects","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["user_id"],"parent":"users","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false}}', '[]')
ON CONFLICT (table_name) DO UPDATE
SET
  spec = excluded.spec,
  former = CASE spec
    WHEN excluded.spec THEN former
    ELSE json_insert(former, '$[#]', spec)
  END;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "members__crr_clock" (
  row_id INTEGER PRIMARY KEY,
  "key_project_id" TEXT NOT NULL,
  "key_user_id" TEXT NOT NULL,
  causal_length INTEGER,
  db_version INTEGER,
  row_version INTEGER,
  row_db_version INTEGER,
  row_site INTEGER,
  row_seq INTEGER,
  sentinel TEXT,
  "clock_role" TEXT,
  UNIQUE ("key_project_id", "key_user_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "members__crr_clock_db_version" ON "members__crr_clock" (db_version);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "members__crr_merge" (
  "key_project_id" TEXT,
  "key_user_id" TEXT,
  causal_length DEFAULT 1,
  sentinel,
  row_version DEFAULT -1,
  row_site,
  row_seq,
  "value_role" TEXT, "version_role", "origin_role",
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
CREATE TABLE IF NOT EXISTS "members__crr_aside" (
  "key_project_id" TEXT NOT NULL,
  "key_user_id" TEXT NOT NULL,
  "value_role" TEXT,
  state TEXT,
  taken INTEGER,
  was TEXT,
  was_masked TEXT,
  pass INTEGER,
  error TEXT,
  PRIMARY KEY ("key_project_id", "key_user_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "members__crr_aside_state" ON "members__crr_aside" (state);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "members__crr_aside_pass" ON "members__crr_aside" (pass);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "members__crr_aside_reference_0" ON "members__crr_aside" ("key_project_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "members__crr_aside_reference_1" ON "members__crr_aside" ("key_user_id");
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_insert"
AFTER INSERT ON "members"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a new row, or one that replaces another */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 1;
  INSERT INTO "members__crr_clock" (
  "key_project_id",
  "key_user_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_role"
)
SELECT
  new."project_id",
  new."user_id",
  state.birth,
  state.db_version,
  1,
  state.site,
  state.seq - 0,
  CASE WHEN state.birth > 1 THEN '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1) END,
  NULL
FROM crr_state AS state WHERE true
ON CONFLICT ("key_project_id", "key_user_id") DO UPDATE SET
  sentinel = CASE WHEN sentinel IS NOT NULL THEN '@' || excluded.db_version || ':' || excluded.row_site || ':' || (excluded.row_seq - 1) END,
  causal_length = CASE WHEN sentinel IS NULL THEN causal_length | 1 ELSE max(causal_length + 1 + causal_length % 2, excluded.causal_length) END,
  db_version = excluded.db_version,
  row_version = row_version + 1,
  row_db_version = NULL,
  row_site = excluded.row_site,
  row_seq = excluded.row_seq,
  "clock_role" = CASE "clock_role" WHEN '-9000000000000000' THEN NULL ELSE "clock_role" END;
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_update_role"
AFTER UPDATE OF "role" ON "members"
WHEN
  old."role" IS NOT new."role" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."project_id" IS new."project_id" AND old."user_id" IS new."user_id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "members__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_role") = (
    SELECT state.db_version, (CASE "clock_role" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_role" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_project_id" = new."project_id" AND "key_user_id" = new."user_id";
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_key"
AFTER UPDATE OF "project_id", "user_id" ON "members"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."project_id" IS new."project_id" AND old."user_id" IS new."user_id")
BEGIN /* drizzle-crr 2: a changed key is a delete and a create */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 1;
  INSERT INTO "members__crr_clock" (
  "key_project_id",
  "key_user_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_role"
)
SELECT
  new."project_id",
  new."user_id",
  state.birth,
  state.db_version,
  0,
  state.site,
  state.seq - 0,
  '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_role" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_role" AS INTEGER), -(former.row_version = 0)) END + (old."role" IS NOT new."role" COLLATE BINARY)
FROM crr_state AS state, "members__crr_clock" AS former
WHERE former."key_project_id" = old."project_id" AND former."key_user_id" = old."user_id"
ON CONFLICT ("key_project_id", "key_user_id") DO UPDATE SET
  causal_length = max(causal_length + 1 + causal_length % 2, excluded.causal_length),
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = NULL,
  row_site = excluded.row_site,
  row_seq = excluded.row_seq,
  sentinel = excluded.sentinel,
  "clock_role" = excluded."clock_role";
  UPDATE crr_state SET seq = seq + 2;
  UPDATE "members__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_role" = NULL
WHERE "key_project_id" = old."project_id" AND "key_user_id" = old."user_id";
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_delete"
AFTER DELETE ON "members"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: the clock row stays as a tombstone */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 1;
  UPDATE "members__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 1) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_role" = NULL
WHERE "key_project_id" = old."project_id" AND "key_user_id" = old."user_id";
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_merge_delete"
BEFORE INSERT ON "members__crr_merge"
WHEN
  new.causal_length % 2 = 0
BEGIN /* drizzle-crr 2: a delete */
  INSERT INTO "members__crr_clock" ("key_project_id", "key_user_id", causal_length, db_version, row_version, sentinel)
VALUES (new."key_project_id", new."key_user_id", new.causal_length, new.db_version, 0, '@' || new.db_version || ':' || new.sentinel)
ON CONFLICT ("key_project_id", "key_user_id") DO UPDATE SET
  causal_length = excluded.causal_length,
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = CASE WHEN causal_length % 2 = 1 THEN excluded.db_version END,
  row_site = NULL,
  row_seq = NULL,
  sentinel = excluded.sentinel,
  "clock_role" = NULL
WHERE excluded.causal_length > causal_length;
  DELETE FROM "members"
WHERE
  "project_id" = new."key_project_id" AND "user_id" = new."key_user_id"
  AND EXISTS (
    SELECT 1 FROM "members__crr_clock"
    WHERE
      "key_project_id" = new."key_project_id" AND "key_user_id" = new."key_user_id"
      AND causal_length = new.causal_length
  );
  DELETE FROM "members__crr_aside"
WHERE
  "key_project_id" = new."key_project_id" AND "key_user_id" = new."key_user_id"
  AND EXISTS (
    SELECT 1 FROM "members__crr_clock"
    WHERE
      "key_project_id" = new."key_project_id" AND "key_user_id" = new."key_user_id"
      AND causal_length = new.causal_length
  );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_merge"
BEFORE INSERT ON "members__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND EXISTS (SELECT 1 FROM "members__crr_clock" WHERE "key_project_id" = new."key_project_id" AND "key_user_id" = new."key_user_id")
BEGIN /* drizzle-crr 2: the general case */
  UPDATE "members__crr_clock"
SET
  causal_length = new.causal_length,
  db_version = new.db_version,
  row_version = won.row_version,
  row_db_version = CASE WHEN "members__crr_clock".causal_length % 2 = 1 THEN ifnull("members__crr_clock".row_db_version, nullif("members__crr_clock".db_version, new.db_version)) END,
  sentinel = CASE WHEN new.causal_length > "members__crr_clock".causal_length THEN '@' || new.db_version || ':' || new.sentinel ELSE "members__crr_clock".sentinel END,
  "clock_role" = CASE
    WHEN won.cell_0 THEN (ifnull(new."version_role", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_role", new.row_site || ':' || (new.row_seq + 0))
    WHEN new.causal_length > "members__crr_clock".causal_length AND "members__crr_clock".row_version + ifnull(CAST("members__crr_clock"."clock_role" AS INTEGER), -("members__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "members__crr_clock"."clock_role"
  END
FROM (
  SELECT
    CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE clock.row_version END AS row_version,
    ifnull(new."version_role", new.row_version) >= 0 AND 2 * (ifnull(new."version_role", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_role" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_role") = typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_role" ELSE base."role" END) THEN ifnull(new."value_role" > CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_role" ELSE base."role" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_role"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_role" ELSE base."role" END), 1, 1)) END > 0 AS cell_0
  FROM "members__crr_clock" AS clock
  LEFT JOIN "members" AS base ON base."project_id" = new."key_project_id" AND base."user_id" = new."key_user_id"
  LEFT JOIN "members__crr_aside" AS crr_aside ON crr_aside."key_project_id" = new."key_project_id" AND crr_aside."key_user_id" = new."key_user_id"
  WHERE
    clock."key_project_id" = new."key_project_id" AND clock."key_user_id" = new."key_user_id"
    AND (
        new.causal_length > clock.causal_length
        OR (new.causal_length = clock.causal_length AND (base."project_id" IS NOT NULL OR crr_aside."key_project_id" IS NOT NULL))
      )
  LIMIT 1
) AS won
WHERE
  "members__crr_clock"."key_project_id" = new."key_project_id" AND "members__crr_clock"."key_user_id" = new."key_user_id"
  AND (
    new.causal_length > "members__crr_clock".causal_length
    OR won.cell_0
  );
  SELECT RAISE(IGNORE) WHERE changes() = 0;
  UPDATE OR IGNORE "members"
SET
  "role" = CASE
    WHEN ifnull(new."version_role", new.row_version) >= 0 AND crr_clock."clock_role" = (ifnull(new."version_role", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_role", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_role"
    ELSE "members"."role"
  END
FROM "members__crr_clock" AS crr_clock
WHERE
  "members"."project_id" = new."key_project_id" AND "members"."user_id" = new."key_user_id"
  AND crr_clock."key_project_id" = new."key_project_id" AND crr_clock."key_user_id" = new."key_user_id"
  AND NOT EXISTS (
      SELECT 1 FROM "members__crr_aside" AS crr_aside
      WHERE crr_aside."key_project_id" = new."key_project_id" AND crr_aside."key_user_id" = new."key_user_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "members__crr_aside" (
  "key_project_id",
  "key_user_id",
  "value_role",
  state
)
SELECT
  new."key_project_id",
  new."key_user_id",
  CASE
    WHEN ifnull(new."version_role", new.row_version) >= 0 AND crr_clock."clock_role" = (ifnull(new."version_role", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_role", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_role"
    ELSE CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_role" ELSE base."role" END
  END,
  'open'
FROM "members__crr_clock" AS crr_clock
LEFT JOIN "members" AS base ON base."project_id" = new."key_project_id" AND base."user_id" = new."key_user_id"
LEFT JOIN "members__crr_aside" AS crr_aside ON crr_aside."key_project_id" = new."key_project_id" AND crr_aside."key_user_id" = new."key_user_id"
WHERE
  crr_clock."key_project_id" = new."key_project_id" AND crr_clock."key_user_id" = new."key_user_id"
  AND (base."project_id" IS NOT NULL OR crr_aside."key_project_id" IS NOT NULL)
ON CONFLICT ("key_project_id", "key_user_id") DO UPDATE SET
  "value_role" = excluded."value_role",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  INSERT INTO "members" (
  "project_id",
  "user_id",
  "role"
)
SELECT
  new."key_project_id",
  new."key_user_id",
  CASE WHEN ifnull(new."version_role", new.row_version) >= 0 THEN new."value_role" ELSE 'reader' END
FROM "members__crr_clock" AS clock
WHERE
  clock."key_project_id" = new."key_project_id" AND clock."key_user_id" = new."key_user_id"
  AND NOT EXISTS (SELECT 1 FROM "members" WHERE "project_id" = new."key_project_id" AND "user_id" = new."key_user_id")
  AND NOT EXISTS (
      SELECT 1 FROM "members__crr_aside" AS crr_aside
      WHERE crr_aside."key_project_id" = new."key_project_id" AND crr_aside."key_user_id" = new."key_user_id"
    )
  AND (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "members__crr_aside" (
  "key_project_id",
  "key_user_id",
  "value_role",
  state,
  was
)
SELECT
  new."key_project_id",
  new."key_user_id",
  CASE WHEN ifnull(new."version_role", new.row_version) >= 0 THEN new."value_role" ELSE 'reader' END,
  'open',
  'new'
FROM "members__crr_clock" AS clock
WHERE
  clock."key_project_id" = new."key_project_id" AND clock."key_user_id" = new."key_user_id"
  AND NOT EXISTS (SELECT 1 FROM "members" WHERE "project_id" = new."key_project_id" AND "user_id" = new."key_user_id")
  AND NOT EXISTS (
      SELECT 1 FROM "members__crr_aside" AS crr_aside
      WHERE crr_aside."key_project_id" = new."key_project_id" AND crr_aside."key_user_id" = new."key_user_id"
    );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_merge_fresh_cells"
BEFORE INSERT ON "members__crr_merge"
WHEN
  new.row_version < 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND NOT EXISTS (SELECT 1 FROM "members__crr_clock" WHERE "key_project_id" = new."key_project_id" AND "key_user_id" = new."key_user_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row, by its cells */
  INSERT INTO "members__crr_clock" (
  "key_project_id",
  "key_user_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_role"
)
VALUES (
  new."key_project_id",
  new."key_user_id",
  new.causal_length,
  new.db_version,
  0,
  new.row_site,
  new.row_seq,
  '@' || new.db_version || ':' || new.sentinel,
  CASE WHEN ifnull(new."version_role", new.row_version) >= 0 THEN ifnull(new."version_role", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_role", new.row_site || ':' || (new.row_seq + 0)) END
);
  INSERT INTO "members" (
  "project_id",
  "user_id",
  "role"
)
SELECT
  new."key_project_id",
  new."key_user_id",
  CASE WHEN ifnull(new."version_role", new.row_version) >= 0 THEN new."value_role" ELSE 'reader' END
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "members__crr_aside" (
  "key_project_id",
  "key_user_id",
  "value_role",
  state,
  was
)
VALUES (
  new."key_project_id",
  new."key_user_id",
  CASE WHEN ifnull(new."version_role", new.row_version) >= 0 THEN new."value_role" ELSE 'reader' END,
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_merge_newer_cells"
BEFORE INSERT ON "members__crr_merge"
WHEN
  new.row_version < 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: newer cells */
  UPDATE "members__crr_clock"
SET
  row_db_version = ifnull(row_db_version, nullif(db_version, new.db_version)),
  db_version = new.db_version,
  "clock_role" = CASE WHEN new."version_role" IS NULL THEN "clock_role" ELSE (new."version_role" - row_version) || '@' || new.db_version || ':' || new."origin_role" END
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "members"
SET
  "role" = CASE WHEN new."version_role" IS NULL THEN "members"."role" ELSE new."value_role" END
WHERE
  "members"."project_id" = new."key_project_id" AND "members"."user_id" = new."key_user_id"
  AND NOT EXISTS (
      SELECT 1 FROM "members__crr_aside" AS crr_aside
      WHERE crr_aside."key_project_id" = new."key_project_id" AND crr_aside."key_user_id" = new."key_user_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "members__crr_aside" (
  "key_project_id",
  "key_user_id",
  "value_role",
  state
)
SELECT
  new."key_project_id",
  new."key_user_id",
  CASE WHEN new."version_role" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_role" ELSE base."role" END ELSE new."value_role" END,
  'open'
FROM (SELECT 1)
LEFT JOIN "members" AS base ON base."project_id" = new."key_project_id" AND base."user_id" = new."key_user_id"
LEFT JOIN "members__crr_aside" AS crr_aside ON crr_aside."key_project_id" = new."key_project_id" AND crr_aside."key_user_id" = new."key_user_id"
WHERE
  (base."project_id" IS NOT NULL OR crr_aside."key_project_id" IS NOT NULL)
ON CONFLICT ("key_project_id", "key_user_id") DO UPDATE SET
  "value_role" = excluded."value_role",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_merge_newer_row"
BEFORE INSERT ON "members__crr_merge"
WHEN
  new.row_version > 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: a newer row */
  UPDATE "members__crr_clock"
SET
  row_db_version = new.db_version,
  row_version = new.row_version,
  row_site = new.row_site,
  row_seq = new.row_seq,
  db_version = new.db_version,
  "clock_role" = NULL
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "members"
SET
  "role" = new."value_role"
WHERE
  "members"."project_id" = new."key_project_id" AND "members"."user_id" = new."key_user_id"
  AND NOT EXISTS (
      SELECT 1 FROM "members__crr_aside" AS crr_aside
      WHERE crr_aside."key_project_id" = new."key_project_id" AND crr_aside."key_user_id" = new."key_user_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "members__crr_aside" (
  "key_project_id",
  "key_user_id",
  "value_role",
  state
)
SELECT
  new."key_project_id",
  new."key_user_id",
  new."value_role",
  'open'
FROM (SELECT 1)
LEFT JOIN "members" AS base ON base."project_id" = new."key_project_id" AND base."user_id" = new."key_user_id"
LEFT JOIN "members__crr_aside" AS crr_aside ON crr_aside."key_project_id" = new."key_project_id" AND crr_aside."key_user_id" = new."key_user_id"
WHERE
  (base."project_id" IS NOT NULL OR crr_aside."key_project_id" IS NOT NULL)
ON CONFLICT ("key_project_id", "key_user_id") DO UPDATE SET
  "value_role" = excluded."value_role",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_merge_fresh_row"
BEFORE INSERT ON "members__crr_merge"
WHEN
  new.row_version > 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND NOT EXISTS (SELECT 1 FROM "members__crr_clock" WHERE "key_project_id" = new."key_project_id" AND "key_user_id" = new."key_user_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row */
  INSERT INTO "members__crr_clock" (
  "key_project_id",
  "key_user_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_role"
)
VALUES (
  new."key_project_id",
  new."key_user_id",
  new.causal_length,
  new.db_version,
  new.row_version,
  new.row_site,
  new.row_seq,
  '@' || new.db_version || ':' || new.sentinel,
  NULL
);
  INSERT INTO "members" (
  "project_id",
  "user_id",
  "role"
)
SELECT
  new."key_project_id",
  new."key_user_id",
  new."value_role"
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "members__crr_aside" (
  "key_project_id",
  "key_user_id",
  "value_role",
  state,
  was
)
VALUES (
  new."key_project_id",
  new."key_user_id",
  new."value_role",
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_aside_insert"
AFTER INSERT ON "members"
WHEN
  EXISTS (
    SELECT 1 FROM "members__crr_aside" AS crr_aside
    WHERE crr_aside."key_project_id" = new."project_id" AND crr_aside."key_user_id" = new."user_id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted again is parked no more */
  DELETE FROM "members__crr_aside" WHERE "key_project_id" = new."project_id" AND "key_user_id" = new."user_id";
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_aside_delete"
AFTER DELETE ON "members"
WHEN
  EXISTS (
    SELECT 1 FROM "members__crr_aside" AS crr_aside
    WHERE crr_aside."key_project_id" = old."project_id" AND crr_aside."key_user_id" = old."user_id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: masks go with their row */
  DELETE FROM "members__crr_aside" WHERE "key_project_id" = old."project_id" AND "key_user_id" = old."user_id";
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_aside_key"
AFTER UPDATE OF "project_id", "user_id" ON "members"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."project_id" IS new."project_id" AND old."user_id" IS new."user_id")
  AND (EXISTS (
      SELECT 1 FROM "members__crr_aside" AS crr_aside
      WHERE crr_aside."key_project_id" = old."project_id" AND crr_aside."key_user_id" = old."user_id"
    ) OR EXISTS (
      SELECT 1 FROM "members__crr_aside" AS crr_aside
      WHERE crr_aside."key_project_id" = new."project_id" AND crr_aside."key_user_id" = new."user_id"
    ))
BEGIN /* drizzle-crr 2: masks move with their row */
  DELETE FROM "members__crr_aside" WHERE "key_project_id" = new."project_id" AND "key_user_id" = new."user_id";
  UPDATE "members__crr_aside"
SET "key_project_id" = new."project_id", "key_user_id" = new."user_id"
WHERE "key_project_id" = old."project_id" AND "key_user_id" = old."user_id";
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_guard_delete"
BEFORE DELETE ON "members"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND EXISTS (
      SELECT 1 FROM "members__crr_clock" AS clock
      WHERE clock."key_project_id" = old."project_id" AND clock."key_user_id" = old."user_id" AND clock.causal_length % 2 = 1
    )
  AND NOT EXISTS (
      SELECT 1 FROM "members__crr_aside" AS beside
      WHERE beside."key_project_id" = old."project_id" AND beside."key_user_id" = old."user_id" AND beside.state IS NOT NULL
    )
BEGIN /* drizzle-crr 2: no foreign key deletes a row while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_guard_reference_0"
BEFORE UPDATE OF "project_id" ON "members"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND new."project_id" IS NULL
  AND old."project_id" IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "projects" AS parent
      WHERE parent."id" = old."project_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "members__crr_aside" AS crr_aside
      WHERE crr_aside."key_project_id" = old."project_id" AND crr_aside."key_user_id" = old."user_id"
    )
BEGIN /* drizzle-crr 2: no foreign key overwrites a cell while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_guard_reference_1"
BEFORE UPDATE OF "user_id" ON "members"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND new."user_id" IS NULL
  AND old."user_id" IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "users" AS parent
      WHERE parent."id" = old."user_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "members__crr_aside" AS crr_aside
      WHERE crr_aside."key_project_id" = old."project_id" AND crr_aside."key_user_id" = old."user_id"
    )
BEGIN /* drizzle-crr 2: no foreign key overwrites a cell while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "members__crr_on_pass"
AFTER INSERT ON crr_pass
WHEN
  (SELECT moved_in FROM crr_settling) >= new.pass - 1
BEGIN /* drizzle-crr 2: rows whose parents were parked in the pass before */
  UPDATE "members__crr_aside"
  SET
    state = 'reference',
    pass = new.pass
  WHERE
    state = 'open'
    AND rowid IN (
      SELECT child.rowid
      FROM "projects__crr_aside" AS parent
      CROSS JOIN "members__crr_aside" AS child
        ON child."key_project_id" = parent."key_id"
      WHERE parent.pass >= new.pass - 1 AND parent.state <> 'open'
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
  INSERT INTO "members__crr_aside" (
    "key_project_id",
    "key_user_id",
    "value_role",
    state,
    pass
  )
  SELECT
    child."project_id",
    child."user_id",
    child."role",
    'reference',
    new.pass
  FROM "projects__crr_aside" AS parent
  CROSS JOIN "members" AS child
    ON child."project_id" = parent."key_id"
  WHERE
    parent.pass >= new.pass - 1 AND parent.state <> 'open'
    AND parent.was IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM "members__crr_aside" AS crr_aside
      WHERE crr_aside."key_project_id" = child."project_id" AND crr_aside."key_user_id" = child."user_id"
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
  UPDATE "members__crr_aside"
  SET
    state = 'reference',
    pass = new.pass
  WHERE
    state = 'open'
    AND rowid IN (
      SELECT child.rowid
      FROM "users__crr_aside" AS parent
      CROSS JOIN "members__crr_aside" AS child
        ON child."key_user_id" = parent."key_id"
      WHERE parent.pass >= new.pass - 1 AND parent.state <> 'open'
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
  INSERT INTO "members__crr_aside" (
    "key_project_id",
    "key_user_id",
    "value_role",
    state,
    pass
  )
  SELECT
    child."project_id",
    child."user_id",
    child."role",
    'reference',
    new.pass
  FROM "users__crr_aside" AS parent
  CROSS JOIN "members" AS child
    ON child."user_id" = parent."key_id"
  WHERE
    parent.pass >= new.pass - 1 AND parent.state <> 'open'
    AND parent.was IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM "members__crr_aside" AS crr_aside
      WHERE crr_aside."key_project_id" = child."project_id" AND crr_aside."key_user_id" = child."user_id"
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
END;
--> statement-breakpoint
UPDATE crr_state
SET db_version = db_version + 1
WHERE EXISTS (SELECT 1 FROM "members" AS base WHERE NOT EXISTS (
  SELECT 1 FROM "members__crr_clock" AS clock
  WHERE clock."key_project_id" = base."project_id" AND clock."key_user_id" = base."user_id"
));
--> statement-breakpoint
INSERT INTO "members__crr_clock" (
  "key_project_id",
  "key_user_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_role"
)
SELECT
  base."project_id",
  base."user_id",
  (SELECT birth FROM crr_state),
  (SELECT db_version FROM crr_state),
  1,
  (SELECT site FROM crr_state),
  (base.rowid & 1048575) * 2 + 1,
  CASE WHEN (SELECT birth FROM crr_state) > 1 THEN '@' || (SELECT db_version FROM crr_state) || ':' || (SELECT site FROM crr_state) || ':' || ((base.rowid & 1048575) * 2) END,
  NULL
FROM "members" AS base
WHERE true
ORDER BY base."project_id", base."user_id"
ON CONFLICT DO NOTHING;
--> statement-breakpoint
DELETE FROM crr_former WHERE table_name = 'projects' AND cid = '-1';
--> statement-breakpoint
UPDATE crr_history
SET schema_version = schema_version + 1
WHERE NOT EXISTS (SELECT 1 FROM crr_table WHERE table_name = 'projects' AND spec = '{"name":"projects","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"owner_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"name","sqlType":"text","notNull":true,"kind":{"type":"lww"}}],"constraints":{"references":[{"columns":["owner_id"],"parent":"users","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false}}');
--> statement-breakpoint
INSERT INTO crr_table (table_name, spec, former)
VALUES ('projects', '{"name":"projects","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"owner_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"name","sqlType":"text","notNull":true,"kind":{"type":"lww"}}],"constraints":{"references":[{"columns":["owner_id"],"parent":"users","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false}}', '[]')
ON CONFLICT (table_name) DO UPDATE
SET
  spec = excluded.spec,
  former = CASE spec
    WHEN excluded.spec THEN former
    ELSE json_insert(former, '$[#]', spec)
  END;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "projects__crr_clock" (
  row_id INTEGER PRIMARY KEY,
  "key_id" TEXT NOT NULL,
  causal_length INTEGER,
  db_version INTEGER,
  row_version INTEGER,
  row_db_version INTEGER,
  row_site INTEGER,
  row_seq INTEGER,
  sentinel TEXT,
  "clock_owner_id" TEXT,
  "clock_name" TEXT,
  UNIQUE ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "projects__crr_clock_db_version" ON "projects__crr_clock" (db_version);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "projects__crr_merge" (
  "key_id" TEXT,
  causal_length DEFAULT 1,
  sentinel,
  row_version DEFAULT -1,
  row_site,
  row_seq,
  "value_owner_id" TEXT, "version_owner_id", "origin_owner_id",
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
CREATE TABLE IF NOT EXISTS "projects__crr_aside" (
  "key_id" TEXT NOT NULL,
  "value_owner_id" TEXT,
  "value_name" TEXT,
  state TEXT,
  taken INTEGER,
  was TEXT,
  was_masked TEXT,
  pass INTEGER,
  error TEXT,
  PRIMARY KEY ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "projects__crr_aside_state" ON "projects__crr_aside" (state);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "projects__crr_aside_pass" ON "projects__crr_aside" (pass);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "projects__crr_aside_reference_0" ON "projects__crr_aside" ("value_owner_id");
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_insert"
AFTER INSERT ON "projects"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a new row, or one that replaces another */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 2;
  INSERT INTO "projects__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_owner_id",
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
  "clock_owner_id" = CASE "clock_owner_id" WHEN '-9000000000000000' THEN NULL ELSE "clock_owner_id" END,
  "clock_name" = CASE "clock_name" WHEN '-9000000000000000' THEN NULL ELSE "clock_name" END;
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_update_name"
AFTER UPDATE OF "name" ON "projects"
WHEN
  old."name" IS NOT new."name" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "projects__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_name") = (
    SELECT state.db_version, (CASE "clock_name" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_name" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_update_owner_id"
AFTER UPDATE OF "owner_id" ON "projects"
WHEN
  old."owner_id" IS NOT new."owner_id" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "projects__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_owner_id") = (
    SELECT state.db_version, (CASE "clock_owner_id" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_owner_id" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_key"
AFTER UPDATE OF "id" ON "projects"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
BEGIN /* drizzle-crr 2: a changed key is a delete and a create */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 2;
  INSERT INTO "projects__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_owner_id",
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
  CASE WHEN former.row_version + ifnull(CAST(former."clock_owner_id" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_owner_id" AS INTEGER), -(former.row_version = 0)) END + (old."owner_id" IS NOT new."owner_id" COLLATE BINARY),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_name" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_name" AS INTEGER), -(former.row_version = 0)) END + (old."name" IS NOT new."name" COLLATE BINARY)
FROM crr_state AS state, "projects__crr_clock" AS former
WHERE former."key_id" = old."id"
ON CONFLICT ("key_id") DO UPDATE SET
  causal_length = max(causal_length + 1 + causal_length % 2, excluded.causal_length),
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = NULL,
  row_site = excluded.row_site,
  row_seq = excluded.row_seq,
  sentinel = excluded.sentinel,
  "clock_owner_id" = excluded."clock_owner_id",
  "clock_name" = excluded."clock_name";
  UPDATE crr_state SET seq = seq + 3;
  UPDATE "projects__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_owner_id" = NULL,
  "clock_name" = NULL
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_delete"
AFTER DELETE ON "projects"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: the clock row stays as a tombstone */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 2;
  UPDATE "projects__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_owner_id" = NULL,
  "clock_name" = NULL
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_merge_early"
BEFORE INSERT ON "projects__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND NOT (ifnull(new."version_owner_id", new.row_version) >= 0 AND ifnull(new."version_name", new.row_version) >= 0 OR (
      EXISTS (
        SELECT 1 FROM "projects" AS base
        WHERE base."id" = new."key_id"
      )
      OR EXISTS (
        SELECT 1 FROM "projects__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = new."key_id"
      )
    ))
BEGIN /* drizzle-crr 2: a row that lacks a NOT NULL cell waits */
  INSERT INTO crr_pending (source, table_name, pk, cid, val, col_version, causal_length, site, seq, db_version, size, number, key_1)
SELECT
  (SELECT source FROM crr_apply),
  'projects',
  new.pk,
  '-1',
  NULL,
  new.causal_length,
  new.causal_length,
  CAST(new.sentinel AS INTEGER),
  CAST(substr(new.sentinel, instr(new.sentinel, ':') + 1) AS INTEGER),
  new.db_version,
  10 + length(new.pk) + ifnull(length(CAST(NULL AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  new.sentinel IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "projects__crr_clock"
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
  'projects',
  new.pk,
  'owner_id',
  new."value_owner_id",
  ifnull(new."version_owner_id", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_owner_id", new.row_site || ':' || (new.row_seq + 0)) AS INTEGER),
  CAST(substr(ifnull(new."origin_owner_id", new.row_site || ':' || (new.row_seq + 0)), instr(ifnull(new."origin_owner_id", new.row_site || ':' || (new.row_seq + 0)), ':') + 1) AS INTEGER),
  new.db_version,
  16 + length(new.pk) + ifnull(length(CAST(new."value_owner_id" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_owner_id", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "projects__crr_clock"
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
  'projects',
  new.pk,
  'name',
  new."value_name",
  ifnull(new."version_name", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_name", new.row_site || ':' || (new.row_seq + 1)) AS INTEGER),
  CAST(substr(ifnull(new."origin_name", new.row_site || ':' || (new.row_seq + 1)), instr(ifnull(new."origin_name", new.row_site || ':' || (new.row_seq + 1)), ':') + 1) AS INTEGER),
  new.db_version,
  12 + length(new.pk) + ifnull(length(CAST(new."value_name" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_name", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "projects__crr_clock"
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
CREATE TRIGGER "projects__crr_on_merge_delete"
BEFORE INSERT ON "projects__crr_merge"
WHEN
  new.causal_length % 2 = 0
BEGIN /* drizzle-crr 2: a delete */
  INSERT INTO "projects__crr_clock" ("key_id", causal_length, db_version, row_version, sentinel)
VALUES (new."key_id", new.causal_length, new.db_version, 0, '@' || new.db_version || ':' || new.sentinel)
ON CONFLICT ("key_id") DO UPDATE SET
  causal_length = excluded.causal_length,
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = CASE WHEN causal_length % 2 = 1 THEN excluded.db_version END,
  row_site = NULL,
  row_seq = NULL,
  sentinel = excluded.sentinel,
  "clock_owner_id" = NULL,
  "clock_name" = NULL
WHERE excluded.causal_length > causal_length;
  DELETE FROM "projects"
WHERE
  "id" = new."key_id"
  AND EXISTS (
    SELECT 1 FROM "projects__crr_clock"
    WHERE
      "key_id" = new."key_id"
      AND causal_length = new.causal_length
  );
  DELETE FROM "projects__crr_aside"
WHERE
  "key_id" = new."key_id"
  AND EXISTS (
    SELECT 1 FROM "projects__crr_clock"
    WHERE
      "key_id" = new."key_id"
      AND causal_length = new.causal_length
  );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_merge"
BEFORE INSERT ON "projects__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND (ifnull(new."version_owner_id", new.row_version) >= 0 AND ifnull(new."version_name", new.row_version) >= 0 OR (
      EXISTS (
        SELECT 1 FROM "projects" AS base
        WHERE base."id" = new."key_id"
      )
      OR EXISTS (
        SELECT 1 FROM "projects__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = new."key_id"
      )
    ))
  AND EXISTS (SELECT 1 FROM "projects__crr_clock" WHERE "key_id" = new."key_id")
BEGIN /* drizzle-crr 2: the general case */
  UPDATE "projects__crr_clock"
SET
  causal_length = new.causal_length,
  db_version = new.db_version,
  row_version = won.row_version,
  row_db_version = CASE WHEN "projects__crr_clock".causal_length % 2 = 1 THEN ifnull("projects__crr_clock".row_db_version, nullif("projects__crr_clock".db_version, new.db_version)) END,
  sentinel = CASE WHEN new.causal_length > "projects__crr_clock".causal_length THEN '@' || new.db_version || ':' || new.sentinel ELSE "projects__crr_clock".sentinel END,
  "clock_owner_id" = CASE
    WHEN won.cell_0 THEN (ifnull(new."version_owner_id", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_owner_id", new.row_site || ':' || (new.row_seq + 0))
    WHEN new.causal_length > "projects__crr_clock".causal_length AND "projects__crr_clock".row_version + ifnull(CAST("projects__crr_clock"."clock_owner_id" AS INTEGER), -("projects__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "projects__crr_clock"."clock_owner_id"
  END,
  "clock_name" = CASE
    WHEN won.cell_1 THEN (ifnull(new."version_name", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_name", new.row_site || ':' || (new.row_seq + 1))
    WHEN new.causal_length > "projects__crr_clock".causal_length AND "projects__crr_clock".row_version + ifnull(CAST("projects__crr_clock"."clock_name" AS INTEGER), -("projects__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "projects__crr_clock"."clock_name"
  END
FROM (
  SELECT
    CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE clock.row_version END AS row_version,
    ifnull(new."version_owner_id", new.row_version) >= 0 AND 2 * (ifnull(new."version_owner_id", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_owner_id" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_owner_id") = typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_owner_id" ELSE base."owner_id" END) THEN ifnull(new."value_owner_id" > CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_owner_id" ELSE base."owner_id" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_owner_id"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_owner_id" ELSE base."owner_id" END), 1, 1)) END > 0 AS cell_0,
    ifnull(new."version_name", new.row_version) >= 0 AND 2 * (ifnull(new."version_name", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_name" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_name") = typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_name" ELSE base."name" END) THEN ifnull(new."value_name" > CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_name" ELSE base."name" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_name"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_name" ELSE base."name" END), 1, 1)) END > 0 AS cell_1
  FROM "projects__crr_clock" AS clock
  LEFT JOIN "projects" AS base ON base."id" = new."key_id"
  LEFT JOIN "projects__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
  WHERE
    clock."key_id" = new."key_id"
    AND (
        new.causal_length > clock.causal_length
        OR (new.causal_length = clock.causal_length AND (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL))
      )
  LIMIT 1
) AS won
WHERE
  "projects__crr_clock"."key_id" = new."key_id"
  AND (
    new.causal_length > "projects__crr_clock".causal_length
    OR won.cell_0
    OR won.cell_1
  );
  SELECT RAISE(IGNORE) WHERE changes() = 0;
  UPDATE OR IGNORE "projects"
SET
  "owner_id" = CASE
    WHEN ifnull(new."version_owner_id", new.row_version) >= 0 AND crr_clock."clock_owner_id" = (ifnull(new."version_owner_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_owner_id", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_owner_id"
    ELSE "projects"."owner_id"
  END,
  "name" = CASE
    WHEN ifnull(new."version_name", new.row_version) >= 0 AND crr_clock."clock_name" = (ifnull(new."version_name", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_name", new.row_site || ':' || (new.row_seq + 1))
    THEN new."value_name"
    ELSE "projects"."name"
  END
FROM "projects__crr_clock" AS crr_clock
WHERE
  "projects"."id" = new."key_id"
  AND crr_clock."key_id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "projects__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "projects__crr_aside" (
  "key_id",
  "value_owner_id",
  "value_name",
  state
)
SELECT
  new."key_id",
  CASE
    WHEN ifnull(new."version_owner_id", new.row_version) >= 0 AND crr_clock."clock_owner_id" = (ifnull(new."version_owner_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_owner_id", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_owner_id"
    ELSE CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_owner_id" ELSE base."owner_id" END
  END,
  CASE
    WHEN ifnull(new."version_name", new.row_version) >= 0 AND crr_clock."clock_name" = (ifnull(new."version_name", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_name", new.row_site || ':' || (new.row_seq + 1))
    THEN new."value_name"
    ELSE CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_name" ELSE base."name" END
  END,
  'open'
FROM "projects__crr_clock" AS crr_clock
LEFT JOIN "projects" AS base ON base."id" = new."key_id"
LEFT JOIN "projects__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  crr_clock."key_id" = new."key_id"
  AND (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_owner_id" = excluded."value_owner_id",
  "value_name" = excluded."value_name",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  INSERT INTO "projects" (
  "id",
  "owner_id",
  "name"
)
SELECT
  new."key_id",
  new."value_owner_id",
  new."value_name"
FROM "projects__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "projects" WHERE "id" = new."key_id")
  AND NOT EXISTS (
      SELECT 1 FROM "projects__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    )
  AND (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "projects__crr_aside" (
  "key_id",
  "value_owner_id",
  "value_name",
  state,
  was
)
SELECT
  new."key_id",
  new."value_owner_id",
  new."value_name",
  'open',
  'new'
FROM "projects__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "projects" WHERE "id" = new."key_id")
  AND NOT EXISTS (
      SELECT 1 FROM "projects__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_merge_fresh_cells"
BEFORE INSERT ON "projects__crr_merge"
WHEN
  new.row_version < 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND (ifnull(new."version_owner_id", new.row_version) >= 0 AND ifnull(new."version_name", new.row_version) >= 0 OR (
            EXISTS (
              SELECT 1 FROM "projects" AS base
              WHERE base."id" = new."key_id"
            )
            OR EXISTS (
              SELECT 1 FROM "projects__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = new."key_id"
            )
          ))
        AND NOT EXISTS (SELECT 1 FROM "projects__crr_clock" WHERE "key_id" = new."key_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row, by its cells */
  INSERT INTO "projects__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_owner_id",
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
  CASE WHEN ifnull(new."version_owner_id", new.row_version) >= 0 THEN ifnull(new."version_owner_id", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_owner_id", new.row_site || ':' || (new.row_seq + 0)) END,
  CASE WHEN ifnull(new."version_name", new.row_version) >= 0 THEN ifnull(new."version_name", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_name", new.row_site || ':' || (new.row_seq + 1)) END
);
  INSERT INTO "projects" (
  "id",
  "owner_id",
  "name"
)
SELECT
  new."key_id",
  new."value_owner_id",
  new."value_name"
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "projects__crr_aside" (
  "key_id",
  "value_owner_id",
  "value_name",
  state,
  was
)
VALUES (
  new."key_id",
  new."value_owner_id",
  new."value_name",
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_merge_newer_cells"
BEFORE INSERT ON "projects__crr_merge"
WHEN
  new.row_version < 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: newer cells */
  UPDATE "projects__crr_clock"
SET
  row_db_version = ifnull(row_db_version, nullif(db_version, new.db_version)),
  db_version = new.db_version,
  "clock_owner_id" = CASE WHEN new."version_owner_id" IS NULL THEN "clock_owner_id" ELSE (new."version_owner_id" - row_version) || '@' || new.db_version || ':' || new."origin_owner_id" END,
  "clock_name" = CASE WHEN new."version_name" IS NULL THEN "clock_name" ELSE (new."version_name" - row_version) || '@' || new.db_version || ':' || new."origin_name" END
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "projects"
SET
  "owner_id" = CASE WHEN new."version_owner_id" IS NULL THEN "projects"."owner_id" ELSE new."value_owner_id" END,
  "name" = CASE WHEN new."version_name" IS NULL THEN "projects"."name" ELSE new."value_name" END
WHERE
  "projects"."id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "projects__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "projects__crr_aside" (
  "key_id",
  "value_owner_id",
  "value_name",
  state
)
SELECT
  new."key_id",
  CASE WHEN new."version_owner_id" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_owner_id" ELSE base."owner_id" END ELSE new."value_owner_id" END,
  CASE WHEN new."version_name" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_name" ELSE base."name" END ELSE new."value_name" END,
  'open'
FROM (SELECT 1)
LEFT JOIN "projects" AS base ON base."id" = new."key_id"
LEFT JOIN "projects__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_owner_id" = excluded."value_owner_id",
  "value_name" = excluded."value_name",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_merge_newer_row"
BEFORE INSERT ON "projects__crr_merge"
WHEN
  new.row_version > 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: a newer row */
  UPDATE "projects__crr_clock"
SET
  row_db_version = new.db_version,
  row_version = new.row_version,
  row_site = new.row_site,
  row_seq = new.row_seq,
  db_version = new.db_version,
  "clock_owner_id" = NULL,
  "clock_name" = NULL
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "projects"
SET
  "owner_id" = new."value_owner_id",
  "name" = new."value_name"
WHERE
  "projects"."id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "projects__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "projects__crr_aside" (
  "key_id",
  "value_owner_id",
  "value_name",
  state
)
SELECT
  new."key_id",
  new."value_owner_id",
  new."value_name",
  'open'
FROM (SELECT 1)
LEFT JOIN "projects" AS base ON base."id" = new."key_id"
LEFT JOIN "projects__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_owner_id" = excluded."value_owner_id",
  "value_name" = excluded."value_name",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_merge_fresh_row"
BEFORE INSERT ON "projects__crr_merge"
WHEN
  new.row_version > 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND NOT EXISTS (SELECT 1 FROM "projects__crr_clock" WHERE "key_id" = new."key_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row */
  INSERT INTO "projects__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_owner_id",
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
  NULL,
  NULL
);
  INSERT INTO "projects" (
  "id",
  "owner_id",
  "name"
)
SELECT
  new."key_id",
  new."value_owner_id",
  new."value_name"
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "projects__crr_aside" (
  "key_id",
  "value_owner_id",
  "value_name",
  state,
  was
)
VALUES (
  new."key_id",
  new."value_owner_id",
  new."value_name",
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_aside_insert"
AFTER INSERT ON "projects"
WHEN
  EXISTS (
    SELECT 1 FROM "projects__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = new."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted again is parked no more */
  DELETE FROM "projects__crr_aside" WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_aside_delete"
AFTER DELETE ON "projects"
WHEN
  EXISTS (
    SELECT 1 FROM "projects__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = old."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: masks go with their row */
  DELETE FROM "projects__crr_aside" WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_aside_key"
AFTER UPDATE OF "id" ON "projects"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
  AND (EXISTS (
      SELECT 1 FROM "projects__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    ) OR EXISTS (
      SELECT 1 FROM "projects__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    ))
BEGIN /* drizzle-crr 2: masks move with their row */
  DELETE FROM "projects__crr_aside" WHERE "key_id" = new."id";
  UPDATE "projects__crr_aside"
SET "key_id" = new."id"
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_guard_delete"
BEFORE DELETE ON "projects"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND EXISTS (
      SELECT 1 FROM "projects__crr_clock" AS clock
      WHERE clock."key_id" = old."id" AND clock.causal_length % 2 = 1
    )
  AND NOT EXISTS (
      SELECT 1 FROM "projects__crr_aside" AS beside
      WHERE beside."key_id" = old."id" AND beside.state IS NOT NULL
    )
BEGIN /* drizzle-crr 2: no foreign key deletes a row while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_guard_reference_0"
BEFORE UPDATE OF "owner_id" ON "projects"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND new."owner_id" IS NULL
  AND old."owner_id" IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "users" AS parent
      WHERE parent."id" = old."owner_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "projects__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    )
BEGIN /* drizzle-crr 2: no foreign key overwrites a cell while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "projects__crr_on_pass"
AFTER INSERT ON crr_pass
WHEN
  (SELECT moved_in FROM crr_settling) >= new.pass - 1
BEGIN /* drizzle-crr 2: rows whose parents were parked in the pass before */
  UPDATE "projects__crr_aside"
  SET
    state = 'reference',
    pass = new.pass
  WHERE
    state = 'open'
    AND rowid IN (
      SELECT child.rowid
      FROM "users__crr_aside" AS parent
      CROSS JOIN "projects__crr_aside" AS child
        ON child."value_owner_id" = parent."key_id"
      WHERE parent.pass >= new.pass - 1 AND parent.state <> 'open'
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
  INSERT INTO "projects__crr_aside" (
    "key_id",
    "value_owner_id",
    "value_name",
    state,
    pass
  )
  SELECT
    child."id",
    child."owner_id",
    child."name",
    'reference',
    new.pass
  FROM "users__crr_aside" AS parent
  CROSS JOIN "projects" AS child
    ON child."owner_id" = parent."key_id"
  WHERE
    parent.pass >= new.pass - 1 AND parent.state <> 'open'
    AND parent.was IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM "projects__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = child."id"
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
END;
--> statement-breakpoint
UPDATE crr_state
SET db_version = db_version + 1
WHERE EXISTS (SELECT 1 FROM "projects" AS base WHERE NOT EXISTS (
  SELECT 1 FROM "projects__crr_clock" AS clock
  WHERE clock."key_id" = base."id"
));
--> statement-breakpoint
INSERT INTO "projects__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_owner_id",
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
  NULL,
  NULL
FROM "projects" AS base
WHERE true
ORDER BY base."id"
ON CONFLICT DO NOTHING;
--> statement-breakpoint
DELETE FROM crr_former WHERE table_name = 'tasks' AND cid = '-1';
--> statement-breakpoint
UPDATE crr_history
SET schema_version = schema_version + 1
WHERE NOT EXISTS (SELECT 1 FROM crr_table WHERE table_name = 'tasks' AND spec = '{"name":"tasks","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"project_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"slug","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"assignee_id","sqlType":"text","kind":{"type":"lww"}},{"name":"parent_id","sqlType":"text","kind":{"type":"lww"}},{"name":"done","sqlType":"integer","notNull":true,"default":"0","kind":{"type":"lww"}}],"constraints":{"references":[{"columns":["project_id"],"parent":"projects","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["assignee_id"],"parent":"users","parentKey":["id"],"hides":"column","parentMayHide":true},{"columns":["parent_id"],"parent":"tasks","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[{"name":"tasks_slug","columns":["project_id","slug"],"loser":{"shows":"suffix","column":"slug"}}],"isCircular":true}}');
--> statement-breakpoint
INSERT INTO crr_table (table_name, spec, former)
VALUES ('tasks', '{"name":"tasks","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"project_id","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"slug","sqlType":"text","notNull":true,"kind":{"type":"lww"}},{"name":"assignee_id","sqlType":"text","kind":{"type":"lww"}},{"name":"parent_id","sqlType":"text","kind":{"type":"lww"}},{"name":"done","sqlType":"integer","notNull":true,"default":"0","kind":{"type":"lww"}}],"constraints":{"references":[{"columns":["project_id"],"parent":"projects","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["assignee_id"],"parent":"users","parentKey":["id"],"hides":"column","parentMayHide":true},{"columns":["parent_id"],"parent":"tasks","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[{"name":"tasks_slug","columns":["project_id","slug"],"loser":{"shows":"suffix","column":"slug"}}],"isCircular":true}}', '[]')
ON CONFLICT (table_name) DO UPDATE
SET
  spec = excluded.spec,
  former = CASE spec
    WHEN excluded.spec THEN former
    ELSE json_insert(former, '$[#]', spec)
  END;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "tasks__crr_clock" (
  row_id INTEGER PRIMARY KEY,
  "key_id" TEXT NOT NULL,
  causal_length INTEGER,
  db_version INTEGER,
  row_version INTEGER,
  row_db_version INTEGER,
  row_site INTEGER,
  row_seq INTEGER,
  sentinel TEXT,
  "clock_project_id" TEXT,
  "clock_slug" TEXT,
  "clock_assignee_id" TEXT,
  "clock_parent_id" TEXT,
  "clock_done" TEXT,
  UNIQUE ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "tasks__crr_clock_db_version" ON "tasks__crr_clock" (db_version);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "tasks__crr_merge" (
  "key_id" TEXT,
  causal_length DEFAULT 1,
  sentinel,
  row_version DEFAULT -1,
  row_site,
  row_seq,
  "value_project_id" TEXT, "version_project_id", "origin_project_id",
  "value_slug" TEXT, "version_slug", "origin_slug",
  "value_assignee_id" TEXT, "version_assignee_id", "origin_assignee_id",
  "value_parent_id" TEXT, "version_parent_id", "origin_parent_id",
  "value_done" INTEGER, "version_done", "origin_done",
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
CREATE TABLE IF NOT EXISTS "tasks__crr_aside" (
  "key_id" TEXT NOT NULL,
  "value_project_id" TEXT,
  "value_slug" TEXT,
  "value_assignee_id" TEXT,
  "value_parent_id" TEXT,
  "value_done" INTEGER,
  state TEXT,
  "mask_slug" INTEGER,
  "mask_assignee_id" INTEGER,
  lost_0 INTEGER,
  taken INTEGER,
  was TEXT,
  was_masked TEXT,
  pass INTEGER,
  error TEXT,
  PRIMARY KEY ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "tasks__crr_aside_state" ON "tasks__crr_aside" (state);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "tasks__crr_aside_pass" ON "tasks__crr_aside" (pass);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "tasks__crr_aside_reference_0" ON "tasks__crr_aside" ("value_project_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "tasks__crr_aside_reference_1" ON "tasks__crr_aside" ("value_assignee_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "tasks__crr_aside_reference_2" ON "tasks__crr_aside" ("value_parent_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "tasks__crr_aside_unique_0" ON "tasks__crr_aside" ("value_project_id", "value_slug");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "tasks__crr_aside_lost_0" ON "tasks__crr_aside" (lost_0);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "tasks__crr_rank" (
  "key_id" TEXT
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "tasks__crr_rival" (
  "key_id" TEXT NOT NULL,
  PRIMARY KEY ("key_id")
);
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_insert"
AFTER INSERT ON "tasks"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a new row, or one that replaces another */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 5;
  INSERT INTO "tasks__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_project_id",
  "clock_slug",
  "clock_assignee_id",
  "clock_parent_id",
  "clock_done"
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
  "clock_project_id" = CASE "clock_project_id" WHEN '-9000000000000000' THEN NULL ELSE "clock_project_id" END,
  "clock_slug" = CASE "clock_slug" WHEN '-9000000000000000' THEN NULL ELSE "clock_slug" END,
  "clock_assignee_id" = CASE "clock_assignee_id" WHEN '-9000000000000000' THEN NULL ELSE "clock_assignee_id" END,
  "clock_parent_id" = CASE "clock_parent_id" WHEN '-9000000000000000' THEN NULL ELSE "clock_parent_id" END,
  "clock_done" = CASE "clock_done" WHEN '-9000000000000000' THEN NULL ELSE "clock_done" END;
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_update_done"
AFTER UPDATE OF "done" ON "tasks"
WHEN
  old."done" IS NOT new."done" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "tasks__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_done") = (
    SELECT state.db_version, (CASE "clock_done" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_done" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_update_parent_id"
AFTER UPDATE OF "parent_id" ON "tasks"
WHEN
  old."parent_id" IS NOT new."parent_id" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "tasks__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_parent_id") = (
    SELECT state.db_version, (CASE "clock_parent_id" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_parent_id" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_update_assignee_id"
AFTER UPDATE OF "assignee_id" ON "tasks"
WHEN
  old."assignee_id" IS NOT new."assignee_id" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "tasks__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_assignee_id") = (
    SELECT state.db_version, (CASE "clock_assignee_id" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_assignee_id" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_update_slug"
AFTER UPDATE OF "slug" ON "tasks"
WHEN
  old."slug" IS NOT new."slug" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "tasks__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_slug") = (
    SELECT state.db_version, (CASE "clock_slug" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_slug" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_update_project_id"
AFTER UPDATE OF "project_id" ON "tasks"
WHEN
  old."project_id" IS NOT new."project_id" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "tasks__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_project_id") = (
    SELECT state.db_version, (CASE "clock_project_id" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_project_id" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_key"
AFTER UPDATE OF "id" ON "tasks"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
BEGIN /* drizzle-crr 2: a changed key is a delete and a create */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 5;
  INSERT INTO "tasks__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_project_id",
  "clock_slug",
  "clock_assignee_id",
  "clock_parent_id",
  "clock_done"
)
SELECT
  new."id",
  state.birth,
  state.db_version,
  0,
  state.site,
  state.seq - 4,
  '@' || state.db_version || ':' || state.site || ':' || (state.seq - 5),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_project_id" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_project_id" AS INTEGER), -(former.row_version = 0)) END + (old."project_id" IS NOT new."project_id" COLLATE BINARY),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_slug" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_slug" AS INTEGER), -(former.row_version = 0)) END + (old."slug" IS NOT new."slug" COLLATE BINARY),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_assignee_id" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_assignee_id" AS INTEGER), -(former.row_version = 0)) END + (old."assignee_id" IS NOT new."assignee_id" COLLATE BINARY),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_parent_id" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_parent_id" AS INTEGER), -(former.row_version = 0)) END + (old."parent_id" IS NOT new."parent_id" COLLATE BINARY),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_done" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_done" AS INTEGER), -(former.row_version = 0)) END + (old."done" IS NOT new."done" COLLATE BINARY)
FROM crr_state AS state, "tasks__crr_clock" AS former
WHERE former."key_id" = old."id"
ON CONFLICT ("key_id") DO UPDATE SET
  causal_length = max(causal_length + 1 + causal_length % 2, excluded.causal_length),
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = NULL,
  row_site = excluded.row_site,
  row_seq = excluded.row_seq,
  sentinel = excluded.sentinel,
  "clock_project_id" = excluded."clock_project_id",
  "clock_slug" = excluded."clock_slug",
  "clock_assignee_id" = excluded."clock_assignee_id",
  "clock_parent_id" = excluded."clock_parent_id",
  "clock_done" = excluded."clock_done";
  UPDATE crr_state SET seq = seq + 6;
  UPDATE "tasks__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 5) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_project_id" = NULL,
  "clock_slug" = NULL,
  "clock_assignee_id" = NULL,
  "clock_parent_id" = NULL,
  "clock_done" = NULL
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_delete"
AFTER DELETE ON "tasks"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: the clock row stays as a tombstone */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 5;
  UPDATE "tasks__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 5) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_project_id" = NULL,
  "clock_slug" = NULL,
  "clock_assignee_id" = NULL,
  "clock_parent_id" = NULL,
  "clock_done" = NULL
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_merge_early"
BEFORE INSERT ON "tasks__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND NOT (ifnull(new."version_project_id", new.row_version) >= 0 AND ifnull(new."version_slug", new.row_version) >= 0 OR (
      EXISTS (
        SELECT 1 FROM "tasks" AS base
        WHERE base."id" = new."key_id"
      )
      OR EXISTS (
        SELECT 1 FROM "tasks__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = new."key_id"
      )
    ))
BEGIN /* drizzle-crr 2: a row that lacks a NOT NULL cell waits */
  INSERT INTO crr_pending (source, table_name, pk, cid, val, col_version, causal_length, site, seq, db_version, size, number, key_1)
SELECT
  (SELECT source FROM crr_apply),
  'tasks',
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
      SELECT 1 FROM "tasks__crr_clock"
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
  'tasks',
  new.pk,
  'project_id',
  new."value_project_id",
  ifnull(new."version_project_id", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_project_id", new.row_site || ':' || (new.row_seq + 0)) AS INTEGER),
  CAST(substr(ifnull(new."origin_project_id", new.row_site || ':' || (new.row_seq + 0)), instr(ifnull(new."origin_project_id", new.row_site || ':' || (new.row_seq + 0)), ':') + 1) AS INTEGER),
  new.db_version,
  15 + length(new.pk) + ifnull(length(CAST(new."value_project_id" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_project_id", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_clock"
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
  'tasks',
  new.pk,
  'slug',
  new."value_slug",
  ifnull(new."version_slug", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_slug", new.row_site || ':' || (new.row_seq + 1)) AS INTEGER),
  CAST(substr(ifnull(new."origin_slug", new.row_site || ':' || (new.row_seq + 1)), instr(ifnull(new."origin_slug", new.row_site || ':' || (new.row_seq + 1)), ':') + 1) AS INTEGER),
  new.db_version,
  9 + length(new.pk) + ifnull(length(CAST(new."value_slug" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_slug", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_clock"
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
  'tasks',
  new.pk,
  'assignee_id',
  new."value_assignee_id",
  ifnull(new."version_assignee_id", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_assignee_id", new.row_site || ':' || (new.row_seq + 2)) AS INTEGER),
  CAST(substr(ifnull(new."origin_assignee_id", new.row_site || ':' || (new.row_seq + 2)), instr(ifnull(new."origin_assignee_id", new.row_site || ':' || (new.row_seq + 2)), ':') + 1) AS INTEGER),
  new.db_version,
  16 + length(new.pk) + ifnull(length(CAST(new."value_assignee_id" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_assignee_id", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_clock"
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
  'tasks',
  new.pk,
  'parent_id',
  new."value_parent_id",
  ifnull(new."version_parent_id", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_parent_id", new.row_site || ':' || (new.row_seq + 3)) AS INTEGER),
  CAST(substr(ifnull(new."origin_parent_id", new.row_site || ':' || (new.row_seq + 3)), instr(ifnull(new."origin_parent_id", new.row_site || ':' || (new.row_seq + 3)), ':') + 1) AS INTEGER),
  new.db_version,
  14 + length(new.pk) + ifnull(length(CAST(new."value_parent_id" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_parent_id", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_clock"
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
  'tasks',
  new.pk,
  'done',
  new."value_done",
  ifnull(new."version_done", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_done", new.row_site || ':' || (new.row_seq + 4)) AS INTEGER),
  CAST(substr(ifnull(new."origin_done", new.row_site || ':' || (new.row_seq + 4)), instr(ifnull(new."origin_done", new.row_site || ':' || (new.row_seq + 4)), ':') + 1) AS INTEGER),
  new.db_version,
  9 + length(new.pk) + ifnull(length(CAST(new."value_done" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_done", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_clock"
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
CREATE TRIGGER "tasks__crr_on_merge_delete"
BEFORE INSERT ON "tasks__crr_merge"
WHEN
  new.causal_length % 2 = 0
BEGIN /* drizzle-crr 2: a delete */
  INSERT INTO "tasks__crr_clock" ("key_id", causal_length, db_version, row_version, sentinel)
VALUES (new."key_id", new.causal_length, new.db_version, 0, '@' || new.db_version || ':' || new.sentinel)
ON CONFLICT ("key_id") DO UPDATE SET
  causal_length = excluded.causal_length,
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = CASE WHEN causal_length % 2 = 1 THEN excluded.db_version END,
  row_site = NULL,
  row_seq = NULL,
  sentinel = excluded.sentinel,
  "clock_project_id" = NULL,
  "clock_slug" = NULL,
  "clock_assignee_id" = NULL,
  "clock_parent_id" = NULL,
  "clock_done" = NULL
WHERE excluded.causal_length > causal_length;
  DELETE FROM "tasks"
WHERE
  "id" = new."key_id"
  AND EXISTS (
    SELECT 1 FROM "tasks__crr_clock"
    WHERE
      "key_id" = new."key_id"
      AND causal_length = new.causal_length
  );
  DELETE FROM "tasks__crr_aside"
WHERE
  "key_id" = new."key_id"
  AND EXISTS (
    SELECT 1 FROM "tasks__crr_clock"
    WHERE
      "key_id" = new."key_id"
      AND causal_length = new.causal_length
  );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_merge"
BEFORE INSERT ON "tasks__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND (ifnull(new."version_project_id", new.row_version) >= 0 AND ifnull(new."version_slug", new.row_version) >= 0 OR (
      EXISTS (
        SELECT 1 FROM "tasks" AS base
        WHERE base."id" = new."key_id"
      )
      OR EXISTS (
        SELECT 1 FROM "tasks__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = new."key_id"
      )
    ))
  AND EXISTS (SELECT 1 FROM "tasks__crr_clock" WHERE "key_id" = new."key_id")
BEGIN /* drizzle-crr 2: the general case */
  UPDATE "tasks__crr_clock"
SET
  causal_length = new.causal_length,
  db_version = new.db_version,
  row_version = won.row_version,
  row_db_version = CASE WHEN "tasks__crr_clock".causal_length % 2 = 1 THEN ifnull("tasks__crr_clock".row_db_version, nullif("tasks__crr_clock".db_version, new.db_version)) END,
  sentinel = CASE WHEN new.causal_length > "tasks__crr_clock".causal_length THEN '@' || new.db_version || ':' || new.sentinel ELSE "tasks__crr_clock".sentinel END,
  "clock_project_id" = CASE
    WHEN won.cell_0 THEN (ifnull(new."version_project_id", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_project_id", new.row_site || ':' || (new.row_seq + 0))
    WHEN new.causal_length > "tasks__crr_clock".causal_length AND "tasks__crr_clock".row_version + ifnull(CAST("tasks__crr_clock"."clock_project_id" AS INTEGER), -("tasks__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "tasks__crr_clock"."clock_project_id"
  END,
  "clock_slug" = CASE
    WHEN won.cell_1 THEN (ifnull(new."version_slug", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_slug", new.row_site || ':' || (new.row_seq + 1))
    WHEN new.causal_length > "tasks__crr_clock".causal_length AND "tasks__crr_clock".row_version + ifnull(CAST("tasks__crr_clock"."clock_slug" AS INTEGER), -("tasks__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "tasks__crr_clock"."clock_slug"
  END,
  "clock_assignee_id" = CASE
    WHEN won.cell_2 THEN (ifnull(new."version_assignee_id", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_assignee_id", new.row_site || ':' || (new.row_seq + 2))
    WHEN new.causal_length > "tasks__crr_clock".causal_length AND "tasks__crr_clock".row_version + ifnull(CAST("tasks__crr_clock"."clock_assignee_id" AS INTEGER), -("tasks__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "tasks__crr_clock"."clock_assignee_id"
  END,
  "clock_parent_id" = CASE
    WHEN won.cell_3 THEN (ifnull(new."version_parent_id", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_parent_id", new.row_site || ':' || (new.row_seq + 3))
    WHEN new.causal_length > "tasks__crr_clock".causal_length AND "tasks__crr_clock".row_version + ifnull(CAST("tasks__crr_clock"."clock_parent_id" AS INTEGER), -("tasks__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "tasks__crr_clock"."clock_parent_id"
  END,
  "clock_done" = CASE
    WHEN won.cell_4 THEN (ifnull(new."version_done", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_done", new.row_site || ':' || (new.row_seq + 4))
    WHEN new.causal_length > "tasks__crr_clock".causal_length AND "tasks__crr_clock".row_version + ifnull(CAST("tasks__crr_clock"."clock_done" AS INTEGER), -("tasks__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "tasks__crr_clock"."clock_done"
  END
FROM (
  SELECT
    CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE clock.row_version END AS row_version,
    ifnull(new."version_project_id", new.row_version) >= 0 AND 2 * (ifnull(new."version_project_id", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_project_id" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_project_id") = typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_project_id" ELSE base."project_id" END) THEN ifnull(new."value_project_id" > CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_project_id" ELSE base."project_id" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_project_id"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_project_id" ELSE base."project_id" END), 1, 1)) END > 0 AS cell_0,
    ifnull(new."version_slug", new.row_version) >= 0 AND 2 * (ifnull(new."version_slug", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_slug" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_slug") = typeof(CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_slug" THEN crr_aside."value_slug" ELSE base."slug" END) THEN ifnull(new."value_slug" > CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_slug" THEN crr_aside."value_slug" ELSE base."slug" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_slug"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_slug" THEN crr_aside."value_slug" ELSE base."slug" END), 1, 1)) END > 0 AS cell_1,
    ifnull(new."version_assignee_id", new.row_version) >= 0 AND 2 * (ifnull(new."version_assignee_id", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_assignee_id" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_assignee_id") = typeof(CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_assignee_id" THEN crr_aside."value_assignee_id" ELSE base."assignee_id" END) THEN ifnull(new."value_assignee_id" > CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_assignee_id" THEN crr_aside."value_assignee_id" ELSE base."assignee_id" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_assignee_id"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_assignee_id" THEN crr_aside."value_assignee_id" ELSE base."assignee_id" END), 1, 1)) END > 0 AS cell_2,
    ifnull(new."version_parent_id", new.row_version) >= 0 AND 2 * (ifnull(new."version_parent_id", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_parent_id" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_parent_id") = typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_parent_id" ELSE base."parent_id" END) THEN ifnull(new."value_parent_id" > CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_parent_id" ELSE base."parent_id" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_parent_id"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_parent_id" ELSE base."parent_id" END), 1, 1)) END > 0 AS cell_3,
    ifnull(new."version_done", new.row_version) >= 0 AND 2 * (ifnull(new."version_done", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_done" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_done") = typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_done" ELSE base."done" END) THEN ifnull(new."value_done" > CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_done" ELSE base."done" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_done"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_done" ELSE base."done" END), 1, 1)) END > 0 AS cell_4
  FROM "tasks__crr_clock" AS clock
  LEFT JOIN "tasks" AS base ON base."id" = new."key_id"
  LEFT JOIN "tasks__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
  WHERE
    clock."key_id" = new."key_id"
    AND (
        new.causal_length > clock.causal_length
        OR (new.causal_length = clock.causal_length AND (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL))
      )
  LIMIT 1
) AS won
WHERE
  "tasks__crr_clock"."key_id" = new."key_id"
  AND (
    new.causal_length > "tasks__crr_clock".causal_length
    OR won.cell_0
    OR won.cell_1
    OR won.cell_2
    OR won.cell_3
    OR won.cell_4
  );
  SELECT RAISE(IGNORE) WHERE changes() = 0;
  UPDATE OR IGNORE "tasks"
SET
  "project_id" = CASE
    WHEN ifnull(new."version_project_id", new.row_version) >= 0 AND crr_clock."clock_project_id" = (ifnull(new."version_project_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_project_id", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_project_id"
    ELSE "tasks"."project_id"
  END,
  "slug" = CASE
    WHEN ifnull(new."version_slug", new.row_version) >= 0 AND crr_clock."clock_slug" = (ifnull(new."version_slug", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_slug", new.row_site || ':' || (new.row_seq + 1))
    THEN new."value_slug"
    ELSE "tasks"."slug"
  END,
  "assignee_id" = CASE
    WHEN ifnull(new."version_assignee_id", new.row_version) >= 0 AND crr_clock."clock_assignee_id" = (ifnull(new."version_assignee_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_assignee_id", new.row_site || ':' || (new.row_seq + 2))
    THEN new."value_assignee_id"
    ELSE "tasks"."assignee_id"
  END,
  "parent_id" = CASE
    WHEN ifnull(new."version_parent_id", new.row_version) >= 0 AND crr_clock."clock_parent_id" = (ifnull(new."version_parent_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_parent_id", new.row_site || ':' || (new.row_seq + 3))
    THEN new."value_parent_id"
    ELSE "tasks"."parent_id"
  END,
  "done" = CASE
    WHEN ifnull(new."version_done", new.row_version) >= 0 AND crr_clock."clock_done" = (ifnull(new."version_done", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_done", new.row_site || ':' || (new.row_seq + 4))
    THEN new."value_done"
    ELSE "tasks"."done"
  END
FROM "tasks__crr_clock" AS crr_clock
WHERE
  "tasks"."id" = new."key_id"
  AND crr_clock."key_id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "tasks__crr_aside" (
  "key_id",
  "value_project_id",
  "value_slug",
  "value_assignee_id",
  "value_parent_id",
  "value_done",
  state
)
SELECT
  new."key_id",
  CASE
    WHEN ifnull(new."version_project_id", new.row_version) >= 0 AND crr_clock."clock_project_id" = (ifnull(new."version_project_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_project_id", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_project_id"
    ELSE CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_project_id" ELSE base."project_id" END
  END,
  CASE
    WHEN ifnull(new."version_slug", new.row_version) >= 0 AND crr_clock."clock_slug" = (ifnull(new."version_slug", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_slug", new.row_site || ':' || (new.row_seq + 1))
    THEN new."value_slug"
    ELSE CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_slug" THEN crr_aside."value_slug" ELSE base."slug" END
  END,
  CASE
    WHEN ifnull(new."version_assignee_id", new.row_version) >= 0 AND crr_clock."clock_assignee_id" = (ifnull(new."version_assignee_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_assignee_id", new.row_site || ':' || (new.row_seq + 2))
    THEN new."value_assignee_id"
    ELSE CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_assignee_id" THEN crr_aside."value_assignee_id" ELSE base."assignee_id" END
  END,
  CASE
    WHEN ifnull(new."version_parent_id", new.row_version) >= 0 AND crr_clock."clock_parent_id" = (ifnull(new."version_parent_id", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_parent_id", new.row_site || ':' || (new.row_seq + 3))
    THEN new."value_parent_id"
    ELSE CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_parent_id" ELSE base."parent_id" END
  END,
  CASE
    WHEN ifnull(new."version_done", new.row_version) >= 0 AND crr_clock."clock_done" = (ifnull(new."version_done", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_done", new.row_site || ':' || (new.row_seq + 4))
    THEN new."value_done"
    ELSE CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_done" ELSE base."done" END
  END,
  'open'
FROM "tasks__crr_clock" AS crr_clock
LEFT JOIN "tasks" AS base ON base."id" = new."key_id"
LEFT JOIN "tasks__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  crr_clock."key_id" = new."key_id"
  AND (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_project_id" = excluded."value_project_id",
  "value_slug" = excluded."value_slug",
  "value_assignee_id" = excluded."value_assignee_id",
  "value_parent_id" = excluded."value_parent_id",
  "value_done" = excluded."value_done",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  INSERT INTO "tasks" (
  "id",
  "project_id",
  "slug",
  "assignee_id",
  "parent_id",
  "done"
)
SELECT
  new."key_id",
  new."value_project_id",
  new."value_slug",
  new."value_assignee_id",
  new."value_parent_id",
  CASE WHEN ifnull(new."version_done", new.row_version) >= 0 THEN new."value_done" ELSE 0 END
FROM "tasks__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "tasks" WHERE "id" = new."key_id")
  AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    )
  AND (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "tasks__crr_aside" (
  "key_id",
  "value_project_id",
  "value_slug",
  "value_assignee_id",
  "value_parent_id",
  "value_done",
  state,
  was
)
SELECT
  new."key_id",
  new."value_project_id",
  new."value_slug",
  new."value_assignee_id",
  new."value_parent_id",
  CASE WHEN ifnull(new."version_done", new.row_version) >= 0 THEN new."value_done" ELSE 0 END,
  'open',
  'new'
FROM "tasks__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "tasks" WHERE "id" = new."key_id")
  AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_merge_fresh_cells"
BEFORE INSERT ON "tasks__crr_merge"
WHEN
  new.row_version < 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND (ifnull(new."version_project_id", new.row_version) >= 0 AND ifnull(new."version_slug", new.row_version) >= 0 OR (
            EXISTS (
              SELECT 1 FROM "tasks" AS base
              WHERE base."id" = new."key_id"
            )
            OR EXISTS (
              SELECT 1 FROM "tasks__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = new."key_id"
            )
          ))
        AND NOT EXISTS (SELECT 1 FROM "tasks__crr_clock" WHERE "key_id" = new."key_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row, by its cells */
  INSERT INTO "tasks__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_project_id",
  "clock_slug",
  "clock_assignee_id",
  "clock_parent_id",
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
  CASE WHEN ifnull(new."version_project_id", new.row_version) >= 0 THEN ifnull(new."version_project_id", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_project_id", new.row_site || ':' || (new.row_seq + 0)) END,
  CASE WHEN ifnull(new."version_slug", new.row_version) >= 0 THEN ifnull(new."version_slug", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_slug", new.row_site || ':' || (new.row_seq + 1)) END,
  CASE WHEN ifnull(new."version_assignee_id", new.row_version) >= 0 THEN ifnull(new."version_assignee_id", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_assignee_id", new.row_site || ':' || (new.row_seq + 2)) END,
  CASE WHEN ifnull(new."version_parent_id", new.row_version) >= 0 THEN ifnull(new."version_parent_id", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_parent_id", new.row_site || ':' || (new.row_seq + 3)) END,
  CASE WHEN ifnull(new."version_done", new.row_version) >= 0 THEN ifnull(new."version_done", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_done", new.row_site || ':' || (new.row_seq + 4)) END
);
  INSERT INTO "tasks" (
  "id",
  "project_id",
  "slug",
  "assignee_id",
  "parent_id",
  "done"
)
SELECT
  new."key_id",
  new."value_project_id",
  new."value_slug",
  new."value_assignee_id",
  new."value_parent_id",
  CASE WHEN ifnull(new."version_done", new.row_version) >= 0 THEN new."value_done" ELSE 0 END
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "tasks__crr_aside" (
  "key_id",
  "value_project_id",
  "value_slug",
  "value_assignee_id",
  "value_parent_id",
  "value_done",
  state,
  was
)
VALUES (
  new."key_id",
  new."value_project_id",
  new."value_slug",
  new."value_assignee_id",
  new."value_parent_id",
  CASE WHEN ifnull(new."version_done", new.row_version) >= 0 THEN new."value_done" ELSE 0 END,
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_merge_newer_cells"
BEFORE INSERT ON "tasks__crr_merge"
WHEN
  new.row_version < 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: newer cells */
  UPDATE "tasks__crr_clock"
SET
  row_db_version = ifnull(row_db_version, nullif(db_version, new.db_version)),
  db_version = new.db_version,
  "clock_project_id" = CASE WHEN new."version_project_id" IS NULL THEN "clock_project_id" ELSE (new."version_project_id" - row_version) || '@' || new.db_version || ':' || new."origin_project_id" END,
  "clock_slug" = CASE WHEN new."version_slug" IS NULL THEN "clock_slug" ELSE (new."version_slug" - row_version) || '@' || new.db_version || ':' || new."origin_slug" END,
  "clock_assignee_id" = CASE WHEN new."version_assignee_id" IS NULL THEN "clock_assignee_id" ELSE (new."version_assignee_id" - row_version) || '@' || new.db_version || ':' || new."origin_assignee_id" END,
  "clock_parent_id" = CASE WHEN new."version_parent_id" IS NULL THEN "clock_parent_id" ELSE (new."version_parent_id" - row_version) || '@' || new.db_version || ':' || new."origin_parent_id" END,
  "clock_done" = CASE WHEN new."version_done" IS NULL THEN "clock_done" ELSE (new."version_done" - row_version) || '@' || new.db_version || ':' || new."origin_done" END
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "tasks"
SET
  "project_id" = CASE WHEN new."version_project_id" IS NULL THEN "tasks"."project_id" ELSE new."value_project_id" END,
  "slug" = CASE WHEN new."version_slug" IS NULL THEN "tasks"."slug" ELSE new."value_slug" END,
  "assignee_id" = CASE WHEN new."version_assignee_id" IS NULL THEN "tasks"."assignee_id" ELSE new."value_assignee_id" END,
  "parent_id" = CASE WHEN new."version_parent_id" IS NULL THEN "tasks"."parent_id" ELSE new."value_parent_id" END,
  "done" = CASE WHEN new."version_done" IS NULL THEN "tasks"."done" ELSE new."value_done" END
WHERE
  "tasks"."id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "tasks__crr_aside" (
  "key_id",
  "value_project_id",
  "value_slug",
  "value_assignee_id",
  "value_parent_id",
  "value_done",
  state
)
SELECT
  new."key_id",
  CASE WHEN new."version_project_id" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_project_id" ELSE base."project_id" END ELSE new."value_project_id" END,
  CASE WHEN new."version_slug" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_slug" THEN crr_aside."value_slug" ELSE base."slug" END ELSE new."value_slug" END,
  CASE WHEN new."version_assignee_id" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_assignee_id" THEN crr_aside."value_assignee_id" ELSE base."assignee_id" END ELSE new."value_assignee_id" END,
  CASE WHEN new."version_parent_id" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_parent_id" ELSE base."parent_id" END ELSE new."value_parent_id" END,
  CASE WHEN new."version_done" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL THEN crr_aside."value_done" ELSE base."done" END ELSE new."value_done" END,
  'open'
FROM (SELECT 1)
LEFT JOIN "tasks" AS base ON base."id" = new."key_id"
LEFT JOIN "tasks__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_project_id" = excluded."value_project_id",
  "value_slug" = excluded."value_slug",
  "value_assignee_id" = excluded."value_assignee_id",
  "value_parent_id" = excluded."value_parent_id",
  "value_done" = excluded."value_done",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_merge_newer_row"
BEFORE INSERT ON "tasks__crr_merge"
WHEN
  new.row_version > 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: a newer row */
  UPDATE "tasks__crr_clock"
SET
  row_db_version = new.db_version,
  row_version = new.row_version,
  row_site = new.row_site,
  row_seq = new.row_seq,
  db_version = new.db_version,
  "clock_project_id" = NULL,
  "clock_slug" = NULL,
  "clock_assignee_id" = NULL,
  "clock_parent_id" = NULL,
  "clock_done" = NULL
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "tasks"
SET
  "project_id" = new."value_project_id",
  "slug" = new."value_slug",
  "assignee_id" = new."value_assignee_id",
  "parent_id" = new."value_parent_id",
  "done" = new."value_done"
WHERE
  "tasks"."id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "tasks__crr_aside" (
  "key_id",
  "value_project_id",
  "value_slug",
  "value_assignee_id",
  "value_parent_id",
  "value_done",
  state
)
SELECT
  new."key_id",
  new."value_project_id",
  new."value_slug",
  new."value_assignee_id",
  new."value_parent_id",
  new."value_done",
  'open'
FROM (SELECT 1)
LEFT JOIN "tasks" AS base ON base."id" = new."key_id"
LEFT JOIN "tasks__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_project_id" = excluded."value_project_id",
  "value_slug" = excluded."value_slug",
  "value_assignee_id" = excluded."value_assignee_id",
  "value_parent_id" = excluded."value_parent_id",
  "value_done" = excluded."value_done",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_merge_fresh_row"
BEFORE INSERT ON "tasks__crr_merge"
WHEN
  new.row_version > 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND NOT EXISTS (SELECT 1 FROM "tasks__crr_clock" WHERE "key_id" = new."key_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row */
  INSERT INTO "tasks__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_project_id",
  "clock_slug",
  "clock_assignee_id",
  "clock_parent_id",
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
  NULL,
  NULL,
  NULL,
  NULL
);
  INSERT INTO "tasks" (
  "id",
  "project_id",
  "slug",
  "assignee_id",
  "parent_id",
  "done"
)
SELECT
  new."key_id",
  new."value_project_id",
  new."value_slug",
  new."value_assignee_id",
  new."value_parent_id",
  new."value_done"
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "tasks__crr_aside" (
  "key_id",
  "value_project_id",
  "value_slug",
  "value_assignee_id",
  "value_parent_id",
  "value_done",
  state,
  was
)
VALUES (
  new."key_id",
  new."value_project_id",
  new."value_slug",
  new."value_assignee_id",
  new."value_parent_id",
  new."value_done",
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_aside_insert"
AFTER INSERT ON "tasks"
WHEN
  EXISTS (
    SELECT 1 FROM "tasks__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = new."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted again is parked no more */
  DELETE FROM "tasks__crr_aside" WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_aside_delete"
AFTER DELETE ON "tasks"
WHEN
  EXISTS (
    SELECT 1 FROM "tasks__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = old."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: masks go with their row */
  DELETE FROM "tasks__crr_aside" WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_aside_key"
AFTER UPDATE OF "id" ON "tasks"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
  AND (EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    ) OR EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    ))
BEGIN /* drizzle-crr 2: masks move with their row */
  DELETE FROM "tasks__crr_aside" WHERE "key_id" = new."id";
  UPDATE "tasks__crr_aside"
SET "key_id" = new."id"
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_aside_update_slug"
AFTER UPDATE OF "slug" ON "tasks"
WHEN
  old."slug" IS NOT new."slug" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND (EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    ) OR EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    ))
BEGIN /* drizzle-crr 2: a cell that is written is masked no more */
  UPDATE "tasks__crr_aside"
  SET "mask_slug" = NULL
  WHERE (
    "key_id" = old."id"
    OR "key_id" = new."id"
  );
  DELETE FROM "tasks__crr_aside"
  WHERE
    (
      "key_id" = old."id"
      OR "key_id" = new."id"
    )
    AND state IS NULL
    AND NOT (ifnull("tasks__crr_aside"."mask_slug", 0) OR ifnull("tasks__crr_aside"."mask_assignee_id", 0));
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_aside_update_assignee_id"
AFTER UPDATE OF "assignee_id" ON "tasks"
WHEN
  old."assignee_id" IS NOT new."assignee_id" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND (EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    ) OR EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    ))
BEGIN /* drizzle-crr 2: a cell that is written is masked no more */
  UPDATE "tasks__crr_aside"
  SET "mask_assignee_id" = NULL
  WHERE (
    "key_id" = old."id"
    OR "key_id" = new."id"
  );
  DELETE FROM "tasks__crr_aside"
  WHERE
    (
      "key_id" = old."id"
      OR "key_id" = new."id"
    )
    AND state IS NULL
    AND NOT (ifnull("tasks__crr_aside"."mask_slug", 0) OR ifnull("tasks__crr_aside"."mask_assignee_id", 0));
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_rival_insert"
BEFORE INSERT ON "tasks"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND EXISTS (
      SELECT 1 FROM "tasks" AS rival
      WHERE
        rival."id" <> new."id"
        AND (
            new."project_id" IS NOT NULL AND new."slug" IS NOT NULL AND rival."project_id" = new."project_id" AND rival."slug" = new."slug"
          )
    )
BEGIN /* drizzle-crr 2: rows that OR REPLACE may delete */
  DELETE FROM "tasks__crr_rival"
WHERE NOT EXISTS (
  SELECT 1 FROM "tasks__crr_rival" AS noted
  CROSS JOIN "tasks__crr_clock" ON noted."key_id" = "tasks__crr_clock"."key_id"
  WHERE
    "tasks__crr_clock".causal_length % 2 = 1
    AND NOT EXISTS (
        SELECT 1 FROM "tasks" AS base
        WHERE "tasks__crr_clock"."key_id" = base."id"
      )
      AND NOT EXISTS (
          SELECT 1 FROM "tasks__crr_aside" AS beside
          WHERE beside."key_id" = "tasks__crr_clock"."key_id" AND beside.state IS NOT NULL
        )
);
  INSERT OR IGNORE INTO "tasks__crr_rival" ("key_id")
SELECT rival."id"
FROM "tasks" AS rival
WHERE
  rival."id" <> new."id"
  AND (
      new."project_id" IS NOT NULL AND new."slug" IS NOT NULL AND rival."project_id" = new."project_id" AND rival."slug" = new."slug"
    );
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_replaced_insert"
AFTER INSERT ON "tasks"
WHEN
  EXISTS (
    SELECT 1 FROM "tasks__crr_rival" AS noted
    CROSS JOIN "tasks__crr_clock" ON noted."key_id" = "tasks__crr_clock"."key_id"
    WHERE
      "tasks__crr_clock".causal_length % 2 = 1
      AND NOT EXISTS (
          SELECT 1 FROM "tasks" AS base
          WHERE "tasks__crr_clock"."key_id" = base."id"
        )
        AND NOT EXISTS (
            SELECT 1 FROM "tasks__crr_aside" AS beside
            WHERE beside."key_id" = "tasks__crr_clock"."key_id" AND beside.state IS NOT NULL
          )
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: rows that OR REPLACE has deleted */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 5;
  UPDATE "tasks__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 5) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_project_id" = NULL,
  "clock_slug" = NULL,
  "clock_assignee_id" = NULL,
  "clock_parent_id" = NULL,
  "clock_done" = NULL
WHERE causal_length % 2 = 1
AND "tasks__crr_clock".row_id IN (
    SELECT "tasks__crr_clock".row_id
    FROM "tasks__crr_rival" AS noted
    CROSS JOIN "tasks__crr_clock" ON noted."key_id" = "tasks__crr_clock"."key_id"
  )
  AND NOT EXISTS (
      SELECT 1 FROM "tasks" AS base
      WHERE "tasks__crr_clock"."key_id" = base."id"
    )
    AND NOT EXISTS (
        SELECT 1 FROM "tasks__crr_aside" AS beside
        WHERE beside."key_id" = "tasks__crr_clock"."key_id" AND beside.state IS NOT NULL
      );
  DELETE FROM "tasks__crr_aside"
WHERE
  state IS NULL
  AND "tasks__crr_aside".rowid IN (
      SELECT "tasks__crr_aside".rowid
      FROM "tasks__crr_rival" AS noted
      CROSS JOIN "tasks__crr_aside" ON noted."key_id" = "tasks__crr_aside"."key_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "tasks" AS base
      WHERE "tasks__crr_aside"."key_id" = base."id"
    );
  DELETE FROM "tasks__crr_rival"
WHERE
  NOT EXISTS (
    SELECT 1 FROM "tasks" AS base
    WHERE "tasks__crr_rival"."key_id" = base."id"
  );
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_rival_update"
BEFORE UPDATE OF "project_id", "slug", "id" ON "tasks"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND EXISTS (
      SELECT 1 FROM "tasks" AS rival
      WHERE
        rival."id" <> old."id"
        AND (
            new."project_id" IS NOT NULL AND new."slug" IS NOT NULL AND rival."project_id" = new."project_id" AND rival."slug" = new."slug"
            OR rival."id" = new."id"
          )
    )
BEGIN /* drizzle-crr 2: rows that OR REPLACE may delete */
  DELETE FROM "tasks__crr_rival"
WHERE NOT EXISTS (
  SELECT 1 FROM "tasks__crr_rival" AS noted
  CROSS JOIN "tasks__crr_clock" ON noted."key_id" = "tasks__crr_clock"."key_id"
  WHERE
    "tasks__crr_clock".causal_length % 2 = 1
    AND NOT EXISTS (
        SELECT 1 FROM "tasks" AS base
        WHERE "tasks__crr_clock"."key_id" = base."id"
      )
      AND NOT EXISTS (
          SELECT 1 FROM "tasks__crr_aside" AS beside
          WHERE beside."key_id" = "tasks__crr_clock"."key_id" AND beside.state IS NOT NULL
        )
);
  INSERT OR IGNORE INTO "tasks__crr_rival" ("key_id")
SELECT rival."id"
FROM "tasks" AS rival
WHERE
  rival."id" <> old."id"
  AND (
      new."project_id" IS NOT NULL AND new."slug" IS NOT NULL AND rival."project_id" = new."project_id" AND rival."slug" = new."slug"
      OR rival."id" = new."id"
    );
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_replaced_update"
AFTER UPDATE OF "project_id", "slug", "id" ON "tasks"
WHEN
  EXISTS (
    SELECT 1 FROM "tasks__crr_rival" AS noted
    CROSS JOIN "tasks__crr_clock" ON noted."key_id" = "tasks__crr_clock"."key_id"
    WHERE
      "tasks__crr_clock".causal_length % 2 = 1
      AND NOT ("tasks__crr_clock"."key_id" = old."id")
      AND NOT EXISTS (
          SELECT 1 FROM "tasks" AS base
          WHERE "tasks__crr_clock"."key_id" = base."id"
        )
        AND NOT EXISTS (
            SELECT 1 FROM "tasks__crr_aside" AS beside
            WHERE beside."key_id" = "tasks__crr_clock"."key_id" AND beside.state IS NOT NULL
          )
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: rows that OR REPLACE has deleted */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 5;
  UPDATE "tasks__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 5) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_project_id" = NULL,
  "clock_slug" = NULL,
  "clock_assignee_id" = NULL,
  "clock_parent_id" = NULL,
  "clock_done" = NULL
WHERE causal_length % 2 = 1
AND NOT ("tasks__crr_clock"."key_id" = old."id")
  AND "tasks__crr_clock".row_id IN (
      SELECT "tasks__crr_clock".row_id
      FROM "tasks__crr_rival" AS noted
      CROSS JOIN "tasks__crr_clock" ON noted."key_id" = "tasks__crr_clock"."key_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "tasks" AS base
      WHERE "tasks__crr_clock"."key_id" = base."id"
    )
    AND NOT EXISTS (
        SELECT 1 FROM "tasks__crr_aside" AS beside
        WHERE beside."key_id" = "tasks__crr_clock"."key_id" AND beside.state IS NOT NULL
      );
  DELETE FROM "tasks__crr_aside"
WHERE
  state IS NULL
  AND "tasks__crr_aside".rowid IN (
      SELECT "tasks__crr_aside".rowid
      FROM "tasks__crr_rival" AS noted
      CROSS JOIN "tasks__crr_aside" ON noted."key_id" = "tasks__crr_aside"."key_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "tasks" AS base
      WHERE "tasks__crr_aside"."key_id" = base."id"
    );
  DELETE FROM "tasks__crr_rival"
WHERE
  NOT EXISTS (
    SELECT 1 FROM "tasks" AS base
    WHERE "tasks__crr_rival"."key_id" = base."id"
  );
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_replaced_delete"
AFTER DELETE ON "tasks"
WHEN
  EXISTS (
    SELECT 1 FROM "tasks__crr_rival" AS noted
    CROSS JOIN "tasks__crr_clock" ON noted."key_id" = "tasks__crr_clock"."key_id"
    WHERE
      "tasks__crr_clock".causal_length % 2 = 1
      AND NOT ("tasks__crr_clock"."key_id" = old."id")
      AND NOT EXISTS (
          SELECT 1 FROM "tasks" AS base
          WHERE "tasks__crr_clock"."key_id" = base."id"
        )
        AND NOT EXISTS (
            SELECT 1 FROM "tasks__crr_aside" AS beside
            WHERE beside."key_id" = "tasks__crr_clock"."key_id" AND beside.state IS NOT NULL
          )
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: rows that OR REPLACE has deleted */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 5;
  UPDATE "tasks__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 5) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_project_id" = NULL,
  "clock_slug" = NULL,
  "clock_assignee_id" = NULL,
  "clock_parent_id" = NULL,
  "clock_done" = NULL
WHERE causal_length % 2 = 1
AND NOT ("tasks__crr_clock"."key_id" = old."id")
  AND "tasks__crr_clock".row_id IN (
      SELECT "tasks__crr_clock".row_id
      FROM "tasks__crr_rival" AS noted
      CROSS JOIN "tasks__crr_clock" ON noted."key_id" = "tasks__crr_clock"."key_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "tasks" AS base
      WHERE "tasks__crr_clock"."key_id" = base."id"
    )
    AND NOT EXISTS (
        SELECT 1 FROM "tasks__crr_aside" AS beside
        WHERE beside."key_id" = "tasks__crr_clock"."key_id" AND beside.state IS NOT NULL
      );
  DELETE FROM "tasks__crr_aside"
WHERE
  state IS NULL
  AND "tasks__crr_aside".rowid IN (
      SELECT "tasks__crr_aside".rowid
      FROM "tasks__crr_rival" AS noted
      CROSS JOIN "tasks__crr_aside" ON noted."key_id" = "tasks__crr_aside"."key_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "tasks" AS base
      WHERE "tasks__crr_aside"."key_id" = base."id"
    );
  DELETE FROM "tasks__crr_rival"
WHERE
  NOT EXISTS (
    SELECT 1 FROM "tasks" AS base
    WHERE "tasks__crr_rival"."key_id" = base."id"
  );
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_guard_delete"
BEFORE DELETE ON "tasks"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND EXISTS (
      SELECT 1 FROM "tasks__crr_clock" AS clock
      WHERE clock."key_id" = old."id" AND clock.causal_length % 2 = 1
    )
  AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS beside
      WHERE beside."key_id" = old."id" AND beside.state IS NOT NULL
    )
BEGIN /* drizzle-crr 2: no foreign key deletes a row while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_guard_reference_0"
BEFORE UPDATE OF "project_id" ON "tasks"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND new."project_id" IS NULL
  AND old."project_id" IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "projects" AS parent
      WHERE parent."id" = old."project_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    )
BEGIN /* drizzle-crr 2: no foreign key overwrites a cell while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_guard_reference_1"
BEFORE UPDATE OF "assignee_id" ON "tasks"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND new."assignee_id" IS NULL
  AND old."assignee_id" IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "users" AS parent
      WHERE parent."id" = old."assignee_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    )
BEGIN /* drizzle-crr 2: no foreign key overwrites a cell while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_guard_reference_2"
BEFORE UPDATE OF "parent_id" ON "tasks"
WHEN
  (SELECT applying FROM crr_state) = 1
  AND new."parent_id" IS NULL
  AND old."parent_id" IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM "tasks" AS parent
      WHERE parent."id" = old."parent_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    )
BEGIN /* drizzle-crr 2: no foreign key overwrites a cell while changes are merged */
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_pass"
AFTER INSERT ON crr_pass
WHEN
  (SELECT moved_in FROM crr_settling) >= new.pass - 1
BEGIN /* drizzle-crr 2: rows whose parents were parked in the pass before */
  UPDATE "tasks__crr_aside"
  SET
    state = 'reference',
    pass = new.pass
  WHERE
    state = 'open'
    AND rowid IN (
      SELECT child.rowid
      FROM "projects__crr_aside" AS parent
      CROSS JOIN "tasks__crr_aside" AS child
        ON child."value_project_id" = parent."key_id"
      WHERE parent.pass >= new.pass - 1 AND parent.state <> 'open'
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
  INSERT INTO "tasks__crr_aside" (
    "key_id",
    "value_project_id",
    "value_slug",
    "value_assignee_id",
    "value_parent_id",
    "value_done",
    state,
    pass
  )
  SELECT
    child."id",
    child."project_id",
    child."slug",
    child."assignee_id",
    child."parent_id",
    child."done",
    'reference',
    new.pass
  FROM "projects__crr_aside" AS parent
  CROSS JOIN "tasks" AS child
    ON child."project_id" = parent."key_id"
  WHERE
    parent.pass >= new.pass - 1 AND parent.state <> 'open'
    AND parent.was IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = child."id"
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
  UPDATE "tasks__crr_aside"
  SET
    state = 'reference',
    pass = new.pass
  WHERE
    state = 'open'
    AND rowid IN (
      SELECT child.rowid
      FROM "tasks__crr_aside" AS parent
      CROSS JOIN "tasks__crr_aside" AS child
        ON child."value_parent_id" = parent."key_id"
      WHERE parent.pass >= new.pass - 1 AND parent.state <> 'open'
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
  INSERT INTO "tasks__crr_aside" (
    "key_id",
    "value_project_id",
    "value_slug",
    "value_assignee_id",
    "value_parent_id",
    "value_done",
    state,
    pass
  )
  SELECT
    child."id",
    child."project_id",
    child."slug",
    child."assignee_id",
    child."parent_id",
    child."done",
    'reference',
    new.pass
  FROM "tasks__crr_aside" AS parent
  CROSS JOIN "tasks" AS child
    ON child."parent_id" = parent."key_id"
  WHERE
    parent.pass >= new.pass - 1 AND parent.state <> 'open'
    AND parent.was IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = child."id"
    );
  UPDATE crr_settling SET moved_in = new.pass WHERE changes() > 0;
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_rank"
BEFORE INSERT ON "tasks__crr_rank"
BEGIN /* drizzle-crr 2: whether the row has its unique values */
  UPDATE "tasks__crr_aside"
  SET
    lost_0 = coalesce(
      (
        SELECT ifnull(clock.row_id, -1)
        FROM "tasks" AS rival
        LEFT JOIN "tasks__crr_clock" AS clock ON clock."key_id" = rival."id"
        WHERE
          rival."project_id" = "tasks__crr_aside"."value_project_id" AND rival."slug" = "tasks__crr_aside"."value_slug"
          AND rival."id" < "tasks__crr_aside"."key_id"
          AND NOT EXISTS (
              SELECT 1 FROM "tasks__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = rival."id"
            )
        LIMIT 1
      ),
      (
        SELECT ifnull(clock.row_id, -1)
        FROM "tasks__crr_aside" AS rival
        LEFT JOIN "tasks__crr_clock" AS clock ON clock."key_id" = rival."key_id"
        WHERE
          rival."value_project_id" = "tasks__crr_aside"."value_project_id" AND rival."value_slug" = "tasks__crr_aside"."value_slug"
          AND rival."key_id" < "tasks__crr_aside"."key_id"
          AND +rival.state = 'open' AND rival.lost_0 IS NULL
        LIMIT 1
      )
    )
  WHERE
    "tasks__crr_aside"."key_id" = new."key_id"
    AND state = 'open' AND lost_0 IS NULL
    AND "tasks__crr_aside"."value_project_id" IS NOT NULL AND "tasks__crr_aside"."value_slug" IS NOT NULL;
  UPDATE "tasks__crr_aside"
  SET
    taken = coalesce(
      CASE WHEN lost_0 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "tasks" AS rival
        LEFT JOIN "tasks__crr_clock" AS clock ON clock."key_id" = rival."id"
        WHERE
          rival."project_id" = "tasks__crr_aside"."value_project_id" AND rival."slug" = "tasks__crr_aside"."value_slug" || '~' || replace(replace("tasks__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."id" <> "tasks__crr_aside"."key_id"
          AND NOT EXISTS (
              SELECT 1 FROM "tasks__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = rival."id"
            )
        LIMIT 1
      ) END,
      CASE WHEN lost_0 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "tasks__crr_aside" AS rival
        LEFT JOIN "tasks__crr_clock" AS clock ON clock."key_id" = rival."key_id"
        WHERE
          rival."value_project_id" = "tasks__crr_aside"."value_project_id" AND rival."value_slug" = "tasks__crr_aside"."value_slug" || '~' || replace(replace("tasks__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."key_id" <> "tasks__crr_aside"."key_id"
          AND +rival.state IN ('open', 'unique')
        LIMIT 1
      ) END,
      NULL
    )
  WHERE
    "tasks__crr_aside"."key_id" = new."key_id"
    AND state = 'open'
    AND (lost_0 IS NOT NULL);
  UPDATE "tasks__crr_aside"
  SET
    state = 'unique',
    pass = (SELECT moved_in FROM crr_settling)
  WHERE
    "tasks__crr_aside"."key_id" = new."key_id"
    AND state = 'open'
    AND (lost_0 IS NOT NULL)
    AND (
      taken IS NOT NULL
    );
  INSERT INTO "tasks__crr_aside" (
    "key_id",
    "value_project_id",
    "value_slug",
    "value_assignee_id",
    "value_parent_id",
    "value_done",
    state,
    lost_0,
    pass
  )
  SELECT
    base."id",
    base."project_id",
    base."slug",
    base."assignee_id",
    base."parent_id",
    base."done",
    'open',
    ifnull((SELECT row_id FROM "tasks__crr_clock" WHERE "key_id" = new."key_id"), -1),
    (SELECT moved_in FROM crr_settling)
  FROM "tasks__crr_aside" AS winner
  CROSS JOIN "tasks" AS base
    ON base."project_id" = winner."value_project_id" AND base."slug" = winner."value_slug"
  WHERE
    winner."key_id" = new."key_id"
    AND winner.state = 'open' AND winner.lost_0 IS NULL
    AND base."id" <> winner."key_id"
    AND NOT EXISTS (
        SELECT 1 FROM "tasks__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = base."id"
      );
  UPDATE "tasks__crr_aside"
  SET
    state = 'open',
    lost_0 = ifnull((SELECT row_id FROM "tasks__crr_clock" WHERE "key_id" = new."key_id"), -1),
    pass = (SELECT moved_in FROM crr_settling)
  FROM "tasks__crr_aside" AS winner
  WHERE
    winner."key_id" = new."key_id"
    AND winner.state = 'open' AND winner.lost_0 IS NULL
    AND "tasks__crr_aside"."value_project_id" = winner."value_project_id" AND "tasks__crr_aside"."value_slug" = winner."value_slug"
    AND "tasks__crr_aside"."key_id" > winner."key_id"
    AND +"tasks__crr_aside".state = 'open' AND "tasks__crr_aside".lost_0 IS NULL;
  UPDATE "tasks__crr_aside"
  SET
    taken = coalesce(
      CASE WHEN lost_0 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "tasks" AS rival
        LEFT JOIN "tasks__crr_clock" AS clock ON clock."key_id" = rival."id"
        WHERE
          rival."project_id" = "tasks__crr_aside"."value_project_id" AND rival."slug" = "tasks__crr_aside"."value_slug" || '~' || replace(replace("tasks__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."id" <> "tasks__crr_aside"."key_id"
          AND NOT EXISTS (
              SELECT 1 FROM "tasks__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = rival."id"
            )
        LIMIT 1
      ) END,
      CASE WHEN lost_0 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "tasks__crr_aside" AS rival
        LEFT JOIN "tasks__crr_clock" AS clock ON clock."key_id" = rival."key_id"
        WHERE
          rival."value_project_id" = "tasks__crr_aside"."value_project_id" AND rival."value_slug" = "tasks__crr_aside"."value_slug" || '~' || replace(replace("tasks__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."key_id" <> "tasks__crr_aside"."key_id"
          AND +rival.state IN ('open', 'unique')
        LIMIT 1
      ) END,
      NULL
    )
  WHERE
    lost_0 = ifnull((SELECT row_id FROM "tasks__crr_clock" WHERE "key_id" = new."key_id"), -1)
    AND +state = 'open';
  UPDATE "tasks__crr_aside"
  SET
    state = 'unique',
    pass = (SELECT moved_in FROM crr_settling)
  WHERE
    lost_0 = ifnull((SELECT row_id FROM "tasks__crr_clock" WHERE "key_id" = new."key_id"), -1)
    AND +state = 'open'
    AND (
      taken IS NOT NULL
    );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
UPDATE crr_state
SET db_version = db_version + 1
WHERE EXISTS (SELECT 1 FROM "tasks" AS base WHERE NOT EXISTS (
  SELECT 1 FROM "tasks__crr_clock" AS clock
  WHERE clock."key_id" = base."id"
));
--> statement-breakpoint
INSERT INTO "tasks__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_project_id",
  "clock_slug",
  "clock_assignee_id",
  "clock_parent_id",
  "clock_done"
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
  NULL,
  NULL,
  NULL
FROM "tasks" AS base
WHERE true
ORDER BY base."id"
ON CONFLICT DO NOTHING;
--> statement-breakpoint
DELETE FROM crr_former WHERE table_name = 'users' AND cid = '-1';
--> statement-breakpoint
UPDATE crr_history
SET schema_version = schema_version + 1
WHERE NOT EXISTS (SELECT 1 FROM crr_table WHERE table_name = 'users' AND spec = '{"name":"users","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"email","sqlType":"text","kind":{"type":"lww"}},{"name":"handle","sqlType":"text","notNull":true,"kind":{"type":"lww"}}],"constraints":{"references":[],"uniques":[{"name":"users_email_unique","columns":["email"],"loser":{"shows":"null","column":"email"}},{"name":"users_handle_unique","columns":["handle"],"loser":{"shows":"suffix","column":"handle"}}],"isCircular":false}}');
--> statement-breakpoint
INSERT INTO crr_table (table_name, spec, former)
VALUES ('users', '{"name":"users","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"email","sqlType":"text","kind":{"type":"lww"}},{"name":"handle","sqlType":"text","notNull":true,"kind":{"type":"lww"}}],"constraints":{"references":[],"uniques":[{"name":"users_email_unique","columns":["email"],"loser":{"shows":"null","column":"email"}},{"name":"users_handle_unique","columns":["handle"],"loser":{"shows":"suffix","column":"handle"}}],"isCircular":false}}', '[]')
ON CONFLICT (table_name) DO UPDATE
SET
  spec = excluded.spec,
  former = CASE spec
    WHEN excluded.spec THEN former
    ELSE json_insert(former, '$[#]', spec)
  END;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "users__crr_clock" (
  row_id INTEGER PRIMARY KEY,
  "key_id" TEXT NOT NULL,
  causal_length INTEGER,
  db_version INTEGER,
  row_version INTEGER,
  row_db_version INTEGER,
  row_site INTEGER,
  row_seq INTEGER,
  sentinel TEXT,
  "clock_email" TEXT,
  "clock_handle" TEXT,
  UNIQUE ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "users__crr_clock_db_version" ON "users__crr_clock" (db_version);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "users__crr_merge" (
  "key_id" TEXT,
  causal_length DEFAULT 1,
  sentinel,
  row_version DEFAULT -1,
  row_site,
  row_seq,
  "value_email" TEXT, "version_email", "origin_email",
  "value_handle" TEXT, "version_handle", "origin_handle",
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
CREATE TABLE IF NOT EXISTS "users__crr_aside" (
  "key_id" TEXT NOT NULL,
  "value_email" TEXT,
  "value_handle" TEXT,
  state TEXT,
  "mask_email" INTEGER,
  "mask_handle" INTEGER,
  lost_0 INTEGER,
  lost_1 INTEGER,
  taken INTEGER,
  was TEXT,
  was_masked TEXT,
  pass INTEGER,
  error TEXT,
  PRIMARY KEY ("key_id")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "users__crr_aside_state" ON "users__crr_aside" (state);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "users__crr_aside_pass" ON "users__crr_aside" (pass);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "users__crr_aside_unique_0" ON "users__crr_aside" ("value_email");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "users__crr_aside_lost_0" ON "users__crr_aside" (lost_0);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "users__crr_aside_unique_1" ON "users__crr_aside" ("value_handle");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "users__crr_aside_lost_1" ON "users__crr_aside" (lost_1);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "users__crr_rank" (
  "key_id" TEXT
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "users__crr_rival" (
  "key_id" TEXT NOT NULL,
  PRIMARY KEY ("key_id")
);
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_insert"
AFTER INSERT ON "users"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a new row, or one that replaces another */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 2;
  INSERT INTO "users__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_email",
  "clock_handle"
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
  "clock_email" = CASE "clock_email" WHEN '-9000000000000000' THEN NULL ELSE "clock_email" END,
  "clock_handle" = CASE "clock_handle" WHEN '-9000000000000000' THEN NULL ELSE "clock_handle" END;
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_update_handle"
AFTER UPDATE OF "handle" ON "users"
WHEN
  old."handle" IS NOT new."handle" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "users__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_handle") = (
    SELECT state.db_version, (CASE "clock_handle" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_handle" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_update_email"
AFTER UPDATE OF "email" ON "users"
WHEN
  old."email" IS NOT new."email" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND old."id" IS new."id"
BEGIN /* drizzle-crr 2: one cell */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1);
  UPDATE "users__crr_clock"
SET
  row_db_version = ifnull(row_db_version, db_version),
  (db_version, "clock_email") = (
    SELECT state.db_version, (CASE "clock_email" WHEN '-9000000000000000' THEN 1 - row_version ELSE ifnull("clock_email" + 1, 1) END) || '@' || state.db_version || ':' || state.site || ':' || (state.seq)
    FROM crr_state AS state
  )
WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_key"
AFTER UPDATE OF "id" ON "users"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
BEGIN /* drizzle-crr 2: a changed key is a delete and a create */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 2;
  INSERT INTO "users__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_email",
  "clock_handle"
)
SELECT
  new."id",
  state.birth,
  state.db_version,
  0,
  state.site,
  state.seq - 1,
  '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_email" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_email" AS INTEGER), -(former.row_version = 0)) END + (old."email" IS NOT new."email" COLLATE BINARY),
  CASE WHEN former.row_version + ifnull(CAST(former."clock_handle" AS INTEGER), -(former.row_version = 0)) < 1 THEN 1 ELSE former.row_version + ifnull(CAST(former."clock_handle" AS INTEGER), -(former.row_version = 0)) END + (old."handle" IS NOT new."handle" COLLATE BINARY)
FROM crr_state AS state, "users__crr_clock" AS former
WHERE former."key_id" = old."id"
ON CONFLICT ("key_id") DO UPDATE SET
  causal_length = max(causal_length + 1 + causal_length % 2, excluded.causal_length),
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = NULL,
  row_site = excluded.row_site,
  row_seq = excluded.row_seq,
  sentinel = excluded.sentinel,
  "clock_email" = excluded."clock_email",
  "clock_handle" = excluded."clock_handle";
  UPDATE crr_state SET seq = seq + 3;
  UPDATE "users__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_email" = NULL,
  "clock_handle" = NULL
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_delete"
AFTER DELETE ON "users"
WHEN
  (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: the clock row stays as a tombstone */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 2;
  UPDATE "users__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_email" = NULL,
  "clock_handle" = NULL
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_merge_early"
BEFORE INSERT ON "users__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND NOT (ifnull(new."version_handle", new.row_version) >= 0 OR (
      EXISTS (
        SELECT 1 FROM "users" AS base
        WHERE base."id" = new."key_id"
      )
      OR EXISTS (
        SELECT 1 FROM "users__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = new."key_id"
      )
    ))
BEGIN /* drizzle-crr 2: a row that lacks a NOT NULL cell waits */
  INSERT INTO crr_pending (source, table_name, pk, cid, val, col_version, causal_length, site, seq, db_version, size, number, key_1)
SELECT
  (SELECT source FROM crr_apply),
  'users',
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
      SELECT 1 FROM "users__crr_clock"
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
  'users',
  new.pk,
  'email',
  new."value_email",
  ifnull(new."version_email", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_email", new.row_site || ':' || (new.row_seq + 0)) AS INTEGER),
  CAST(substr(ifnull(new."origin_email", new.row_site || ':' || (new.row_seq + 0)), instr(ifnull(new."origin_email", new.row_site || ':' || (new.row_seq + 0)), ':') + 1) AS INTEGER),
  new.db_version,
  10 + length(new.pk) + ifnull(length(CAST(new."value_email" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_email", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "users__crr_clock"
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
  'users',
  new.pk,
  'handle',
  new."value_handle",
  ifnull(new."version_handle", new.row_version),
  new.causal_length,
  CAST(ifnull(new."origin_handle", new.row_site || ':' || (new.row_seq + 1)) AS INTEGER),
  CAST(substr(ifnull(new."origin_handle", new.row_site || ':' || (new.row_seq + 1)), instr(ifnull(new."origin_handle", new.row_site || ':' || (new.row_seq + 1)), ':') + 1) AS INTEGER),
  new.db_version,
  11 + length(new.pk) + ifnull(length(CAST(new."value_handle" AS BLOB)), 0),
  0,
  new."key_id"
WHERE
  ifnull(new."version_handle", new.row_version) >= 0
  AND NOT EXISTS (
      SELECT 1 FROM "users__crr_clock"
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
CREATE TRIGGER "users__crr_on_merge_delete"
BEFORE INSERT ON "users__crr_merge"
WHEN
  new.causal_length % 2 = 0
BEGIN /* drizzle-crr 2: a delete */
  INSERT INTO "users__crr_clock" ("key_id", causal_length, db_version, row_version, sentinel)
VALUES (new."key_id", new.causal_length, new.db_version, 0, '@' || new.db_version || ':' || new.sentinel)
ON CONFLICT ("key_id") DO UPDATE SET
  causal_length = excluded.causal_length,
  db_version = excluded.db_version,
  row_version = 0,
  row_db_version = CASE WHEN causal_length % 2 = 1 THEN excluded.db_version END,
  row_site = NULL,
  row_seq = NULL,
  sentinel = excluded.sentinel,
  "clock_email" = NULL,
  "clock_handle" = NULL
WHERE excluded.causal_length > causal_length;
  DELETE FROM "users"
WHERE
  "id" = new."key_id"
  AND EXISTS (
    SELECT 1 FROM "users__crr_clock"
    WHERE
      "key_id" = new."key_id"
      AND causal_length = new.causal_length
  );
  DELETE FROM "users__crr_aside"
WHERE
  "key_id" = new."key_id"
  AND EXISTS (
    SELECT 1 FROM "users__crr_clock"
    WHERE
      "key_id" = new."key_id"
      AND causal_length = new.causal_length
  );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_merge"
BEFORE INSERT ON "users__crr_merge"
WHEN
  new.finding IS NULL
  AND new.causal_length % 2 = 1
  AND (ifnull(new."version_handle", new.row_version) >= 0 OR (
      EXISTS (
        SELECT 1 FROM "users" AS base
        WHERE base."id" = new."key_id"
      )
      OR EXISTS (
        SELECT 1 FROM "users__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = new."key_id"
      )
    ))
  AND EXISTS (SELECT 1 FROM "users__crr_clock" WHERE "key_id" = new."key_id")
BEGIN /* drizzle-crr 2: the general case */
  UPDATE "users__crr_clock"
SET
  causal_length = new.causal_length,
  db_version = new.db_version,
  row_version = won.row_version,
  row_db_version = CASE WHEN "users__crr_clock".causal_length % 2 = 1 THEN ifnull("users__crr_clock".row_db_version, nullif("users__crr_clock".db_version, new.db_version)) END,
  sentinel = CASE WHEN new.causal_length > "users__crr_clock".causal_length THEN '@' || new.db_version || ':' || new.sentinel ELSE "users__crr_clock".sentinel END,
  "clock_email" = CASE
    WHEN won.cell_0 THEN (ifnull(new."version_email", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_email", new.row_site || ':' || (new.row_seq + 0))
    WHEN new.causal_length > "users__crr_clock".causal_length AND "users__crr_clock".row_version + ifnull(CAST("users__crr_clock"."clock_email" AS INTEGER), -("users__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "users__crr_clock"."clock_email"
  END,
  "clock_handle" = CASE
    WHEN won.cell_1 THEN (ifnull(new."version_handle", new.row_version) - won.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_handle", new.row_site || ':' || (new.row_seq + 1))
    WHEN new.causal_length > "users__crr_clock".causal_length AND "users__crr_clock".row_version + ifnull(CAST("users__crr_clock"."clock_handle" AS INTEGER), -("users__crr_clock".row_version = 0)) >= 0
    THEN '-0@' || new.db_version || ':0' || substr(new.sentinel, instr(new.sentinel, ':')) /* a cell of a former life keeps its value until it is overwritten */
    ELSE "users__crr_clock"."clock_handle"
  END
FROM (
  SELECT
    CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE clock.row_version END AS row_version,
    ifnull(new."version_email", new.row_version) >= 0 AND 2 * (ifnull(new."version_email", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_email" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_email") = typeof(CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_email" THEN crr_aside."value_email" ELSE base."email" END) THEN ifnull(new."value_email" > CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_email" THEN crr_aside."value_email" ELSE base."email" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_email"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_email" THEN crr_aside."value_email" ELSE base."email" END), 1, 1)) END > 0 AS cell_0,
    ifnull(new."version_handle", new.row_version) >= 0 AND 2 * (ifnull(new."version_handle", new.row_version) - min(clock.row_version + ifnull(CAST(clock."clock_handle" AS INTEGER), -(clock.row_version = 0)), CASE WHEN new.causal_length > clock.causal_length THEN 0 ELSE 9007199254740991 END)) + CASE WHEN typeof(new."value_handle") = typeof(CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_handle" THEN crr_aside."value_handle" ELSE base."handle" END) THEN ifnull(new."value_handle" > CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_handle" THEN crr_aside."value_handle" ELSE base."handle" END COLLATE BINARY, 0) ELSE instr('nbtri', substr(typeof(new."value_handle"), 1, 1)) > instr('nbtri', substr(typeof(CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_handle" THEN crr_aside."value_handle" ELSE base."handle" END), 1, 1)) END > 0 AS cell_1
  FROM "users__crr_clock" AS clock
  LEFT JOIN "users" AS base ON base."id" = new."key_id"
  LEFT JOIN "users__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
  WHERE
    clock."key_id" = new."key_id"
    AND (
        new.causal_length > clock.causal_length
        OR (new.causal_length = clock.causal_length AND (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL))
      )
  LIMIT 1
) AS won
WHERE
  "users__crr_clock"."key_id" = new."key_id"
  AND (
    new.causal_length > "users__crr_clock".causal_length
    OR won.cell_0
    OR won.cell_1
  );
  SELECT RAISE(IGNORE) WHERE changes() = 0;
  UPDATE OR IGNORE "users"
SET
  "email" = CASE
    WHEN ifnull(new."version_email", new.row_version) >= 0 AND crr_clock."clock_email" = (ifnull(new."version_email", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_email", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_email"
    ELSE "users"."email"
  END,
  "handle" = CASE
    WHEN ifnull(new."version_handle", new.row_version) >= 0 AND crr_clock."clock_handle" = (ifnull(new."version_handle", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_handle", new.row_site || ':' || (new.row_seq + 1))
    THEN new."value_handle"
    ELSE "users"."handle"
  END
FROM "users__crr_clock" AS crr_clock
WHERE
  "users"."id" = new."key_id"
  AND crr_clock."key_id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "users__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "users__crr_aside" (
  "key_id",
  "value_email",
  "value_handle",
  state
)
SELECT
  new."key_id",
  CASE
    WHEN ifnull(new."version_email", new.row_version) >= 0 AND crr_clock."clock_email" = (ifnull(new."version_email", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_email", new.row_site || ':' || (new.row_seq + 0))
    THEN new."value_email"
    ELSE CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_email" THEN crr_aside."value_email" ELSE base."email" END
  END,
  CASE
    WHEN ifnull(new."version_handle", new.row_version) >= 0 AND crr_clock."clock_handle" = (ifnull(new."version_handle", new.row_version) - crr_clock.row_version) || '@' || crr_clock.db_version || ':' || ifnull(new."origin_handle", new.row_site || ':' || (new.row_seq + 1))
    THEN new."value_handle"
    ELSE CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_handle" THEN crr_aside."value_handle" ELSE base."handle" END
  END,
  'open'
FROM "users__crr_clock" AS crr_clock
LEFT JOIN "users" AS base ON base."id" = new."key_id"
LEFT JOIN "users__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  crr_clock."key_id" = new."key_id"
  AND (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_email" = excluded."value_email",
  "value_handle" = excluded."value_handle",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  INSERT INTO "users" (
  "id",
  "email",
  "handle"
)
SELECT
  new."key_id",
  new."value_email",
  new."value_handle"
FROM "users__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "users" WHERE "id" = new."key_id")
  AND NOT EXISTS (
      SELECT 1 FROM "users__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    )
  AND (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "users__crr_aside" (
  "key_id",
  "value_email",
  "value_handle",
  state,
  was
)
SELECT
  new."key_id",
  new."value_email",
  new."value_handle",
  'open',
  'new'
FROM "users__crr_clock" AS clock
WHERE
  clock."key_id" = new."key_id"
  AND NOT EXISTS (SELECT 1 FROM "users" WHERE "id" = new."key_id")
  AND NOT EXISTS (
      SELECT 1 FROM "users__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_merge_fresh_cells"
BEFORE INSERT ON "users__crr_merge"
WHEN
  new.row_version < 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND (ifnull(new."version_handle", new.row_version) >= 0 OR (
            EXISTS (
              SELECT 1 FROM "users" AS base
              WHERE base."id" = new."key_id"
            )
            OR EXISTS (
              SELECT 1 FROM "users__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = new."key_id"
            )
          ))
        AND NOT EXISTS (SELECT 1 FROM "users__crr_clock" WHERE "key_id" = new."key_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row, by its cells */
  INSERT INTO "users__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_email",
  "clock_handle"
)
VALUES (
  new."key_id",
  new.causal_length,
  new.db_version,
  0,
  new.row_site,
  new.row_seq,
  '@' || new.db_version || ':' || new.sentinel,
  CASE WHEN ifnull(new."version_email", new.row_version) >= 0 THEN ifnull(new."version_email", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_email", new.row_site || ':' || (new.row_seq + 0)) END,
  CASE WHEN ifnull(new."version_handle", new.row_version) >= 0 THEN ifnull(new."version_handle", new.row_version) || '@' || new.db_version || ':' || ifnull(new."origin_handle", new.row_site || ':' || (new.row_seq + 1)) END
);
  INSERT INTO "users" (
  "id",
  "email",
  "handle"
)
SELECT
  new."key_id",
  new."value_email",
  new."value_handle"
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "users__crr_aside" (
  "key_id",
  "value_email",
  "value_handle",
  state,
  was
)
VALUES (
  new."key_id",
  new."value_email",
  new."value_handle",
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_merge_newer_cells"
BEFORE INSERT ON "users__crr_merge"
WHEN
  new.row_version < 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: newer cells */
  UPDATE "users__crr_clock"
SET
  row_db_version = ifnull(row_db_version, nullif(db_version, new.db_version)),
  db_version = new.db_version,
  "clock_email" = CASE WHEN new."version_email" IS NULL THEN "clock_email" ELSE (new."version_email" - row_version) || '@' || new.db_version || ':' || new."origin_email" END,
  "clock_handle" = CASE WHEN new."version_handle" IS NULL THEN "clock_handle" ELSE (new."version_handle" - row_version) || '@' || new.db_version || ':' || new."origin_handle" END
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "users"
SET
  "email" = CASE WHEN new."version_email" IS NULL THEN "users"."email" ELSE new."value_email" END,
  "handle" = CASE WHEN new."version_handle" IS NULL THEN "users"."handle" ELSE new."value_handle" END
WHERE
  "users"."id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "users__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "users__crr_aside" (
  "key_id",
  "value_email",
  "value_handle",
  state
)
SELECT
  new."key_id",
  CASE WHEN new."version_email" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_email" THEN crr_aside."value_email" ELSE base."email" END ELSE new."value_email" END,
  CASE WHEN new."version_handle" IS NULL THEN CASE WHEN crr_aside.state IS NOT NULL OR crr_aside."mask_handle" THEN crr_aside."value_handle" ELSE base."handle" END ELSE new."value_handle" END,
  'open'
FROM (SELECT 1)
LEFT JOIN "users" AS base ON base."id" = new."key_id"
LEFT JOIN "users__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_email" = excluded."value_email",
  "value_handle" = excluded."value_handle",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_merge_newer_row"
BEFORE INSERT ON "users__crr_merge"
WHEN
  new.row_version > 0
  AND new.finding = 'newer'
BEGIN /* drizzle-crr 2: a newer row */
  UPDATE "users__crr_clock"
SET
  row_db_version = new.db_version,
  row_version = new.row_version,
  row_site = new.row_site,
  row_seq = new.row_seq,
  db_version = new.db_version,
  "clock_email" = NULL,
  "clock_handle" = NULL
WHERE row_id = new.row_id;
  UPDATE OR IGNORE "users"
SET
  "email" = new."value_email",
  "handle" = new."value_handle"
WHERE
  "users"."id" = new."key_id"
  AND NOT EXISTS (
      SELECT 1 FROM "users__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."key_id"
    );
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT INTO "users__crr_aside" (
  "key_id",
  "value_email",
  "value_handle",
  state
)
SELECT
  new."key_id",
  new."value_email",
  new."value_handle",
  'open'
FROM (SELECT 1)
LEFT JOIN "users" AS base ON base."id" = new."key_id"
LEFT JOIN "users__crr_aside" AS crr_aside ON crr_aside."key_id" = new."key_id"
WHERE
  (base."id" IS NOT NULL OR crr_aside."key_id" IS NOT NULL)
ON CONFLICT ("key_id") DO UPDATE SET
  "value_email" = excluded."value_email",
  "value_handle" = excluded."value_handle",
  was = CASE state WHEN 'open' THEN was ELSE state END,
  state = 'open';
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_merge_fresh_row"
BEFORE INSERT ON "users__crr_merge"
WHEN
  new.row_version > 0
  AND CASE
      WHEN new.finding IS NULL THEN
        new.causal_length % 2 = 1
        AND NOT EXISTS (SELECT 1 FROM "users__crr_clock" WHERE "key_id" = new."key_id")
      ELSE new.finding = 'fresh'
    END
BEGIN /* drizzle-crr 2: a new row */
  INSERT INTO "users__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_email",
  "clock_handle"
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
  INSERT INTO "users" (
  "id",
  "email",
  "handle"
)
SELECT
  new."key_id",
  new."value_email",
  new."value_handle"
WHERE (SELECT parks FROM crr_settling) = 0
ON CONFLICT DO NOTHING;
  SELECT RAISE(IGNORE) WHERE changes() > 0;
  INSERT OR REPLACE INTO "users__crr_aside" (
  "key_id",
  "value_email",
  "value_handle",
  state,
  was
)
VALUES (
  new."key_id",
  new."value_email",
  new."value_handle",
  'open',
  'new'
);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_aside_insert"
AFTER INSERT ON "users"
WHEN
  EXISTS (
    SELECT 1 FROM "users__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = new."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted again is parked no more */
  DELETE FROM "users__crr_aside" WHERE "key_id" = new."id";
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_aside_delete"
AFTER DELETE ON "users"
WHEN
  EXISTS (
    SELECT 1 FROM "users__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = old."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: masks go with their row */
  DELETE FROM "users__crr_aside" WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_aside_key"
AFTER UPDATE OF "id" ON "users"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND NOT (old."id" IS new."id")
  AND (EXISTS (
      SELECT 1 FROM "users__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    ) OR EXISTS (
      SELECT 1 FROM "users__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    ))
BEGIN /* drizzle-crr 2: masks move with their row */
  DELETE FROM "users__crr_aside" WHERE "key_id" = new."id";
  UPDATE "users__crr_aside"
SET "key_id" = new."id"
WHERE "key_id" = old."id";
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_aside_update_email"
AFTER UPDATE OF "email" ON "users"
WHEN
  old."email" IS NOT new."email" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND (EXISTS (
      SELECT 1 FROM "users__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    ) OR EXISTS (
      SELECT 1 FROM "users__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    ))
BEGIN /* drizzle-crr 2: a cell that is written is masked no more */
  UPDATE "users__crr_aside"
  SET "mask_email" = NULL
  WHERE (
    "key_id" = old."id"
    OR "key_id" = new."id"
  );
  DELETE FROM "users__crr_aside"
  WHERE
    (
      "key_id" = old."id"
      OR "key_id" = new."id"
    )
    AND state IS NULL
    AND NOT (ifnull("users__crr_aside"."mask_email", 0) OR ifnull("users__crr_aside"."mask_handle", 0));
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_aside_update_handle"
AFTER UPDATE OF "handle" ON "users"
WHEN
  old."handle" IS NOT new."handle" COLLATE BINARY
  AND (SELECT applying FROM crr_state) = 0
  AND (EXISTS (
      SELECT 1 FROM "users__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = old."id"
    ) OR EXISTS (
      SELECT 1 FROM "users__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    ))
BEGIN /* drizzle-crr 2: a cell that is written is masked no more */
  UPDATE "users__crr_aside"
  SET "mask_handle" = NULL
  WHERE (
    "key_id" = old."id"
    OR "key_id" = new."id"
  );
  DELETE FROM "users__crr_aside"
  WHERE
    (
      "key_id" = old."id"
      OR "key_id" = new."id"
    )
    AND state IS NULL
    AND NOT (ifnull("users__crr_aside"."mask_email", 0) OR ifnull("users__crr_aside"."mask_handle", 0));
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_rival_insert"
BEFORE INSERT ON "users"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND EXISTS (
      SELECT 1 FROM "users" AS rival
      WHERE
        rival."id" <> new."id"
        AND (
            new."email" IS NOT NULL AND rival."email" = new."email"
            OR new."handle" IS NOT NULL AND rival."handle" = new."handle"
          )
    )
BEGIN /* drizzle-crr 2: rows that OR REPLACE may delete */
  DELETE FROM "users__crr_rival"
WHERE NOT EXISTS (
  SELECT 1 FROM "users__crr_rival" AS noted
  CROSS JOIN "users__crr_clock" ON noted."key_id" = "users__crr_clock"."key_id"
  WHERE
    "users__crr_clock".causal_length % 2 = 1
    AND NOT EXISTS (
        SELECT 1 FROM "users" AS base
        WHERE "users__crr_clock"."key_id" = base."id"
      )
      AND NOT EXISTS (
          SELECT 1 FROM "users__crr_aside" AS beside
          WHERE beside."key_id" = "users__crr_clock"."key_id" AND beside.state IS NOT NULL
        )
);
  INSERT OR IGNORE INTO "users__crr_rival" ("key_id")
SELECT rival."id"
FROM "users" AS rival
WHERE
  rival."id" <> new."id"
  AND (
      new."email" IS NOT NULL AND rival."email" = new."email"
      OR new."handle" IS NOT NULL AND rival."handle" = new."handle"
    );
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_replaced_insert"
AFTER INSERT ON "users"
WHEN
  EXISTS (
    SELECT 1 FROM "users__crr_rival" AS noted
    CROSS JOIN "users__crr_clock" ON noted."key_id" = "users__crr_clock"."key_id"
    WHERE
      "users__crr_clock".causal_length % 2 = 1
      AND NOT EXISTS (
          SELECT 1 FROM "users" AS base
          WHERE "users__crr_clock"."key_id" = base."id"
        )
        AND NOT EXISTS (
            SELECT 1 FROM "users__crr_aside" AS beside
            WHERE beside."key_id" = "users__crr_clock"."key_id" AND beside.state IS NOT NULL
          )
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: rows that OR REPLACE has deleted */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 2;
  UPDATE "users__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_email" = NULL,
  "clock_handle" = NULL
WHERE causal_length % 2 = 1
AND "users__crr_clock".row_id IN (
    SELECT "users__crr_clock".row_id
    FROM "users__crr_rival" AS noted
    CROSS JOIN "users__crr_clock" ON noted."key_id" = "users__crr_clock"."key_id"
  )
  AND NOT EXISTS (
      SELECT 1 FROM "users" AS base
      WHERE "users__crr_clock"."key_id" = base."id"
    )
    AND NOT EXISTS (
        SELECT 1 FROM "users__crr_aside" AS beside
        WHERE beside."key_id" = "users__crr_clock"."key_id" AND beside.state IS NOT NULL
      );
  DELETE FROM "users__crr_aside"
WHERE
  state IS NULL
  AND "users__crr_aside".rowid IN (
      SELECT "users__crr_aside".rowid
      FROM "users__crr_rival" AS noted
      CROSS JOIN "users__crr_aside" ON noted."key_id" = "users__crr_aside"."key_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "users" AS base
      WHERE "users__crr_aside"."key_id" = base."id"
    );
  DELETE FROM "users__crr_rival"
WHERE
  NOT EXISTS (
    SELECT 1 FROM "users" AS base
    WHERE "users__crr_rival"."key_id" = base."id"
  );
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_rival_update"
BEFORE UPDATE OF "email", "handle" ON "users"
WHEN
  (SELECT applying FROM crr_state) = 0
  AND EXISTS (
      SELECT 1 FROM "users" AS rival
      WHERE
        rival."id" <> old."id"
        AND (
            new."email" IS NOT NULL AND rival."email" = new."email"
            OR new."handle" IS NOT NULL AND rival."handle" = new."handle"
          )
    )
BEGIN /* drizzle-crr 2: rows that OR REPLACE may delete */
  DELETE FROM "users__crr_rival"
WHERE NOT EXISTS (
  SELECT 1 FROM "users__crr_rival" AS noted
  CROSS JOIN "users__crr_clock" ON noted."key_id" = "users__crr_clock"."key_id"
  WHERE
    "users__crr_clock".causal_length % 2 = 1
    AND NOT EXISTS (
        SELECT 1 FROM "users" AS base
        WHERE "users__crr_clock"."key_id" = base."id"
      )
      AND NOT EXISTS (
          SELECT 1 FROM "users__crr_aside" AS beside
          WHERE beside."key_id" = "users__crr_clock"."key_id" AND beside.state IS NOT NULL
        )
);
  INSERT OR IGNORE INTO "users__crr_rival" ("key_id")
SELECT rival."id"
FROM "users" AS rival
WHERE
  rival."id" <> old."id"
  AND (
      new."email" IS NOT NULL AND rival."email" = new."email"
      OR new."handle" IS NOT NULL AND rival."handle" = new."handle"
    );
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_replaced_update"
AFTER UPDATE OF "email", "handle" ON "users"
WHEN
  EXISTS (
    SELECT 1 FROM "users__crr_rival" AS noted
    CROSS JOIN "users__crr_clock" ON noted."key_id" = "users__crr_clock"."key_id"
    WHERE
      "users__crr_clock".causal_length % 2 = 1
      AND NOT ("users__crr_clock"."key_id" = old."id")
      AND NOT EXISTS (
          SELECT 1 FROM "users" AS base
          WHERE "users__crr_clock"."key_id" = base."id"
        )
        AND NOT EXISTS (
            SELECT 1 FROM "users__crr_aside" AS beside
            WHERE beside."key_id" = "users__crr_clock"."key_id" AND beside.state IS NOT NULL
          )
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: rows that OR REPLACE has deleted */
  UPDATE crr_state
  SET
    db_version = db_version + 1 - in_transaction,
    seq = in_transaction * (seq + 1) + 2;
  UPDATE "users__crr_clock"
SET
  causal_length = (causal_length | 1) + 1,
  (db_version, sentinel) = (SELECT state.db_version, '@' || state.db_version || ':' || state.site || ':' || (state.seq - 2) FROM crr_state AS state),
  row_version = 0,
  row_db_version = NULL,
  row_site = NULL,
  row_seq = NULL,
  "clock_email" = NULL,
  "clock_handle" = NULL
WHERE causal_length % 2 = 1
AND NOT ("users__crr_clock"."key_id" = old."id")
  AND "users__crr_clock".row_id IN (
      SELECT "users__crr_clock".row_id
      FROM "users__crr_rival" AS noted
      CROSS JOIN "users__crr_clock" ON noted."key_id" = "users__crr_clock"."key_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "users" AS base
      WHERE "users__crr_clock"."key_id" = base."id"
    )
    AND NOT EXISTS (
        SELECT 1 FROM "users__crr_aside" AS beside
        WHERE beside."key_id" = "users__crr_clock"."key_id" AND beside.state IS NOT NULL
      );
  DELETE FROM "users__crr_aside"
WHERE
  state IS NULL
  AND "users__crr_aside".rowid IN (
      SELECT "users__crr_aside".rowid
      FROM "users__crr_rival" AS noted
      CROSS JOIN "users__crr_aside" ON noted."key_id" = "users__crr_aside"."key_id"
    )
  AND NOT EXISTS (
      SELECT 1 FROM "users" AS base
      WHERE "users__crr_aside"."key_id" = base."id"
    );
  DELETE FROM "users__crr_rival"
WHERE
  NOT EXISTS (
    SELECT 1 FROM "users" AS base
    WHERE "users__crr_rival"."key_id" = base."id"
  );
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_rank"
BEFORE INSERT ON "users__crr_rank"
BEGIN /* drizzle-crr 2: whether the row has its unique values */
  UPDATE "users__crr_aside"
  SET
    lost_0 = coalesce(
      (
        SELECT ifnull(clock.row_id, -1)
        FROM "users" AS rival
        LEFT JOIN "users__crr_clock" AS clock ON clock."key_id" = rival."id"
        WHERE
          rival."email" = "users__crr_aside"."value_email"
          AND rival."id" < "users__crr_aside"."key_id"
          AND NOT EXISTS (
              SELECT 1 FROM "users__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = rival."id"
            )
        LIMIT 1
      ),
      (
        SELECT ifnull(clock.row_id, -1)
        FROM "users__crr_aside" AS rival
        LEFT JOIN "users__crr_clock" AS clock ON clock."key_id" = rival."key_id"
        WHERE
          rival."value_email" = "users__crr_aside"."value_email"
          AND rival."key_id" < "users__crr_aside"."key_id"
          AND +rival.state = 'open' AND rival.lost_0 IS NULL
        LIMIT 1
      )
    )
  WHERE
    "users__crr_aside"."key_id" = new."key_id"
    AND state = 'open' AND lost_0 IS NULL
    AND "users__crr_aside"."value_email" IS NOT NULL;
  UPDATE "users__crr_aside"
  SET
    lost_1 = coalesce(
      (
        SELECT ifnull(clock.row_id, -1)
        FROM "users" AS rival
        LEFT JOIN "users__crr_clock" AS clock ON clock."key_id" = rival."id"
        WHERE
          rival."handle" = "users__crr_aside"."value_handle"
          AND rival."id" < "users__crr_aside"."key_id"
          AND NOT EXISTS (
              SELECT 1 FROM "users__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = rival."id"
            )
        LIMIT 1
      ),
      (
        SELECT ifnull(clock.row_id, -1)
        FROM "users__crr_aside" AS rival
        LEFT JOIN "users__crr_clock" AS clock ON clock."key_id" = rival."key_id"
        WHERE
          rival."value_handle" = "users__crr_aside"."value_handle"
          AND rival."key_id" < "users__crr_aside"."key_id"
          AND +rival.state = 'open' AND rival.lost_1 IS NULL
        LIMIT 1
      )
    )
  WHERE
    "users__crr_aside"."key_id" = new."key_id"
    AND state = 'open' AND lost_1 IS NULL
    AND "users__crr_aside"."value_handle" IS NOT NULL;
  UPDATE "users__crr_aside"
  SET
    taken = coalesce(
      CASE WHEN lost_1 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "users" AS rival
        LEFT JOIN "users__crr_clock" AS clock ON clock."key_id" = rival."id"
        WHERE
          rival."handle" = "users__crr_aside"."value_handle" || '~' || replace(replace("users__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."id" <> "users__crr_aside"."key_id"
          AND NOT EXISTS (
              SELECT 1 FROM "users__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = rival."id"
            )
        LIMIT 1
      ) END,
      CASE WHEN lost_1 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "users__crr_aside" AS rival
        LEFT JOIN "users__crr_clock" AS clock ON clock."key_id" = rival."key_id"
        WHERE
          rival."value_handle" = "users__crr_aside"."value_handle" || '~' || replace(replace("users__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."key_id" <> "users__crr_aside"."key_id"
          AND +rival.state IN ('open', 'unique')
        LIMIT 1
      ) END,
      NULL
    )
  WHERE
    "users__crr_aside"."key_id" = new."key_id"
    AND state = 'open'
    AND (lost_0 IS NOT NULL
      OR lost_1 IS NOT NULL);
  UPDATE "users__crr_aside"
  SET
    state = 'unique',
    pass = (SELECT moved_in FROM crr_settling)
  WHERE
    "users__crr_aside"."key_id" = new."key_id"
    AND state = 'open'
    AND (lost_0 IS NOT NULL
      OR lost_1 IS NOT NULL)
    AND (
      taken IS NOT NULL
    );
  INSERT INTO "users__crr_aside" (
    "key_id",
    "value_email",
    "value_handle",
    state,
    lost_0,
    pass
  )
  SELECT
    base."id",
    base."email",
    base."handle",
    'open',
    ifnull((SELECT row_id FROM "users__crr_clock" WHERE "key_id" = new."key_id"), -1),
    (SELECT moved_in FROM crr_settling)
  FROM "users__crr_aside" AS winner
  CROSS JOIN "users" AS base
    ON base."email" = winner."value_email"
  WHERE
    winner."key_id" = new."key_id"
    AND winner.state = 'open' AND winner.lost_0 IS NULL
    AND base."id" <> winner."key_id"
    AND NOT EXISTS (
        SELECT 1 FROM "users__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = base."id"
      );
  UPDATE "users__crr_aside"
  SET
    state = 'open',
    lost_0 = ifnull((SELECT row_id FROM "users__crr_clock" WHERE "key_id" = new."key_id"), -1),
    pass = (SELECT moved_in FROM crr_settling)
  FROM "users__crr_aside" AS winner
  WHERE
    winner."key_id" = new."key_id"
    AND winner.state = 'open' AND winner.lost_0 IS NULL
    AND "users__crr_aside"."value_email" = winner."value_email"
    AND "users__crr_aside"."key_id" > winner."key_id"
    AND +"users__crr_aside".state = 'open' AND "users__crr_aside".lost_0 IS NULL;
  INSERT INTO "users__crr_aside" (
    "key_id",
    "value_email",
    "value_handle",
    state,
    lost_1,
    pass
  )
  SELECT
    base."id",
    base."email",
    base."handle",
    'open',
    ifnull((SELECT row_id FROM "users__crr_clock" WHERE "key_id" = new."key_id"), -1),
    (SELECT moved_in FROM crr_settling)
  FROM "users__crr_aside" AS winner
  CROSS JOIN "users" AS base
    ON base."handle" = winner."value_handle"
  WHERE
    winner."key_id" = new."key_id"
    AND winner.state = 'open' AND winner.lost_1 IS NULL
    AND base."id" <> winner."key_id"
    AND NOT EXISTS (
        SELECT 1 FROM "users__crr_aside" AS crr_aside
        WHERE crr_aside."key_id" = base."id"
      );
  UPDATE "users__crr_aside"
  SET
    state = 'open',
    lost_1 = ifnull((SELECT row_id FROM "users__crr_clock" WHERE "key_id" = new."key_id"), -1),
    pass = (SELECT moved_in FROM crr_settling)
  FROM "users__crr_aside" AS winner
  WHERE
    winner."key_id" = new."key_id"
    AND winner.state = 'open' AND winner.lost_1 IS NULL
    AND "users__crr_aside"."value_handle" = winner."value_handle"
    AND "users__crr_aside"."key_id" > winner."key_id"
    AND +"users__crr_aside".state = 'open' AND "users__crr_aside".lost_1 IS NULL;
  UPDATE "users__crr_aside"
  SET
    taken = coalesce(
      CASE WHEN lost_1 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "users" AS rival
        LEFT JOIN "users__crr_clock" AS clock ON clock."key_id" = rival."id"
        WHERE
          rival."handle" = "users__crr_aside"."value_handle" || '~' || replace(replace("users__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."id" <> "users__crr_aside"."key_id"
          AND NOT EXISTS (
              SELECT 1 FROM "users__crr_aside" AS crr_aside
              WHERE crr_aside."key_id" = rival."id"
            )
        LIMIT 1
      ) END,
      CASE WHEN lost_1 IS NOT NULL THEN (
        SELECT ifnull(clock.row_id, -1)
        FROM "users__crr_aside" AS rival
        LEFT JOIN "users__crr_clock" AS clock ON clock."key_id" = rival."key_id"
        WHERE
          rival."value_handle" = "users__crr_aside"."value_handle" || '~' || replace(replace("users__crr_aside"."key_id", '%', '%25'), '~', '%7E')
          AND rival."key_id" <> "users__crr_aside"."key_id"
          AND +rival.state IN ('open', 'unique')
        LIMIT 1
      ) END,
      NULL
    )
  WHERE
    lost_1 = ifnull((SELECT row_id FROM "users__crr_clock" WHERE "key_id" = new."key_id"), -1)
    AND +state = 'open';
  UPDATE "users__crr_aside"
  SET
    state = 'unique',
    pass = (SELECT moved_in FROM crr_settling)
  WHERE
    lost_1 = ifnull((SELECT row_id FROM "users__crr_clock" WHERE "key_id" = new."key_id"), -1)
    AND +state = 'open'
    AND (
      taken IS NOT NULL
    );
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
UPDATE crr_state
SET db_version = db_version + 1
WHERE EXISTS (SELECT 1 FROM "users" AS base WHERE NOT EXISTS (
  SELECT 1 FROM "users__crr_clock" AS clock
  WHERE clock."key_id" = base."id"
));
--> statement-breakpoint
INSERT INTO "users__crr_clock" (
  "key_id",
  causal_length,
  db_version,
  row_version,
  row_site,
  row_seq,
  sentinel,
  "clock_email",
  "clock_handle"
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
FROM "users" AS base
WHERE true
ORDER BY base."id"
ON CONFLICT DO NOTHING;
--> statement-breakpoint
UPDATE crr_pending
SET reason = ''
WHERE reason IS NOT '';
