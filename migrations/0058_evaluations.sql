CREATE TABLE `evaluation_results` (
	`evaluation_id` text NOT NULL,
	`ordinal` integer NOT NULL,
	`target` integer NOT NULL,
	`repetition` integer NOT NULL,
	`workspace_id` text NOT NULL,
	`case_id` text NOT NULL,
	`tags` text NOT NULL,
	`state` text DEFAULT 'pending' NOT NULL,
	`available_at` integer DEFAULT 0 NOT NULL,
	`claims` integer DEFAULT 0 NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	`held_nano_usd` integer,
	`run_id` text,
	`outcome` text,
	`error_code` text,
	`error_detail` text,
	`scores` text,
	`reasons` text,
	`score` real,
	`passed` integer,
	`answer` text,
	`cited_file_ids` text,
	`run_cost_nano_usd` integer,
	`score_cost_nano_usd` integer,
	`lost_nano_usd` integer DEFAULT 0 NOT NULL,
	`input_tokens` integer,
	`output_tokens` integer,
	`latency_ms` integer,
	`first_token_ms` integer,
	`ended_at` integer,
	PRIMARY KEY(`evaluation_id`, `ordinal`, `target`, `repetition`),
	FOREIGN KEY (`evaluation_id`) REFERENCES `evaluations`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `evaluation_results_open` ON `evaluation_results` (`evaluation_id`,`available_at`) WHERE state <> 'done';--> statement-breakpoint
CREATE INDEX `evaluation_results_running` ON `evaluation_results` (`workspace_id`,`available_at`) WHERE state = 'running';--> statement-breakpoint
CREATE INDEX `evaluation_results_case` ON `evaluation_results` (`case_id`);--> statement-breakpoint
CREATE TABLE `evaluations` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`dataset_id` text NOT NULL,
	`dataset_revision` integer NOT NULL,
	`label` text NOT NULL,
	`status` text NOT NULL,
	`targets` text NOT NULL,
	`scorers` text NOT NULL,
	`repetitions` integer NOT NULL,
	`concurrency` integer NOT NULL,
	`max_cost_nano_usd` integer,
	`execute_tools` integer NOT NULL,
	`sample` integer,
	`tags` text,
	`case_count` integer NOT NULL,
	`task_count` integer NOT NULL,
	`done_count` integer DEFAULT 0 NOT NULL,
	`spent_nano_usd` integer DEFAULT 0 NOT NULL,
	`highest_nano_usd` integer DEFAULT 0 NOT NULL,
	`has_unknown_cost` integer DEFAULT false NOT NULL,
	`summary` text,
	`error_code` text,
	`error_detail` text,
	`api_key_id` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`ended_at` integer,
	`deleted_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `evaluations_workspace` ON `evaluations` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `evaluations_agent` ON `evaluations` (`agent_id`,`dataset_id`,`ended_at`);--> statement-breakpoint
CREATE INDEX `evaluations_deleted` ON `evaluations` (`deleted_at`) WHERE deleted_at is not null;--> statement-breakpoint
ALTER TABLE `agent_activations` ADD `override_reason` text;--> statement-breakpoint
ALTER TABLE `agents` ADD `require_evaluation` text;