CREATE TABLE `dataset_cases` (
	`id` text NOT NULL,
	`from_revision` integer NOT NULL,
	`until_revision` integer,
	`workspace_id` text NOT NULL,
	`dataset_id` text NOT NULL,
	`content` text NOT NULL,
	`digest` text NOT NULL,
	`source` text,
	`source_run_id` text,
	`source_session_id` text,
	`source_run_ids` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`id`, `from_revision`),
	FOREIGN KEY (`dataset_id`) REFERENCES `datasets`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `dataset_cases_dataset` ON `dataset_cases` (`dataset_id`,`id`,`from_revision`);--> statement-breakpoint
CREATE UNIQUE INDEX `dataset_cases_digest` ON `dataset_cases` (`dataset_id`,`digest`) WHERE until_revision is null;--> statement-breakpoint
CREATE INDEX `dataset_cases_run` ON `dataset_cases` (`source_run_id`) WHERE source_run_id is not null;--> statement-breakpoint
CREATE INDEX `dataset_cases_session` ON `dataset_cases` (`source_session_id`) WHERE source_session_id is not null;--> statement-breakpoint
CREATE INDEX `dataset_cases_workspace` ON `dataset_cases` (`workspace_id`);--> statement-breakpoint
CREATE TABLE `dataset_revisions` (
	`dataset_id` text NOT NULL,
	`revision` integer NOT NULL,
	`workspace_id` text NOT NULL,
	`action` text NOT NULL,
	`added` integer NOT NULL,
	`updated` integer NOT NULL,
	`removed` integer NOT NULL,
	`case_id` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`dataset_id`, `revision`),
	FOREIGN KEY (`dataset_id`) REFERENCES `datasets`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `dataset_revisions_workspace` ON `dataset_revisions` (`workspace_id`);--> statement-breakpoint
CREATE TABLE `datasets` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`revision` integer NOT NULL,
	`case_count` integer NOT NULL,
	`erased_count` integer DEFAULT 0 NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `datasets_workspace` ON `datasets` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `datasets_deleted` ON `datasets` (`deleted_at`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE TABLE `review_items` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`version_id` text NOT NULL,
	`session_id` text,
	`run_id` text NOT NULL,
	`message_id` text NOT NULL,
	`reasons` text NOT NULL,
	`status` text NOT NULL,
	`assignee` text,
	`due_at` integer,
	`dataset_id` text,
	`case_id` text,
	`revision` integer NOT NULL,
	`content_erased` integer DEFAULT false NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`done_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `review_items_run` ON `review_items` (`run_id`);--> statement-breakpoint
CREATE INDEX `review_items_session` ON `review_items` (`session_id`) WHERE session_id is not null;--> statement-breakpoint
CREATE INDEX `review_items_workspace` ON `review_items` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `review_items_agent` ON `review_items` (`workspace_id`,`agent_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `review_rules` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`name` text NOT NULL,
	`condition` text NOT NULL,
	`enabled` integer NOT NULL,
	`daily_limit` integer NOT NULL,
	`assignee` text,
	`due_in_hours` integer,
	`counted_day` integer DEFAULT 0 NOT NULL,
	`day_count` integer DEFAULT 0 NOT NULL,
	`active_from` integer NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `review_rules_agent` ON `review_rules` (`workspace_id`,`agent_id`,`id`);--> statement-breakpoint
CREATE TABLE `review_scans` (
	`agent_id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`run_ended_at` integer NOT NULL,
	`run_id` text NOT NULL,
	`feedback_updated_at` integer NOT NULL,
	`feedback_id` text NOT NULL,
	`scanned_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `review_scans_due` ON `review_scans` (`scanned_at`);--> statement-breakpoint
CREATE INDEX `review_scans_workspace` ON `review_scans` (`workspace_id`,`agent_id`);--> statement-breakpoint
CREATE TABLE `review_verdicts` (
	`item_id` text NOT NULL,
	`reviewer` text NOT NULL,
	`workspace_id` text NOT NULL,
	`verdict` text NOT NULL,
	`score` real,
	`better_answer` text,
	`note` text,
	`labels` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`item_id`, `reviewer`),
	FOREIGN KEY (`item_id`) REFERENCES `review_items`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `review_verdicts_workspace` ON `review_verdicts` (`workspace_id`);