CREATE TABLE `experiment_entries` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`experiment_id` text NOT NULL,
	`kind` text NOT NULL,
	`variant_id` text,
	`detail` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `experiment_entries_experiment` ON `experiment_entries` (`experiment_id`,`id`);--> statement-breakpoint
CREATE TABLE `experiment_subjects` (
	`experiment_id` text NOT NULL,
	`subject` integer NOT NULL,
	`workspace_id` text NOT NULL,
	`variant_id` text NOT NULL,
	`epoch` integer NOT NULL,
	`exposed_at` integer NOT NULL,
	`figures` text,
	PRIMARY KEY(`experiment_id`, `subject`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `experiment_totals` (
	`experiment_id` text NOT NULL,
	`variant_id` text NOT NULL,
	`epoch` integer NOT NULL,
	`workspace_id` text NOT NULL,
	`subjects` integer NOT NULL,
	`sums` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`experiment_id`, `variant_id`, `epoch`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `experiment_variants` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`experiment_id` text NOT NULL,
	`ordinal` integer NOT NULL,
	`name` text NOT NULL,
	`version_id` text NOT NULL,
	`is_control` integer NOT NULL,
	`weight` real NOT NULL,
	`stopped_at` integer,
	`stop_reason` text,
	FOREIGN KEY (`experiment_id`) REFERENCES `experiments`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `experiment_variants_experiment` ON `experiment_variants` (`experiment_id`,`ordinal`);--> statement-breakpoint
CREATE TABLE `experiments` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`name` text NOT NULL,
	`hypothesis` text DEFAULT '' NOT NULL,
	`mode` text DEFAULT 'fixed' NOT NULL,
	`status` text DEFAULT 'draft' NOT NULL,
	`primary_metric` text NOT NULL,
	`guard_metrics` text NOT NULL,
	`settings` text NOT NULL,
	`allocation` text NOT NULL,
	`multiplier` integer NOT NULL,
	`increment` integer NOT NULL,
	`epoch` integer DEFAULT 0 NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	`cursor` text DEFAULT '{}' NOT NULL,
	`counted_at` integer,
	`winner_id` text,
	`end_reason` text,
	`final_results` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`started_at` integer,
	`ended_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `experiments_agent` ON `experiments` (`workspace_id`,`agent_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `experiments_running` ON `experiments` (`agent_id`) WHERE status = 'running';--> statement-breakpoint
CREATE TABLE `session_events` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`session_id` text NOT NULL,
	`name` text NOT NULL,
	`value` real NOT NULL,
	`metadata` text NOT NULL,
	`created_by` text,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `session_events_session` ON `session_events` (`session_id`,`id`);--> statement-breakpoint
CREATE INDEX `session_events_agent` ON `session_events` (`workspace_id`,`agent_id`,`created_at`,`id`);--> statement-breakpoint
ALTER TABLE `feedback` ADD `counted_score` real;--> statement-breakpoint
ALTER TABLE `sessions` ADD `subject` integer;