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
CREATE INDEX `replays_deleted` ON `replays` (`deleted_at`) WHERE deleted_at is not null;