CREATE TABLE `end_user_exports` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`end_user_id` text NOT NULL,
	`status` text NOT NULL,
	`object_key` text,
	`byte_size` integer,
	`sha256` text,
	`counts` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`completed_at` integer,
	`expires_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `end_user_exports_workspace` ON `end_user_exports` (`workspace_id`,`end_user_id`,`id`);--> statement-breakpoint
CREATE INDEX `end_user_exports_due` ON `end_user_exports` (`expires_at`);--> statement-breakpoint
CREATE TABLE `end_users` (
	`workspace_id` text NOT NULL,
	`id` text NOT NULL,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`session_count` integer DEFAULT 0 NOT NULL,
	`run_count` integer DEFAULT 0 NOT NULL,
	`spent_nano_usd` integer DEFAULT 0 NOT NULL,
	`feedback_count` integer DEFAULT 0 NOT NULL,
	`positive_count` integer DEFAULT 0 NOT NULL,
	`negative_count` integer DEFAULT 0 NOT NULL,
	`tokens_not_before` integer,
	PRIMARY KEY(`workspace_id`, `id`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `end_users_seen` ON `end_users` (`workspace_id`,`last_seen_at`,`id`);--> statement-breakpoint
CREATE INDEX `end_users_revoked` ON `end_users` (`tokens_not_before`) WHERE tokens_not_before is not null;--> statement-breakpoint
CREATE INDEX `end_users_spent` ON `end_users` (`workspace_id`,`spent_nano_usd`,`id`);--> statement-breakpoint
CREATE TABLE `erasures` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`end_user_id` text,
	`subject_hash` text NOT NULL,
	`pseudonym` text NOT NULL,
	`status` text NOT NULL,
	`step` text NOT NULL,
	`position` text DEFAULT '' NOT NULL,
	`is_again` integer DEFAULT false NOT NULL,
	`counts` text NOT NULL,
	`receipt` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`completed_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `erasures_workspace` ON `erasures` (`workspace_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `erasures_running` ON `erasures` (`workspace_id`,`end_user_id`) WHERE end_user_id is not null;--> statement-breakpoint
CREATE TABLE `receipt_keys` (
	`kid` text PRIMARY KEY NOT NULL,
	`x` text NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
ALTER TABLE `workspaces` ADD `allowed_origins` text;--> statement-breakpoint
CREATE INDEX `run_contents_end_user` ON `run_contents` (`workspace_id`,`end_user_id`,`run_id`) WHERE end_user_id is not null;--> statement-breakpoint
CREATE INDEX `feedback_end_user` ON `feedback` (`workspace_id`,`end_user_id`,`id`) WHERE end_user_id <> '';--> statement-breakpoint
CREATE INDEX `sessions_of_end_user` ON `sessions` (`workspace_id`,`end_user_id`,`id`) WHERE end_user_id is not null;