CREATE TABLE `memories` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`end_user_id` text NOT NULL,
	`text` text NOT NULL,
	`confidence` real NOT NULL,
	`origin` text NOT NULL,
	`session_id` text,
	`message_id` text,
	`supersedes` text,
	`superseded_at` integer,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `memories_text` ON `memories` (`workspace_id`,`agent_id`,`end_user_id`,`text`) WHERE superseded_at is null;--> statement-breakpoint
CREATE INDEX `memories_end_user` ON `memories` (`workspace_id`,`end_user_id`,`id`);--> statement-breakpoint
CREATE INDEX `memories_agent` ON `memories` (`workspace_id`,`agent_id`);--> statement-breakpoint
CREATE INDEX `memories_message` ON `memories` (`message_id`) WHERE message_id is not null;--> statement-breakpoint
CREATE TABLE `memory_cursors` (
	`session_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`seq` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `memory_cursors_workspace` ON `memory_cursors` (`workspace_id`);