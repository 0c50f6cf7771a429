CREATE TABLE `judge_revisions` (
	`judge_id` text NOT NULL,
	`revision` integer NOT NULL,
	`workspace_id` text NOT NULL,
	`config` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`judge_id`, `revision`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `judge_revisions_workspace` ON `judge_revisions` (`workspace_id`);--> statement-breakpoint
CREATE TABLE `judge_scores` (
	`judge_id` text NOT NULL,
	`revision` integer NOT NULL,
	`run_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`score` real,
	`passed` integer,
	`error_code` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`judge_id`, `revision`, `run_id`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `judge_scores_workspace` ON `judge_scores` (`workspace_id`);--> statement-breakpoint
CREATE TABLE `judges` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`revision` integer NOT NULL,
	`config` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `judges_workspace` ON `judges` (`workspace_id`,`id`);