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
/* crr:state {"format":2,"set":[{"triggers":["comments__crr_on_insert","comments__crr_on_update_body","comments__crr_on_update_author_id","comments__crr_on_update_task_id","comments__crr_on_key","comments__crr_on_delete","comments__crr_on_aside_insert","comments__crr_on_aside_delete","comments__crr_on_aside_key","comments__crr_on_aside_update_author_id","comments__crr_on_guard_delete","comments__crr_on_guard_reference_0","comments__crr_on_guard_reference_1","comments__crr_on_pass"],"text":"3190896856c3cce4","base":null,"spec":{"name":"comments","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"task_id","sqlType":"text","notNull":true},{"name":"author_id","sqlType":"text"},{"name":"body","sqlType":"text","notNull":true}],"constraints":{"references":[{"columns":["task_id"],"parent":"tasks","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["author_id"],"parent":"users","parentKey":["id"],"hides":"column","parentMayHide":true}],"uniques":[],"isCircular":false}}},{"triggers":["members__crr_on_insert","members__crr_on_update_role","members__crr_on_key","members__crr_on_delete","members__crr_on_aside_insert","members__crr_on_aside_delete","members__crr_on_aside_key","members__crr_on_guard_delete","members__crr_on_guard_reference_0","members__crr_on_guard_reference_1","members__crr_on_pass"],"text":"94c603ce48b610ff","base":null,"spec":{"name":"members","key":[{"name":"project_id","sqlType":"text"},{"name":"user_id","sqlType":"text"}],"clockColumns":[{"name":"role","sqlType":"text","notNull":true,"default":"'reader'"}],"constraints":{"references":[{"columns":["project_id"],"parent":"projects","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["user_id"],"parent":"users","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false}}},{"triggers":["projects__crr_on_insert","projects__crr_on_update_name","projects__crr_on_update_owner_id","projects__crr_on_key","projects__crr_on_delete","projects__crr_on_aside_insert","projects__crr_on_aside_delete","projects__crr_on_aside_key","projects__crr_on_guard_delete","projects__crr_on_guard_reference_0","projects__crr_on_pass"],"text":"51799084d40f339f","base":null,"spec":{"name":"projects","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"owner_id","sqlType":"text","notNull":true},{"name":"name","sqlType":"text","notNull":true}],"constraints":{"references":[{"columns":["owner_id"],"parent":"users","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false}}},{"triggers":["tasks__crr_on_insert","tasks__crr_on_update_done","tasks__crr_on_update_parent_id","tasks__crr_on_update_assignee_id","tasks__crr_on_update_slug","tasks__crr_on_update_project_id","tasks__crr_on_key","tasks__crr_on_delete","tasks__crr_on_aside_insert","tasks__crr_on_aside_delete","tasks__crr_on_aside_key","tasks__crr_on_aside_update_slug","tasks__crr_on_aside_update_assignee_id","tasks__crr_on_rival_insert","tasks__crr_on_rival_update","tasks__crr_on_replaced_update","tasks__crr_on_replaced_delete","tasks__crr_on_bury","tasks__crr_on_guard_delete","tasks__crr_on_guard_reference_0","tasks__crr_on_guard_reference_1","tasks__crr_on_guard_reference_2","tasks__crr_on_pass"],"text":"385a759e1e4c25dc","base":null,"spec":{"name":"tasks","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"project_id","sqlType":"text","notNull":true},{"name":"slug","sqlType":"text","notNull":true},{"name":"assignee_id","sqlType":"text"},{"name":"parent_id","sqlType":"text"},{"name":"done","sqlType":"integer","notNull":true,"default":"0"}],"constraints":{"references":[{"columns":["project_id"],"parent":"projects","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["assignee_id"],"parent":"users","parentKey":["id"],"hides":"column","parentMayHide":true},{"columns":["parent_id"],"parent":"tasks","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[{"name":"tasks_slug","columns":["project_id","slug"],"loser":{"shows":"suffix","column":"slug"}}],"isCircular":true}}},{"triggers":["users__crr_on_insert","users__crr_on_update_handle","users__crr_on_update_email","users__crr_on_key","users__crr_on_delete","users__crr_on_aside_insert","users__crr_on_aside_delete","users__crr_on_aside_key","users__crr_on_aside_update_email","users__crr_on_aside_update_handle","users__crr_on_rival_insert","users__crr_on_rival_update","users__crr_on_replaced_update","users__crr_on_bury"],"text":"f4a77846adb7e2f0","base":null,"spec":{"name":"users","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"email","sqlType":"text"},{"name":"handle","sqlType":"text","notNull":true}],"constraints":{"references":[],"uniques":[{"name":"users_email_unique","columns":["email"],"loser":{"shows":"null","column":"email"}},{"name":"users_handle_unique","columns":["handle"],"loser":{"shows":"suffix","column":"handle"}}],"isCircular":false}}}],"drop":[]} */
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
INSERT INTO crr_table (table_name, spec, former)
VALUES ('comments', '{"name":"comments","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"task_id","sqlType":"text","notNull":true},{"name":"author_id","sqlType":"text"},{"name":"body","sqlType":"text","notNull":true}],"constraints":{"references":[{"columns":["task_id"],"parent":"tasks","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["author_id"],"parent":"users","parentKey":["id"],"hides":"column","parentMayHide":true}],"uniques":[],"isCircular":false}}', '[]')
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
  max(1, former.row_version + ifnull(CAST(former."clock_task_id" AS INTEGER), -(former.row_version = 0))) + (old."task_id" IS NOT new."task_id" COLLATE BINARY),
  max(1, former.row_version + ifnull(CAST(former."clock_author_id" AS INTEGER), -(former.row_version = 0))) + (old."author_id" IS NOT new."author_id" COLLATE BINARY),
  max(1, former.row_version + ifnull(CAST(former."clock_body" AS INTEGER), -(former.row_version = 0))) + (old."body" IS NOT new."body" COLLATE BINARY)
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
CREATE TRIGGER "comments__crr_on_aside_insert"
AFTER INSERT ON "comments"
WHEN
  EXISTS (
    SELECT 1 FROM "comments__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = new."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted is parked no more, and rows that OR REPLACE deleted are dead */
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
      SELECT 1 FROM "comments__crr_aside" AS beside
      WHERE beside."key_id" = old."id" AND beside.state IS NOT NULL
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
      SELECT 1 FROM "comments__crr_aside" AS beside
      WHERE beside."key_id" = old."id" AND beside.state IS NOT NULL
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
    ifnull(state, 'open') = 'open'
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
INSERT INTO crr_table (table_name, spec, former)
VALUES ('members', '{"name":"members","key":[{"name":"project_id","sqlType":"text"},{"name":"user_id","sqlType":"text"}],"clockColumns":[{"name":"role","sqlType":"text","notNull":true,"default":"''reader''"}],"constraints":{"references":[{"columns":["project_id"],"parent":"projects","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["user_id"],"parent":"users","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false}}', '[]')
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
  max(1, former.row_version + ifnull(CAST(former."clock_role" AS INTEGER), -(former.row_version = 0))) + (old."role" IS NOT new."role" COLLATE BINARY)
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
CREATE TRIGGER "members__crr_on_aside_insert"
AFTER INSERT ON "members"
WHEN
  EXISTS (
    SELECT 1 FROM "members__crr_aside" AS crr_aside
    WHERE crr_aside."key_project_id" = new."project_id" AND crr_aside."key_user_id" = new."user_id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted is parked no more, and rows that OR REPLACE deleted are dead */
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
      SELECT 1 FROM "members__crr_aside" AS beside
      WHERE beside."key_project_id" = old."project_id" AND beside."key_user_id" = old."user_id" AND beside.state IS NOT NULL
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
      SELECT 1 FROM "members__crr_aside" AS beside
      WHERE beside."key_project_id" = old."project_id" AND beside."key_user_id" = old."user_id" AND beside.state IS NOT NULL
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
    ifnull(state, 'open') = 'open'
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
    ifnull(state, 'open') = 'open'
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
INSERT INTO crr_table (table_name, spec, former)
VALUES ('projects', '{"name":"projects","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"owner_id","sqlType":"text","notNull":true},{"name":"name","sqlType":"text","notNull":true}],"constraints":{"references":[{"columns":["owner_id"],"parent":"users","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[],"isCircular":false}}', '[]')
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
  max(1, former.row_version + ifnull(CAST(former."clock_owner_id" AS INTEGER), -(former.row_version = 0))) + (old."owner_id" IS NOT new."owner_id" COLLATE BINARY),
  max(1, former.row_version + ifnull(CAST(former."clock_name" AS INTEGER), -(former.row_version = 0))) + (old."name" IS NOT new."name" COLLATE BINARY)
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
CREATE TRIGGER "projects__crr_on_aside_insert"
AFTER INSERT ON "projects"
WHEN
  EXISTS (
    SELECT 1 FROM "projects__crr_aside" AS crr_aside
    WHERE crr_aside."key_id" = new."id"
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted is parked no more, and rows that OR REPLACE deleted are dead */
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
      SELECT 1 FROM "projects__crr_aside" AS beside
      WHERE beside."key_id" = old."id" AND beside.state IS NOT NULL
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
    ifnull(state, 'open') = 'open'
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
INSERT INTO crr_table (table_name, spec, former)
VALUES ('tasks', '{"name":"tasks","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"project_id","sqlType":"text","notNull":true},{"name":"slug","sqlType":"text","notNull":true},{"name":"assignee_id","sqlType":"text"},{"name":"parent_id","sqlType":"text"},{"name":"done","sqlType":"integer","notNull":true,"default":"0"}],"constraints":{"references":[{"columns":["project_id"],"parent":"projects","parentKey":["id"],"hides":"row","parentMayHide":true},{"columns":["assignee_id"],"parent":"users","parentKey":["id"],"hides":"column","parentMayHide":true},{"columns":["parent_id"],"parent":"tasks","parentKey":["id"],"hides":"row","parentMayHide":true}],"uniques":[{"name":"tasks_slug","columns":["project_id","slug"],"loser":{"shows":"suffix","column":"slug"}}],"isCircular":true}}', '[]')
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
  max(1, former.row_version + ifnull(CAST(former."clock_project_id" AS INTEGER), -(former.row_version = 0))) + (old."project_id" IS NOT new."project_id" COLLATE BINARY),
  max(1, former.row_version + ifnull(CAST(former."clock_slug" AS INTEGER), -(former.row_version = 0))) + (old."slug" IS NOT new."slug" COLLATE BINARY),
  max(1, former.row_version + ifnull(CAST(former."clock_assignee_id" AS INTEGER), -(former.row_version = 0))) + (old."assignee_id" IS NOT new."assignee_id" COLLATE BINARY),
  max(1, former.row_version + ifnull(CAST(former."clock_parent_id" AS INTEGER), -(former.row_version = 0))) + (old."parent_id" IS NOT new."parent_id" COLLATE BINARY),
  max(1, former.row_version + ifnull(CAST(former."clock_done" AS INTEGER), -(former.row_version = 0))) + (old."done" IS NOT new."done" COLLATE BINARY)
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
CREATE TRIGGER "tasks__crr_on_aside_insert"
AFTER INSERT ON "tasks"
WHEN
  (
    EXISTS (
      SELECT 1 FROM "tasks__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    )
    OR EXISTS (SELECT 1 FROM "tasks__crr_rival")
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted is parked no more, and rows that OR REPLACE deleted are dead */
  DELETE FROM "tasks__crr_aside" WHERE "key_id" = new."id";
  DELETE FROM "tasks__crr_rival"
WHERE
  NOT EXISTS (
    SELECT 1 FROM "tasks" AS base
    WHERE "tasks__crr_rival"."key_id" = base."id"
  );
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
  EXISTS (
    SELECT 1 FROM "tasks" AS rival
    WHERE
      rival."id" <> new."id"
      AND (
          new."project_id" IS NOT NULL AND new."slug" IS NOT NULL AND rival."project_id" = new."project_id" AND rival."slug" = new."slug"
        )
  )
  AND (SELECT applying FROM crr_state) = 0
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
  EXISTS (SELECT 1 FROM "tasks__crr_rival")
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: rows that OR REPLACE has deleted */
  DELETE FROM "tasks__crr_rival"
WHERE
  NOT ("tasks__crr_rival"."key_id" = old."id")
  AND NOT EXISTS (
      SELECT 1 FROM "tasks" AS base
      WHERE "tasks__crr_rival"."key_id" = base."id"
    );
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_replaced_delete"
AFTER DELETE ON "tasks"
WHEN
  EXISTS (SELECT 1 FROM "tasks__crr_rival")
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: rows that OR REPLACE has deleted */
  DELETE FROM "tasks__crr_rival"
WHERE
  NOT ("tasks__crr_rival"."key_id" = old."id")
  AND NOT EXISTS (
      SELECT 1 FROM "tasks" AS base
      WHERE "tasks__crr_rival"."key_id" = base."id"
    );
END;
--> statement-breakpoint
CREATE TRIGGER "tasks__crr_on_bury"
AFTER DELETE ON "tasks__crr_rival"
WHEN
  EXISTS (
    SELECT 1 FROM "tasks__crr_clock" AS clock
    WHERE clock."key_id" = old."key_id" AND clock.causal_length % 2 = 1
  )
  AND NOT EXISTS (
      SELECT 1 FROM "tasks" AS base
      WHERE old."key_id" = base."id"
    )
    AND NOT EXISTS (
        SELECT 1 FROM "tasks__crr_aside" AS beside
        WHERE beside."key_id" = old."key_id" AND beside.state IS NOT NULL
      )
BEGIN /* drizzle-crr 2: a noted row that is gone is dead */
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
WHERE "tasks__crr_clock"."key_id" = old."key_id";
  DELETE FROM "tasks__crr_aside" WHERE "tasks__crr_aside"."key_id" = old."key_id";
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
      SELECT 1 FROM "tasks__crr_aside" AS beside
      WHERE beside."key_id" = old."id" AND beside.state IS NOT NULL
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
      SELECT 1 FROM "tasks__crr_aside" AS beside
      WHERE beside."key_id" = old."id" AND beside.state IS NOT NULL
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
      SELECT 1 FROM "tasks__crr_aside" AS beside
      WHERE beside."key_id" = old."id" AND beside.state IS NOT NULL
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
    ifnull(state, 'open') = 'open'
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
    ifnull(state, 'open') = 'open'
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
INSERT INTO crr_table (table_name, spec, former)
VALUES ('users', '{"name":"users","key":[{"name":"id","sqlType":"text"}],"clockColumns":[{"name":"email","sqlType":"text"},{"name":"handle","sqlType":"text","notNull":true}],"constraints":{"references":[],"uniques":[{"name":"users_email_unique","columns":["email"],"loser":{"shows":"null","column":"email"}},{"name":"users_handle_unique","columns":["handle"],"loser":{"shows":"suffix","column":"handle"}}],"isCircular":false}}', '[]')
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
  max(1, former.row_version + ifnull(CAST(former."clock_email" AS INTEGER), -(former.row_version = 0))) + (old."email" IS NOT new."email" COLLATE BINARY),
  max(1, former.row_version + ifnull(CAST(former."clock_handle" AS INTEGER), -(former.row_version = 0))) + (old."handle" IS NOT new."handle" COLLATE BINARY)
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
CREATE TRIGGER "users__crr_on_aside_insert"
AFTER INSERT ON "users"
WHEN
  (
    EXISTS (
      SELECT 1 FROM "users__crr_aside" AS crr_aside
      WHERE crr_aside."key_id" = new."id"
    )
    OR EXISTS (SELECT 1 FROM "users__crr_rival")
  )
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: a parked row that is inserted is parked no more, and rows that OR REPLACE deleted are dead */
  DELETE FROM "users__crr_aside" WHERE "key_id" = new."id";
  DELETE FROM "users__crr_rival"
WHERE
  NOT EXISTS (
    SELECT 1 FROM "users" AS base
    WHERE "users__crr_rival"."key_id" = base."id"
  );
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
  EXISTS (
    SELECT 1 FROM "users" AS rival
    WHERE
      rival."id" <> new."id"
      AND (
          new."email" IS NOT NULL AND rival."email" = new."email"
          OR new."handle" IS NOT NULL AND rival."handle" = new."handle"
        )
  )
  AND (SELECT applying FROM crr_state) = 0
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
  EXISTS (SELECT 1 FROM "users__crr_rival")
  AND (SELECT applying FROM crr_state) = 0
BEGIN /* drizzle-crr 2: rows that OR REPLACE has deleted */
  DELETE FROM "users__crr_rival"
WHERE
  NOT ("users__crr_rival"."key_id" = old."id")
  AND NOT EXISTS (
      SELECT 1 FROM "users" AS base
      WHERE "users__crr_rival"."key_id" = base."id"
    );
END;
--> statement-breakpoint
CREATE TRIGGER "users__crr_on_bury"
AFTER DELETE ON "users__crr_rival"
WHEN
  EXISTS (
    SELECT 1 FROM "users__crr_clock" AS clock
    WHERE clock."key_id" = old."key_id" AND clock.causal_length % 2 = 1
  )
  AND NOT EXISTS (
      SELECT 1 FROM "users" AS base
      WHERE old."key_id" = base."id"
    )
    AND NOT EXISTS (
        SELECT 1 FROM "users__crr_aside" AS beside
        WHERE beside."key_id" = old."key_id" AND beside.state IS NOT NULL
      )
BEGIN /* drizzle-crr 2: a noted row that is gone is dead */
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
WHERE "users__crr_clock"."key_id" = old."key_id";
  DELETE FROM "users__crr_aside" WHERE "users__crr_aside"."key_id" = old."key_id";
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
