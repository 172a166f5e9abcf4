CREATE TABLE `cards` (
	`id` text PRIMARY KEY NOT NULL,
	`list` text NOT NULL,
	`position` text NOT NULL,
	`title` text NOT NULL,
	`votes` integer DEFAULT 0 NOT NULL,
	`owner` text
);
--> statement-breakpoint
CREATE INDEX `cards_list_position` ON `cards` (`list`,`position`);