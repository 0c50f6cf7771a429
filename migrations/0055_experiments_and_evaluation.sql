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
CREATE TABLE `experiment_late_facts` (
	`experiment_id` text NOT NULL,
	`id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`kind` text NOT NULL,
	`subject` integer,
	`score` real,
	PRIMARY KEY(`experiment_id`, `id`, `kind`)
) STRICT;
--> statement-breakpoint
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
CREATE INDEX `experiment_subjects_new` ON `experiment_subjects` (`experiment_id`) WHERE figures is null;--> statement-breakpoint
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
CREATE INDEX `experiments_due` ON `experiments` (`counted_at`,`id`) WHERE status = 'running';--> statement-breakpoint
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
CREATE INDEX `judges_workspace` ON `judges` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `answer_scores` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`scorer_id` text NOT NULL,
	`run_id` text NOT NULL,
	`session_id` text,
	`version_id` text NOT NULL,
	`experiment_id` text,
	`variant_id` text,
	`state` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`score` real,
	`passed` integer,
	`reason` text,
	`error_code` text,
	`judge_id` text,
	`judge_revision` integer,
	`cost_nano_usd` integer,
	`created_at` integer NOT NULL,
	`scored_at` integer,
	FOREIGN KEY (`scorer_id`) REFERENCES `online_scorers`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `answer_scores_once` ON `answer_scores` (`scorer_id`,`run_id`);--> statement-breakpoint
CREATE INDEX `answer_scores_pending` ON `answer_scores` (`scorer_id`,`id`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `answer_scores_day` ON `answer_scores` (`scorer_id`,`scored_at`);--> statement-breakpoint
CREATE INDEX `answer_scores_agent` ON `answer_scores` (`workspace_id`,`agent_id`,`id`);--> statement-breakpoint
CREATE INDEX `answer_scores_time` ON `answer_scores` (`workspace_id`,`agent_id`,`scored_at`,`id`);--> statement-breakpoint
CREATE INDEX `answer_scores_run` ON `answer_scores` (`run_id`);--> statement-breakpoint
CREATE INDEX `answer_scores_session` ON `answer_scores` (`session_id`) WHERE session_id is not null;--> statement-breakpoint
CREATE TABLE `online_scorers` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`name` text NOT NULL,
	`scorer` text NOT NULL,
	`share` integer NOT NULL,
	`daily_cost_nano_usd` integer NOT NULL,
	`enabled` integer NOT NULL,
	`revision` integer NOT NULL,
	`read_until` integer NOT NULL,
	`read_run_id` text DEFAULT '' NOT NULL,
	`skipped_count` integer DEFAULT 0 NOT NULL,
	`api_key_id` text,
	`created_by` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `online_scorers_agent` ON `online_scorers` (`workspace_id`,`agent_id`,`id`);--> statement-breakpoint
CREATE INDEX `online_scorers_enabled` ON `online_scorers` (`id`) WHERE enabled = 1 and deleted_at is null;--> statement-breakpoint
CREATE INDEX `online_scorers_deleted` ON `online_scorers` (`deleted_at`) WHERE deleted_at is not null;--> statement-breakpoint
CREATE TABLE `replay_turns` (
	`replay_id` text NOT NULL,
	`source_run_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`source_session_id` text,
	`state` text DEFAULT 'pending' NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`run_id` text,
	`status` text,
	`error_code` text,
	`error_detail` text,
	`answer` text,
	`citations` text,
	`tools` text,
	`miss_count` integer,
	`gaps` text,
	`is_changed` integer,
	`preference` text,
	`preference_reason` text,
	`is_worse` integer,
	`confidence` real,
	`coverage` text,
	`latency_ms` integer,
	`first_token_ms` integer,
	`cost_nano_usd` integer,
	`extra_nano_usd` integer DEFAULT 0 NOT NULL,
	`original_status` text,
	`original_latency_ms` integer,
	`original_cost_nano_usd` integer,
	`ended_at` integer,
	PRIMARY KEY(`replay_id`, `source_run_id`),
	FOREIGN KEY (`replay_id`) REFERENCES `replays`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `replay_turns_open` ON `replay_turns` (`replay_id`,`state`) WHERE state <> 'done';--> statement-breakpoint
CREATE INDEX `replay_turns_session` ON `replay_turns` (`source_session_id`) WHERE source_session_id is not null;--> statement-breakpoint
CREATE INDEX `replay_turns_source` ON `replay_turns` (`source_run_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `replay_turns_run` ON `replay_turns` (`run_id`) WHERE run_id is not null;--> statement-breakpoint
CREATE INDEX `replay_turns_workspace` ON `replay_turns` (`workspace_id`);--> statement-breakpoint
CREATE TABLE `replays` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`kind` text NOT NULL,
	`label` text NOT NULL,
	`status` text NOT NULL,
	`version_id` text NOT NULL,
	`version_number` integer NOT NULL,
	`draft` text,
	`knowledge` text NOT NULL,
	`judge` text,
	`selection` text NOT NULL,
	`matched_count` integer DEFAULT 0 NOT NULL,
	`share` integer,
	`read_until` integer,
	`read_run_id` text,
	`skipped_count` integer DEFAULT 0 NOT NULL,
	`max_cost_nano_usd` integer NOT NULL,
	`concurrency` integer NOT NULL,
	`tally` text,
	`erased_count` integer DEFAULT 0 NOT NULL,
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
CREATE INDEX `replays_workspace` ON `replays` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `replays_agent` ON `replays` (`agent_id`,`id`);--> statement-breakpoint
CREATE INDEX `replays_shadow` ON `replays` (`id`) WHERE kind = 'shadow' and status = 'running';--> statement-breakpoint
CREATE INDEX `replays_deleted` ON `replays` (`deleted_at`) WHERE deleted_at is not null;--> statement-breakpoint
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
CREATE INDEX `review_verdicts_workspace` ON `review_verdicts` (`workspace_id`);--> statement-breakpoint
ALTER TABLE `agent_activations` ADD `override_reason` text;--> statement-breakpoint
ALTER TABLE `agents` ADD `require_evaluation` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `subject` integer;--> statement-breakpoint
ALTER TABLE `feedback` ADD `counted_score` real;--> statement-breakpoint
ALTER TABLE `sessions` ADD `subject` integer;--> statement-breakpoint
ALTER TABLE `usage` ADD `experiment_id` text;--> statement-breakpoint
ALTER TABLE `usage` ADD `variant_id` text;